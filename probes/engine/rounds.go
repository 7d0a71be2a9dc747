package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// planner is the name under which the ledger keeps how far each probe's rounds
// have begun: a mark whose source is the probe, at its last tick, and whose
// position is how many there were.
const planner = "plan"

// plan begins the rounds whose tick has come, and gives the queue what is due
// within the horizon.
func (e *Engine) plan(ctx context.Context) error {
	now := e.now()
	if !e.heard.isSettled() {
		return nil
	}
	for _, p := range e.Edition.Probes {
		if _, opens := e.Channels[p.Channel].(channels.Opener); !opens {
			continue
		}
		if err := e.planRound(ctx, p, now); err != nil {
			return fmt.Errorf("plan round of %s: %w", p.Name, err)
		}
	}
	if err := e.replace(ctx); err != nil {
		return fmt.Errorf("replace what was lost: %w", err)
	}
	if err := e.enqueue(ctx, now); err != nil {
		return fmt.Errorf("queue openers: %w", err)
	}
	return nil
}

// planRound begins the newest round of a probe whose tick has passed, if it is
// not yet begun. Those between are skipped: nobody is written to twice to
// catch up.
func (e *Engine) planRound(ctx context.Context, p edition.Probe, now time.Time) error {
	var n int
	var tick time.Time
	var due bool
	look := func(tx probes.Tx) error {
		marks, err := tx.Checkpoints(ctx, planner)
		if err != nil {
			return err
		}
		var last time.Time
		if n, last = roundsBegun(marks, p.Name); last.IsZero() {
			last = e.firstInstant()
		}
		tick, due = p.Ticks.Due(last, now)
		return nil
	}
	if err := e.Ledger.View(ctx, look); err != nil || !due {
		return err
	}
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		if err := look(tx); err != nil || !due {
			return err
		}
		contacts := e.drawn.round(p, n, tick, now)
		for _, c := range contacts {
			if _, _, err := tx.Story(ctx, ContactID(c)); !errors.Is(err, probes.ErrNoContact) {
				if err != nil {
					return err
				}
				continue // adopted: its opener has left
			}
			if _, err := tx.Append(ctx, ContactID(c), probes.NewEvent(probes.Planned, 1, tick, c)); err != nil {
				return fmt.Errorf("company %s: %w", c.Company, err)
			}
		}
		e.Log.Info("round", "probe", p.Name, "tick", tick, "contacts", len(contacts))
		return tx.Advance(ctx, planner, channels.Checkpoint{Source: p.Name, Position: strconv.Itoa(n + 1), Until: tick})
	})
}

// firstInstant returns the instant from which ticks count: the edition's
// beginning, or the engine's own.
func (e *Engine) firstInstant() time.Time {
	if e.Edition.From.IsZero() {
		return e.began.Add(-time.Second)
	}
	return e.Edition.From.In(e.Edition.Zone()).Add(-time.Second)
}

// enqueue gives the queue the openers that are due within the horizon and not
// with it yet. One that the queue should have run a while ago is given again.
func (e *Engine) enqueue(ctx context.Context, now time.Time) error {
	var waiting []probes.Contact
	err := e.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		waiting, err = tx.Find(ctx, probes.Query{
			Edition: e.Edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: []probes.State{probes.AttemptPlanned},
			DueBefore: now.Add(e.Timing.Horizon),
		})
		return err
	})
	if err != nil {
		return err
	}
	asked, fresh := e.unasked(waiting, now)
	if len(fresh) > 0 {
		err = e.Ledger.Update(ctx, func(tx probes.Tx) error { return e.Queue.Add(ctx, tx, fresh...) })
	}
	if err == nil {
		e.queued = asked
	}
	return err
}

// unasked returns what has to be asked of the queue now, and all that it will
// then have been asked for.
func (e *Engine) unasked(waiting []probes.Contact, now time.Time) (asked map[probes.Job]time.Time, fresh []probes.Job) {
	const forgotten = 10 * time.Minute
	asked = map[probes.Job]time.Time{}
	for _, c := range waiting {
		due := probes.Job{Contact: c.ID, Attempt: c.Current().Number, At: c.Current().Due}
		since, known := e.queued[due]
		if !known || now.Sub(calendar.Later(since, due.At)) > forgotten {
			fresh, since = append(fresh, due), now
		}
		asked[due] = since
	}
	return asked, fresh
}

// ContactID names a contact for what it is: see [plan.ID].
func ContactID(p probes.Plan) string {
	return plan.ID(p.Edition, plan.Contact{Probe: p.Probe, Round: p.Round, Company: p.Company, Replaces: p.Replaces})
}
