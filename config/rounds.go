package config

import (
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// Rounds are counted one by one so far, and ticks outside the hours so far.
const (
	manyRounds = 5_000
	manyTicks  = 100_000
)

// A count of the rounds that a probe has in the edition.
type count struct {
	ticks int
	open  int  // of those: in which an opener may leave
	many  bool // there are more; counting was given up
	first time.Time
	// begins is when the first opener may leave, and ends when the last of
	// that round must have.
	begins, ends time.Time
}

// rounds counts a probe's rounds: its ticks inside the edition.
func (c *Config) rounds(p Probe) count {
	var n count
	span := c.Edition.Span()
	for tick := p.Ticks.Next(span.From.Add(-time.Second)); !tick.IsZero() && tick.Before(span.To); tick = p.Ticks.Next(tick) {
		if n.open == manyRounds || n.ticks == manyTicks {
			n.many = true
			break
		}
		n.ticks++
		window, ok := c.window(p, tick)
		if !ok {
			continue
		}
		if n.open++; n.open == 1 {
			n.first, n.begins, n.ends = tick, window.From, window.To
		}
	}
	return n
}

// window returns from when until when openers of the round at tick may leave.
func (c *Config) window(p Probe, tick time.Time) (calendar.Span, bool) {
	ed := c.Edition
	end := tick.Add(time.Second) // without a spread, the tick itself
	if p.Spread != (calendar.Within{}) {
		end = c.spreadEnd(p, tick)
	}
	if last := ed.Span().To; end.After(last) {
		end = last
	}
	var window calendar.Span
	for s := range ed.Calendar().Spans(tick, end, ed.Hours, p.Hours) {
		if window.From.IsZero() {
			window.From = s.From
		}
		window.To = s.To
	}
	return window, !window.From.IsZero()
}

// spreadEnd returns when a round is over. In working days, the tick's own day
// is the first, however late it ticks.
func (c *Config) spreadEnd(p Probe, tick time.Time) time.Time {
	const midnight = calendar.Clock(24 * 60)
	spread := p.Spread
	spread.DayEnds, spread.Before = midnight, midnight
	return c.Edition.Calendar().Deadline(tick, spread)
}
