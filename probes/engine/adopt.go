package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/plan"
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
		if e.unmarked(h.Channel, m, h.Arrival.Times.Arrived) {
			e.heard.passed(h.Channel, h.Arrival.Key)
		}
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
		return attribution{}, e.leftTwice(ctx, tx, probes.Contact{ID: cl.id(), Plan: cl.plan}, cl.attempt)
	}
	if err != nil {
		return attribution{}, fmt.Errorf("adopt %s: %w", cl.opening.Attempt, err)
	}
	if h.Arrival.Times.Sender.After(e.began.Add(time.Second)) { // a Date counts in seconds
		if err := e.leftTwice(ctx, tx, c, cl.attempt); err != nil {
			return attribution{}, err
		}
	}
	e.heard.adopted(h.Channel, cl.opening.Attempt)
	e.Log.Info("adopted: it left, and the ledger does not know it", "channel", h.Channel, "contact", cl.id(), "attempt", cl.attempt)
	return attribution{contact: c, attempt: cl.attempt, rule: probes.RuleCopy}, nil
}

// unmarked reports whether a message is of this season, from one of our personas to
// a company, as an opener by another secret is. It adopts nothing: any sender can
// write such a letter.
func (e *Engine) unmarked(channel string, m message.Message, at time.Time) bool {
	_, copies := e.copies(channel)
	return copies && !at.Before(e.firstInstant()) && len(e.senders(channel, m.ID(), m.From())) > 0 && len(e.addressed(channel, m)) > 0
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

// withhold keeps an attempt from being sent if it is not known when it
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
		Reason: "a copy with its mark came outside its slot", Fault: fault.Ours,
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

// longestLook is how long one place is given to say what it holds of us.
const longestLook = 30 * time.Second

// looksBack returns what can find the openers of a channel that has no copies:
// a chat, a room, a visitor that bears an attempt's token already.
func (e *Engine) looksBack(channel string) (channels.Reconciler, bool) {
	if _, copies := e.copies(channel); copies {
		return nil, false
	}
	place, ok := e.Channels[channel].(channels.Reconciler)
	return place, ok
}

// lookBack adopts the openers of a channel without copies that the plan had
// leave before this start and whose contact is not in the ledger. A place that
// does not answer is passed over: what is due there is looked for again when it
// is to be opened.
func (e *Engine) lookBack(ctx context.Context, channel string) error {
	if _, ok := e.looksBack(channel); !ok {
		return nil
	}
	silent := map[string]bool{}
	for _, c := range e.drawn.ahead.Contacts {
		if c.Channel != channel || !c.At.Before(e.began) || silent[c.Company] {
			continue
		}
		known, err := e.known(ctx, c.ID)
		if err != nil {
			return err
		}
		probe, _ := e.Edition.Probe(c.Probe)
		if known {
			continue
		}
		err = e.findLeft(ctx, e.first(probe, c))
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			silent[c.Company] = true
			e.Log.Warn("cannot look for openers that left before", "channel", channel, "company", c.Company, "err", err)
		}
	}
	return nil
}

// first returns the first attempt at a contact of the plan.
func (e *Engine) first(p edition.Probe, c plan.Contact) candidate {
	return candidate{plan: e.drawn.plan(p, c), attempt: 1, from: c.At.Add(-early), until: e.lastInstant()}
}

// known reports whether the ledger has a contact.
func (e *Engine) known(ctx context.Context, id string) (known bool, err error) {
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		_, _, err := tx.Story(ctx, id)
		if known = err == nil; errors.Is(err, probes.ErrNoContact) {
			return nil
		}
		return err
	})
	return known, err
}

// findLeft looks where an opener would be and, if it is there, adopts it.
func (e *Engine) findLeft(ctx context.Context, c candidate) error {
	channel := c.plan.Channel
	place, ok := e.looksBack(channel)
	opener, opens := e.Channels[channel].(channels.Opener)
	if !ok || !opens {
		return nil
	}
	contact := probes.Contact{ID: c.id(), Plan: c.plan, Attempts: []probes.Attempt{{Number: c.attempt}}}
	o, err := words(e.Edition, contact, 1)
	if err == nil {
		o, err = opener.Prepare(o)
	}
	if err != nil {
		return fmt.Errorf("prepare %s: %w", c.id(), err)
	}
	look, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	receipt, err := place.Reconcile(look, o)
	switch {
	case errors.Is(err, channels.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return e.adoptFound(ctx, claim{c, o}, receipt)
}

// adoptFound gives the ledger an opener that a platform has shown to be there,
// and what was heard of it.
func (e *Engine) adoptFound(ctx context.Context, cl claim, receipt channels.Receipt) error {
	err := e.Ledger.Update(ctx, func(tx probes.Tx) error {
		_, err := e.enter(ctx, tx, cl, receipt.At)
		if errors.Is(err, errLeft) {
			return nil
		}
		if err != nil {
			return err
		}
		seen := probes.NewEvent(probes.Copied, cl.attempt, receipt.At, probes.Sending{
			ID: receipt.ID, Response: receipt.Response, Names: receipt.Names, Precision: receipt.Precision,
		})
		if err := e.record(ctx, tx, cl.id(), seen); err != nil {
			return err
		}
		return e.matchRest(ctx, tx, e.Edition.Hearer(cl.plan.Channel))
	})
	if err != nil {
		return fmt.Errorf("adopt %s: %w", cl.opening.Attempt, err)
	}
	e.heard.adopted(cl.plan.Channel, cl.opening.Attempt)
	e.Log.Info("adopted: it left, and the ledger does not know it", "channel", cl.plan.Channel, "contact", cl.id(), "attempt", cl.attempt)
	return nil
}
