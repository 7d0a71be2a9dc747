package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// ReadHolding returns what a ledger holds, to be compared with the configuration
// of an edition.
func ReadHolding(ctx context.Context, tx probes.Tx, edition string) (probes.Holding, error) {
	h := probes.Holding{
		Contacts: map[string]int{}, Open: map[string]int{}, Promised: map[string][]probes.Contact{}, Asked: map[string]bool{},
		Base: map[string]probes.Baseline{}, Since: map[string]time.Time{}, Lost: map[string]bool{},
	}
	now, err := tx.Snapshot(ctx)
	if err != nil {
		return h, err
	}
	h.Ledger = now.Ledger
	totals, err := tx.Totals(ctx, 0)
	if err != nil {
		return h, err
	}
	for _, t := range totals.Tallies {
		for _, n := range t.Outcomes {
			h.Contacts[t.Edition] += n
		}
		if t.Edition == edition {
			h.Asked[t.Company] = true
		}
	}
	open, err := tx.Find(ctx, probes.Query{Outcomes: []probes.Outcome{probes.Pending}})
	if err != nil {
		return h, err
	}
	for _, c := range open {
		h.Open[c.Plan.Edition]++
		if c.Plan.Edition == edition {
			h.Promised[c.Plan.Probe] = append(h.Promised[c.Plan.Probe], c)
		}
	}
	if err := readBaselines(ctx, tx, &h); err != nil {
		return h, err
	}
	h.Earlier, err = participants(ctx, tx, edition)
	return h, err
}

// participants returns the companies of all baselines of an edition.
func participants(ctx context.Context, tx probes.Tx, edition string) (all []probes.Participant, err error) {
	checkpoints, err := tx.Checkpoints(ctx, probes.Baselines)
	if err != nil {
		return nil, err
	}
	for _, m := range checkpoints {
		if m.Position != edition {
			continue
		}
		b, err := baseline(ctx, tx, m)
		if err != nil {
			return nil, err
		}
		all = append(all, b.Companies...)
	}
	return all, nil
}

// baseline reads one; it is empty if it was erased.
func baseline(ctx context.Context, tx probes.Tx, m channels.Checkpoint) (b probes.Baseline, err error) {
	text, err := tx.Evidence(ctx, m.Source)
	if errors.Is(err, probes.ErrNoEvidence) {
		return b, nil // there is nothing to compare with
	}
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		return b, fmt.Errorf("baseline of %s: %w", m.Position, err)
	}
	return b, nil
}

// readBaselines adds what each edition was last run by.
func readBaselines(ctx context.Context, tx probes.Tx, h *probes.Holding) error {
	checkpoints, err := tx.Checkpoints(ctx, probes.Baselines)
	if err != nil {
		return err
	}
	latest := map[string]channels.Checkpoint{}
	for _, m := range checkpoints {
		if m.Until.After(latest[m.Position].Until) {
			latest[m.Position] = m
		}
	}
	for edition, m := range latest {
		b, err := baseline(ctx, tx, m)
		if err != nil {
			return err
		}
		if b.Edition == "" {
			continue
		}
		h.Base[edition], h.Since[edition] = b, m.Until
	}
	losses, err := tx.Checkpoints(ctx, probes.Losses)
	for _, m := range losses {
		h.Lost[m.Source] = m.Until.After(h.Since[m.Source])
	}
	return err
}

// An Admitted is what an edition is run by from now on, and the differences from
// before that were accepted.
type Admitted struct {
	probes.Baseline
	Accepted []probes.Difference
}

// KeepBaseline keeps by what an edition is run from now on, and which differences
// from before were accepted. What is kept already is not kept again.
func KeepBaseline(ctx context.Context, tx probes.Tx, b Admitted, now time.Time) error {
	for _, d := range b.Accepted {
		checkpoint := channels.Checkpoint{Source: d.Digest, Position: d.What + ": " + d.Text, Until: now}
		if err := tx.Advance(ctx, probes.Acceptances, checkpoint); err != nil {
			return fmt.Errorf("note what was accepted: %w", err)
		}
	}
	text, err := json.Marshal(b.Baseline)
	if err != nil {
		return fmt.Errorf("encode baseline: %w", err)
	}
	h, err := ReadHolding(ctx, tx, b.Edition)
	if err != nil {
		return err
	}
	if was, known := h.Base[b.Edition]; known && reflect.DeepEqual(was, b.Baseline) && len(b.Accepted) == 0 && !h.Lost[b.Edition] {
		return nil
	}
	digest, err := tx.Keep(ctx, text)
	if err != nil {
		return err
	}
	return tx.Advance(ctx, probes.Baselines, channels.Checkpoint{Source: digest, Position: b.Edition, Until: now})
}

// KeepLost notes that it is not settled yet whether a ledger was lost, so that a
// start that was cut off does not settle it.
func KeepLost(ctx context.Context, tx probes.Tx, edition string, now time.Time) error {
	return tx.Advance(ctx, probes.Losses, channels.Checkpoint{Source: edition, Until: now})
}

// Begun reports whether any company should have been asked by an instant, by the
// plan of an edition.
func (e *Engine) Begun(now time.Time) bool {
	if first := e.Edition.From; !first.IsZero() && now.Before(first.In(e.Edition.Zone())) {
		return false
	}
	e.draw()
	at := &Engine{Edition: e.Edition, began: now, drawn: e.drawn}
	for _, p := range e.Edition.Probes {
		if at.dueBefore(p.Channel) > 0 {
			return true
		}
	}
	return false
}
