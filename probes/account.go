package probes

import (
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// An Account is how a contact's times add up, written out so that they can be
// checked by hand.
type Account struct {
	Zone     *time.Location  // whose days and clock they are
	Opening  calendar.Hours  // the clock of opening time
	Within   calendar.Within // what each attempt is promised
	Promised []Stretch       // adds up to the contact's Promise and OpenPromise; none until its opener has left
	Waited   []Stretch       // adds up to its Wait and OpenWait; none without an answer
}

// A Stretch is a time that one attempt adds.
type Stretch struct {
	calendar.Span
	Attempt int
	Ahead   bool            // of a promise: the opener has not left, and this is as the plan has it
	Open    []calendar.Span // what of it is opening time, in order
	Days    []calendar.Step // of a promise in working days: how they were counted
}

// Opening returns how much of the stretch is opening time.
func (s Stretch) Opening() (sum time.Duration) {
	for _, span := range s.Open {
		sum += span.Duration()
	}
	return sum
}

// Account writes out the times of a contact that was folded by these rules.
func (r Rules) Account(c Contact) Account {
	days := r.calendar(c.Plan)
	account := Account{Zone: days.Zone, Opening: r.Opening, Within: r.within(c.Plan)}
	if account.Zone == nil {
		account.Zone = time.UTC
	}
	for i, span := range r.promises(c) {
		s := r.stretch(c, i, span)
		s.Ahead = i >= len(c.Attempts) || c.Attempts[i].Began().IsZero()
		s.Days = days.Count(span.From, account.Within)
		account.Promised = append(account.Promised, s)
	}
	if !c.Answer.IsZero() {
		for i, span := range c.waits(c.Answer) {
			account.Waited = append(account.Waited, r.stretch(c, i, span))
		}
	}
	return account
}

func (r Rules) stretch(c Contact, attempt int, span calendar.Span) Stretch {
	s := Stretch{Span: span, Attempt: attempt + 1}
	for open := range r.calendar(c.Plan).Spans(span.From, span.To, r.Opening) {
		s.Open = append(s.Open, open)
	}
	return s
}
