package reading

import (
	"time"

	"github.com/svartid/svartid/probes/reading/lexicon"
)

// Asked is what is known of an arrival beside its words: what the customer wrote, what was heard
// before, and what the platform shows. Its zero value says that nothing is known.
type Asked struct {
	// Subject and Text are the customer's. They help to tell an answer from a promise.
	Subject, Text string
	// Expects is what an answer has to hold to be sure; none: any fact of the matter will do.
	Expects []Fact
	// At is when the opener was taken by the company's channel.
	At time.Time
	// PerCharacter is the shortest time in which anyone types a character; an answer that came quicker
	// is doubtful on every channel. Zero looks at no speed: where seconds stand for days, all are quick.
	PerCharacter time.Duration
	// Seen is how many earlier arrivals of this centre say the same (see [fingerprint.Alike]).
	Seen int
	// Template is what the same centre has written to other customers.
	Template Template
	// Disclosed says in what it is like a message of the same centre in which a machine said what it
	// is: its signature, or its text. Such an answer is doubtful. Empty: in nothing.
	Disclosed string
	// Responder is who the platform says has answered: "human", "bot", "acknowledgement",
	// "unknown" where it cannot tell, "unreadable" where the words could not be had, or
	// empty where it says nothing.
	Responder string
	// Why is what the platform shows that makes it this responder.
	Why string

	words string // of Subject and Text, as [Asked.joined] makes them; empty: not made yet
}

// joined returns the words of the question, with a blank before and after each.
func (a Asked) joined() string {
	if a.words != "" {
		return a.words
	}
	return " " + lexicon.Joined(lexicon.Words(a.Subject+".\n"+a.Text)) + " "
}

// A Template is what a centre has written to other customers. Its zero value says that nothing is
// known.
type Template struct {
	// Key is secret, and the same for all fingerprints of an edition, so that it cannot be
	// tried out which words they are of.
	Key []byte
	// Others is how many other contacts the centre has answered.
	Others int
	// Lines is in how many of those that asked something else each line came, by its fingerprint
	// (see [fingerprint.Lines]).
	Lines map[string]int
}

// A Fact is what an answer can hold of the matter. A scenario says which of them it expects.
type Fact string

// The facts that a scenario may expect.
const (
	// Price is an amount of money, or that something costs nothing.
	Price Fact = "price"
	// DateFact is a day, a time or how long something takes.
	DateFact Fact = "date"
	// YesNo is whether something is so.
	YesNo Fact = "yes-no"
	// HowTo is what the customer has to do, in words that he can follow.
	HowTo Fact = "how-to"
	// QuestionBack is a question to the customer that takes up what he wrote.
	QuestionBack Fact = "question"
)

// Facts returns every fact that a scenario may expect.
func Facts() []Fact { return []Fact{Price, DateFact, YesNo, HowTo, QuestionBack} }
