package page

import (
	"slices"
	"time"
)

const (
	// redrawing is how long a page may take to show again a message that it has taken away.
	redrawing = 5 * time.Second
	// overlapping is how long the new element of a message may stand beside the old one.
	overlapping = 400 * time.Millisecond
)

// lines returns all messages: those of worlds that have ended, too, because a page that
// goes on to another document has said what it has said.
func (p *Page) lines() (all []Line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	alive := map[string]bool{}
	for _, f := range p.frames {
		alive[f.unique] = f.world != 0
	}
	type told struct {
		*shown
		alive bool
	}
	var worlds []told
	for unique, s := range p.shown {
		worlds = append(worlds, told{s, alive[unique]})
	}
	slices.SortFunc(worlds, func(a, b told) int { return a.began - b.began })
	for _, w := range worlds {
		order := w.order
		if !w.alive {
			order = nil
		}
		all = append(all, inOrder(w.records, order)...)
	}
	return all
}

// inOrder returns the messages of a world: those that are not shown any more in the order
// in which they came, then those that are, in the order of the page. A message that was
// taken away and drawn again, as many widgets do with all of them, is one message, which
// came when it was first drawn.
func inOrder(records map[int]record, order []int) (all []Line) {
	var gone []int
	for n := range records {
		if !slices.Contains(order, n) {
			gone = append(gone, n)
		}
	}
	slices.Sort(gone)
	first := redrawn(records)
	for _, n := range gone {
		if r := records[n]; !first.replaced[n] {
			all = append(all, first.line(r, true))
		}
	}
	for _, n := range order {
		if r, ok := records[n]; ok {
			all = append(all, first.line(r, false))
		}
	}
	return all
}

// redraws tells which messages were drawn again.
type redraws struct {
	replaced map[int]bool    // messages that a later element shows
	since    map[int]float64 // when the words of a later element were first drawn
}

// redrawn finds, for each message that was taken away, the element that shows it again:
// the first with the same author and words that came while it went, or soon after.
func redrawn(records map[int]record) redraws {
	found := redraws{replaced: map[int]bool{}, since: map[int]float64{}}
	var numbers []int
	for n := range records {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		r := records[n]
		for _, later := range numbers[i+1:] {
			if _, taken := found.since[later]; !taken && r.again(records[later]) {
				found.replaced[n] = true
				found.since[later] = found.at(r)
				break
			}
		}
	}
	return found
}

// again reports whether a later element shows the same message.
func (r record) again(later record) bool {
	if r.Left == 0 || r.Text != later.Text || r.Author != later.Author {
		return false
	}
	after := moment(later.At).Sub(moment(r.Left))
	return after >= -overlapping && after <= redrawing
}

// at returns when a message was first drawn, by the page's clock, in ms since 1970.
func (f redraws) at(r record) float64 {
	if since, ok := f.since[r.N]; ok {
		return since
	}
	return r.At
}

func (f redraws) line(r record, gone bool) Line {
	return Line{Author: r.Author, Text: r.Text, HTML: r.HTML, At: moment(f.at(r)), Polled: r.By == "poll", Gone: gone}
}
