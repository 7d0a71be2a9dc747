package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

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
// leave before this start and of which the ledger has no contact. A place that
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
