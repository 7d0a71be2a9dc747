package probes

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
)

// handOver opens the conversation and returns what became of it, as an event.
// An opener under way when ctx ends may go on for Pace.Drain: cutting it off
// would leave nobody knowing whether it left.
func (e *Engine) handOver(ctx context.Context, opener channels.Opener, o channels.Opening, due Job) Event {
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
	no, said := refusalIn(err)
	if said {
		no.Worked = e.worked(ctx, due.Contact, no)
	}
	result := e.became(receipt, err, no)
	result.Attempt = due.Attempt
	if err != nil {
		fault, _ := FaultIn(result)
		e.Log.Warn("opener", "contact", due.Contact, "became", result.Kind, "fault", fault, "step", no.Step, "err", err)
	}
	return result
}

// refusalIn returns what was said in an error of [channels.Opener.Open], and
// whether anything was: a final no, or one that may pass.
func refusalIn(err error) (no channels.Refusal, said bool) {
	var refusal *channels.Refusal
	if errors.As(err, &refusal) {
		return *refusal, true
	}
	var deferral *channels.Deferral
	if errors.As(err, &deferral) {
		return deferral.No, true
	}
	return channels.Refusal{Ours: errors.Is(err, channels.ErrRefused)}, false
}

// became says which event an attempt to open comes to, of an error in which no
// was said. What is our own fault is tried again, as long as the contact's
// hours last.
func (e *Engine) became(receipt channels.Receipt, err error, no channels.Refusal) Event {
	now := e.now()
	failure := Failure{Code: no.Code, Status: no.Status, Step: no.Step}
	if err != nil {
		failure.Reason = err.Error()
	}
	if no.Step != "" || no.Ours {
		failure.Fault = FaultOf(no)
	}
	switch {
	case err == nil:
		return NewEvent(Sent, 0, receipt.At, Sending{
			ID: receipt.ID, Response: receipt.Response, Names: receipt.Names, Precision: receipt.Precision,
		})
	case errors.Is(err, channels.ErrUnsure):
		return NewEvent(Unsure, 0, now, Failure{Reason: err.Error()})
	case errors.Is(err, channels.ErrRefused) && failure.Fault != Ours:
		return NewEvent(Refused, 0, now, failure)
	}
	return NewEvent(Deferred, 0, now, failure)
}

// worked reports whether a key that a door does not accept, or a door that bars
// us, has let us in to the contact's company before.
func (e *Engine) worked(ctx context.Context, contact string, no channels.Refusal) bool {
	barred := no.Code == http.StatusUnauthorized || no.Code == http.StatusForbidden || no.Sign == channels.SignKey
	if no.Step != channels.StepDoor || !barred || no.Key == channels.KeyOurs {
		return false
	}
	worked := false
	err := e.Ledger.View(ctx, func(tx Tx) error {
		c, _, err := tx.Story(ctx, contact)
		if err != nil {
			return err
		}
		all, err := tx.Find(ctx, Query{Edition: c.Plan.Edition, Channel: c.Plan.Channel, Company: c.Plan.Company})
		worked = slices.ContainsFunc(all, func(c Contact) bool {
			return slices.ContainsFunc(c.Attempts, func(a Attempt) bool { return !a.Sent.IsZero() })
		})
		return err
	})
	if err != nil {
		e.Log.Error("whether a key has worked is not known", "contact", contact, "err", err)
	}
	return worked
}

// write appends what became of an opener. It tries for a while: the ledger may
// be busy, and what is not written down has to be found out by looking.
func (e *Engine) write(ctx context.Context, contact string, result Event) error {
	var err error
	for wait := 100 * time.Millisecond; wait < 10*time.Second; wait *= 3 {
		err = e.Ledger.Update(ctx, func(tx Tx) error {
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
