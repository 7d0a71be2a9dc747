package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Curve is the share of contacts that a person had answered, by how long
// their customers had waited: one less the estimate of Kaplan and Meier.
type Curve struct {
	N     int    // contacts
	Steps []Step // by wait; the first is at 0, unless there are no contacts
}

// A Step is where a curve rises, or is known to be flat.
type Step struct {
	Wait  float64 // in the unit of the observations
	Share float64 // answered by then
	// Lower and Upper are the limits of the share, 95 %: symmetric on the scale
	// of log(-log), which keeps them between 0 and 1. Where they are undefined
	// they are those of the step before; once all have been answered, the upper
	// one is 1.
	Lower, Upper float64
}

// NewCurve estimates the curve of some waits.
func NewCurve(waits []survival.Observation) Curve {
	estimate := survival.KaplanMeier(waits)
	c := Curve{N: estimate.N}
	if c.N == 0 {
		return c
	}
	c.Steps = []Step{{}}
	for _, row := range estimate.Rows {
		last := c.Steps[len(c.Steps)-1]
		s := Step{row.Time, 1 - row.Survival, last.Lower, last.Upper}
		if band := row.CI.LogLog; band.Lower.Known() && band.Upper.Known() {
			s.Lower, s.Upper = 1-float64(band.Upper), 1-float64(band.Lower)
		} else if row.Survival == 0 {
			s.Upper = 1
		}
		c.Steps = append(c.Steps, s)
	}
	return c
}

// End returns the share that was answered in the end.
func (c Curve) End() float64 { return c.ShareAt(c.last().Wait) }

// ShareAt returns how high the curve stands after a wait; 0 of no contacts.
func (c Curve) ShareAt(wait float64) float64 {
	share := 0.0
	for _, s := range c.Steps {
		if s.Wait <= wait {
			share = s.Share
		}
	}
	return share
}

// last returns the last step.
func (c Curve) last() Step {
	if len(c.Steps) == 0 {
		return Step{}
	}
	return c.Steps[len(c.Steps)-1]
}

// limited reports whether the limits are known anywhere.
func (c Curve) limited() bool {
	for _, s := range c.Steps {
		if s.Upper > s.Lower {
			return true
		}
	}
	return false
}

// A Plot is where a curve is drawn in a picture. All fields are needed.
type Plot struct {
	X        func(wait float64) float64
	Y        func(share float64) float64
	Right    float64 // the right edge
	Decimals int     // of coordinates
}

// Line returns the SVG path of a curve, as far as it is known; once all have
// been answered, to the right edge. Of no contacts it is empty.
func (p Plot) Line(c Curve) string {
	return p.outline(c, func(s Step) float64 { return s.Share })
}

// Band returns the closed SVG path of a curve's limits; empty if they are not
// known anywhere.
func (p Plot) Band(c Curve) string {
	if !c.limited() {
		return ""
	}
	var d strings.Builder
	d.WriteString(p.outline(c, func(s Step) float64 { return s.Upper }))
	d.WriteString("V" + p.place(p.Y(c.last().Lower)))
	for i := len(c.Steps) - 1; i > 0; i-- {
		d.WriteString("H" + p.place(p.X(c.Steps[i].Wait)) + "V" + p.place(p.Y(c.Steps[i-1].Lower)))
	}
	return d.String() + "H" + p.place(p.X(0)) + "Z"
}

// outline draws one height of the steps, from the left to the right.
func (p Plot) outline(c Curve, of func(Step) float64) string {
	if len(c.Steps) == 0 {
		return ""
	}
	at := p.place(p.Y(of(c.Steps[0])))
	d := "M" + p.place(p.X(0)) + " " + at
	for _, s := range c.Steps[1:] {
		if y := p.place(p.Y(of(s))); y != at {
			d += "H" + p.place(p.X(s.Wait)) + "V" + y
			at = y
		}
	}
	if at == p.place(p.Y(1)) {
		return d + "H" + p.place(p.Right) // all were answered: nothing can change that
	}
	return d + "H" + p.place(p.X(c.last().Wait))
}

// place writes a coordinate.
func (p Plot) place(at float64) string { return strconv.FormatFloat(at, 'f', p.Decimals, 64) }

// Waiting returns the waits of one or more tallies at an instant, in seconds.
// A contact that was never answered is followed to the end of the promise; one
// whose question the company would not take, for a year.
func Waiting(now time.Time, tallies ...probes.Tally) []survival.Observation {
	const year = 365 * day
	var waits []survival.Observation
	add := func(seconds float64, cause, n int) {
		for range n {
			waits = append(waits, survival.Observation{Time: seconds, Cause: cause})
		}
	}
	for _, t := range tallies {
		for wait, n := range t.Answered {
			add(float64(wait), 1, n)
		}
		for promised, n := range t.Silent {
			add(min(float64(promised), year.Seconds()), 0, n)
		}
		for _, since := range t.Open {
			add(max(now.Sub(since), 0).Seconds(), 0, 1)
		}
	}
	return waits
}
