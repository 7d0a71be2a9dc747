package board

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// Measures of a chart, in units of its picture.
const (
	chartWidth  = 520
	chartHeight = 200
)

// A chart is the share of customers whom a person had answered, by how long
// they had waited: one less the curve of Kaplan and Meier.
type chart struct {
	Channel string
	Axis    axis
	Curves  []curve
	Within  []time.Duration // waits of which the table tells the share
}

// Named reports whether so few curves are drawn that each can have its name.
func (c chart) Named() bool { return len(c.Curves) <= named+2 }

// Rules returns the lines across the chart.
func (c chart) Rules() []rule {
	var all []rule
	for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
		all = append(all, rule{height(share), share})
	}
	return all
}

// A rule is a line across a chart, at a share.
type rule struct {
	Y     int
	Share float64
}

// A curve is one line of a chart.
type curve struct {
	Name  string
	ID    string // of the company; empty: of the class
	N     int
	Line  string // path of the estimate
	Band  string // path of its 95 % limits; empty: not drawn
	At    []float64
	End   int // height of its end, where its name stands
	Label int // height of its name, which does not hide another
	Order int // for its colour
}

// sample is the waits of one or more tallies, as the estimate takes them.
// Whoever was never answered is followed to the end of the promise; whoever
// would not take the question, for good.
func sample(now time.Time, tallies ...probes.Tally) []fairness.Observation {
	var obs []fairness.Observation
	add := func(seconds float64, cause, n int) {
		for range n {
			obs = append(obs, fairness.Observation{Time: seconds, Cause: cause})
		}
	}
	for _, t := range tallies {
		for wait, n := range t.Answered {
			add(float64(wait), 1, n)
		}
		for promised, n := range t.Silent {
			add(min(float64(promised), (365*day).Seconds()), 0, n)
		}
		for _, since := range t.Open {
			add(max(now.Sub(since), 0).Seconds(), 0, 1)
		}
	}
	return obs
}

// newCurve draws the estimate of a sample.
func newCurve(name string, obs []fairness.Observation, c chart) curve {
	estimate := fairness.KaplanMeier(obs)
	drawn := curve{Name: name, N: estimate.N}
	if estimate.N == 0 {
		return drawn
	}
	steps := []step{{0, 0, 0, 0}}
	for _, row := range estimate.Rows {
		last := steps[len(steps)-1]
		s := step{seconds(row.Time), 1 - row.Survival, last.lower, last.upper}
		if band := row.CI.LogLog; band.Lower.Known() && band.Upper.Known() {
			s.lower, s.upper = 1-float64(band.Upper), 1-float64(band.Lower)
		} else if row.Survival == 0 {
			s.lower, s.upper = last.lower, 1
		}
		steps = append(steps, s)
	}
	drawn.Line = outline(c.Axis, steps, func(s step) float64 { return s.share })
	drawn.Band = outline(c.Axis, steps, func(s step) float64 { return s.upper }) +
		backwards(c.Axis, steps)
	last := steps[len(steps)-1]
	drawn.End = height(last.share)
	drawn.Label = drawn.End
	for _, wait := range c.Within {
		drawn.At = append(drawn.At, shareAt(steps, wait))
	}
	return drawn
}

// A step is where a curve rises.
type step struct {
	wait                time.Duration
	share, lower, upper float64
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// height is where a share stands on a chart: 0 at the bottom.
func height(share float64) int { return chartHeight - int(math.Round(share*chartHeight)) }

// outline draws one height of the steps, from the left edge to the right.
func outline(a axis, steps []step, of func(step) float64) string {
	var d strings.Builder
	fmt.Fprintf(&d, "M0 %d", height(of(steps[0])))
	at := height(of(steps[0]))
	for _, s := range steps[1:] {
		if y := height(of(s)); y != at {
			fmt.Fprintf(&d, "H%dV%d", a.X(s.wait), y)
			at = y
		}
	}
	if at == 0 {
		fmt.Fprintf(&d, "H%d", a.Width) // all were answered: nothing can change that
		return d.String()
	}
	fmt.Fprintf(&d, "H%d", a.X(steps[len(steps)-1].wait))
	return d.String()
}

// backwards closes a band along its lower edge, from the right to the left.
func backwards(a axis, steps []step) string {
	var d strings.Builder
	fmt.Fprintf(&d, "V%d", height(steps[len(steps)-1].lower))
	for i := len(steps) - 1; i > 0; i-- {
		fmt.Fprintf(&d, "H%dV%d", a.X(steps[i].wait), height(steps[i-1].lower))
	}
	return d.String() + "H0Z"
}

// shareAt is how high the curve stands after a wait.
func shareAt(steps []step, wait time.Duration) float64 {
	share := 0.0
	for _, s := range steps {
		if s.wait <= wait {
			share = s.share
		}
	}
	return share
}

// newChart returns a chart without curves, for the waits of some tallies.
func newChart(channel string, now time.Time, tallies ...probes.Tally) chart {
	shortest, longest := forever, time.Duration(0)
	for _, o := range sample(now, tallies...) {
		if wait := seconds(o.Time); wait < 300*day {
			longest = max(longest, wait)
			if o.Cause > 0 {
				shortest = min(shortest, max(wait, time.Second))
			}
		}
	}
	c := chart{Channel: channel, Axis: newAxis(min(shortest, longest), max(longest, time.Second), chartWidth)}
	for _, t := range c.Axis.Ticks(40) {
		if t.Wait > c.Axis.Low {
			c.Within = append(c.Within, t.Wait)
		}
	}
	return c
}

// spread moves the names of curves apart, so that all can be read.
func spread(curves []curve) {
	const apart = 13
	order := make([]*curve, len(curves))
	for i := range curves {
		order[i] = &curves[i]
	}
	slices.SortStableFunc(order, func(a, b *curve) int { return cmp.Compare(a.End, b.End) })
	for i := 1; i < len(order); i++ {
		order[i].Label = max(order[i].Label, order[i-1].Label+apart)
	}
	if len(order) == 0 {
		return
	}
	if past := order[len(order)-1].Label - chartHeight; past > 0 {
		order[len(order)-1].Label -= past
		for i := len(order) - 2; i >= 0; i-- {
			order[i].Label = min(order[i].Label, order[i+1].Label-apart)
		}
	}
}
