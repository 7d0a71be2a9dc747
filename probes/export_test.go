package probes

import "time"

// Round shows tests what a round holds.
func (ed *Edition) Round(p Probe, tick, now time.Time) []Plan {
	return ed.draw().round(p, 0, tick, now)
}

// Opens shows tests whether an opener may leave.
func (ed *Edition) Opens(p Probe, co Company, at time.Time) (string, bool) {
	return ed.Opens(p, co, at)
}

// ContactID shows tests how contacts are named.
func ContactID(p Plan) string { return ContactID(p) }
