package fairness

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestGradesPlainly: spread, shrunken scores, grades and rank sets are those of
// testdata/plain/plain.py, which tries every way to cut the order.
func TestGradesPlainly(t *testing.T) {
	var want struct {
		Classes [][][2]float64
		Spread  Spread
		Shrunk  [][][2]float64
		Grades  [][]int
		Wrong   []float64
		Reach   []struct {
			Of    [][2]int
			Ranks [][2]int
		}
	}
	text, err := os.ReadFile(filepath.Join("testdata", "plain", "grades.json"))
	if err != nil || json.Unmarshal(text, &want) != nil || len(want.Classes) < 3 {
		t.Fatalf("got %d classes, %v", len(want.Classes), err)
	}
	classes := make([][]Estimate, len(want.Classes))
	for i, class := range want.Classes {
		for _, e := range class {
			classes[i] = append(classes[i], Estimate{e[0], e[1]})
		}
	}
	spread := SpreadOf(classes)
	near(t, "variance", spread.Variance, want.Spread.Variance, 1e-12)
	near(t, "noise", spread.Noise, want.Spread.Noise, 1e-12)
	near(t, "reliability", float64(spread.Reliability), float64(want.Spread.Reliability), 1e-12)
	for i, class := range classes {
		believed := spread.Shrink(class)
		for k, b := range believed {
			near(t, "shrunken", b.Value, want.Shrunk[i][k][0], 1e-12)
			near(t, "its error", b.SE, want.Shrunk[i][k][1], 1e-12)
		}
		grades, wrong := Grades(believed, MisorderedRate)
		if !slices.Equal(grades, want.Grades[i]) {
			t.Errorf("class %d: got the grades %v, want %v", i, grades, want.Grades[i])
		}
		near(t, "misordered", wrong, want.Wrong[i], 1e-12)
	}
	for _, r := range want.Reach {
		var of []Reach
		for _, x := range r.Of {
			of = append(of, Reach{x[0], x[1]})
		}
		for i, p := range ReachRanks(of, 0.05) {
			if p != (Place{r.Ranks[i][0], r.Ranks[i][1]}) {
				t.Errorf("%v: company %d: got %v, want %v", r.Of, i, p, r.Ranks[i])
			}
		}
	}
}

// TestGradesEdges: nothing to tell apart is one grade; what is surely apart has
// its own.
func TestGradesEdges(t *testing.T) {
	for _, tt := range []struct {
		name     string
		believed []Estimate
		want     []int
	}{
		{"nobody", nil, []int{}},
		{"one", []Estimate{{0.5, 0.1}}, []int{1}},
		{"alike", []Estimate{{0.5, 0.1}, {0.5, 0.1}, {0.5, 0.1}}, []int{1, 1, 1}},
		{"far apart", []Estimate{{0.1, 0.01}, {0.9, 0.01}, {0.5, 0.01}}, []int{3, 1, 2}},
		{"two groups", []Estimate{{0.9, 0.02}, {0.2, 0.02}, {0.9, 0.02}, {0.2, 0.02}}, []int{1, 2, 1, 2}},
		{"nothing is known apart from chance", []Estimate{{0.5, 0}, {0.5, 0}}, []int{1, 1}},
	} {
		got, wrong := Grades(tt.believed, 0.05)
		if !slices.Equal(got, tt.want) || wrong > 0.05 {
			t.Errorf("%s: got %v, misordered %v; want %v", tt.name, got, wrong, tt.want)
		}
	}
	if s := SpreadOf([][]Estimate{{{0.5, 0.1}}, nil, {{math.NaN(), 1}, {0.3, 0.1}}}); s.Reliability.Known() {
		t.Errorf("no class with two: got %+v", s)
	}
}

// TestGradesHold: over seasons of companies whose worth is drawn, pairs are
// misordered no more often than printed, the shrunken score of the winner is
// right in the mean, and its printed one too high.
func TestGradesHold(t *testing.T) {
	const seasons, classes, companies = 12, 24, 8
	draw := rand.New(rand.NewPCG(27, 28))
	pairs, wrong, winners, printed, shrunk := 0, 0, 0, 0.0, 0.0
	for range seasons {
		var all [][]Standing
		truth := map[string]float64{}
		for class := range classes {
			var contacts []Contact
			for i := range companies {
				name := fmt.Sprintf("%d-%d", class, i)
				level := math.Exp(1.3 + 0.8*draw.NormFloat64())
				mail, chat := door{"mail", 13, level / (1 + level), 5}, door{"chat", 12, level / (1 + level), 5}
				truth[name] = (mail.worth() + chat.worth()) / 2
				contacts = append(contacts, season(draw, name, mail, chat)...)
			}
			all = append(all, Rules{}.Standings(contacts))
		}
		Grade(all)
		for _, class := range all {
			printed += float64(class[0].Score) - truth[class[0].Company]
			shrunk += float64(class[0].Shrunken) - truth[class[0].Company]
			winners++
			for i, a := range class {
				for _, b := range class[i+1:] {
					pairs++
					if a.Grade < b.Grade && truth[a.Company] < truth[b.Company] || a.Grade > b.Grade && truth[a.Company] > truth[b.Company] {
						wrong++
					}
				}
			}
		}
	}
	t.Logf("misordered %.1f %%; the winner's score is off by %+.1f points, shrunken by %+.1f",
		100*float64(wrong)/float64(pairs), 100*printed/float64(winners), 100*shrunk/float64(winners))
	if float64(wrong) > MisorderedRate*float64(pairs) {
		t.Errorf("%d of %d pairs are misordered", wrong, pairs)
	}
	if printed < 2*math.Abs(shrunk) {
		t.Errorf("printed %v, shrunken %v", printed/float64(winners), shrunk/float64(winners))
	}
}
