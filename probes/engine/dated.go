package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/engine/clock"
)

// recallClocks takes up what an earlier run knew of foreign clocks.
func (e *Engine) recallClocks(ctx context.Context) error {
	return e.Ledger.View(ctx, func(tx probes.Tx) error { return e.offsets.Restore(ctx, tx) })
}

// dated returns when an arrival came, by our clock: see [probes.TimeBounds].
func (e *Engine) dated(ctx context.Context, tx probes.Tx, h probes.StoredArrival, m attribution) (channels.Times, error) {
	t := h.Arrival.Times
	b := probes.TimeBounds{Noticed: e.noticed(t.Noticed)}
	if m.attempt > 0 {
		b.Left = m.matched().Intended
	}
	if t.Claimed {
		mark, err := e.checkpoint(ctx, tx, probes.Source{Channel: h.Channel, Name: h.Source})
		if err != nil {
			return t, err
		}
		b.Looked = calendar.Later(mark.Until, t.Looked)
	}
	which := probes.Source{Channel: h.Channel, Name: h.Source}
	if m.rule == probes.RuleCopy || h.Arrival.Opener {
		e.readCopy(which, t, b)
	}
	b.Ahead = e.offsets.Of(which)
	return b.Apply(t), nil
}

// noticed returns when we had something, as the channel has it, unless that
// goes by a clock that has stepped.
func (e *Engine) noticed(at time.Time) time.Time {
	now := e.now()
	if at.IsZero() || at.After(now) || e.stepped() {
		return now
	}
	return at
}

// readCopy takes in what our own message shows of the clock of what it came to.
func (e *Engine) readCopy(which probes.Source, t channels.Times, b probes.TimeBounds) {
	if t.Server.IsZero() || b.Left.IsZero() {
		return
	}
	e.offsets.Read(which, channels.ClockReading{
		Shown: t.Server, After: b.Left, Before: b.Noticed, Precision: t.Precision,
	}, t.Claimed)
}

// compareClocks warns if our opener came into our own mailbox long after it
// left, or before: waits are measured from one clock to another.
func (e *Engine) compareClocks(a probes.Attempt, h probes.StoredArrival) {
	const tolerance = 2 * time.Minute
	if off := h.Arrival.Times.Arrived.Sub(a.Sent); !a.Sent.IsZero() && a.Receipt.Reported == nil && off.Abs() > tolerance {
		e.Log.Warn("our own opener came at another time than it left: slow delivery, or clocks that differ",
			"channel", h.Channel, "contact", h.Contact, "off by", off)
	}
}

// readClock takes in what a source's server showed as it was asked.
func (e *Engine) readClock(channel, source string, h channels.Batch) {
	if !e.stepped() {
		e.offsets.Read(probes.Source{Channel: channel, Name: source}, h.Clock, h.Clock.Claimed)
	}
}

// dated returns the receipt with the time at which the opener was taken, by our
// clock: between the instant at which it began to leave and now.
func (d *departure) dated(r channels.Receipt) channels.Receipt {
	e := d.engine
	which := probes.Source{Channel: d.channel, Name: clock.Receipts}
	if !e.stepped() {
		e.offsets.Read(which, r.Clock, true)
	}
	t := channels.Times{Arrived: r.At, Precision: r.Precision, Claimed: true}
	if !r.Clock.Shown.IsZero() {
		t.Server = r.At
	}
	b := probes.TimeBounds{Left: d.began, Noticed: e.now(), Ahead: e.offsets.Of(which)}
	t = b.Apply(t)
	r.At, r.Precision = t.Arrived, t.Precision
	return r
}

// covers returns until when all that arrived has been offered, by a channel's
// own word: not beyond now, and nothing by a clock that has stepped.
func (e *Engine) covers(until time.Time) time.Time {
	if until.IsZero() || e.stepped() {
		return time.Time{}
	}
	return calendar.Earlier(until, e.now())
}

// checkpoint returns how far a source has been heard, written down or not; it is zero
// if it never was.
func (e *Engine) checkpoint(ctx context.Context, tx probes.Tx, of probes.Source) (channels.Checkpoint, error) {
	checkpoints, err := tx.Checkpoints(ctx, of.Channel)
	for _, m := range e.marks.Ahead(of.Channel, checkpoints) {
		if m.Source == of.Name {
			return m, err
		}
	}
	return channels.Checkpoint{}, err
}

// advance moves a checkpoint. One that lies ahead of us was made by a clock that was
// wrong: it goes back, and takes with it the silences that it proved.
func (e *Engine) advance(ctx context.Context, tx probes.Tx, channel string, mark channels.Checkpoint) error {
	before, err := e.checkpoint(ctx, tx, probes.Source{Channel: channel, Name: mark.Source})
	if err != nil {
		return err
	}
	limit := e.now().Add(probes.ClockTolerance)
	if mark.Until.IsZero() || !before.Until.After(limit) {
		return tx.Advance(ctx, channel, mark)
	}
	e.Log.Warn("a mark lay ahead of our clock, and goes back", "channel", channel, "source", mark.Source,
		"from", before.Until, "to", mark.Until)
	mark.Corrects = true
	if err := tx.Advance(ctx, channel, mark); err != nil {
		return err
	}
	for _, heard := range e.Edition.HeardOn(channel) {
		if err := e.uncover(ctx, tx, heard, mark); err != nil {
			return fmt.Errorf("take back coverage on %s: %w", heard, err)
		}
	}
	return nil
}

// uncover takes back the silences that a checkpoint ahead of our clock proved.
func (e *Engine) uncover(ctx context.Context, tx probes.Tx, channel string, mark channels.Checkpoint) error {
	silent, err := tx.Find(ctx, probes.Query{
		Edition: e.Edition.Name, Channel: channel, DueFrom: mark.Until.Add(-e.reach(channel)),
	})
	if err != nil {
		return err
	}
	for _, c := range silent {
		if !c.Covered.After(mark.Until.Add(probes.ClockTolerance)) || c.Current().ManualOnly() {
			continue
		}
		back := probes.Coverage{Until: mark.Until, Sources: []channels.Checkpoint{{Source: mark.Source, Until: mark.Until}}, Corrects: true}
		if err := e.record(ctx, tx, c.ID, probes.NewEvent(probes.Covered, c.Current().Number, e.now(), back)); err != nil {
			return err
		}
	}
	return nil
}

// steady returns our own clock, held against the monotonic one.
func (e *Engine) steady() *clock.Steady {
	if e.Steady != nil {
		return e.Steady
	}
	return &e.clock
}

// wall returns the time of the wall clock.
func (e *Engine) wall() time.Time {
	if e.Clock != nil {
		return e.Clock()
	}
	return time.Now()
}

// now returns the time that the engine goes by: the wall clock's, as long as
// that does not step.
func (e *Engine) now() time.Time {
	at, _ := e.steady().Look(e.wall())
	return at
}

// stepped reports whether our own clock has stepped and is not believed: until
// then nothing is decided, and nothing leaves. It is believed once foreign
// clocks agree with it or, where there are none, once it has stood for
// Timing.Step.
func (e *Engine) stepped() bool {
	_, step := e.steady().Look(e.wall())
	if step == 0 {
		return false
	}
	if !e.offsets.Agree(step) && e.steady().Stood() < e.Timing.Step {
		return true
	}
	e.Log.Warn("our own clock was set, and is believed", "ahead", step)
	e.steady().Believe(e.wall())
	e.offsets.Shift(step)
	return false
}
