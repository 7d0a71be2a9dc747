package reading

import (
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// An Inspection is what a jury looks at in an answer. It changes no reading.
type Inspection struct {
	// AsksOnly: it asks the customer for something, and no other sentence of it holds
	// anything of the matter.
	AsksOnly bool
	// Rings: it asks or invites the customer to ring.
	Rings bool
}

// Inspect looks at what the sender of m wrote to a customer who asked so. Of what
// cannot be read nothing is said.
func Inspect(m message.Message, asked Asked) (i Inspection) {
	defer func() {
		if recover() != nil {
			i = Inspection{} // such a message is read as one that cannot be read
		}
	}()
	b := weigh(m, m.Letter(), asked, time.Time{}).body
	return Inspection{AsksOnly: b.questions() > 0 && !b.answersBeside(), Rings: b.rings()}
}

// answersBeside reports whether a sentence that is no question holds a fact of the
// matter.
func (b body) answersBeside() bool {
	return slices.ContainsFunc(b.spans, func(s span) bool {
		if _, greeting := s.classes["greeting"]; greeting || b.asks(s) || b.echoes(s) {
			return false
		}
		matter, desk := b.said(s)
		return matter > desk && slices.ContainsFunc([]Fact{Price, DateFact, YesNo, HowTo}, func(f Fact) bool { return b.shows(s, f) })
	})
}

// rings reports whether a sentence that sends the customer elsewhere, or invites
// him, speaks of ringing.
func (b body) rings() bool {
	return slices.ContainsFunc(b.spans, func(s span) bool {
		_, sends := s.classes["deflection"]
		_, invites := s.classes["invitation"]
		if !sends && !invites || b.echoes(s) {
			return false
		}
		for _, w := range b.words[s.from:s.to] {
			for _, stem := range []string{"ring", "telefon", "tlf", "call", "phone", "soit", "puhel"} {
				if strings.HasPrefix(w.Folded, stem) {
					return true
				}
			}
		}
		return false
	})
}
