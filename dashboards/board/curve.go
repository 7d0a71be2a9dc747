package board

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/report"
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
	Within  []time.Duration // waits whose share the table gives
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

// newCurve draws the estimate of some waits.
func newCurve(name string, waits []survival.Observation, c chart) curve {
	estimate := report.NewCurve(waits)
	drawn := curve{Name: name, N: estimate.N}
	if estimate.N == 0 {
		return drawn
	}
	plot := c.plot()
	drawn.Line, drawn.Band = plot.Line(estimate), plot.Band(estimate)
	drawn.End = height(estimate.End())
	drawn.Label = drawn.End
	for _, wait := range c.Within {
		drawn.At = append(drawn.At, estimate.ShareAt(wait.Seconds()))
	}
	return drawn
}

// plot is where the chart's curves are drawn, in whole units of its picture.
func (c chart) plot() report.Plot {
	return report.Plot{
		X:     func(wait float64) float64 { return float64(c.Axis.X(seconds(wait))) },
		Y:     func(share float64) float64 { return float64(height(share)) },
		Right: float64(c.Axis.Width),
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// height is where a share stands on a chart: 0 at the bottom.
func height(share float64) int { return chartHeight - int(math.Round(share*chartHeight)) }

// newChart returns a chart without curves, for the waits of some tallies.
func newChart(channel string, now time.Time, tallies ...probes.Tally) chart {
	shortest, longest := report.Forever, time.Duration(0)
	for _, o := range report.Waiting(now, tallies...) {
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
