package engine

import (
	"context"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// Round shows tests what a round holds.
func Round(ed *edition.Edition, p edition.Probe, tick, now time.Time) []probes.Plan {
	return drawPlan(ed).round(p, 0, tick, now)
}

// Open shows tests what a queue that offers an attempt comes to.
func (e *Engine) Open(ctx context.Context, due probes.Job) error {
	_, err := e.open(ctx, due)
	return err
}
