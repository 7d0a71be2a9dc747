package probes

import "time"

// Round shows tests what a round holds.
func Round(ed *Edition, p Probe, tick, now time.Time) []Plan {
	return draw(ed).round(p, 0, tick, now)
}
