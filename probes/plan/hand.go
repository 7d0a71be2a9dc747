package plan

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/svartid/svartid/probes/calendar"
)

// A hand is one way in which a company's rounds may fall.
type hand struct {
	row  *row
	turn map[string][]Persona // the order of personas, by channel
}

// mostTries bounds how often a hand is drawn anew because not all of it fits. A
// season that is too full for everything to fit has one try.
const mostTries = 12

// hand draws a company's rounds as if it had every channel, no pause and no
// hours of its own: the first hand in which all fit, else the best of several.
func (d *drawing) hand(co Company) hand {
	all := Company{ID: co.ID, Class: co.Class, Consent: d.From}
	var best hand
	var least []int
	for try := range d.tries {
		h := hand{d.row(all, try), d.turns(all, try)}
		misfits := d.misfits(all, h)
		if least == nil || slices.Compare(misfits, least) < 0 {
			best, least = h, misfits
		}
		if slices.Max(misfits) == 0 {
			break
		}
	}
	return best
}

// everyChannel returns a company that has all channels, from the first day on.
func (s Season) everyChannel(id string) Company {
	co := Company{ID: id, Consent: s.From}
	for _, p := range s.Probes {
		co.Channels = append(co.Channels, p.Channel)
	}
	return co
}

// misfits counts what of a hand is left, and what is not in its own cell.
func (d *drawing) misfits(co Company, h hand) []int {
	undo := h.row.undo()
	defer undo()
	seated := newRow(d.PerDay)
	left, moved := 0, 0
	for _, st := range h.row.seats {
		if st.offer == nil {
			left++
			continue
		}
		seated.seats = append(seated.seats, st)
		seated.on[st.offer.day] = append(seated.on[st.offer.day], st)
	}
	contacts, waiting := d.cast(co, hand{seated, h.turn})
	for _, l := range waiting {
		if l.Why == personaBusy {
			left++
		}
	}
	for _, c := range contacts {
		if c.Moved != "" {
			moved++
		}
	}
	return []int{left, moved}
}

// turns draws the order in which personas write to a company.
func (d *drawing) turns(co Company, try int) map[string][]Persona {
	turn := map[string][]Persona{}
	for _, p := range d.Probes {
		if turn[p.Channel] == nil {
			all := d.personas(p.Channel)
			from := NewStream(d.Seed, "personas", d.Edition, p.Channel, co.ID, strconv.Itoa(try))
			from.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			turn[p.Channel] = all
		}
	}
	return turn
}

// personas returns those that a channel has.
func (s Season) personas(channel string) (all []Persona) {
	for _, p := range s.Personas {
		if p.Channel == channel {
			all = append(all, p)
		}
	}
	return all
}

// row seats a company's rounds.
func (d *drawing) row(co Company, try int) *row {
	r := newRow(d.PerDay)
	symbols := d.class(co.Class)
	type begin struct{ row, date int }
	begins := map[*square]begin{}
	for _, q := range d.squares {
		from := NewStream(d.Seed, "row", d.Edition, q.name, co.ID, strconv.Itoa(try))
		begins[q] = begin{int(from.Below(uint64(len(q.rounds)))), int(from.Below(2))}
	}
	for _, rd := range d.rounds {
		own, from := symbols[rd.square], begins[rd.square]
		r.seats = append(r.seats, &seat{round: rd, own: own[(from.row+rd.column)%len(own)], lean: from.date + rd.column})
	}
	for _, st := range r.seats {
		if st.offer == nil && !r.take(st, map[calendar.Date]bool{}) {
			r.trade(st, begins[st.square].row)
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
