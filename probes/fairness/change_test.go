package fairness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestReachChange: the interval is Newcombe's, by the examples of his paper
// (table II), turned round; of nothing there is none.
func TestReachChange(t *testing.T) {
	for _, tt := range []struct {
		earlier, later       Reach
		change, lower, upper float64
	}{
		{Reach{48, 80}, Reach{56, 70}, 0.2, 0.0524, 0.3339},
		{Reach{3, 10}, Reach{9, 10}, 0.6, 0.1705, 0.8090},
		{Reach{0, 10}, Reach{10, 10}, 1, 0.6075, 1},
		{Reach{0, 29}, Reach{5, 56}, 5.0 / 56, -0.0381, 0.1926},
	} {
		got := ReachChange(tt.earlier, tt.later)
		for i, g := range []float64{float64(got.Change), float64(got.Lower), float64(got.Upper)} {
			if want := []float64{tt.change, tt.lower, tt.upper}[i]; math.Abs(g-want) > 5e-5 {
				t.Errorf("%v, %v: got %+v, want %v to %v", tt.earlier, tt.later, got, tt.lower, tt.upper)
			}
		}
	}
	if got := ReachChange(Reach{}, Reach{3, 4}); got.Change.Known() || got.Earlier.Known() || got.Later != 0.75 || got.Sure() {
		t.Errorf("of nothing: got %+v", got)
	}
}

// TestChanges: the same is compared with the same: who is new, or has lost a
// channel, is left out there.
func TestChanges(t *testing.T) {
	earlier := Rules{}.Standings(slices.Concat(
		contacts("a", "mail", "90 90 s s 90 90 s s"), contacts("a", "chat", "10 10"), contacts("b", "mail", "50 50 50"), contacts("gone", "mail", "10")))
	later := Rules{}.Standings(slices.Concat(
		contacts("a", "mail", "1 1 1 1 1 1 1 1"), contacts("a", "web", "5 5"), contacts("b", "mail", "50 50 50"), contacts("new", "mail", "10"), contacts("c", "mail", "v")))
	var got []string
	for _, c := range Changes("power", earlier, later) {
		got = append(got, fmt.Sprintf("%s/%s %.3f %v %.3f", c.Company, c.Channel, float64(c.Score.Change), c.Score.Sure(), float64(c.Reach.Change)))
	}
	want := []string{"/ 0.247 false 0.308", "a/ 0.495 true 0.400", "a/mail 0.940 true 0.500", "b/ 0.000 false 0.000", "b/mail 0.000 false 0.000"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestChangesCover: the intervals hold the true change as often as they say.
func TestChangesCover(t *testing.T) {
	const seasons = 500
	draw := rand.New(rand.NewPCG(31, 32))
	before, after := []door{{"mail", 15, 0.7, 4}, {"chat", 10, 0.9, 8}}, []door{{"mail", 15, 0.85, 6}, {"chat", 10, 0.9, 8}}
	truth := (after[0].worth() + after[1].worth() - before[0].worth() - before[1].worth()) / 2
	score, reach := 0, 0
	for range seasons {
		c := Changes("x", Rules{}.Standings(season(draw, "a", before...)), Rules{}.Standings(season(draw, "a", after...)))[1]
		if float64(c.Score.Lower) <= truth && truth <= float64(c.Score.Upper) {
			score++
		}
		if float64(c.Reach.Lower) <= 0.09 && 0.09 <= float64(c.Reach.Upper) {
			reach++
		}
	}
	if score < 0.94*seasons || reach < 0.93*seasons {
		t.Errorf("of %d intervals hold %d of scores, %d of reach", seasons, score, reach)
	}
}
