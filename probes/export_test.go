package probes

import (
	"context"
	"time"
)

// Round shows tests what a round holds.
func (ed *Edition) Round(p Probe, tick, now time.Time) []Plan {
	return ed.draw().round(p, 0, tick, now)
}

// Opens shows tests whether an opener may leave.
func (ed *Edition) Opens(p Probe, co Company, at time.Time) (string, bool) {
	return ed.opens(p, co, at)
}

// ContactID shows tests how contacts are named.
func ContactID(p Plan) string { return contactID(p) }

// OpenDue shows tests what a queue that offers an attempt comes to.
func (e *Engine) OpenDue(ctx context.Context, due Due) error {
	_, err := e.open(ctx, due)
	return err
}
