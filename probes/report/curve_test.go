package report

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// unitPlot draws on a square of 100.
func unitPlot(decimals int) Plot {
	return Plot{
		X: func(wait float64) float64 { return wait }, Y: func(share float64) float64 { return 100 - 100*share },
		Right: 100, Decimals: decimals,
	}
}

// TestCurve: of four, one is answered after 10, one followed to 20, one answered
// after 50, one followed to 100. By Kaplan and Meier 1/4 are answered after 10,
// and 1 - 3/4 · 1/2 = 0.625 after 50.
func TestCurve(t *testing.T) {
	c := NewCurve([]survival.Observation{{Time: 10, Cause: 1}, {Time: 20}, {Time: 50, Cause: 1}, {Time: 100}})
	for wait, want := range map[float64]float64{0: 0, 9: 0, 10: 0.25, 49: 0.25, 50: 0.625, 1000: 0.625} {
		if got := c.ShareAt(wait); math.Abs(got-want) > 1e-9 {
			t.Errorf("after %v: got %v, want %v", wait, got, want)
		}
	}
	if c.N != 4 || math.Abs(c.End()-0.625) > 1e-9 {
		t.Errorf("got %d contacts and %v in the end", c.N, c.End())
	}
	for decimals, want := range []string{"M0 100H10V75H50V38H100", "M0.0 100.0H10.0V75.0H50.0V37.5H100.0"} {
		if got := unitPlot(decimals).Line(c); got != want {
			t.Errorf("got line %q, want %q", got, want)
		}
	}
	for i, s := range c.Steps {
		if s.Lower > s.Share || s.Upper < s.Share {
			t.Errorf("step %d: %v is not between %v and %v", i, s.Share, s.Lower, s.Upper)
		}
	}
	if band := unitPlot(0).Band(c); !strings.HasPrefix(band, "M0 100H10V") || !strings.HasSuffix(band, "H0Z") {
		t.Errorf("got band %q", band)
	}
}

// TestCurveEnds: once all have been answered nothing can change that, and the
// limits reach the line.
func TestCurveEnds(t *testing.T) {
	plot := unitPlot(0)
	all := NewCurve([]survival.Observation{{Time: 10, Cause: 1}, {Time: 20, Cause: 1}})
	if got, want := plot.Line(all), "M0 100H10V50H20V0H100"; got != want {
		t.Errorf("got line %q, want %q", got, want)
	}
	if last := all.Steps[len(all.Steps)-1]; last.Upper != 1 {
		t.Errorf("got %+v, want the limit at 1", last)
	}
	none := NewCurve(nil)
	if plot.Line(none) != "" || plot.Band(none) != "" || none.End() != 0 {
		t.Errorf("of nothing: got %+v", none)
	}
	silent := NewCurve([]survival.Observation{{Time: 100}})
	if got := plot.Line(silent); got != "M0 100H100" || plot.Band(silent) != "" {
		t.Errorf("of a silence: got line %q and band %q", got, plot.Band(silent))
	}
}

// TestWaiting: a tally is a sample of waits.
func TestWaiting(t *testing.T) {
	got := Waiting(noon, probes.Tally{
		Answered: map[int64]int{10: 2}, Silent: map[int64]int{1000: 1, math.MaxInt64: 1},
		Open: map[string]time.Time{"c": noon.Add(-20 * time.Second), "later": noon.Add(time.Second)},
	})
	slices.SortFunc(got, func(a, b survival.Observation) int { return int(a.Time - b.Time) })
	want := []survival.Observation{
		{}, {Time: 10, Cause: 1}, {Time: 10, Cause: 1}, {Time: 20}, {Time: 1000}, {Time: (365 * day).Seconds()},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
