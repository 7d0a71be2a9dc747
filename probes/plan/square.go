package plan

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A latinSquare is a set of rounds of one probe whose cells may be exchanged: the
// columns of a Latin latinSquare. Rounds that offer the same cells, or fewer of
// them, share one, so that a week with a holiday is no latinSquare of its own.
type latinSquare struct {
	name   string
	rounds []*round // the widest first
	offers mask     // what the first offers
	takers [7]int   // how many rounds have the weekday
}

// latinSquares gathers a probe's rounds into latinSquares, the widest first.
func latinSquares(rounds []*round) []*latinSquare {
	wide := slices.Clone(rounds)
	slices.SortStableFunc(wide, func(a, b *round) int { return cmp.Compare(b.offers.size(), a.offers.size()) })
	var all []*latinSquare
	for _, r := range wide {
		i := slices.IndexFunc(all, func(q *latinSquare) bool { return r.offers.within(q.offers) })
		if i < 0 {
			i = len(all)
			all = append(all, &latinSquare{name: r.probe.Name + " " + strconv.Itoa(i), offers: r.offers})
		}
		q := all[i]
		r.square, r.column = q, len(q.rounds)
		q.rounds = append(q.rounds, r)
		for day, bands := range r.offers {
			if bands != 0 {
				q.takers[day]++
			}
		}
	}
	return all
}

// A tally counts cells by their weekday and by their band.
type tally struct {
	weekday [7]int
	band    [24]int
	cell    map[cell]int
}

func (t *tally) add(c cell) {
	t.weekday[c.weekday]++
	t.band[c.band]++
	t.cell[c]++
}

// A symbolDraw draws the symbols of a class's squares, such that weekdays and
// hours are even on each channel first and over all channels second.
type symbolDraw struct {
	channels map[string]*tally
	total    tally
}

// symbols returns the cells of a square in one class, one for each round: the
// same for every company, in an order drawn.
func (b *symbolDraw) symbols(q *latinSquare, from *Stream) []cell {
	channel := b.channels[q.rounds[0].probe.Channel]
	if channel == nil {
		channel = &tally{cell: map[cell]int{}}
		b.channels[q.rounds[0].probe.Channel] = channel
	}
	days, bands := from.order(7), from.order(24)
	quota := b.quota(q, channel, bands)
	var symbols []cell
	for _, r := range slices.Backward(q.rounds) { // the narrowest first
		c := cell{weekday: b.weekday(q, channel, r.offers, days)}
		c.band = leastBand(r.offers.bands(c.weekday), func(band int) []int {
			spent := 0
			if quota[band] <= 0 {
				spent = 1
			}
			return []int{spent, channel.cell[cell{c.weekday, band}], -quota[band], bands[band]}
		})
		quota[c.band]--
		channel.add(c)
		b.total.add(c)
		symbols = append(symbols, c)
	}
	from.Shuffle(len(symbols), func(i, j int) { symbols[i], symbols[j] = symbols[j], symbols[i] })
	return symbols
}

// quota returns how often each band is to be drawn for the square.
func (b *symbolDraw) quota(q *latinSquare, channel *tally, order []int) (quota [24]int) {
	var bands []int
	for band := range 24 {
		if slices.ContainsFunc(q.offers[:], func(day uint32) bool { return day>>band&1 == 1 }) {
			bands = append(bands, band)
		}
	}
	for range q.rounds {
		quota[leastBand(bands, func(band int) []int {
			return []int{channel.band[band] + quota[band], b.total.band[band] + quota[band], order[band]}
		})]++
	}
	return quota
}

// weekday returns the weekday that is rarest on the channel, then over all,
// and that most rounds of the square can take.
func (b *symbolDraw) weekday(q *latinSquare, channel *tally, offers mask, order []int) time.Weekday {
	var best time.Weekday
	var least []int
	for day := range offers {
		if offers[day] == 0 {
			continue
		}
		key := []int{channel.weekday[day], b.total.weekday[day], -q.takers[day], order[day]}
		if least == nil || slices.Compare(key, least) < 0 {
			best, least = time.Weekday(day), key
		}
	}
	return best
}

// leastBand returns the band whose key comes first.
func leastBand(bands []int, key func(band int) []int) int {
	return slices.MinFunc(bands, func(a, b int) int { return slices.Compare(key(a), key(b)) })
}

// order returns the numbers below n in drawn order.
func (s *Stream) order(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	s.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}
