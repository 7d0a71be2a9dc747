package engine

import (
	"context"
	"errors"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// handOver opens the conversation and returns what became of it, as an event.
// An opener under way when ctx ends may go on for Pace.Drain: cutting it off
// would leave nobody knowing whether it left.
func (e *Engine) handOver(ctx context.Context, opener channels.Opener, o channels.Opening, due probes.Job) probes.Event {
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
	receipt, err := opener.Open(open, o)
	result := e.became(receipt, err, due.Attempt)
	if err != nil {
		e.Log.Warn("opener", "contact", due.Contact, "became", result.Kind, "err", err)
	}
	return result
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
			Ours: refusal.Ours, Policy: refusal.Policy,
		})
	case errors.Is(err, channels.ErrRefused):
		return probes.NewEvent(probes.Refused, attempt, now, probes.Failure{Reason: err.Error(), Ours: true})
	}
	return probes.NewEvent(probes.Deferred, attempt, now, probes.Failure{Reason: err.Error()})
}

// write appends what became of an opener. It tries for a while: the ledger may
// be busy, and what is not written down has to be found out by looking.
func (e *Engine) write(ctx context.Context, contact string, result probes.Event) error {
	var err error
	for wait := 100 * time.Millisecond; wait < 10*time.Second; wait *= 3 {
		err = e.Ledger.Update(ctx, func(tx probes.Tx) error {
			if err := e.record(ctx, tx, contact, result); err != nil {
				return err
			}
			return e.rehear(ctx, tx, contact, result)
		})
		if err == nil {
			return nil
		}
		time.Sleep(wait)
	}
	return err
}
