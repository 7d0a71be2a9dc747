package survival

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainLinear follows the influence of each observation through all times.
func plainLinear(obs []Observation, until float64, f func(share, area float64) float64) (value, se float64) {
	if len(obs) == 0 {
		return f(0, 0), 0
	}
	j := newAlike(obs, 1)
	j.runTo(until)
	return f(j.share[0], j.area[0]), j.root(func(u *unit) float64 { return f(u.df[0], u.da[0]) })
}

// TestLinearOf: what is counted by time scores as what is followed one by one, with ties,
// censoring and other causes, before the last time, at it and after it.
func TestLinearOf(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	area := func(_, area float64) float64 { return area }
	share := func(share, _ float64) float64 { return share }
	both := func(share, area float64) float64 { return 0.95*share + 0.05*area }
	for range 400 {
		obs := make([]Observation, draw.IntN(40))
		for i := range obs {
			obs[i] = Observation{Time: float64(draw.IntN(1+draw.IntN(60))) / 60, Cause: draw.IntN(3)}
		}
		for _, until := range []float64{1.0 / 3, 0.5, 1} {
			for i, f := range []func(share, area float64) float64{area, share, both} {
				want, wantSE := plainLinear(obs, until, f)
				got, gotSE := LinearOf(tied(obs), until, f)
				if math.Abs(got-want) > 1e-13 || math.Abs(gotSE-wantSE) > 1e-12 {
					t.Fatalf("function %d of %v until %v: got %v ± %v, want %v ± %v", i, obs, until, got, gotSE, want, wantSE)
				}
			}
		}
	}
}

// TestLinearOfOneAllocation: whatever the number of times.
func TestLinearOfOneAllocation(t *testing.T) {
	obs := manyWaits(5000, 4000)
	slices.SortFunc(obs, func(a, b Observation) int { return int(a.Time - b.Time) })
	ties := tied(obs)
	got := testing.AllocsPerRun(10, func() {
		LinearOf(ties, 4000, func(_, area float64) float64 { return area })
	})
	if got > 1 {
		t.Errorf("got %v allocations of %d times, want 1", got, len(ties))
	}
}

func BenchmarkLinearOf(b *testing.B) {
	ties := tied(manyWaits(25, 2000))
	for b.Loop() {
		LinearOf(ties, 2000, func(_, area float64) float64 { return area })
	}
}
