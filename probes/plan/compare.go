package plan

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A Sent is an opener that left.
type Sent struct {
	Contact string // its ID
	At      time.Time
}

// A Deviation is how far an opener left from its plan.
type Deviation struct {
	Contact       string
	Planned, Sent time.Time
	Seconds       float64 // below 0: too early
}

// Deviations is what was sent, beside what was planned. P50, P95 and Max are of
// the seconds either way, by nearest rank; 0 if nothing was sent.
type Deviations struct {
	All           []Deviation // by plan
	Missing       []string    // planned, but not sent; by plan
	Extra         []Sent      // sent, but not planned, or once more; by time
	P50, P95, Max float64
}

// Compare holds first attempts that were sent against the plan. Of several of
// one contact the earliest counts, the others are extra.
func Compare(planned []Contact, sent []Sent) Deviations {
	sent = slices.SortedStableFunc(slices.Values(sent), func(a, b Sent) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Contact, b.Contact))
	})
	known := make(map[string]bool, len(planned))
	for _, c := range planned {
		known[c.ID] = true
	}
	left := make(map[string]time.Time, len(sent))
	var d Deviations
	for _, opener := range sent {
		if _, again := left[opener.Contact]; again || !known[opener.Contact] {
			d.Extra = append(d.Extra, opener)
			continue
		}
		left[opener.Contact] = opener.At
	}
	var off []float64
	for _, c := range planned {
		at, ok := left[c.ID]
		if !ok {
			d.Missing = append(d.Missing, c.ID)
			continue
		}
		seconds := at.Sub(c.At).Seconds()
		d.All = append(d.All, Deviation{c.ID, c.At, at, seconds})
		off = append(off, math.Abs(seconds))
	}
	slices.Sort(off)
	d.P50, d.P95, d.Max = rank(off, 50), rank(off, 95), rank(off, 100)
	return d
}

// rank returns a percentile of sorted numbers by nearest rank: the least that
// at least so many per cent do not exceed.
func rank(sorted []float64, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}
