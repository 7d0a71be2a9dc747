package fairness

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Worth is what one contact gives its company by the rules.
type Worth struct {
	Policy Policy
	State  State
	Clock  Clock // the one that counts
	// Wait is how long the answer took; of what ended without one, how long it
	// took to end; of what is not decided, how far silence is proven.
	Wait    time.Duration
	Promise time.Duration   // of all tries
	Share   float64         // wait ÷ promise, 0 to 1
	Score   survival.Number // 0 to 1; NaN: it does not count, or is not decided
}

// Worth returns what a contact gives. Where all contacts are decided, a
// channel's score is the mean of these; in ReachGate that mean is the share which
// has to pass the gate.
func (r Rules) Worth(c Contact) Worth {
	e := c.end(r)
	w := Worth{
		Policy: cmp.Or(r.Policy, CappedWait), State: e.state, Clock: c.clock(r.Clock),
		Wait: e.wait, Promise: e.deadline, Share: e.share(), Score: survival.Number(math.NaN()),
	}
	switch {
	case e.state == Answered:
		w.Score = survival.Number(w.gain())
	case e.state.Valid() && w.Policy != AnsweredOnly:
		w.Score = 0
	}
	return w
}

// gain is what an answer gives.
func (w Worth) gain() float64 {
	switch w.Policy {
	case ReachGate:
		return 1
	case WithinThird:
		if w.Share > 1.0/3+survival.Tolerance {
			return 0
		}
		return 1
	case Award:
		return 1 - waitShare*w.Share
	}
	return 1 - w.Share
}

// Waiting returns how long each contact's customer waited for a person's answer,
// as a share of what was promised: for a curve of how many still wait. Whoever
// never had one in time is censored at 1. An observation's Group is the company
// and its Stratum the channel. Void and contested contacts are left out.
func (r Rules) Waiting(contacts []Contact) []survival.Observation {
	var all []survival.Observation
	for _, rec := range r.records(contacts) {
		byChannel := rec.byChannel()
		for _, channel := range slices.Sorted(maps.Keys(byChannel)) {
			for _, o := range waiting(byChannel[channel], shares) {
				o.Group, o.Stratum = rec.company, channel
				all = append(all, o)
			}
		}
	}
	return all
}
