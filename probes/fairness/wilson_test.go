package fairness

import (
	"math"
	"testing"
)

// TestIntervalsHold: each interval holds the share itself, stays within 0 and
// 1, is the mirror of its opposite, and narrows with n.
func TestIntervalsHold(t *testing.T) {
	for _, tt := range []struct {
		name     string
		interval func(x, n int, level float64) (float64, float64)
	}{
		{"Wilson", Wilson}, {"Clopper and Pearson", ClopperPearson}, {"Jeffreys, mended", JeffreysBCD},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for n := 1; n <= 120; n++ {
				for x := 0; x <= n; x++ {
					lower, upper := tt.interval(x, n, 0.95)
					share := float64(x) / float64(n)
					if lower < 0 || upper > 1 || lower > share || upper < share {
						t.Fatalf("%d of %d: got %v to %v", x, n, lower, upper)
					}
					if l, u := tt.interval(n-x, n, 0.95); math.Abs(1-u-lower) > 1e-12 || math.Abs(1-l-upper) > 1e-12 {
						t.Fatalf("%d of %d: got %v to %v, its opposite %v to %v", x, n, lower, upper, l, u)
					}
					if l, u := tt.interval(2*x, 2*n, 0.95); u-l >= upper-lower {
						t.Fatalf("%d of %d: twice as many are no surer", x, n)
					}
				}
			}
		})
	}
}

func TestIntervalOfNothing(t *testing.T) {
	for name, interval := range map[string]func(int, int, float64) (float64, float64){
		"Wilson": Wilson, "Clopper and Pearson": ClopperPearson, "Jeffreys, mended": JeffreysBCD,
	} {
		if lower, upper := interval(0, 0, 0.95); lower != 0 || upper != 1 {
			t.Errorf("%s: got %v to %v, want 0 to 1", name, lower, upper)
		}
	}
	if r := ReportInterval(0, 0, 0.95); r.P.Known() {
		t.Errorf("got the share %v of nothing", r.P)
	}
}

// TestClopperPearsonTails holds the limits against their definition: there, as
// many or more, or as few or fewer, happen with probability 2½ %.
func TestClopperPearsonTails(t *testing.T) {
	for _, tt := range []struct{ x, n int }{{0, 1}, {1, 1}, {0, 25}, {1, 25}, {24, 25}, {25, 25}, {13, 25}, {3, 400}, {397, 400}, {1200, 5000}} {
		lower, upper := ClopperPearson(tt.x, tt.n, 0.95)
		if got := tail(tt.x, tt.n, tt.n, lower); tt.x > 0 && math.Abs(got-0.025) > 1e-10 {
			t.Errorf("%d of %d, lower %v: got a tail of %v", tt.x, tt.n, lower, got)
		}
		if got := tail(0, tt.x, tt.n, upper); tt.x < tt.n && math.Abs(got-0.025) > 1e-10 {
			t.Errorf("%d of %d, upper %v: got a tail of %v", tt.x, tt.n, upper, got)
		}
	}
}

// tail returns how likely from to to successes of n are.
func tail(from, to, n int, p float64) (sum float64) {
	gamma := func(k int) float64 { v, _ := math.Lgamma(float64(k + 1)); return v }
	for k := from; k <= to; k++ {
		sum += math.Exp(gamma(n) - gamma(k) - gamma(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	}
	return sum
}

// TestBetaQuantileFarOut: far out on the thin side, and with millions.
func TestBetaQuantileFarOut(t *testing.T) {
	for _, n := range []int{1, 25, 1000, 1_000_000, 100_000_000} {
		for _, level := range []float64{0.5, 0.95, 0.9999, 0.99999999} {
			lower, upper := Jeffreys(n, n, level)
			if mirrored, _ := Jeffreys(0, n, level); !(lower > 0.0000001 && lower < upper && upper <= 1 && mirrored >= 0 && mirrored < 1-lower) {
				t.Errorf("%d of %d at %v: got %v to %v, mirrored %v", n, n, level, lower, upper, mirrored)
			}
			want := math.Pow((1-level)/2, 1/float64(n))
			if got, _ := ClopperPearson(n, n, level); math.Abs(got-want) > 1e-9 {
				t.Errorf("all of %d at %v: got %v, want %v", n, level, got, want)
			}
		}
	}
}
