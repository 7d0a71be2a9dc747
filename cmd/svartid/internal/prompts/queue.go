// Package prompts shows the demo's simulated shopper what waits for a person.
package prompts

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated/shopper"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
)

// A Queue shows the simulated shopper the prompts of an engine's edition. The
// engine is told of what the shopper reports; it is not run.
type Queue struct{ Engine *engine.Engine }

var _ shopper.Queue = Queue{}

// Waiting returns the prompts that no person has begun with.
func (q Queue) Waiting(ctx context.Context) (all []shopper.Prompt, err error) {
	err = q.Engine.Ledger.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{
			Edition: q.Engine.Edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: []probes.State{probes.AttemptPrompt},
		})
		for _, c := range found {
			all = append(all, shopper.Prompt{Contact: c.ID, Attempt: c.Current().Number, Channel: c.Plan.Channel})
		}
		return err
	})
	return all, err
}

// Opening returns what a prompt asks for.
func (q Queue) Opening(ctx context.Context, p shopper.Prompt) (o channels.Opening, err error) {
	err = q.Engine.Ledger.View(ctx, func(tx probes.Tx) error {
		c, _, err := tx.Story(ctx, p.Contact)
		if err != nil {
			return err
		}
		words, err := tx.Evidence(ctx, c.Current().Intent.Words)
		if err != nil {
			return err
		}
		return json.Unmarshal(words, &o)
	})
	if err != nil {
		return o, fmt.Errorf("read prompt: %w", err)
	}
	return o, nil
}

// Report says what has happened with a prompt.
func (q Queue) Report(ctx context.Context, p shopper.Prompt, what channels.ReportKind, by string) error {
	return q.Engine.Report(ctx, probes.ManualReport{Contact: p.Contact, Attempt: p.Attempt, Report: what, By: by})
}
