package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading/message"
)

// errLeft says that an attempt is on record as having left by other marks.
var errLeft = errors.New("has left by other marks")

// adopt takes an own copy for that of an opener that the ledger does not know,
// as after it was lost or restored: the mailbox is the second ledger. Only our
// own mark makes it one, in its slot. A copy that comes outside it, as one that
// was sent again would, says no more than that the opener left: the contact is
// void, and the copy is left to a person.
func (e *Engine) adopt(ctx context.Context, tx probes.Tx, h probes.StoredArrival, m message.Message) (attribution, error) {
	cl, ok := e.claimed(h.Channel, m, h.Arrival.Times.Arrived)
	if !ok {
		return attribution{}, nil
	}
	known, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: h.Channel, Key: h.Arrival.Key})
	if err != nil || len(known) > 0 {
		return attribution{}, err
	}
	at := h.Arrival.Times.Arrived
	if !cl.inSlot(at) {
		e.Log.Warn("a copy of ours came outside its slot",
			"channel", h.Channel, "contact", cl.id(), "key", h.Arrival.Key, "slot", cl.plan.Slot)
		return attribution{}, e.withhold(ctx, tx, cl, at)
	}
	c, err := e.enter(ctx, tx, cl, composed(h.Arrival.Times, cl.candidate))
	if errors.Is(err, errLeft) {
		e.Log.Warn("a copy of ours is of an attempt that is known by another", "channel", h.Channel, "contact", cl.id(), "key", h.Arrival.Key)
		return attribution{}, nil
	}
	if err != nil {
		return attribution{}, fmt.Errorf("adopt %s: %w", cl.opening.Attempt, err)
	}
	e.heard.adopted(h.Channel, cl.opening.Attempt)
	e.Log.Info("adopted: it left, and the ledger does not know it", "channel", h.Channel, "contact", cl.id(), "attempt", cl.attempt)
	return attribution{contact: c, attempt: cl.attempt, rule: probes.RuleCopy}, nil
}

// composed returns when an opener was intended, as far as its copy says: at its
// Date, which is our own clock's, else when it came.
func composed(times channels.Times, c candidate) time.Time {
	if !times.Sender.IsZero() && times.Sender.Before(times.Arrived) && c.inSlot(times.Sender) {
		return times.Sender
	}
	return times.Arrived
}

// enter gives the ledger the plan and the intent of an attempt that it has lost,
// and those of the attempts before it. The error is errLeft if it is known to
// have left.
func (e *Engine) enter(ctx context.Context, tx probes.Tx, cl claim, at time.Time) (probes.Contact, error) {
	c, err := e.replan(ctx, tx, cl, at)
	if err != nil {
		return c, err
	}
	if c.Attempts[cl.attempt-1].Bothers() {
		return c, errLeft
	}
	return e.intended(ctx, tx, cl, at)
}

// replan gives the ledger the plan of an attempt, if it has lost it. Where that
// is a second one, the first has left too, and its copy is not there: it is
// taken to have left in its slot.
func (e *Engine) replan(ctx context.Context, tx probes.Tx, cl claim, at time.Time) (probes.Contact, error) {
	c, _, err := tx.Story(ctx, cl.id())
	if errors.Is(err, probes.ErrNoContact) {
		first := cl.plan
		if !cl.inSlot(first.Slot) || cl.plan.Replaces != "" && cl.attempt == 1 {
			first.Slot = at
		}
		c, err = tx.Append(ctx, cl.id(), probes.NewEvent(probes.Planned, 1, first.Round, first))
	}
	for err == nil && len(c.Attempts) < cl.attempt {
		before := claim{candidate: cl.candidate, opening: cl.opening}
		before.attempt = len(c.Attempts)
		before.opening.Attempt, before.opening.Address, before.opening.ID = attemptID(cl.id(), before.attempt), "", ""
		before.opening.Token = token(e.Edition, cl.id(), before.attempt, 1)
		if a := c.Current(); !a.Bothers() && a.Tries == 0 {
			if _, err = e.intended(ctx, tx, before, a.Due); err == nil {
				left := probes.Sending{Response: "its next attempt left"}
				err = e.record(ctx, tx, c.ID, probes.NewEvent(probes.Copied, a.Number, a.Due, left))
			}
		}
		if err != nil {
			return c, err
		}
		next := c.Plan
		next.Slot = at
		c, err = tx.Append(ctx, c.ID, probes.NewEvent(probes.Planned, len(c.Attempts)+1, at, next))
	}
	return c, err
}

// intended appends the intent that an attempt had.
func (e *Engine) intended(ctx context.Context, tx probes.Tx, cl claim, at time.Time) (probes.Contact, error) {
	contact := probes.Contact{ID: cl.id(), Plan: cl.plan, Attempts: []probes.Attempt{{Number: cl.attempt}}}
	if said, err := words(e.Edition, contact, 1); err == nil {
		cl.opening.Subject, cl.opening.Body = said.Subject, said.Body
	}
	text, err := json.Marshal(cl.opening)
	if err != nil {
		return probes.Contact{}, fmt.Errorf("encode opening: %w", err)
	}
	digest, err := tx.Keep(ctx, text)
	if err != nil {
		return probes.Contact{}, err
	}
	return tx.Append(ctx, cl.id(), probes.NewEvent(probes.Intended, cl.attempt, at, probes.Intent{
		Token: cl.opening.Token, Address: cl.opening.Address, ID: cl.opening.ID, Words: digest, Adopted: true,
	}))
}

// withhold keeps an attempt from being sent of which it is not known when it
// left. What is known of it already stays.
func (e *Engine) withhold(ctx context.Context, tx probes.Tx, cl claim, at time.Time) error {
	c, _, err := tx.Story(ctx, cl.id())
	if errors.Is(err, probes.ErrNoContact) {
		if cl.attempt > 1 {
			return nil
		}
		c, err = tx.Append(ctx, cl.id(), probes.NewEvent(probes.Planned, 1, cl.plan.Round, cl.plan))
	}
	if a := c.Current(); err != nil || a.Number != 1 || a.State != probes.AttemptPlanned || a.Tries > 0 {
		return err
	}
	return e.record(ctx, tx, c.ID, probes.NewEvent(probes.Dropped, 1, at, probes.Failure{
		Reason: "a copy with its mark came outside its slot", Fault: probes.Ours,
	}))
}

// matchRest gives to their attempts what was heard before these were adopted.
func (e *Engine) matchRest(ctx context.Context, tx probes.Tx, channel string) error {
	waiting, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: channel, Unmatched: true})
	if err != nil {
		return err
	}
	for _, h := range waiting {
		if err := e.matchAgain(ctx, tx, h); err != nil && !errors.Is(err, probes.ErrNoEvidence) {
			return fmt.Errorf("match %s again: %w", h.Arrival.Key, err)
		}
	}
	return nil
}
