package fairness

import (
	"cmp"
	"slices"
	"time"
)

// An end is how a contact went as the rules see it.
type end struct {
	state    State
	wait     time.Duration
	deadline time.Duration // of all tries
}

// share returns how much of the deadline the customer waited.
func (e end) share() float64 { return portion(e.wait, e.deadline) }

// end follows the contact through its tries. Waits add up, and so do deadlines:
// a second try is not a free one. The first answer that counts ends it; tries
// after that never were. A contact that ended without one ended when the
// customer was first sent elsewhere or answered by a machine, if that is its
// state, and at its deadline else.
func (c Contact) end(r Rules) end {
	length := c.on(r.Clock)
	var waited, promised Span
	var aside *Span
	for i, t := range c.Tries {
		promised = promised.plus(t.Deadline)
		for _, reply := range c.replies(i, r) {
			wait := waited.plus(reply.wait)
			if reply.counts && c.State != Void && c.State != Contested {
				return end{Answered, length(wait), length(promised)}
			}
			if aside == nil {
				aside = &wait
			}
		}
		waited = waited.plus(c.waited(i))
	}
	state := cmp.Or(c.State, Pending)
	if (state == Deflected || state == Bot) && aside != nil {
		waited = *aside
	}
	return end{state, length(waited), length(promised)}
}

// waited returns how long the customer waited in a try that brought no answer:
// to its end, unless it is the last one and nobody knows yet.
func (c Contact) waited(try int) Span {
	t := c.Tries[try]
	if open := c.State == "" || c.State == Pending || c.State == BrokenOff; open && try == len(c.Tries)-1 {
		return t.Wait
	}
	return t.Deadline
}

// A reply is something the customer heard in time.
type reply struct {
	wait   Span
	counts bool // as an answer
}

// replies returns what the customer heard in a try, in order of time; of two at
// once, the answer first.
func (c Contact) replies(try int, r Rules) (all []reply) {
	t := c.Tries[try]
	if c.State == Answered && try == len(c.Tries)-1 {
		all = append(all, reply{t.Wait, true})
	}
	if t.Deflected != nil {
		all = append(all, reply{*t.Deflected, r.DeflectionAnswers})
	}
	if t.Bot != nil {
		all = append(all, reply{*t.Bot, r.BotAnswers})
	}
	slices.SortStableFunc(all, func(a, b reply) int { return cmp.Compare(a.wait.Calendar, b.wait.Calendar) })
	return all
}

// portion returns wait ÷ deadline, between 0 and 1. Where there is no deadline
// to speak of, only what took no time was in time.
func portion(wait, deadline time.Duration) float64 {
	switch {
	case wait <= 0:
		return 0
	case wait >= deadline:
		return 1
	}
	return float64(wait) / float64(deadline)
}
