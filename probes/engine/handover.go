package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

// handOver opens the conversation and writes down what became of it. An opener
// under way when ctx ends may go on for Timing.Drain: if it were cut off, it
// would be unsure.
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
	tried := e.now()
	receipt, err := opener.Open(open, d.opening, d.leave)
	if err == nil {
		receipt = d.dated(receipt)
		e.others.note(d.channel, e.now())
	}
	ctx = context.WithoutCancel(ctx)
	no, said := refusalIn(err)
	if said {
		no.Worked = e.worked(ctx, d.due.Contact, no)
		no.Rested = e.rested(ctx, d.due.Contact, no)
	}
	no, met := e.witnessed(ctx, d.channel, no, tried)
	d.picture = channels.PictureOf(receipt, err)
	result := e.became(receipt, err, no)
	result = proven(result, met)
	result.Attempt = d.due.Attempt
	if err != nil && !d.over {
		fault, _ := probes.FaultIn(result)
		e.Log.Warn("opener", "contact", d.due.Contact, "became", result.Kind, "fault", fault, "step", no.Step, "err", err)
	}
	e.holdOrRelease(d.channel, result)
	if !d.left && (result.Kind == probes.Deferred || result.Kind == probes.Refused) {
		return d.stays(ctx, result)
	}
	return e.persist(ctx, func(tx probes.Tx) error {
		result, err := d.shown(ctx, tx, result)
		if err != nil {
			return err
		}
		return e.writeIn(ctx, tx, d.due.Contact, result)
	})
}

// shown keeps what was on the screen beside what became of the opener.
func (d *departure) shown(ctx context.Context, tx probes.Tx, result probes.Event) (probes.Event, error) {
	if len(d.picture) == 0 {
		return result, nil
	}
	digest, err := tx.Keep(ctx, d.picture)
	return probes.WithPicture(result, digest), err
}

// stays writes down what became of an opener that was not intended, unless the
// attempt has become another caller's meanwhile, or is over.
func (d *departure) stays(ctx context.Context, result probes.Event) error {
	return d.engine.persist(ctx, func(tx probes.Tx) error {
		c, err := d.engine.stillWaiting(ctx, tx, d.due)
		if err != nil || c.ID == "" {
			return err
		}
		result, err := d.shown(ctx, tx, result)
		if err != nil {
			return err
		}
		return d.engine.record(ctx, tx, c.ID, result)
	})
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
func (e *Engine) became(receipt channels.Receipt, err error, no channels.Refusal) probes.Event {
	now := e.now()
	failure := probes.Failure{Code: no.Code, Status: no.Status, Step: no.Step}
	if err != nil {
		failure.Reason = err.Error()
	}
	if no.Step != "" || no.Ours {
		failure.Fault = fault.Of(no)
	}
	switch {
	case err == nil:
		return probes.NewEvent(probes.Sent, 0, receipt.At, probes.Sending{
			ID: receipt.ID, Response: receipt.Response, Names: receipt.Names, Precision: receipt.Precision,
		})
	case errors.Is(err, channels.ErrUnsure):
		if no.Step != channels.StepDoor {
			failure = probes.Failure{Reason: failure.Reason} // what a mail server says then is no no
		}
		return probes.NewEvent(probes.Unsure, 0, now, failure)
	case errors.Is(err, channels.ErrRefused) && failure.Fault != fault.Ours:
		return probes.NewEvent(probes.Refused, 0, now, failure)
	}
	return probes.NewEvent(probes.Deferred, 0, now, failure)
}

// worked reports whether a door that says no in an answer has let us in to the
// contact's company before.
func (e *Engine) worked(ctx context.Context, contact string, no channels.Refusal) bool {
	barred := no.Code >= 300 || no.Sign == channels.SignKey || no.Sign == channels.SignPuzzle || no.Sign == channels.SignFlow
	if no.Step != channels.StepDoor || !barred || no.Key == channels.KeyOurs {
		return false
	}
	worked := false
	err := e.Ledger.View(ctx, func(tx probes.Tx) error {
		c, _, err := tx.Story(ctx, contact)
		if err != nil {
			return err
		}
		all, err := tx.Find(ctx, probes.Query{Edition: c.Plan.Edition, Channel: c.Plan.Channel, Company: c.Plan.Company})
		worked = slices.ContainsFunc(all, func(c probes.Contact) bool {
			return slices.ContainsFunc(c.Attempts, func(a probes.Attempt) bool { return !a.Sent.IsZero() })
		})
		return err
	})
	if err != nil {
		e.Log.Error("whether a key has worked is not known", "contact", contact, "err", err)
	}
	return worked
}

// rested reports whether a door that wants us slower has done so although we have rested
// often enough, and no door of companies that share no centre with the contact's does:
// then it is not our pace.
func (e *Engine) rested(ctx context.Context, contact string, no channels.Refusal) (rested bool) {
	if no.Step != channels.StepDoor || no.Code != http.StatusTooManyRequests {
		return false
	}
	err := e.Ledger.View(ctx, func(tx probes.Tx) error {
		c, _, err := tx.Story(ctx, contact)
		if err != nil || c.Current().Slowed.Times < probes.RestsEnough {
			return err
		}
		others, err := tx.Find(ctx, probes.Query{
			Edition: c.Plan.Edition, Channel: c.Plan.Channel, Outcomes: []probes.Outcome{probes.Pending},
			States: []probes.State{probes.AttemptPlanned, probes.AttemptSending},
		})
		own := e.centresOf(c)
		rested = err == nil && !slices.ContainsFunc(others, func(other probes.Contact) bool {
			shared := slices.ContainsFunc(e.centresOf(other), func(name string) bool { return slices.Contains(own, name) })
			return !shared && other.Current().Slowed.Times > 0
		})
		return err
	})
	if err != nil {
		e.Log.Error("whether a door wants others slower too is not known", "contact", contact, "err", err)
	}
	return rested
}

// write appends what became of an opener.
func (e *Engine) write(ctx context.Context, contact string, result probes.Event) error {
	return e.persist(ctx, func(tx probes.Tx) error { return e.writeIn(ctx, tx, contact, result) })
}

// writeIn appends what became of an opener, in a transaction.
func (e *Engine) writeIn(ctx context.Context, tx probes.Tx, contact string, result probes.Event) error {
	if err := e.record(ctx, tx, contact, result); err != nil {
		return err
	}
	return e.rehear(ctx, tx, contact, result)
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
	left    bool   // the intent is durable: from now on it may be leaving
	over    bool   // it may not leave any more
	picture []byte // what was on the screen as it left, or did not; nil: nothing is known of it
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
// a crash leaves as few unsure ones as can be.
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
			dropped := probes.Failure{Reason: reason, Fault: fault.Ours}
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
