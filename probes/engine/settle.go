package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fault"
)

// recover makes unsure what an earlier run left sending: that run has ended, and
// it is not known how far the sending came.
func (e *Engine) recover(ctx context.Context) error {
	return e.abandon(ctx, "svartid was stopped while it was leaving", 0)
}

// abandon makes unsure the openers that have been leaving for so long.
func (e *Engine) abandon(ctx context.Context, reason string, since time.Duration) error {
	sending := probes.Query{Edition: e.Edition.Name, States: []probes.State{probes.AttemptSending}}
	some := false
	err := e.Ledger.View(ctx, func(tx probes.Tx) error {
		leaving, err := tx.Find(ctx, sending)
		some = len(leaving) > 0
		return err
	})
	if err != nil || !some {
		return err
	}
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		leaving, err := tx.Find(ctx, sending)
		if err != nil {
			return err
		}
		now := e.now()
		for _, c := range leaving {
			a := c.Current()
			if now.Sub(a.Intended) < since {
				continue
			}
			if err := e.record(ctx, tx, c.ID, probes.NewEvent(probes.Unsure, a.Number, now, probes.Failure{Reason: reason})); err != nil {
				return err
			}
		}
		return nil
	})
}

// any reports whether any attempt is in one of some states.
func (e *Engine) any(ctx context.Context, states ...probes.State) (some bool, err error) {
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, probes.Query{Edition: e.Edition.Name, States: states, Limit: 1})
		some = len(found) > 0
		return err
	})
	return some, err
}

// settle finds out which of the unsure openers left.
func (e *Engine) settle(ctx context.Context) error {
	const look = "openers to settle"
	changes, now := e.changes(ctx), e.now()
	if e.looks.Idle(look, changes, now) {
		return nil
	}
	some, err := e.any(ctx, probes.AttemptSending, probes.AttemptUnsure)
	if err == nil && !some {
		e.looks.Found(look, changes, now, time.Time{})
	}
	if err != nil || !some {
		return err
	}
	if err := e.abandon(ctx, "nobody wrote down what became of it", e.Timing.Open+e.Timing.Drain+time.Minute); err != nil {
		return err
	}
	var unsure []probes.Contact
	err = e.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		unsure, err = tx.Find(ctx, probes.Query{Edition: e.Edition.Name, States: []probes.State{probes.AttemptUnsure}})
		return err
	})
	if err != nil {
		return err
	}
	var failed []error // one that cannot be settled must not hold up the others
	for _, c := range unsure {
		if err := e.settleOne(ctx, c); err != nil {
			failed = append(failed, fmt.Errorf("settle %s: %w", c.ID, err))
		}
	}
	return errors.Join(failed...)
}

// settleOne looks for the trace of one opener. That there is none counts only
// after Timing.Lost, and once listening has covered that time: the trace may be
// under way for as long as mail may be. One that failed at the company's own door
// can be answered until its deadline, counted from that knock.
func (e *Engine) settleOne(ctx context.Context, c probes.Contact) error {
	a := c.Current()
	found, err := e.trace(ctx, c)
	switch {
	case err == nil:
		return e.write(ctx, c.ID, probes.NewEvent(probes.Copied, a.Number, found.At, probes.Sending{
			ID: found.ID, Response: found.Response, Names: found.Names, Precision: found.Precision,
		}))
	case !errors.Is(err, channels.ErrNotFound):
		return err
	}
	over := a.Intended.Add(e.Timing.Lost)
	if a.Failure.Fault.Turns() {
		over = calendar.Later(over, a.Deadline.Add(e.Timing.Grace))
	}
	if e.now().Before(over) {
		return nil
	}
	covered, err := e.coverage(ctx, c.Plan.Channel)
	if err != nil || covered.Before(over) {
		return err
	}
	return e.write(ctx, c.ID, probes.NewEvent(probes.Unsent, a.Number, e.now(), untraced(a)))
}

// untraced says whose fault it is that an unsure opener left no trace: the
// company's where its own door failed as it was handed over, else ours.
func untraced(a probes.Attempt) probes.Failure {
	if !a.Failure.Fault.Turns() {
		return probes.Failure{Reason: probes.Untraced, Fault: fault.Ours}
	}
	failure := a.Failure
	failure.Reason = probes.NotTaken
	return failure
}

// trace looks for the opener of a contact's current attempt.
func (e *Engine) trace(ctx context.Context, c probes.Contact) (channels.Receipt, error) {
	settler, ok := e.Channels[c.Plan.Channel].(channels.Reconciler)
	if !ok {
		return channels.Receipt{}, channels.ErrNotFound
	}
	opening, err := e.opening(ctx, c.Current())
	if err != nil {
		return channels.Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.Timing.Open)
	defer cancel()
	return settler.Reconcile(ctx, opening)
}

// opening returns an attempt's opener as it was intended.
func (e *Engine) opening(ctx context.Context, a probes.Attempt) (o channels.Opening, err error) {
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		o, err = openingOf(ctx, tx, a)
		return err
	})
	return o, err
}

// openingOf reads an attempt's opener from the evidence. The error wraps
// ErrNoEvidence if it was erased.
func openingOf(ctx context.Context, tx probes.Tx, a probes.Attempt) (o channels.Opening, err error) {
	words, err := tx.Evidence(ctx, a.Intent.Words)
	if err != nil {
		return o, fmt.Errorf("opening of %s: %w", a.Intent.Token, err)
	}
	if err := json.Unmarshal(words, &o); err != nil {
		return o, fmt.Errorf("opening of %s: %w", a.Intent.Token, err)
	}
	return o, nil
}
