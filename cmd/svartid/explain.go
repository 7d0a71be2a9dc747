package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

type explainCmd struct {
	Contact string `arg:"" help:"The contact's id, as on the board."`
	Dir     string `help:"Read the ledger that demo --dir has kept in this folder; no configuration is needed." placeholder:"DIR"`
}

// explained is what explain --json prints.
type explained struct {
	Contact probes.Contact    `json:"contact"`
	Story   []probes.Line     `json:"story"`
	Events  []probes.Event    `json:"events"`
	Chain   string            `json:"chain"`
	Words   map[string]string `json:"words,omitempty"` // evidence, by digest
}

// Run tells the contact's story, with the evidence that is still kept.
func (e explainCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	l, zone, err := e.open(ctx, g)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	story, err := explain(ctx, l, e.Contact)
	if err != nil {
		return err
	}
	if g.JSON {
		return json.NewEncoder(std.out).Encode(story)
	}
	return story.print(std.out, zone)
}

// open opens the ledger for reading, and returns the zone that its times are
// told in: the configuration's or, of a demo, this machine's. Contacts are
// shown as who wrote them folded them.
func (e explainCmd) open(ctx context.Context, g *globals) (*ledger.Ledger, *time.Location, error) {
	if e.Dir != "" {
		l, err := ledger.OpenReader(ctx, demoDSN(e.Dir), ledger.Options{})
		if err != nil {
			return nil, nil, misuse{fmt.Errorf("--dir %s: %w", e.Dir, err)}
		}
		return l, time.Local, nil
	}
	cfg, err := load(g.Config)
	if err != nil {
		return nil, nil, err
	}
	l, err := ledger.OpenReader(ctx, string(cfg.Ledger.DSN), ledger.Options{Fold: cfg.Probing().Rules.Fold})
	return l, cfg.Edition.Zone, err
}

// explain gathers all that the ledger knows of a contact.
func explain(ctx context.Context, l probes.Ledger, id string) (x explained, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		if x.Contact, x.Events, err = tx.Story(ctx, id); err != nil {
			return err
		}
		x.Story, x.Words, x.Chain = probes.Tell(x.Events), map[string]string{}, "holds"
		if broken := probes.CheckChain(x.Events); broken != nil {
			x.Chain = broken.Error()
		}
		for _, line := range x.Story {
			words, err := tx.Evidence(ctx, line.Ref)
			switch {
			case line.Ref == "" || errors.Is(err, probes.ErrNoEvidence):
			case err != nil:
				return err
			default:
				x.Words[line.Ref] = string(words)
			}
		}
		return nil
	})
	return x, err
}

// print tells the story to a person, in the edition's time.
func (x explained) print(out io.Writer, zone *time.Location) error {
	c := x.Contact
	fmt.Fprintf(out, "contact %s: %s (%s), %s over %s\n", c.ID, c.Plan.Company, c.Plan.Class, c.Plan.Probe, c.Plan.Channel)
	fmt.Fprintf(out, "outcome %s", c.Outcome)
	if !c.Answer.IsZero() {
		fmt.Fprintf(out, ", answered after %v (%v of opening time) by %s",
			c.Wait.Round(time.Second), c.OpenWait.Round(time.Second), c.Centre)
	}
	fmt.Fprintln(out)
	if !c.Deadline.IsZero() {
		fmt.Fprintf(out, "deadline %s\n", c.Deadline.In(zone).Format(time.RFC3339))
	}
	fmt.Fprintf(out, "chain of %d events %s\n\n", len(x.Events), x.Chain)
	for _, line := range x.Story {
		fmt.Fprintf(out, "%s  %s\n", line.At.In(zone).Format("2006-01-02 15:04:05.000 MST"), line.What)
		for _, why := range line.Why {
			fmt.Fprintf(out, "%31s%s\n", "", why)
		}
		if line.Ref != "" {
			kept := "erased"
			if _, ok := x.Words[line.Ref]; ok {
				kept = "kept"
			}
			fmt.Fprintf(out, "%31sevidence %s (%s)\n", "", line.Ref[:min(16, len(line.Ref))], kept)
		}
	}
	return nil
}
