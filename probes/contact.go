package probes

import (
	"time"

	"github.com/svartid/svartid/probes/reading"
)

// An Outcome is what became of a contact.
type Outcome string

// The outcomes. A contact is Pending until it is answered in time, or until
// listening has covered its deadline.
const (
	Answered   Outcome = "answered"
	Deflected  Outcome = "deflected"
	Unanswered Outcome = "unanswered"
	Late       Outcome = "late"
	Pending    Outcome = "pending"
	BrokenOff  Outcome = "broken_off"
	Void       Outcome = "void"
	Contested  Outcome = "contested"
)

// Outcomes returns every outcome, in the order of design and dashboards.
func Outcomes() []Outcome {
	return []Outcome{Answered, Deflected, Unanswered, Late, Pending, BrokenOff, Void, Contested}
}

// Valid reports whether a contact with the outcome counts in reach: it was
// put to the company, and is decided.
func (o Outcome) Valid() bool {
	return o == Answered || o == Deflected || o == Unanswered || o == Late
}

// A State says where an attempt's opener is.
type State string

// The states of an attempt's opener. Only AttemptPlanned may be sent.
const (
	AttemptPlanned State = "planned" // waits for its slot, is being made ready, or waits for another try
	AttemptSending State = "sending" // intended: it may be leaving now
	AttemptSent    State = "sent"
	AttemptUnsure  State = "unsure"  // may have left; to be settled by looking
	AttemptUnsent  State = "unsent"  // known not to have left, and over
	AttemptRefused State = "refused" // known not to have left: refused for good
	AttemptBroken  State = "broken"  // sent, but listening was lost for good
	AttemptPrompt  State = "prompt"  // a person has been asked to open, and has not said so
)

// A Contact is one question to one company, folded from its events.
type Contact struct {
	ID       string    `json:"id"`
	Plan     Plan      `json:"plan"`
	Attempts []Attempt `json:"attempts"`

	Outcome      Outcome       `json:"outcome"`
	Ruled        Outcome       `json:"ruled,omitempty"` // the outcome last written as fallen
	Reason       string        `json:"reason,omitempty"`
	Amended      bool          `json:"amended,omitempty"`
	Deadline     time.Time     `json:"deadline,omitzero"`    // of the current attempt; zero until sent
	Answer       time.Time     `json:"answer,omitzero"`      // when the answer arrived
	LastAnswer   time.Time     `json:"last_answer,omitzero"` // when the last of several did
	Wait         time.Duration `json:"wait,omitempty"`       // of an answer, late ones too, in calendar time; the attempts' waits added
	OpenWait     time.Duration `json:"open_wait,omitempty"`
	Promise      time.Duration `json:"promise,omitempty"` // the time that the company has to answer, all attempts together
	OpenPromise  time.Duration `json:"open_promise,omitempty"`
	Ack          time.Time     `json:"ack,omitzero"` // the first acknowledgement
	AckWait      time.Duration `json:"ack_wait,omitempty"`
	Centre       string        `json:"centre,omitempty"`        // who answered
	Precision    time.Duration `json:"precision,omitempty"`     // how far Wait may be off; 0 = not known to be
	SelfReported bool          `json:"self_reported,omitempty"` // the company itself says that it answered
	Closed       bool          `json:"closed,omitempty"`        // we have said goodbye
	Covered      time.Time     `json:"covered,omitzero"`        // listening has covered the deadline until here
	Again        bool          `json:"again,omitempty"`         // nobody has answered, and the plan has another attempt
	Events       int           `json:"events"`                  // how many it is folded from
}

// Current returns the attempt that is under way or was last.
func (c Contact) Current() Attempt {
	if len(c.Attempts) == 0 {
		return Attempt{}
	}
	return c.Attempts[len(c.Attempts)-1]
}

// Ruling returns the contact's outcome as it is to be written down.
func (c Contact) Ruling() Ruling {
	return Ruling{
		Outcome: c.Outcome, Answer: c.Answer, Centre: c.Centre,
		Wait: c.Wait.Seconds(), OpenWait: c.OpenWait.Seconds(),
	}
}

// Live reports whether the contact still waits for something.
func (c Contact) Live() bool { return c.Outcome == Pending }

// An Attempt is one opener, and all that was heard because of it.
type Attempt struct {
	Number   int       `json:"number"` // 1, 2 …
	State    State     `json:"state"`
	Due      time.Time `json:"due"`
	Tries    int       `json:"tries,omitempty"`   // how often it was to be opened: intents, and failures before one
	Intended time.Time `json:"intended,omitzero"` // when it was about to leave; zero: it never got so far
	Intent   Intent    `json:"intent,omitzero"`
	Sent     time.Time `json:"sent,omitzero"` // when the channel's server took the opener
	Receipt  Sending   `json:"receipt,omitzero"`
	Failure  Failure   `json:"failure,omitzero"`
	Prompt   Prompting `json:"prompt,omitzero"` // of an opener that a person sends
	Failed   time.Time `json:"failed,omitzero"` // when listening was lost
	Gap      bool      `json:"gap,omitempty"`   // listening was lost for a while, in which an answer may have come
	Deadline time.Time `json:"deadline,omitzero"`
	Readings []Turn    `json:"readings,omitempty"` // by arrival, earliest first
}

// A Turn is what an attempt keeps of one arrival.
type Turn struct {
	At       time.Time    `json:"at"`
	Kind     reading.Kind `json:"kind"`
	Final    bool         `json:"final,omitempty"`
	Doubtful bool         `json:"doubtful,omitempty"`
	Status   string       `json:"status,omitempty"`
	Centre   string       `json:"centre,omitempty"`
	Arrival  string       `json:"arrival,omitempty"` // its key
	Language string       `json:"language,omitempty"`
	Tapped   bool         `json:"tapped,omitempty"` // known by a person's tap alone
	Self     bool         `json:"self,omitempty"`   // reported by the company itself
	// Precision is how far At may be off.
	Precision time.Duration `json:"precision,omitempty"`
}
