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
// of them is down, no contact becomes unanswered.
func (e *Engine) rule(ctx context.Context, channel string) error {
	if e.undecided(channel) {
		return nil
	}
	if err := e.ruleRest(ctx, channel); err != nil {
		return err
	}
	some, err := e.anyOverdue(ctx, channel)
	if err != nil || !some {
		return err
	}
	var written []channels.Checkpoint
	hearer := e.Edition.Hearer(channel)
	err = e.Ledger.Update(ctx, func(tx probes.Tx) (err error) {
		if written, err = e.writeHeld(ctx, tx, hearer); err != nil {
			return err
		}
		return e.ruleSilent(ctx, tx, channel)
	})
	if err == nil {
		e.marks.Written(hearer, written...)
	}
	return err
}

// lookAhead is how far ahead deadlines are looked for while no contact changes, so
// that no look is made before the first of them.
const lookAhead = time.Hour

// anyOverdue reports whether listening has covered the deadline of any contact of a
// channel, written down or not.
func (e *Engine) anyOverdue(ctx context.Context, channel string) (some bool, err error) {
	look := "overdue on " + channel
	changes, now := e.changes(ctx), e.now()
	if e.looks.Idle(look, changes, now) {
		return false, nil
	}
	next := now
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		until, _, err := e.coveredIn(ctx, tx, channel, e.marks.Ahead)
		if err != nil || until.IsZero() {
			return err
		}
		q := e.overdue(channel, until)
		found, err := tx.Find(ctx, q)
		if some = len(found) > 0; err != nil || some || !e.looks.Quiet(look, changes) {
			return err
		}
		q.DeadlineBefore = now.Add(lookAhead)
		next = q.DeadlineBefore.Add(e.Timing.Grace)
		coming, err := tx.Find(ctx, q)
		for _, c := range coming {
			next = calendar.Earlier(next, c.Deadline.Add(e.Timing.Grace))
		}
		return err
	})
	if err == nil && !some {
		e.looks.Found(look, changes, now, next)
	}
	return some, err
}

// overdue asks for the open contacts of a channel whose deadline was covered when all
// was heard until an instant.
func (e *Engine) overdue(channel string, until time.Time) probes.Query {
	return probes.Query{
		Edition: e.Edition.Name, Channel: channel, Outcomes: []probes.Outcome{probes.Pending},
		DeadlineBefore: until.Add(-e.Timing.Grace),
	}
}

// ruleSilent decides the contacts of one channel that are overdue by what
// listening has covered, as it is written down.
func (e *Engine) ruleSilent(ctx context.Context, tx probes.Tx, channel string) error {
	by := probes.Coverage{}
	var err error
	if by.Until, by.Sources, err = e.coveredIn(ctx, tx, channel, asWritten); err != nil || by.Until.IsZero() {
		return err
	}
	silent, err := tx.Find(ctx, e.overdue(channel, by.Until))
	if err != nil {
		return err
	}
	silent = slices.DeleteFunc(silent, func(c probes.Contact) bool {
		a := c.Current()
		return a.ManualOnly() || !settled(a)
	})
	if len(silent) == 0 {
		return nil
	}
	p, err := e.proof(ctx, tx, channel, silent)
	if err != nil {
		return err
	}
	p.covered = by
	for _, c := range silent {
		if err := e.decide(ctx, tx, c, p.of(c)); err != nil {
			return fmt.Errorf("rule %s: %w", c.ID, err)
		}
	}
	return nil
}

// settled reports whether it is known what became of an attempt's opener: one
// that waits to be tried again at a door that was closed, or that may have left,
// is not for its silence to decide.
func settled(a probes.Attempt) bool {
	switch a.State {
	case probes.AttemptSending, probes.AttemptUnsure:
		return false
	case probes.AttemptPlanned:
		return a.Shut()
	}
	return true
}

// coverage returns until when everything that arrived on a channel has been heard, and
// has it written down first: what is decided by it may rest on it.
func (e *Engine) coverage(ctx context.Context, channel string) (until time.Time, err error) {
	if err := e.keepHeld(ctx, e.Edition.Hearer(channel)); err != nil {
		return time.Time{}, err
	}
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		until, _, err = e.coveredIn(ctx, tx, channel, asWritten)
		return err
	})
	return until, err
}

// asWritten takes checkpoints as the ledger has them.
func asWritten(_ string, checkpoints []channels.Checkpoint) []channels.Checkpoint { return checkpoints }

// coveredIn returns until when everything that arrived on a channel has been
// heard: the checkpoint of its deafest source. It is the zero time while one of its
// sources has never been read to its end. The checkpoints are taken as they are
// written, or moved on to where they are held.
func (e *Engine) coveredIn(
	ctx context.Context, tx probes.Tx, channel string, taken func(string, []channels.Checkpoint) []channels.Checkpoint,
) (until time.Time, checkpoints []channels.Checkpoint, err error) {
	channel = e.Edition.Hearer(channel)
	listener, ok := e.Channels[channel].(channels.Listener)
	if !ok {
		return time.Time{}, nil, nil
	}
	checkpoints, err = tx.Checkpoints(ctx, channel)
	if err != nil {
		return time.Time{}, nil, err
	}
	sources := listener.Sources()
	checkpoints = slices.DeleteFunc(taken(channel, checkpoints), func(m channels.Checkpoint) bool {
		return !slices.Contains(sources, m.Source)
	})
	if len(checkpoints) < len(sources) {
		return time.Time{}, nil, nil
	}
	until = checkpoints[0].Until
	for i, m := range checkpoints {
		until = calendar.Earlier(until, m.Until)
		checkpoints[i].Position = "" // where to go on from is no proof of anything
	}
	return until, checkpoints, nil
}

// undecided reports whether nothing may be decided on a channel, because a
// clock cannot be trusted: our own, or one that dates what is heard there.
// Clocks that companies keep hold nothing up.
func (e *Engine) undecided(channel string) bool {
	why := e.doubt(channel)
	e.mu.Lock()
	before := e.doubted[channel]
	if e.doubted != nil {
		e.doubted[channel] = why != ""
	}
	e.mu.Unlock()
	switch {
	case why != "" && !before:
		e.Log.Warn("nothing is decided", "channel", channel, "because", why)
	case why == "" && before:
		e.Log.Info("clocks agree again", "channel", channel)
	}
	return why != ""
}

// doubt returns why a channel's clocks cannot be trusted; empty if they can.
func (e *Engine) doubt(channel string) string {
	if e.stepped() {
		return "our own clock has stepped"
	}
	hearer := e.Edition.Hearer(channel)
	listener, ok := e.Channels[hearer].(channels.Listener)
	if !ok {
		return ""
	}
	source, ahead := e.offsets.Wrong(hearer, listener.Sources())
	if source == "" {
		return ""
	}
	return fmt.Sprintf("the clock of %s is %v ahead of ours", source, ahead)
}

// setUnruled notes whether contacts of a channel may be decided and not ruled.
func (e *Engine) setUnruled(channel string, some bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.unruled != nil {
		e.unruled[channel] = some
	}
}

// anyUnruled reports whether contacts of a channel may be decided and not ruled.
func (e *Engine) anyUnruled(channel string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.unruled[channel]
}

// ruleRest rules contacts that were decided while clocks disagreed.
func (e *Engine) ruleRest(ctx context.Context, channel string) error {
	if !e.anyUnruled(channel) {
		return nil
	}
	decided := probes.Query{Edition: e.Edition.Name, Channel: channel}
	for _, o := range probes.Outcomes() {
		if o != probes.Pending {
			decided.Outcomes = append(decided.Outcomes, o)
		}
	}
	var rest []string
	err := e.Ledger.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, decided)
		for _, c := range found {
			if c.Ruled == "" {
				rest = append(rest, c.ID)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	e.setUnruled(channel, false)
	if len(rest) == 0 {
		return nil
	}
	err = e.Ledger.Update(ctx, func(tx probes.Tx) error {
		for _, id := range rest {
			if err := e.record(ctx, tx, id); err != nil {
				return fmt.Errorf("rule %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		e.setUnruled(channel, true)
	}
	return err
}
