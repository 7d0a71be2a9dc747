package plan

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// A cell is a weekday and an hour of the clock; the channel is the probe's.
type cell struct {
	weekday time.Weekday
	band    int
}

// slot writes the cell's hour as 09-10.
func (c cell) slot() string { return fmt.Sprintf("%02d-%02d", c.band, c.band+1) }

// An offer is a cell on one day, and when openers may leave in it.
type offer struct {
	cell
	day   calendar.Date
	spans []calendar.Span // at least one, none empty
}

// A round is one tick of a probe, with all that it offers.
type round struct {
	probe  edition.Probe
	tick   time.Time
	inside []offer // until the round is over
	spare  []offer // from then until the next tick
	offers mask    // the cells inside; if there are none, the spare ones
	days   int     // how many the inside has
	square *latinSquare
	column int
}

// A mask is a set of cells: the bands by weekday.
type mask [7]uint32

func (m *mask) add(c cell)     { m[c.weekday] |= 1 << c.band }
func (m mask) has(c cell) bool { return m[c.weekday]>>c.band&1 == 1 }

// within tells whether all cells of m are in other.
func (m mask) within(other mask) bool {
	for day, bands := range m {
		if bands&^other[day] != 0 {
			return false
		}
	}
	return true
}

// size counts the cells.
func (m mask) size() (n int) {
	for day := range m {
		n += len(m.bands(time.Weekday(day)))
	}
	return n
}

// bands returns the bands that a weekday has.
func (m mask) bands(day time.Weekday) (bands []int) {
	for band := range 24 {
		if m.has(cell{day, band}) {
			bands = append(bands, band)
		}
	}
	return bands
}

// cells returns the set of cells that are offered.
func cells(offers []offer) (m mask) {
	for _, o := range offers {
		m.add(o.cell)
	}
	return m
}

// offers returns what a probe offers in a time: nothing outside the season's
// bounds and on days off. By [calendar.Date.At] an hour that the clock skips is
// no offer, and an hour that it repeats is one long one.
func (s Season) offers(p edition.Probe, from, to time.Time) []offer {
	if !s.From.IsZero() {
		from = calendar.Later(from, s.From.In(s.zone()))
	}
	if !s.To.IsZero() {
		to = calendar.Earlier(to, s.To.AddDays(1).In(s.zone()))
	}
	var all []offer
	for day := s.day(from); day.In(s.zone()).Before(to); day = day.AddDays(1) {
		if slices.Contains(s.Rules.Calendar.DaysOff, day) {
			continue
		}
		begin, end := calendar.Later(from, day.In(s.zone())), calendar.Earlier(to, day.AddDays(1).In(s.zone()))
		for span := range s.Rules.Calendar.Spans(begin, end, s.Hours, p.Hours) {
			all = s.cut(all, day, span)
		}
	}
	return all
}

// cut adds a span of one day to the offers, hour by hour.
func (s Season) cut(all []offer, day calendar.Date, span calendar.Span) []offer {
	for band := range 24 {
		part := calendar.Span{
			From: calendar.Later(span.From, day.At(calendar.Clock(60*band), s.zone())),
			To:   calendar.Earlier(span.To, day.At(calendar.Clock(60*band+60), s.zone())),
		}
		if !part.From.Before(part.To) {
			continue
		}
		if n := len(all) - 1; n >= 0 && all[n].day == day && all[n].band == band {
			all[n].spans = append(all[n].spans, part)
			continue
		}
		all = append(all, offer{cell{day.Weekday(), band}, day, []calendar.Span{part}})
	}
	return all
}

// rounds returns the probe's rounds that offer anything, and the ticks of those
// that do not. A probe without a spread has no spare days: it asks at the tick
// or not at all.
func (s Season) rounds(p edition.Probe) (open []*round, closed []time.Time) {
	ticks, _ := s.Rounds(p)
	if len(ticks) == 0 {
		return nil, nil
	}
	_, to := s.bounds()
	last := s.last(p)
	for i, tick := range ticks {
		end, next := s.end(p, tick), to
		if i+1 < len(ticks) {
			next = ticks[i+1]
		}
		r := &round{probe: p, tick: tick, inside: last.before(s.offers(p, tick, end))}
		if p.Spread.Duration > 0 || p.Spread.WorkingDays > 0 {
			r.spare = last.before(s.offers(p, end, next))
		}
		if r.offers = cells(r.inside); r.offers == (mask{}) {
			r.offers = cells(r.spare)
		}
		if r.offers == (mask{}) {
			closed = append(closed, tick)
			continue
		}
		for i, o := range r.inside {
			if i == 0 || o.day != r.inside[i-1].day {
				r.days++
			}
		}
		open = append(open, r)
	}
	return open, closed
}

// A lastDay is the last day of the season that offers each band, if two
// attempts are made; else it is nil.
type lastDay map[int]calendar.Date

func (s Season) last(p edition.Probe) lastDay {
	if p.Attempts < 2 {
		return nil
	}
	last := lastDay{}
	from, to := s.bounds()
	for _, o := range s.offers(p, from, to) {
		last[o.band] = o.day
	}
	return last
}

// before leaves out the offers after which there is no day for a second
// attempt, unless there are no others.
func (last lastDay) before(offers []offer) []offer {
	if last == nil {
		return offers
	}
	var early []offer
	for _, o := range offers {
		if o.day.Before(last[o.band]) {
			early = append(early, o)
		}
	}
	if early == nil {
		return offers
	}
	return early
}

// barred returns why the company may not be asked in the offer, or "".
func (s Season) barred(co edition.Company, p edition.Probe, o *offer) string {
	if bar, barred := co.Barred(o.day, p.Channel); barred {
		return bar.String()
	}
	for range s.open(co, o) {
		return ""
	}
	return "closed by its own hours or days"
}

// open yields when the company is open in the offer, by its own days and hours.
func (s Season) open(co edition.Company, o *offer) iter.Seq[calendar.Span] {
	return co.Narrow(slices.Values(o.spans), s.Rules.Calendar)
}
