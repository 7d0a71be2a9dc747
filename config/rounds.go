package config

import (
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// manyTicks is how far ticks are counted one by one.
const manyTicks = 100_000

// A count of the rounds that a probe has in the edition.
type count struct {
	ticks int
	open  int  // of those: in which an opener may leave
	many  bool // there are more; counting was given up
	first time.Time
	// window is when the openers of the first open round may leave.
	window calendar.Span
}

// rounds counts a probe's rounds: its ticks inside the edition.
func (c *Config) rounds(p Probe) count {
	var n count
	edition := c.Edition.Span()
	spans := slices.Collect(c.Edition.Calendar().Spans(edition.From, edition.To, c.Edition.Hours, p.Hours))
	ends := roundEnds{probe: p, calendar: c.Edition.Calendar()}
	tick := p.Ticks.Next(edition.From.Add(-time.Second))
	for !tick.IsZero() && tick.Before(edition.To) {
		if n.ticks == manyTicks {
			n.many = true
			break
		}
		n.ticks++
		for len(spans) > 0 && !spans[0].To.After(tick) {
			spans = spans[1:]
		}
		if window, ok := window(spans, tick, ends.of(tick)); ok {
			if n.open++; n.open == 1 {
				n.first, n.window = tick, window
			}
		}
		tick = p.Ticks.Next(tick)
	}
	return n
}

// window returns when openers of a round may leave, from the first open moment
// to the last. Spans are those that end after the round's beginning.
func window(spans []calendar.Span, begin, end time.Time) (calendar.Span, bool) {
	var w calendar.Span
	for _, s := range spans {
		if !s.From.Before(end) {
			break
		}
		if w.From.IsZero() {
			w.From = s.From
			if begin.After(s.From) {
				w.From = begin
			}
		}
		w.To = s.To
		if s.To.After(end) {
			w.To = end
		}
	}
	return w, !w.From.IsZero()
}

// A roundEnds knows when the rounds of a probe are over.
type roundEnds struct {
	probe    Probe
	calendar calendar.Calendar
	day      calendar.Date // the day last asked for, because ticks share days
	end      time.Time
}

// of returns when the round of a tick is over. Without a spread that is the
// tick itself; in working days, the tick's own day is the first, however late
// it ticks.
func (r *roundEnds) of(tick time.Time) time.Time {
	const midnight = calendar.Clock(24 * 60)
	spread := r.probe.Spread
	switch {
	case spread == (calendar.Within{}):
		return tick.Add(time.Second)
	case spread.WorkingDays == 0:
		return tick.Add(spread.Duration)
	}
	if day := calendar.DateOf(tick.In(r.calendar.Zone)); day != r.day {
		spread.DayEnds, spread.Before = midnight, midnight
		r.day, r.end = day, r.calendar.Deadline(tick, spread)
	}
	return r.end
}
