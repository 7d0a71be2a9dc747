package calendar

import (
	"iter"
	"time"
)

// Span is the time from From up to but not including To.
type Span struct{ From, To time.Time }

// Duration is how long the span lasts, by real time.
func (s Span) Duration() time.Duration { return s.To.Sub(s.From) }

// Spans returns the spans inside [from, to) in which all of hours are open, in
// order, as long as they can be and never empty. Closed days are closed from
// midnight to midnight, half days from their Clock on; weekends are governed by
// the hours alone.
//
// Hours that are always open restrict nothing. Where no others are given, all
// of [from, to) is one span, closed days included.
func (c Calendar) Spans(from, to time.Time, hours ...Hours) iter.Seq[Span] {
	from, to = from.In(c.zone()), to.In(c.zone())
	return func(yield func(Span) bool) {
		if !from.Before(to) {
			return
		}
		tables := restricting(hours)
		if len(tables) == 0 {
			yield(Span{from, to})
			return
		}
		var held Span // not yielded yet: the next day may continue it
		for s := range c.pieces(from, to, tables) {
			if s.From.Equal(held.To) {
				held.To = s.To
				continue
			}
			if !held.From.IsZero() && !yield(held) {
				return
			}
			held = s
		}
		if held.From.Before(held.To) {
			yield(held)
		}
	}
}

// Open returns for how long h is open between two instants: the sum of [Spans],
// and 0 if to is before from. If h is always open that is all the time between
// them, on closed days too.
func (c Calendar) Open(h Hours, from, to time.Time) time.Duration {
	var sum time.Duration
	for s := range c.Spans(from, to, h) {
		sum += s.Duration()
	}
	return sum
}

// Narrow yields what of spans, which are in order, is open by c and h too.
// Here c's closed days are closed even to hours that are always open: it is
// for those who keep days of their own beside another calendar's.
func (c Calendar) Narrow(spans iter.Seq[Span], h Hours) iter.Seq[Span] {
	if h.Always() {
		for day := range h.week {
			h.week[day] = []opening{{0, 24 * 60}}
		}
	}
	return func(yield func(Span) bool) {
		for wide := range spans {
			for s := range c.Spans(wide.From, wide.To, h) {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// pieces returns the spans day by day. They may touch each other.
func (c Calendar) pieces(from, to time.Time, tables []Hours) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		// A clock set back over midnight takes an instant to the day before.
		last := DateOf(to).AddDays(1)
		for d := DateOf(from).AddDays(-1); !d.After(last); d = d.AddDays(1) {
			for _, o := range c.openings(d, tables) {
				s := Span{Later(from, d.At(o.from, c.zone())), Earlier(to, d.At(o.to, c.zone()))}
				if s.From.Before(s.To) && !yield(s) {
					return
				}
			}
		}
	}
}

// openings is what all of tables have in common on a day.
func (c Calendar) openings(d Date, tables []Hours) []opening {
	shared := tables[0].week[d.Weekday()]
	for _, h := range tables[1:] {
		shared = common(shared, h.week[d.Weekday()])
	}
	if len(shared) == 0 || c.Closed(d) {
		return nil
	}
	if closes, ok := c.HalfDays[d]; ok {
		shared = common(shared, []opening{{0, closes}})
	}
	return shared
}

// restricting leaves out the hours that are always open.
func restricting(hours []Hours) []Hours {
	var tables []Hours
	for _, h := range hours {
		if !h.Always() {
			tables = append(tables, h)
		}
	}
	return tables
}
