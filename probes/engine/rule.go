package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
)

// rule decides the contacts of a channel whose deadline listening has covered.
// It rests on what every source has been read to, not on the clock: while one
// of them is deaf, nobody is unanswered.
func (e *Engine) rule(ctx context.Context, channel string) error {
	if e.undecided(channel) {
		return nil
	}
	if err := e.ruleRest(ctx, channel); err != nil {
		return err
	}
	covered, marks, err := e.coverage(ctx, channel)
	if err != nil || covered.IsZero() {
		return err
	}
	overdue := probes.Query{
		Edition: e.Edition.Name, Channel: channel, Outcomes: []probes.Outcome{probes.Pending},
		DeadlineBefore: covered.Add(-e.Timing.Grace),
	}
	waiting := 0
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, overdue)
		waiting = len(found)
		return err
	})
	if err != nil || waiting == 0 {
		return err
	}
	by := probes.Coverage{Until: covered, Sources: marks}
	return e.Ledger.Update(ctx, func(tx probes.Tx) error { return e.ruleSilent(ctx, tx, overdue, by) })
}

// ruleSilent decides the contacts of one channel that are overdue by what
// listening has covered.
func (e *Engine) ruleSilent(ctx context.Context, tx probes.Tx, overdue probes.Query, by probes.Coverage) error {
	silent, err := tx.Find(ctx, overdue)
	if err != nil {
		return err
	}
	p, err := e.proof(ctx, tx, overdue.Channel)
	if err != nil {
		return err
	}
	p.covered = by
	for _, c := range silent {
		if a := c.Current(); a.ManualOnly() || a.State == probes.AttemptPlanned && !a.Shut() {
			continue
		}
		if err := e.decide(ctx, tx, c, p.of(c)); err != nil {
			return fmt.Errorf("rule %s: %w", c.ID, err)
		}
	}
	return nil
}

// coverage returns until when everything that arrived on a channel has been
// heard: the mark of its deafest source. It is the zero time while one of its
// sources has never been read to its end.
func (e *Engine) coverage(ctx context.Context, channel string) (until time.Time, marks []channels.Checkpoint, err error) {
	channel = e.Edition.Hearer(channel)
	listener, ok := e.Channels[channel].(channels.Listener)
	if !ok {
		return time.Time{}, nil, nil
	}
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		marks, err = tx.Checkpoints(ctx, channel)
		return err
	})
	if err != nil {
		return time.Time{}, nil, err
	}
	sources := listener.Sources()
	marks = slices.DeleteFunc(marks, func(m channels.Checkpoint) bool { return !slices.Contains(sources, m.Source) })
	if len(marks) < len(sources) {
		return time.Time{}, nil, nil
	}
	until = marks[0].Until
	for i, m := range marks {
		until = calendar.Earlier(until, m.Until)
		marks[i].Position = "" // where to go on from is no proof of anything
	}
	return until, marks, nil
}
