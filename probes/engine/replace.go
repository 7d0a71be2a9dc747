package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// replace plans another contact for each that was void, broken off or contested, in its
// cell of the plan if that has room, at most twice for the same question
// ([plan.Season.Replacement]). What became of any contact is not asked for
// beyond that, and no person chooses.
func (e *Engine) replace(ctx context.Context) error {
	var lost []probes.Contact
	err := e.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		lost, err = tx.Find(ctx, probes.Query{
			Edition: e.Edition.Name, Outcomes: []probes.Outcome{probes.Void, probes.BrokenOff, probes.Contested},
		})
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range lost {
		if e.replaced[c.ID] {
			continue
		}
		if err := e.Ledger.Update(ctx, func(tx probes.Tx) error { return e.replaceOne(ctx, tx, c) }); err != nil {
			return fmt.Errorf("%s: %w", c.ID, err)
		}
		e.replaced[c.ID] = true
	}
	return nil
}

// replaceOne plans what stands in for a contact, unless something does or
// nothing can.
func (e *Engine) replaceOne(ctx context.Context, tx probes.Tx, c probes.Contact) error {
	probe, known := e.Edition.Probe(c.Plan.Probe)
	if !known {
		return nil
	}
	stead := c.Plan
	stead.Replaces = c.ID
	if _, _, err := tx.Story(ctx, ContactID(stead)); !errors.Is(err, probes.ErrNoContact) {
		return err
	}
	if needed, err := replaces(ctx, tx, c); err != nil || !needed {
		return err
	}
	others, err := e.engagements(ctx, tx, c)
	if err != nil {
		return err
	}
	if c.Asked() {
		others = append(others, e.drawn.contact(c))
	}
	now := e.now()
	next, ok := e.drawn.season.Replacement(e.drawn.contact(c), others, now)
	if !ok {
		e.Log.Warn("not replaced: no room, or replaced twice", "contact", c.ID, "company", c.Plan.Company)
		return nil
	}
	p := e.drawn.plan(probe, next)
	p.Contested = c.Plan.Contested || c.Outcome == probes.Contested
	_, err = tx.Append(ctx, ContactID(p), probes.NewEvent(probes.Planned, 1, now, p))
	e.Log.Info("replaced", "contact", c.ID, "by", ContactID(p), "at", p.Slot)
	return err
}

// keepPlan keeps the plan that the engine follows, if the ledger does not know
// it: after a change in mid-season both are there, and each contact says by
// which it was asked.
func (e *Engine) keepPlan(ctx context.Context) error {
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		marks, err := tx.Checkpoints(ctx, probes.Drawn)
		if err != nil {
			return err
		}
		for _, m := range marks {
			if m.Source == e.drawn.digest {
				return nil
			}
		}
		if _, err := tx.Keep(ctx, []byte(e.drawn.text)); err != nil {
			return err
		}
		return tx.Advance(ctx, probes.Drawn, channels.Checkpoint{Source: e.drawn.digest, Until: e.now()})
	})
}
