package report

import (
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Chart is a company's curve on one channel, over the share of the promised
// time that had passed, against its class. Its paths are of an SVG.
type Chart struct {
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

// newChart draws a company's curve on one channel against its class.
func newChart(ch fairness.ChannelStanding, company string, all []survival.Observation) Chart {
	plot := Plot{X: right, Y: up, Right: right(1), Decimals: 1}
	group := func(o survival.Observation) string { return o.Group }
	own := NewCurve(survival.Where(all, group, company))
	c := Chart{
		Channel: ch.Channel, N: own.N, Score: ch.Score, Classes: len(survival.Labels(all, group)),
		Own: plot.Line(own), Band: plot.Band(own), Reached: own.End(), EndY: up(own.End()),
	}
	if c.Classes >= fewestCompanies {
		class := NewCurve(all)
		c.Class, c.ClassEnd, c.ClassY = plot.Line(class), class.End(), up(class.End())
	}
	return c
}

// right and up place a share of the promised time, and of the contacts.
func right(share float64) float64 { return plotLeft + plotWidth*min(share, 1) }
func up(share float64) float64    { return plotTop + plotHeight*(1-share) }
