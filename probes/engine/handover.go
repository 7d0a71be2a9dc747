package engine

import (
	"context"
	"errors"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// handOver opens the conversation and writes down what became of it. An opener
// under way when ctx ends may go on for Timing.Drain: cutting it off would leave
// nobody knowing whether it left.
func (d *departure) handOver(ctx context.Context, opener channels.Opener) error {
	e := d.engine
	open, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.Timing.Open)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-open.Done():
		case <-time.After(e.Timing.Drain):
			cancel()
		}
	})
	defer stop()
	receipt, err := opener.Open(open, d.opening, d.leave)
	result := e.became(receipt, err, d.due.Attempt)
	if err != nil && !d.over {
		e.Log.Warn("opener", "contact", d.due.Contact, "became", result.Kind, "err", err)
	}
	ctx = context.WithoutCancel(ctx)
	if !d.left && (result.Kind == probes.Deferred || result.Kind == probes.Refused) {
		return d.stays(ctx, result)
	}
	return e.write(ctx, d.due.Contact, result)
}

// stays writes down what became of an opener that was not intended, unless the
// attempt has become another caller's meanwhile, or is over.
func (d *departure) stays(ctx context.Context, result probes.Event) error {
	return d.engine.persist(ctx, func(tx probes.Tx) error {
		c, err := waiting(ctx, tx, d.due)
		if err != nil || c.ID == "" {
			return err
		}
		return d.engine.record(ctx, tx, c.ID, result)
	})
}

// became says which event an attempt to open comes to.
func (e *Engine) became(receipt channels.Receipt, err error, attempt int) probes.Event {
	now := e.now()
	var refusal *channels.Refusal
	switch {
	case err == nil:
		return probes.NewEvent(probes.Sent, attempt, receipt.At, probes.Sending{
			ID: receipt.ID, Response: receipt.Response, Names: receipt.Names, Precision: receipt.Precision,
		})
	case errors.Is(err, channels.ErrUnsure):
		return probes.NewEvent(probes.Unsure, attempt, now, probes.Failure{Reason: err.Error()})
	case errors.As(err, &refusal):
		return probes.NewEvent(probes.Refused, attempt, now, probes.Failure{
			Reason: err.Error(), Code: refusal.Code, Status: refusal.Status,
			Ours: probes.FaultOf(*refusal) == probes.Ours, Policy: probes.FaultOf(*refusal) == probes.Policy,
		})
	case errors.Is(err, channels.ErrRefused):
		return probes.NewEvent(probes.Refused, attempt, now, probes.Failure{Reason: err.Error(), Ours: true})
	}
	return probes.NewEvent(probes.Deferred, attempt, now, probes.Failure{Reason: err.Error()})
}

// write appends what became of an opener.
func (e *Engine) write(ctx context.Context, contact string, result probes.Event) error {
	return e.persist(ctx, func(tx probes.Tx) error {
		if err := e.record(ctx, tx, contact, result); err != nil {
			return err
		}
		return e.rehear(ctx, tx, contact, result)
	})
}

// persist updates the ledger. It tries for a while: the ledger may be busy, and
// what is not written down has to be found out by looking.
func (e *Engine) persist(ctx context.Context, update func(probes.Tx) error) error {
	var err error
	for wait := 100 * time.Millisecond; wait < 10*time.Second; wait *= 3 {
		if err = e.Ledger.Update(ctx, update); err == nil {
			return nil
		}
		time.Sleep(wait)
	}
	return err
}
