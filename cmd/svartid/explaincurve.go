package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/svartid/svartid/probes/fairness"
)

// A chart is the share of contacts that a person had answered, over the share
// of the promised time that had passed, as paths of an SVG.
type chart struct {
	Channel  string
	N        int     // of the company's contacts
	Reached  float64 // share answered at the end
	EndY     float64 // where that is
	Own      string  // path
	Band     string  // path around it, 95 %; empty: undefined
	Class    string  // path of the whole class, the company's own among it; empty: it is not shown
	Classes  int     // companies in it
	ClassEnd float64 // share answered at the end
	ClassY   float64
	Score    float64
}

// The plot's place in the drawing.
const (
	plotLeft, plotTop     = 46.0, 10.0
	plotWidth, plotHeight = 420.0, 200.0
)

// fewestCompanies is how many have to be behind the curve of a class: of two,
// it would show the other one.
const fewestCompanies = 3

// draws draws a company's curve on one channel against its class.
func draws(ch fairness.ChannelStanding, company string, all []fairness.Observation) chart {
	group := func(o fairness.Observation) string { return o.Group }
	own := fairness.KaplanMeier(fairness.Where(all, group, company))
	c := chart{Channel: ch.Channel, N: own.N, Score: ch.Score, Classes: len(fairness.Labels(all, group))}
	c.Own, c.Reached = steps(own)
	c.Band, c.EndY = band(own), up(c.Reached)
	if c.Classes >= fewestCompanies {
		c.Class, c.ClassEnd = steps(fairness.KaplanMeier(all))
		c.ClassY = up(c.ClassEnd)
	}
	return c
}

// right and up place a share of the promised time, and of the contacts.
func right(share float64) float64 { return plotLeft + plotWidth*min(share, 1) }
func up(share float64) float64    { return plotTop + plotHeight*(1-share) }

// steps draws a curve as far as it is known, and returns where it ends. Once
// all have been answered it stays there.
func steps(c fairness.Curve) (path string, end float64) {
	var b strings.Builder
	fmt.Fprintf(&b, "M%.1f %.1f", right(0), up(0))
	for _, row := range c.Rows {
		end = 1 - row.Survival
		fmt.Fprintf(&b, "H%.1fV%.1f", right(row.Time), up(end))
	}
	if end == 1 {
		fmt.Fprintf(&b, "H%.1f", right(1))
	}
	return b.String(), end
}

// band draws the limits around a curve: of how many still wait, symmetric on
// the scale of log(-log), which keeps them between 0 and 1.
func band(c fairness.Curve) string {
	var above, below strings.Builder
	var back []string
	at := -1.0
	for _, row := range c.Rows {
		limits := row.CI.LogLog
		if math.IsNaN(float64(limits.Lower)) || math.IsNaN(float64(limits.Upper)) {
			continue
		}
		high, low := up(1-float64(limits.Lower)), up(1-float64(limits.Upper))
		x := right(row.Time)
		if at < 0 {
			fmt.Fprintf(&above, "M%.1f %.1f", x, high)
		}
		at = x
		fmt.Fprintf(&above, "H%.1fV%.1f", x, high)
		back = append(back, fmt.Sprintf("V%.1fH%.1f", low, x))
	}
	if at < 0 {
		return ""
	}
	fmt.Fprintf(&above, "H%.1f", right(1))
	for i := len(back) - 1; i >= 0; i-- {
		below.WriteString(back[i])
	}
	return above.String() + below.String() + "Z"
}
