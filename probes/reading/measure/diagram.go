package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/svartid/svartid/probes/fairness"
)

// A bin is what was read with a probability from low to below high.
type bin struct {
	low, high, sum float64
	letters, right int
}

// said is the mean probability of a bin.
func (b bin) said() float64 { return b.sum / float64(b.letters) }

// met is the share of a bin that was read right.
func (b bin) met() float64 { return float64(b.right) / float64(b.letters) }

// reliability sorts letters into bins by their probability. Reports on delivery, of which no reader
// that has learnt is asked, have the probability of what is settled and count in the last.
func reliability(letters []letter) []bin {
	edges := []float64{0, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99, 1.01}
	var bins []bin
	for i := range len(edges) - 1 {
		b := bin{low: edges[i], high: min(edges[i+1], 1)}
		for _, l := range letters {
			if l.Probability >= edges[i] && l.Probability < edges[i+1] {
				b.letters++
				b.sum += l.Probability
				if l.right() {
					b.right++
				}
			}
		}
		if b.letters > 0 {
			bins = append(bins, b)
		}
	}
	return bins
}

// reliabilityTable says how many of the letters that were read with a probability are what they were
// read as.
func reliabilityTable(say io.Writer, bins []bin) {
	fmt.Fprint(say, "\n| probability | letters | said | right |\n|---|---|---|---|\n")
	for _, b := range bins {
		fmt.Fprintf(say, "| %.2f to %.2f | %d | %.1f %% | %s |\n", b.low, b.high, b.letters, 100*b.said(), share(b.right, b.letters))
	}
}

// side is how many pixels the square of a diagram is wide, and edge is what is kept free around it.
const side, edge = 320.0, 48.0

// draw returns a reliability diagram: the probability that was said to the right, the share that was
// right upwards, Wilson's 95 % interval as a stroke. On the diagonal both are the same.
func draw(bins []bin) string {
	var out strings.Builder
	x := func(p float64) float64 { return edge + p*side }
	y := func(p float64) float64 { return edge + (1-p)*side }
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="11">`+"\n", side+2*edge, side+2*edge)
	fmt.Fprintf(&out, `<rect width="100%%" height="100%%" fill="#fff"/><rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" fill="none" stroke="#888"/>`+"\n", edge, edge, side, side)
	fmt.Fprintf(&out, `<line x1="%.0f" y1="%.0f" x2="%.0f" y2="%.0f" stroke="#bbb" stroke-dasharray="4 4"/>`+"\n", x(0), y(0), x(1), y(1))
	for _, p := range []float64{0, 0.2, 0.4, 0.6, 0.8, 1} {
		fmt.Fprintf(&out, `<text x="%.0f" y="%.0f" text-anchor="middle">%.1f</text><text x="%.0f" y="%.0f" text-anchor="end">%.1f</text>`+"\n",
			x(p), y(0)+16, p, x(0)-6, y(p)+4, p)
	}
	fmt.Fprintf(&out, `<text x="%.0f" y="%.0f" text-anchor="middle">probability that was said</text>`+"\n", x(0.5), y(0)+34)
	fmt.Fprintf(&out, `<text x="14" y="%.0f" text-anchor="middle" transform="rotate(-90 14 %.0f)">share that was right</text>`+"\n", y(0.5), y(0.5))
	for _, b := range bins {
		low, high := fairness.Wilson(b.right, b.letters, 0.95)
		fmt.Fprintf(&out, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#06c"/><circle cx="%.1f" cy="%.1f" r="4" fill="#06c"><title>%d letters</title></circle>`+"\n",
			x(b.said()), y(low), x(b.said()), y(high), x(b.said()), y(b.met()), b.letters)
	}
	return out.String() + "</svg>\n"
}
