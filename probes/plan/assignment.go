package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// A assignment is one way in which a company's rounds may fall.
type assignment struct {
	row  *row
	turn map[string][]edition.Persona // the order of personas, by channel
}

// maxTries bounds how often an assignment is drawn anew because not all of it fits.
// Nearly always one of a few fits.
const maxTries = 40

// maxTries returns how often assignments are to be drawn: if none of many fits a company
// that is not there, few, and one if the season is too full for any.
func (d *drawing) maxTries() int {
	nobody := d.everyChannel("")
	if d.tightest(d.stretches(nobody)) != "" {
		return 1
	}
	for try := range maxTries {
		if _, misfits := d.assign(nobody, try); slices.Max(misfits) == 0 {
			return maxTries
		}
	}
	return 4
}

// assignment draws a company's rounds as if it had every channel, no pause and no
// hours of its own: the first assignment in which all fit, else the best of several.
func (d *drawing) assignment(co edition.Company) (best assignment) {
	all := d.everyChannel(co.ID)
	all.Class = co.Class
	var least []int
	for try := range d.tries {
		h, misfits := d.assign(all, try)
		if least == nil || slices.Compare(misfits, least) < 0 {
			best, least = h, misfits
		}
		if slices.Max(misfits) == 0 {
			break
		}
	}
	return best
}

// assign draws one assignment, and counts what of it does not fit.
func (d *drawing) assign(co edition.Company, try int) (assignment, []int) {
	h := assignment{d.row(co, try), d.turns(co, try)}
	return h, d.misfits(co, h)
}

// everyChannel returns a company that has all channels, from the first day on.
func (s Season) everyChannel(id string) edition.Company {
	co := edition.Company{ID: id, Consent: s.From, Reach: map[string]string{}}
	for _, p := range s.Probes {
		co.Reach[p.Channel] = id
	}
	return co
}

// misfits counts what of an assignment is left, what is not in its own cell, and what
// has no day for its second attempt.
func (d *drawing) misfits(co edition.Company, h assignment) []int {
	undo := h.row.undo()
	defer undo()
	seated := newRow(d.Limits.PerCompanyPerDay)
	left, moved, once := 0, 0, 0
	for _, st := range h.row.seats {
		if st.offer == nil {
			left++
			continue
		}
		seated.seats = append(seated.seats, st)
		seated.on[st.offer.day] = append(seated.on[st.offer.day], st)
	}
	contacts, waiting := d.fill(co, assignment{seated, h.turn})
	for _, l := range waiting {
		if l.Why == personaBusy {
			left++
		}
	}
	for _, c := range contacts {
		if c.Moved != "" {
			moved++
		}
		if p, _ := d.probe(c.Probe); p.Attempts > 1 && c.Second.IsZero() {
			once++
		}
	}
	return []int{left, moved, once}
}

// turns draws the order in which personas write to a company.
func (d *drawing) turns(co edition.Company, try int) map[string][]edition.Persona {
	turn := map[string][]edition.Persona{}
	for _, p := range d.Probes {
		if turn[p.Channel] == nil {
			all := d.personas(p.Channel)
			from := NewStream(d.Seed, "personas", d.Name, p.Channel, co.ID, strconv.Itoa(try))
			from.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			turn[p.Channel] = all
		}
	}
	return turn
}

// personas returns those that a channel has.
func (s Season) personas(channel string) (all []edition.Persona) {
	for _, p := range s.Personas {
		if p.Channel == channel {
			all = append(all, p)
		}
	}
	return all
}

// row seats a company's rounds, those that offer the fewest days first.
func (d *drawing) row(co edition.Company, try int) *row {
	r := newRow(d.Limits.PerCompanyPerDay)
	symbols := d.class(co.Class)
	type begin struct{ row, date, mate int }
	begins := map[*latinSquare]begin{}
	for _, q := range d.squares {
		from := NewStream(d.Seed, "row", d.Name, q.name, co.ID, strconv.Itoa(try))
		rounds := uint64(len(q.rounds))
		begins[q] = begin{int(from.Below(rounds)), int(from.Below(2)), int(from.Below(rounds))}
	}
	for _, rd := range d.rounds {
		own, from := symbols[rd.square], begins[rd.square]
		r.seats = append(r.seats, &roundSlot{round: rd, own: own[(from.row+rd.column)%len(own)], lean: from.date + rd.column})
	}
	hard := slices.Clone(r.seats)
	slices.SortStableFunc(hard, func(a, b *roundSlot) int { return cmp.Compare(a.days, b.days) })
	for _, st := range hard {
		if st.offer == nil && !r.take(st, map[calendar.Date]bool{}) {
			r.swap(st, begins[st.square].mate)
		}
	}
	for _, st := range r.seats {
		if st.offer == nil {
			st.moved = d.unplaced(st)
			r.move(st, wish{func(*offer) bool { return true }, d.stream("move", st, co)})
		}
	}
	return r
}

// unplaced returns why there was no room for a seat in its own cell.
func (d *drawing) unplaced(st *roundSlot) string {
	switch {
	case len(st.inside) == 0:
		return "closed for the whole round"
	case len(st.choices()) == 0:
		return "closed in this round"
	}
	return fmt.Sprintf("no day left for %d a day", d.Limits.PerCompanyPerDay)
}
