package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated/shopper"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
)

// A demoQueue shows the simulated shopper what waits in a ledger.
type demoQueue struct {
	*session
	engine *engine.Engine // told of what the shopper reports; it is not run
}

var _ shopper.Queue = demoQueue{}

// Waiting returns the prompts that no person has begun with.
func (q demoQueue) Waiting(ctx context.Context) (all []shopper.Prompt, err error) {
	err = q.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{
			Edition: q.edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: []probes.State{probes.AttemptPrompt},
		})
		for _, c := range found {
			all = append(all, shopper.Prompt{Contact: c.ID, Attempt: c.Current().Number, Channel: c.Plan.Channel})
		}
		return err
	})
	return all, err
}

// Opening returns what a prompt asks for.
func (q demoQueue) Opening(ctx context.Context, p shopper.Prompt) (o channels.Opening, err error) {
	err = q.View(ctx, func(tx probes.Tx) error {
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
func (q demoQueue) Report(ctx context.Context, p shopper.Prompt, what channels.ReportKind, by string) error {
	return q.engine.Report(ctx, probes.ManualReport{Contact: p.Contact, Attempt: p.Attempt, Report: what, By: by})
}
