package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/plan"
)

// planner is the name under which the ledger keeps how far each probe's rounds
// have begun: a checkpoint whose source is the probe, at its last tick, and whose
// position is how many there were.
const planner = probes.Begun

// joiner is the name under which the ledger keeps after which instant the rounds of
// each probe count.
const joiner = "joined"

// plan begins the rounds whose tick has come, and gives the queue what is due
// within the horizon.
func (e *Engine) plan(ctx context.Context) error {
	now := e.now()
	e.sayOver(now)
	if !e.heard.isSettled() {
		return nil
	}
	for _, p := range e.Edition.Probes {
		if _, opens := e.Channels[p.Channel].(channels.Opener); !opens || !e.heardAll(p.Channel) {
			continue // what was asked before this start may not be known yet
		}
		if err := e.planRounds(ctx, p, now); err != nil {
			return fmt.Errorf("plan rounds of %s: %w", p.Name, err)
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

// sayOver says once that the edition is over. What is still open is heard and
// ruled all the same.
func (e *Engine) sayOver(now time.Time) {
	last := e.Edition.To
	if over := !last.IsZero() && last.Before(e.Edition.Day(now)); over && !e.over {
		e.over = true
		e.Log.Warn("the edition is over: nothing is asked any more", "edition", e.Edition.Name, "last day", last.String())
	}
}

// A dueRound is a round of a probe whose tick has come and that is not begun.
type dueRound struct {
	probe   edition.Probe
	n       int       // how many were begun before it
	tick    time.Time // zero: no round is due
	more    bool      // later ones are due as well
	skipped int       // how many before it no plan holds, and are left out
	next    time.Time // the first tick to come, where no round is due; zero: none
}

// planRounds begins every round of a probe whose tick has passed, the oldest
// first: after a time in which svartid was down, those that fell into it too.
func (e *Engine) planRounds(ctx context.Context, p edition.Probe, now time.Time) error {
	look := "rounds of " + p.Name
	if e.looks.Idle(look, 0, now) { // only this function begins rounds
		return nil
	}
	for {
		var r dueRound
		find := func(tx probes.Tx) (err error) {
			r, err = e.dueRound(ctx, tx, p, now)
			return err
		}
		err := e.Ledger.View(ctx, find)
		if err != nil {
			return err
		}
		if r.tick.IsZero() {
			e.looks.Found(look, 0, now, r.next)
			return nil
		}
		err = e.Ledger.Update(ctx, func(tx probes.Tx) error {
			if err := find(tx); err != nil || r.tick.IsZero() {
				return err
			}
			return e.begin(ctx, tx, r, now)
		})
		if err != nil || !r.more {
			return err
		}
	}
}

// dueRound returns the oldest round of a probe that is due. Of a probe that
// ticks too often for a plan that is the newest, and the others are skipped.
func (e *Engine) dueRound(ctx context.Context, tx probes.Tx, p edition.Probe, now time.Time) (dueRound, error) {
	checkpoints, err := tx.Checkpoints(ctx, planner)
	if err != nil {
		return dueRound{}, err
	}
	n, last := roundsBegun(checkpoints, p.Name)
	r := dueRound{probe: p, n: n}
	if rounds, ahead := e.drawn.rounds(p); ahead {
		if last.IsZero() {
			if last, err = e.joined(ctx, tx, p); err != nil {
				return dueRound{}, err
			}
		}
		return r.among(rounds, last, now), nil
	}
	first := last.IsZero()
	if first {
		last = e.firstInstant()
	}
	tick, due := p.Ticks.Due(last, now)
	if !due {
		r.next = p.Ticks.Next(last)
		return r, nil
	}
	r.tick = tick
	for t := p.Ticks.Next(last); !first && t.Before(tick) && r.skipped < mostSkipped; t = p.Ticks.Next(t) {
		r.skipped++
	}
	return r, nil
}

// among returns r with the oldest of a plan's rounds that came after the last one and is
// due, or else with the next that will be.
func (r dueRound) among(rounds []time.Time, last, now time.Time) dueRound {
	coming := slices.IndexFunc(rounds, func(tick time.Time) bool { return tick.After(last) })
	switch {
	case coming < 0: // all have begun
	case rounds[coming].After(now):
		r.next = rounds[coming]
	default:
		r.tick = rounds[coming]
		r.more = coming+1 < len(rounds) && !rounds[coming+1].After(now)
	}
	return r
}

// noteJoined writes down of every probe of a plan after which instant its rounds
// count, once: a later plan that has it too takes none of them back.
func (e *Engine) noteJoined(ctx context.Context, tx probes.Tx) error {
	for _, p := range e.Edition.Probes {
		if _, ahead := e.drawn.rounds(p); !ahead {
			continue
		}
		since, err := e.joined(ctx, tx, p)
		if err != nil {
			return err
		}
		if since.IsZero() {
			since = e.firstInstant().Add(-time.Second)
		}
		if err := tx.Advance(ctx, joiner, channels.Checkpoint{Source: p.Name, Until: since}); err != nil {
			return fmt.Errorf("since when %s counts: %w", p.Name, err)
		}
	}
	return nil
}

// joined returns the instant after which the rounds of a probe count that has
// begun none. In a season that began by another plan, to which the probe was
// added, that is when the one that first had it was first followed; else it is
// zero, and all do.
func (e *Engine) joined(ctx context.Context, tx probes.Tx, p edition.Probe) (time.Time, error) {
	noted, err := tx.Checkpoints(ctx, joiner)
	if err != nil {
		return time.Time{}, err
	}
	if _, since := roundsBegun(noted, p.Name); !since.IsZero() {
		return since, nil
	}
	first, err := tx.Find(ctx, probes.Query{Edition: e.Edition.Name, Limit: 1})
	if err != nil || len(first) == 0 || first[0].Plan.Drawn == e.drawn.digest {
		return time.Time{}, err
	}
	plans, err := tx.Checkpoints(ctx, probes.DrawnPlans)
	_, since := roundsBegun(plans, e.drawn.digest)
	return since, err
}

// mostSkipped bounds how many rounds are counted that were skipped at once.
const mostSkipped = 100_000

// begin plans a round's contacts. Those whose slot has passed while svartid was
// down are void at once, to be replaced in their cells.
func (e *Engine) begin(ctx context.Context, tx probes.Tx, r dueRound, now time.Time) error {
	contacts := e.drawn.round(r.probe, r.n, r.tick, now)
	late := 0
	for _, c := range contacts {
		id := ContactID(c)
		_, _, err := tx.Story(ctx, id)
		if err == nil {
			continue // adopted: its opener has left
		}
		if errors.Is(err, probes.ErrNoContact) {
			_, err = tx.Append(ctx, id, probes.NewEvent(probes.Planned, 1, r.tick, c))
		}
		if err != nil {
			return fmt.Errorf("company %s: %w", c.Company, err)
		}
		if !e.missed(c, r, now) {
			continue
		}
		late++
		lost := probes.Failure{Reason: "svartid was not running in its slot", Fault: fault.Ours}
		if err := e.record(ctx, tx, id, probes.NewEvent(probes.Dropped, 1, now, lost)); err != nil {
			return fmt.Errorf("company %s: %w", c.Company, err)
		}
	}
	missed := r.skipped
	if late > 0 {
		missed++
	}
	if err := e.countMissed(ctx, tx, r, missed); err != nil {
		return err
	}
	e.Log.Info("round", "probe", r.probe.Name, "tick", r.tick, "contacts", len(contacts), "missed", late, "rounds skipped", r.skipped)
	return tx.Advance(ctx, planner, channels.Checkpoint{Source: r.probe.Name, Position: strconv.Itoa(r.n + 1), Until: r.tick})
}

// missed reports whether the slot of a contact of a due round passed while
// svartid was down. Inside its hours the newest round is caught up; an older one
// is not, so that no company is written to twice to catch up.
func (e *Engine) missed(c probes.Plan, r dueRound, now time.Time) bool {
	switch {
	case c.Slot.After(now):
		return false
	case r.more, e.Edition.Day(c.Slot) != e.Edition.Day(now):
		return true
	}
	co, _ := e.Edition.Company(c.Company)
	_, then := e.Edition.Opens(r.probe, co, c.Slot)
	_, still := e.Edition.Opens(r.probe, co, now)
	return then && !still
}

// countMissed counts the rounds that svartid was down for: those that were
// skipped and, if its openers could not all leave, the round itself.
func (e *Engine) countMissed(ctx context.Context, tx probes.Tx, r dueRound, missed int) error {
	if missed == 0 {
		return nil
	}
	checkpoints, err := tx.Checkpoints(ctx, probes.Missed)
	if err != nil {
		return err
	}
	before, _ := roundsBegun(checkpoints, r.probe.Name)
	return tx.Advance(ctx, probes.Missed, channels.Checkpoint{
		Source: r.probe.Name, Position: strconv.Itoa(before + missed), Until: r.tick,
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

// enqueue gives the queue the openers that are due within the horizon. It leaves
// alone those that it has; one at which its work failed is given again.
func (e *Engine) enqueue(ctx context.Context, now time.Time) error {
	const look = "openers to queue"
	changes := e.changes(ctx)
	if e.looks.Idle(look, changes, now) {
		e.Queue.Add(e.due.Jobs()...)
		return nil
	}
	until, err := e.findDue(ctx, changes, now)
	if err != nil {
		return err
	}
	e.Queue.Add(e.due.Jobs()...)
	e.looks.Found(look, changes, now, until)
	return nil
}

// findDue brings what is due within the horizon up to date, after so many changes, and
// returns when the next opener comes within it; zero: none does.
func (e *Engine) findDue(ctx context.Context, changes int64, now time.Time) (until time.Time, err error) {
	horizon := now.Add(e.Timing.Horizon)
	planned := probes.Query{
		Edition: e.Edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: []probes.State{probes.AttemptPlanned},
	}
	since, from := e.due.Since(changes, now, horizon)
	var changed, come, later []probes.Contact
	err = e.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		near, far := planned, planned
		near.DueFrom, near.DueBefore, far.DueFrom, far.Limit = from, horizon, horizon, 1
		if since > 0 {
			changed, err = tx.Find(ctx, probes.Query{Edition: e.Edition.Name, ChangedSince: since})
		}
		if err == nil {
			come, err = tx.Find(ctx, near)
		}
		if err == nil {
			later, err = tx.Find(ctx, far)
		}
		return err
	})
	if err != nil {
		return time.Time{}, err
	}
	if since > 0 {
		e.due.Add(append(changed, come...), changes, horizon)
	} else {
		e.due.Fill(come, changes, now, horizon)
	}
	if len(later) > 0 {
		until = later[0].Current().Due.Add(-e.Timing.Horizon)
	}
	return until, nil
}

// ContactID names a contact for what it is: see [plan.ID].
func ContactID(p probes.Plan) string {
	return plan.ID(p.Edition, plan.Contact{Probe: p.Probe, Round: p.Round, Company: p.Company, Replaces: p.Replaces})
}
