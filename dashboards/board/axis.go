package board

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

const day = 24 * time.Hour

// An axis is a logarithmic one of waits. It is the same for all that is to be
// compared.
type axis struct {
	Low, High time.Duration
	Width     int // in the picture's own units
}

// A tick is a place on an axis that has a name.
type tick struct {
	X    int
	Wait time.Duration
	// Anchor is where the name stands: inside at the edges, else in the middle.
	Anchor string
}

// steps are the waits that an axis may begin at, end at and name.
func steps() []time.Duration {
	return []time.Duration{
		100 * time.Millisecond, time.Second, 10 * time.Second, time.Minute, 10 * time.Minute,
		time.Hour, 6 * time.Hour, day, 3 * day, 7 * day, 30 * day,
	}
}

// newAxis returns the axis that holds the shortest and the longest wait, and
// is not too short to tell anything apart.
func newAxis(shortest, longest time.Duration, width int) axis {
	all := steps()
	a := axis{Low: all[0], High: all[len(all)-1], Width: width}
	for _, s := range all {
		if s <= shortest && s <= longest/60 {
			a.Low = s
		}
	}
	for i := len(all) - 1; i > 0 && all[i] >= longest; i-- {
		a.High = all[i]
	}
	return a
}

// axisOf returns an axis for marks and what they were promised; of none, one
// from a second to a week.
func axisOf(marks []mark, now time.Time, width int) axis {
	shortest, longest := report.Forever, time.Duration(0)
	for _, m := range marks {
		if waited := m.waited(now); waited != report.Forever {
			longest = max(longest, waited)
			if m.Outcome != probes.Pending {
				shortest = min(shortest, waited)
			}
		}
		longest = max(longest, m.Promise)
	}
	if longest == 0 {
		return axis{time.Second, 7 * day, width}
	}
	return newAxis(min(shortest, longest), longest, width)
}

// X is where a wait stands; what lies outside stands at the edge.
func (a axis) X(wait time.Duration) int {
	if wait <= a.Low {
		return 0
	}
	if wait >= a.High {
		return a.Width
	}
	return int(math.Round(float64(a.Width) * math.Log(float64(wait)/float64(a.Low)) / math.Log(float64(a.High)/float64(a.Low))))
}

// Ticks returns the places that have names, at least so far apart.
func (a axis) Ticks(apart int) []tick {
	var ticks []tick
	for _, s := range steps() {
		if s < a.Low || s > a.High {
			continue
		}
		if x := a.X(s); len(ticks) == 0 || x-ticks[len(ticks)-1].X >= apart {
			t := tick{X: x, Wait: s, Anchor: "middle"}
			if x == 0 {
				t.Anchor = "start"
			} else if x == a.Width {
				t.Anchor = "end"
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// String writes the axis as an address carries it: its ends in milliseconds.
func (a axis) String() string {
	return fmt.Sprintf("%d-%d", a.Low.Milliseconds(), a.High.Milliseconds())
}

// parseAxis reads an axis as an address carries it.
func parseAxis(s string, width int) (axis, bool) {
	low, high, _ := strings.Cut(s, "-")
	from, err := strconv.ParseInt(low, 10, 64)
	to, err2 := strconv.ParseInt(high, 10, 64)
	if err != nil || err2 != nil || from < 1 || to <= from || to > (365*day).Milliseconds() {
		return axis{}, false
	}
	return axis{time.Duration(from) * time.Millisecond, time.Duration(to) * time.Millisecond, width}, true
}
