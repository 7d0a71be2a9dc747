package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/svartid/svartid/probes/calendar"
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
// or two rounds of its row exchange their cells.
//
// All this is drawn as if every company had all channels and no pauses. Only
// then what it lacks is left out, and what falls into a pause is moved: inside
// the round, else to a day before the next. What it keeps stays where it was.
// Last, second by second, come scenarios and personas, by turns.
//
// Probes without [Season.Rounds] have no part in it.
func Draw(s Season) Plan {
	d := &drawing{Season: s, symbols: map[string]map[*square][]cell{}}
	var p Plan
	for _, probe := range s.Probes {
		open, closed := s.rounds(probe)
		for _, tick := range closed {
			p.Left = append(p.Left, Left{Probe: probe.Name, Round: tick, Why: "closed for the whole round"})
		}
		d.squares = append(d.squares, squares(open)...)
		d.rounds = append(d.rounds, open...)
	}
	slices.SortStableFunc(d.rounds, func(a, b *round) int { return a.tick.Compare(b.tick) })
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
	rounds  []*round  // by tick
	squares []*square // by probe
	symbols map[string]map[*square][]cell
}

// class returns the symbols that a class has in each square.
func (d *drawing) class(name string) map[*square][]cell {
	symbols, drawn := d.symbols[name]
	if !drawn {
		symbols = map[*square][]cell{}
		b := &ballot{channels: map[string]*tally{}, total: tally{cell: map[cell]int{}}}
		for _, q := range d.squares {
			symbols[q] = b.symbols(q, NewStream(d.Seed, "cells", d.Edition, name, q.name))
		}
		d.symbols[name] = symbols
	}
	return symbols
}

// row seats a company as if it had every channel and no pause.
func (d *drawing) row(co Company) *row {
	r := newRow(d.PerDay)
	symbols := d.class(co.Class)
	turns := map[*square]int{}
	for _, q := range d.squares {
		turns[q] = int(NewStream(d.Seed, "row", d.Edition, q.name, co.ID).Below(uint64(len(q.rounds))))
	}
	for _, rd := range d.rounds {
		own := symbols[rd.square]
		lean := int(NewStream(d.Seed, "date", d.Edition, rd.square.name, co.ID).Below(2)) + rd.column
		r.seats = append(r.seats, &seat{round: rd, own: own[(turns[rd.square]+rd.column)%len(own)], lean: lean})
	}
	for _, st := range r.seats {
		if st.offer == nil && !r.take(st, map[calendar.Date]bool{}) {
			r.trade(st, turns[st.square])
		}
	}
	for _, st := range r.seats {
		if st.offer == nil {
			st.moved = d.unseated(st)
			r.move(st, wish{func(*offer) bool { return true }, d.stream("move", st, co)})
		}
	}
	return r
}

// unseated returns why there was no room for a seat in its own cell.
func (d *drawing) unseated(st *seat) string {
	switch {
	case len(st.inside) == 0:
		return "closed for the whole round"
	case len(st.choices()) == 0:
		return "closed in this round"
	}
	return fmt.Sprintf("no day left for %d a day", d.PerDay)
}

// stream returns the stream that belongs to one company in one round.
func (d *drawing) stream(what string, st *seat, co Company) *Stream {
	return NewStream(d.Seed, what, d.Edition, st.probe.Name, stamp(st.tick), co.ID)
}

// company returns what one company is asked, and what of it does not fit.
func (d *drawing) company(co Company) ([]Contact, []Left) {
	r, left := d.keep(co, d.row(co))
	contacts, silent := d.cast(co, r)
	return contacts, append(left, silent...)
}

// keep returns the company's own row: of the row for all channels, what
// concerns it. What is barred is moved; what found no day before is tried again
// where there is room.
func (d *drawing) keep(co Company, base *row) (r *row, left []Left) {
	r = newRow(d.PerDay)
	var moving, late []*seat
	for _, st := range base.seats {
		switch {
		case !slices.Contains(co.Channels, st.probe.Channel):
		case st.offer == nil:
			late = append(late, st)
		case d.PerEdition > 0 && len(r.seats)+len(moving) == d.PerEdition:
			left = append(left, st.left(co, fmt.Sprintf("more than %d an edition", d.PerEdition)))
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
		full := d.PerEdition > 0 && len(r.seats) == d.PerEdition
		if full || !r.move(st, wish{fits, d.stream("move", st, co)}) {
			left = append(left, st.left(co, st.moved))
			continue
		}
		r.seats = append(r.seats, st)
	}
	return r, left
}

// left says of a seat why it is given up.
func (st *seat) left(co Company, why string) Left {
	return Left{Company: co.ID, Probe: st.probe.Name, Round: st.tick, Why: why}
}
