package engine

import (
	"context"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// breakOff notes on every contact that waited during a gap that it was not
// heard: what the company may have answered then is lost, and so its silence
// proves nothing.
func (e *Engine) breakOff(ctx context.Context, tx probes.Tx, channel string, gap channels.Gap) error {
	waiting, err := tx.Find(ctx, probes.Query{
		Edition: e.Edition.Name, Channel: channel, Outcomes: []probes.Outcome{probes.Pending},
		States: []probes.State{probes.AttemptSent, probes.AttemptUnsure},
	})
	if err != nil {
		return err
	}
	for _, c := range waiting {
		a := c.Current()
		co, _ := e.Edition.Company(c.Plan.Company)
		elsewhere := gap.Reach != "" && gap.Reach != co.Reach[channel]
		if elsewhere || a.Gap || a.Intended.After(gap.To) || !a.Deadline.IsZero() && a.Deadline.Before(gap.From) {
			continue
		}
		lost := probes.Failure{Reason: gap.Reason, Fault: probes.Ours, Until: gap.To}
		if err := e.record(ctx, tx, c.ID, probes.NewEvent(probes.Broken, a.Number, gap.From, lost)); err != nil {
			return err
		}
	}
	return nil
}
