package plan

import (
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// A roundSlot is what one round holds for one company.
type roundSlot struct {
	*round
	own   cell   // by the company's row in the square
	lean  int    // which of the cell's dates it would rather have
	offer *offer // where it sits; nil: nowhere
	moved string
}

// choices returns the offers of the seat's own cell inside the round, the one
// that it would rather have first.
func (st *roundSlot) choices() []*offer {
	var all []*offer
	for i := range st.inside {
		if st.inside[i].cell == st.own {
			all = append(all, &st.inside[i])
		}
	}
	if len(all) > 1 {
		n := st.lean % len(all)
		all = slices.Concat(all[n:], all[:n])
	}
	return all
}

// A row is one company's seats, by tick.
type row struct {
	limit  int // seats a day
	seats  []*roundSlot
	on     map[calendar.Date][]*roundSlot
	trades int
}

// newRow returns a row without seats in which a day holds perDay; 0 is any
// number.
func newRow(perDay int) *row {
	if perDay == 0 {
		perDay = math.MaxInt
	}
	return &row{limit: perDay, on: map[calendar.Date][]*roundSlot{}}
}

// room tells whether one more fits on a day.
func (r *row) room(day calendar.Date) bool { return len(r.on[day]) < r.limit }

// put seats st, and lifts it from where it sat.
func (r *row) put(st *roundSlot, o *offer) {
	r.lift(st)
	if st.offer = o; o != nil {
		r.on[o.day] = append(r.on[o.day], st)
	}
}

func (r *row) lift(st *roundSlot) {
	if st.offer == nil {
		return
	}
	day := st.offer.day
	r.on[day] = slices.DeleteFunc(r.on[day], func(other *roundSlot) bool { return other == st })
	st.offer = nil
}

// take seats st in its own cell, if need be by sending others to another date
// of theirs. It is one augmenting path of bipartite matching (H. W. Kuhn, The
// Hungarian method, 1955).
func (r *row) take(st *roundSlot, tried map[calendar.Date]bool) bool {
	for _, o := range st.choices() {
		if tried[o.day] {
			continue
		}
		tried[o.day] = true
		if r.room(o.day) {
			r.put(st, o)
			return true
		}
		for _, other := range r.on[o.day] {
			if r.take(other, tried) {
				r.put(st, o)
				return true
			}
		}
	}
	return false
}

// mostSwaps bounds the search in a row that is too full to be seated at all.
const mostSwaps = 300

// swap seats st by exchanging its cell with that of another round in the same
// square, which leaves the company's cells as they are. The search begins at
// the turn-th.
func (r *row) swap(st *roundSlot, turn int) bool {
	var mates []*roundSlot
	for _, other := range r.seats {
		if other.square == st.square && other.own != st.own {
			mates = append(mates, other)
		}
	}
	for i := range mates {
		if r.trades++; r.trades > mostSwaps {
			return false
		}
		mate, undo := mates[(turn+i)%len(mates)], r.undo()
		st.own, mate.own = mate.own, st.own
		r.lift(mate)
		if r.take(mate, map[calendar.Date]bool{}) && r.take(st, map[calendar.Date]bool{}) {
			return true
		}
		undo()
	}
	return false
}

// undo returns what puts every seat back where it is now.
func (r *row) undo() func() {
	was := make([]roundSlot, len(r.seats))
	for i, st := range r.seats {
		was[i] = *st
	}
	return func() {
		clear(r.on)
		for i, st := range r.seats {
			*st = was[i]
			if st.offer != nil {
				r.on[st.offer.day] = append(r.on[st.offer.day], st)
			}
		}
	}
}

// A wish says which offers a seat may move to, and how the choice falls
// between equals.
type wish struct {
	fits func(*offer) bool
	draw *Stream
}

// move seats st anywhere in its round, else on its spare days: as near as can
// be to its own cell, and to the day on which it sat or would rather sit.
func (r *row) move(st *roundSlot, w wish) bool {
	near := st.day()
	r.lift(st)
	var best []*offer
	var least [3]int
	weigh := func(offers []offer, spare int) {
		for i := range offers {
			o := &offers[i]
			key := [3]int{spare, strangeness(o.cell, st.own), distance(o.day, near)}
			order := slices.Compare(key[:], least[:])
			if len(best) > 0 && order > 0 || !r.room(o.day) || !w.fits(o) {
				continue
			}
			if order != 0 {
				best, least = nil, key
			}
			best = append(best, o)
		}
	}
	weigh(st.inside, 0)
	if len(best) == 0 {
		weigh(st.spare, 1)
	}
	if len(best) == 0 {
		return false
	}
	r.put(st, best[w.draw.Below(uint64(len(best)))])
	return true
}

// day returns where the seat sits or would rather sit.
func (st *roundSlot) day() calendar.Date {
	if st.offer != nil {
		return st.offer.day
	}
	if own := st.choices(); len(own) > 0 {
		return own[0].day
	}
	if len(st.inside) > 0 {
		return st.inside[0].day
	}
	return st.spare[0].day
}

// strangeness ranks the cells that may stand in for another: itself, the same
// hour on another day, the same weekday, any.
func strangeness(c, own cell) int {
	switch {
	case c == own:
		return 0
	case c.band == own.band:
		return 1
	case c.weekday == own.weekday:
		return 2
	}
	return 3
}

// distance counts the days between two dates.
func distance(a, b calendar.Date) int {
	between := a.In(time.UTC).Sub(b.In(time.UTC)) / (24 * time.Hour)
	return int(max(between, -between))
}
