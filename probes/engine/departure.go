package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// errOver says that an opener may not leave any more. What became of it is on
// record.
var errOver = errors.New("it is not to be sent any more")

// A departure is one opener on its way out. Its leave is what makes the intent
// durable, at the last instant at which nothing has left.
type departure struct {
	engine  *Engine
	due     probes.Job
	channel string
	opening channels.Opening
	began   time.Time
	left    bool // the intent is durable: from now on it may be leaving
	over    bool // it may not leave any more
}

// leave is the [channels.Leave] of the departure. What held when the opener was
// prepared may hold no longer, after a slow connection or another opener to the
// same company, and is looked at again.
func (d *departure) leave(ctx context.Context) error { return d.intend(ctx) }

// intend makes the intent durable, and also with it. The error is errOver if the
// opener may not leave any more.
func (d *departure) intend(ctx context.Context, also ...probes.Event) error {
	admitted, err := d.engine.admit(ctx, d.due, func(tx probes.Tx) error { return d.keep(ctx, tx, also) })
	if d.left, d.over = admitted, err == nil && !admitted; d.over {
		return errOver
	}
	return err
}

// keep keeps the opening and appends the intent.
func (d *departure) keep(ctx context.Context, tx probes.Tx, also []probes.Event) error {
	words, err := json.Marshal(d.opening)
	if err != nil {
		return fmt.Errorf("encode opening: %w", err)
	}
	digest, err := tx.Keep(ctx, words)
	if err != nil {
		return err
	}
	d.began = d.engine.now()
	intent := probes.NewEvent(probes.Intended, d.due.Attempt, d.began, probes.Intent{
		Token: d.opening.Token, Address: d.opening.Address, ID: d.opening.ID, Words: digest,
	})
	_, err = tx.Append(ctx, d.due.Contact, append([]probes.Event{intent}, also...)...)
	return err
}

// admit runs then in one transaction in which the attempt waits to be opened and
// may leave. One that may not is dropped.
//
// Openers are admitted one by one. What becomes of one that left then waits for
// the ledger behind one other at most, not behind all that would leave too, and
// a crash finds as few as can be of which it is not known.
func (e *Engine) admit(ctx context.Context, due probes.Job, then func(probes.Tx) error) (admitted bool, err error) {
	select {
	case e.leaving <- struct{}{}:
		defer func() { <-e.leaving }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	err = e.Ledger.Update(ctx, func(tx probes.Tx) error {
		admitted = false
		c, err := e.stillWaiting(ctx, tx, due)
		if err != nil || c.ID == "" {
			return err
		}
		now := e.now()
		reason, err := e.forbidden(ctx, tx, c, now)
		if err != nil {
			return err
		}
		if reason != "" {
			dropped := probes.Failure{Reason: reason, Fault: probes.Ours}
			return e.record(ctx, tx, c.ID, probes.NewEvent(probes.Dropped, due.Attempt, now, dropped))
		}
		admitted = true
		return then(tx)
	})
	return admitted && err == nil, err
}

// prompt shows the opener to a person. That is its intent too: from then on it
// may be leaving.
func (d *departure) prompt(ctx context.Context, p channels.Prompt) error {
	shown := probes.NewEvent(probes.Prompted, d.due.Attempt, d.engine.now(), probes.Prompting{How: p.How, Heard: p.Heard, Seen: p.Seen})
	if err := d.intend(ctx, shown); err != nil {
		if d.over {
			return nil
		}
		return err
	}
	d.engine.notify(ctx, p, d.due)
	return nil
}
