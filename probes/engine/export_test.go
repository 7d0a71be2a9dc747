package engine

import (
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// Round shows tests what a round holds.
func Round(ed *edition.Edition, p edition.Probe, tick, now time.Time) []probes.Plan {
	return draw(ed).round(p, 0, tick, now)
}
