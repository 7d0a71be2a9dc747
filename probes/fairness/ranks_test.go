package fairness

import (
	"math"
	"reflect"
	"testing"

	"github.com/svartid/svartid/probes/fairness/survival"
)

func TestRanks(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   []Estimate
		want []Place
	}{
		{"nobody", nil, []Place{}},
		{"one", []Estimate{{0.5, 0.1}}, []Place{{1, 1}}},
		{"two apart", []Estimate{{0.9, 0.01}, {0.5, 0.01}}, []Place{{1, 1}, {2, 2}}},
		{"two not apart", []Estimate{{0.9, 0.5}, {0.5, 0.5}}, []Place{{1, 2}, {1, 2}}},
		{"equal and without error", []Estimate{{0, 0}, {0, 0}, {1, 0}}, []Place{{2, 3}, {2, 3}, {1, 1}}},
		{"the middle one may be either", []Estimate{{0.9, 0.05}, {0.7, 0.05}, {0.5, 0.05}}, []Place{{1, 2}, {1, 3}, {2, 3}}},
		{"one that is not known", []Estimate{{0.9, 0}, {math.NaN(), math.NaN()}, {0.5, 0}}, []Place{{1, 2}, {1, 3}, {2, 3}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Ranks(tt.of, 3); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCriticalValues(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name      string
		se        []float64
		drawn     float64
		tolerated float64
	}{
		{"nobody", nil, inf, 0},
		{"one", []float64{0.1}, inf, 0},
		{"two: the normal quantile", []float64{0.1, 0.3}, 1.959963984540054, 1e-9},
		{"one that cannot err", []float64{0.1, 0}, 1.959963984540054, 1e-9},
		{"nobody errs", []float64{0, 0, 0}, inf, 0},
		{"not known", []float64{0.1, math.NaN(), 0.1}, 1.959963984540054, 1e-9},
		// qtukey(.95, k, Inf)/sqrt(2), from the tables of the studentised range.
		{"three alike: Tukey", []float64{1, 1, 1}, 3.314493 / math.Sqrt2, 2e-3},
		{"ten alike: Tukey", []float64{2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, 4.474124 / math.Sqrt2, 2e-3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := GaussianMax(tt.se, 0.05)
			if got != tt.drawn && !(math.Abs(got-tt.drawn) <= tt.tolerated) {
				t.Errorf("got %v, want %v", got, tt.drawn)
			}
			if len(tt.se) > 1 && !math.IsInf(got, 1) && got > Bonferroni(len(tt.se), 0.05)+1e-9 {
				t.Errorf("got %v, above Bonferroni's %v", got, Bonferroni(len(tt.se), 0.05))
			}
			if again := GaussianMax(tt.se, 0.05); again != got {
				t.Errorf("got %v and %v", got, again)
			}
		})
	}
	if got := Bonferroni(8, 0.05); math.Abs(got-3.12373463032385) > 1e-12 {
		t.Errorf("got %v for eight companies", got)
	}
	if got := Bonferroni(1, 0.05); !math.IsInf(got, 1) {
		t.Errorf("got %v for one company", got)
	}
}

// TestPlusTwoCovers: the interval has a width where all went alike, holds the
// score, and closes on it.
func TestPlusTwoCovers(t *testing.T) {
	for _, score := range []float64{0, 0.5, 0.96, 1} {
		width := math.Inf(1)
		for _, n := range []float64{0, 1, 5, 25, 400} {
			p := plusTwo(score, 0, n)
			if !(p.Lower <= score+1e-12 && score <= p.Upper+1e-12 && p.Upper-p.Lower > 0 && p.Upper-p.Lower <= width) {
				t.Errorf("%v of %v contacts: got %+v", score, n, p)
			}
			width = p.Upper - p.Lower
		}
	}
}

func TestClassEdges(t *testing.T) {
	obs := []survival.Observation{
		{Group: "a", Stratum: "mail", Time: 0, Cause: 1},
		{Group: "b", Stratum: "mail", Time: 10},
		{Group: "c", Stratum: "fax", Time: 0, Cause: 1},
		{Group: "d", Stratum: "mail", Time: 5, Cause: 1},
		{Group: "d", Stratum: "chat", Time: 5, Cause: 2},
	}
	r := ReportClass(obs, Scale{Horizon: map[string]float64{"mail": 10, "chat": 10}, Weights: map[string]float64{"fax": 0, "mail": 3}})
	var got []float64
	for _, s := range r.Scores {
		got = append(got, float64(s.Score))
	}
	if got[0] != 1 || got[1] != 0 || !math.IsNaN(got[2]) || math.Abs(got[3]-0.375) > 1e-15 {
		t.Errorf("got scores %v, want 1, 0, none, 0.375", got)
	}
	if want := []string{"a", "d", "b", "c"}; !reflect.DeepEqual(r.Order, want) {
		t.Errorf("got the order %v, want %v", r.Order, want)
	}
	if want := []string{"a"}; !reflect.DeepEqual(r.Plain.Winner, want) {
		t.Errorf("got the winners %v, want %v: without errors all differences are certain", r.Plain.Winner, want)
	}
	if want := []string{"a", "b", "d"}; !reflect.DeepEqual(r.PlusTwo.Winner, want) {
		t.Errorf("got the winners %v, want %v: one contact tells nobody apart", r.PlusTwo.Winner, want)
	}
}

// TestMayBeBest: only those are out whom another is certainly above; who is not
// known is not the best.
func TestMayBeBest(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name string
		of   []Estimate
		want []bool
	}{
		{"nobody", nil, []bool{}},
		{"one", []Estimate{{0.5, 0.1}}, []bool{true}},
		{"one that is not known", []Estimate{{nan, nan}, {0.5, 0.1}}, []bool{false, true}},
		{"just within", []Estimate{{0.9, 0.03}, {0.8, 0.04}}, []bool{true, true}}, // 2 errors
		{"just beyond", []Estimate{{0.9, 0.03}, {0.79, 0.04}}, []bool{true, false}},
		{"a sure second is out, an unsure third is not", []Estimate{{0.9, 0.01}, {0.8, 0.01}, {0.7, 0.2}}, []bool{true, false, true}},
		{"out by the second, not by the first", []Estimate{{0.9, 0.3}, {0.8, 0.01}, {0.7, 0.01}}, []bool{true, true, false}},
		{"equal and without error", []Estimate{{1, 0}, {1, 0}, {0, 0}}, []bool{true, true, false}},
	} {
		if got := MayBeBest(tt.of, 2.1); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	for n, want := range map[int]float64{0: math.Inf(1), 1: math.Inf(1), 2: 1.6448536269514722, 8: 2.449997660602729} {
		if got := Best(n, 0.05); got != want && !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("of %d: got %v, want %v", n, got, want)
		}
	}
}
