package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// Draw returns the plan of a whole season. It does not depend on the order of
// companies, and a company's contacts do not depend on which others there are.
//
// For each class, each probe's rounds are the columns of a cyclic Latin square
// (R. A. Fisher, The Design of Experiments, 1935): its symbols are as many
// cells, weekday and hour, as even as can be, in drawn order. A company's row
// is a number drawn for it alone, so that all rows hold the same cells, and a
// date has its share of the class on average, not exactly. If two contacts of
// a company would fall on one day, one of them takes another date of its cell,
// or two rounds of its row exchange their cells. Personas write in turns; one
// that still has an open contact lets the next go first. A contact counts as
// open, and a second attempt as made, as if no company ever answered.
//
// All this is drawn as if every company had all channels and no pauses, anew
// if not everything fits. Only then what it lacks is left out, and what falls
// into a pause is moved: inside the round, else to a day before the next. What
// it keeps stays where it was.
//
// Probes without [Season.Rounds] have no part in it.
func Draw(s Season) Plan {
	d := &drawing{Season: s, symbols: map[string]map[*latinSquare][]cell{}, days: map[probeDay][]offer{}}
	var p Plan
	for _, probe := range s.Probes {
		open, closed := s.rounds(probe)
		for _, tick := range closed {
			p.Left = append(p.Left, Left{Probe: probe.Name, Round: tick, Why: "closed for the whole round"})
		}
		d.squares = append(d.squares, latinSquares(open)...)
		d.rounds = append(d.rounds, open...)
	}
	slices.SortStableFunc(d.rounds, func(a, b *round) int { return a.tick.Compare(b.tick) })
	d.tries = d.maxTries()
	for _, co := range s.Companies {
		contacts, left := d.company(co)
		p.Contacts = append(p.Contacts, contacts...)
		p.Left = append(p.Left, left...)
	}
	sorted(s.Seed, p.Contacts)
	slices.SortStableFunc(p.Left, func(a, b Left) int {
		return cmp.Or(a.Round.Compare(b.Round), cmp.Compare(a.Probe, b.Probe), cmp.Compare(a.Company, b.Company))
	})
	return p
}

// A drawing is a season worked out as far as all companies share it.
type drawing struct {
	Season
	rounds  []*round       // by tick
	squares []*latinSquare // by probe
	symbols map[string]map[*latinSquare][]cell
	days    map[probeDay][]offer
	tries   int // how often a company's assignment may be drawn
}

// A probeDay is what offers are remembered by.
type probeDay struct {
	probe string
	day   calendar.Date
}

// onDay returns what Season.onDay does, and remembers it.
func (d *drawing) onDay(p edition.Probe, day calendar.Date) []offer {
	key := probeDay{p.Name, day}
	offers, known := d.days[key]
	if !known {
		offers = d.Season.onDay(p, day)
		d.days[key] = offers
	}
	return offers
}

// class returns the symbols that a class has in each square.
func (d *drawing) class(name string) map[*latinSquare][]cell {
	symbols, drawn := d.symbols[name]
	if !drawn {
		symbols = map[*latinSquare][]cell{}
		b := &symbolDraw{channels: map[string]*tally{}, total: tally{cell: map[cell]int{}}}
		for _, q := range d.squares {
			symbols[q] = b.symbols(q, NewStream(d.Seed, "cells", d.Name, name, q.name))
		}
		d.symbols[name] = symbols
	}
	return symbols
}

// stream returns the stream that belongs to one company in one round.
func (d *drawing) stream(what string, st *roundSlot, co edition.Company) *Stream {
	return NewStream(d.Seed, what, d.Name, st.probe.Name, stamp(st.tick), co.ID)
}

// company returns what one company is asked, and what of it does not fit.
func (d *drawing) company(co edition.Company) ([]Contact, []Left) {
	h := d.assignment(co)
	var left []Left
	h.row, left = d.keep(co, h.row)
	contacts, waiting := d.fill(co, h)
	left = append(left, waiting...)
	if d.tell(co, contacts) {
		return contacts, left
	}
	for _, c := range contacts {
		left = append(left, Left{co.ID, c.Probe, c.Round, "no scenario in its language"})
	}
	return nil, left
}

// keep returns the company's own row: of the row for all channels, what
// concerns it. What is barred is moved; what found no day before is tried again
// where there is room.
func (d *drawing) keep(co edition.Company, base *row) (r *row, left []Left) {
	r = newRow(d.Limits.PerCompanyPerDay)
	var moving, late []*roundSlot
	for _, st := range base.seats {
		switch {
		case !co.ReachedOn(st.probe.Channel):
		case st.offer == nil:
			late = append(late, st)
		case d.Limits.PerCompanyPerEdition > 0 && len(r.seats)+len(moving) == d.Limits.PerCompanyPerEdition:
			left = append(left, st.left(co, fmt.Sprintf("more than %d an edition", d.Limits.PerCompanyPerEdition)))
		default:
			if why := d.barred(co, st.probe, st.offer); why != "" {
				st.moved = why
				moving = append(moving, st)
				continue
			}
			r.seats = append(r.seats, st)
			r.on[st.offer.day] = append(r.on[st.offer.day], st)
		}
	}
	for _, st := range slices.Concat(moving, late) {
		fits := func(o *offer) bool { return d.barred(co, st.probe, o) == "" }
		full := d.Limits.PerCompanyPerEdition > 0 && len(r.seats) == d.Limits.PerCompanyPerEdition
		if full || !r.move(st, wish{fits, d.stream("move", st, co)}) {
			left = append(left, st.left(co, st.moved))
			continue
		}
		r.seats = append(r.seats, st)
	}
	return r, left
}

// left says of a seat why it is given up.
func (st *roundSlot) left(co edition.Company, why string) Left {
	return Left{Company: co.ID, Probe: st.probe.Name, Round: st.tick, Why: why}
}

// tell gives contacts, by time, their scenarios: each time the one that the
// company has been told least, of those that it is still to be told on the
// channel first; then drawn. It does not if there is none for the company.
func (d *drawing) tell(co edition.Company, contacts []Contact) bool {
	names := d.scenarios(co)
	if len(names) == 0 {
		return len(contacts) == 0
	}
	left, told := d.allot(co, names), map[string]int{}
	for i := range contacts {
		c := &contacts[i]
		least := -1
		for _, j := range NewStream(d.Seed, "scenario", c.ID).order(len(names)) {
			times := told[names[j]]
			if left[[2]string{c.Channel, names[j]}] <= 0 {
				times += 2 // rather uneven on the channel than by so much over all
			}
			if least < 0 || times < least {
				c.Scenario, least = names[j], times
			}
		}
		left[[2]string{c.Channel, c.Scenario}]--
		told[c.Scenario]++
	}
	return true
}

// allot returns how often a company is to be told each scenario on each channel.
// The channels take their contacts' scenarios one after another from one round
// of all, in a drawn order, so that each is told as often as any other, but for
// one, both on each channel and over all. It is by rounds, whether one can be
// held or not, so that a pause changes nothing of what was before it.
func (d *drawing) allot(co edition.Company, names []string) map[[2]string]int {
	on := map[string]int{}
	for _, r := range d.rounds {
		if co.ReachedOn(r.probe.Channel) {
			on[r.probe.Channel]++
		}
	}
	order := NewStream(d.Seed, "scenarios", d.Name, co.ID).order(len(names))
	allotted, turn := map[[2]string]int{}, 0
	for _, channel := range slices.Sorted(maps.Keys(on)) {
		for range on[channel] {
			allotted[[2]string{channel, names[order[turn%len(names)]]}]++
			turn++
		}
	}
	return allotted
}

// scenarios returns the names of those that fit the company's language and
// class.
func (s Season) scenarios(co edition.Company) (names []string) {
	for _, sc := range s.Scenarios {
		if sc.Language == co.Language && (len(sc.Classes) == 0 || slices.Contains(sc.Classes, co.Class)) {
			names = append(names, sc.Name)
		}
	}
	return names
}
