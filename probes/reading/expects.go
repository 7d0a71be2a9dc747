package reading

import (
	"slices"

	"github.com/svartid/svartid/probes/reading/lexicon"
)

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

// holds reports whether a text holds any of the facts; none asked for are always there. The
// customer's own name and telephone numbers are no facts.
func (b body) holds(facts []Fact) bool {
	return len(facts) == 0 || slices.ContainsFunc(facts, func(f Fact) bool {
		return slices.ContainsFunc(b.spans, func(s span) bool { return !b.echoes(s) && b.shows(s, f) })
	})
}

// shows reports whether a sentence holds a fact.
func (b body) shows(s span, f Fact) bool {
	switch f {
	case Price:
		return b.met(s, lexicon.Default().Money) && b.figures(s) || b.met(s, lexicon.Default().Free)
	case DateFact:
		return b.figures(s) || b.met(s, lexicon.Default().Day)
	case YesNo:
		return b.met(s, lexicon.Default().YesNo)
	case HowTo:
		matter, _ := b.said(s)
		return matter >= 3
	case QuestionBack:
		_, wanted := s.classes["request"]
		return (wanted || b.asks(s)) && s.to-s.from >= 3
	}
	return false
}

// met reports whether a sentence has a word of a list.
func (b body) met(s span, list lexicon.WordList) bool {
	return slices.ContainsFunc(b.words[s.from:s.to], func(w lexicon.Word) bool { return list.Has(w.Folded) })
}
