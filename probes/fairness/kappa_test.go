package fairness

import (
	"math"
	"testing"
)

// TestKappa: the first row is the worked example of a table of 20, 5, 10 and 15,
// whose kappa is 0.4.
func TestKappa(t *testing.T) {
	times := func(n int, a, b string) (all [][2]string) {
		for range n {
			all = append(all, [2]string{a, b})
		}
		return all
	}
	table := append(append(append(times(20, "yes", "yes"), times(5, "yes", "no")...), times(10, "no", "yes")...), times(15, "no", "no")...)
	for name, tt := range map[string]struct {
		pairs [][2]string
		want  float64
	}{
		"the worked example":  {table, 0.4},
		"always the same":     {append(times(3, "a", "a"), times(2, "b", "b")...), 1},
		"never the same":      {append(times(2, "a", "b"), times(2, "b", "a")...), -1},
		"as by chance":        {append(append(append(times(1, "a", "a"), times(1, "a", "b")...), times(1, "b", "a")...), times(1, "b", "b")...), 0},
		"one word only":       {times(4, "a", "a"), math.NaN()},
		"nothing to agree on": {nil, math.NaN()},
	} {
		got := float64(Kappa(tt.pairs))
		if math.Abs(got-tt.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}
