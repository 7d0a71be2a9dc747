package fairness

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"
)

// An interval is a row of reference values, made with prop.test of R.
type interval struct {
	X, N   int
	Level  float64
	Wilson [2]float64
}

func (want interval) check(t *testing.T) {
	t.Helper()
	lower, upper := Wilson(want.X, want.N, want.Level)
	if math.Abs(lower-want.Wilson[0]) > 1e-9 || math.Abs(upper-want.Wilson[1]) > 1e-9 {
		t.Errorf("%d of %d at %v: got %.12f to %.12f, want %.12f to %.12f",
			want.X, want.N, want.Level, lower, upper, want.Wilson[0], want.Wilson[1])
	}
}

func TestWilson(t *testing.T) {
	f, err := os.Open("testdata/wilson.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 8 {
		t.Fatalf("got %d rows", len(rows))
	}
	for _, row := range rows[1:] {
		var n [5]float64
		for i, text := range row {
			if n[i], err = strconv.ParseFloat(text, 64); err != nil {
				t.Fatal(err)
			}
		}
		interval{int(n[0]), int(n[1]), n[2], [2]float64{n[3], n[4]}}.check(t)
	}
}

// TestWilsonReference runs over all the reference values there are.
func TestWilsonReference(t *testing.T) {
	text, err := os.ReadFile("../../../shared/reference/fairness/expected/binomial.json")
	if err != nil {
		t.Skip("no reference values beside this repository")
	}
	var all struct{ Rows []interval }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, want := range all.Rows {
		want.check(t)
	}
}

// TestWilsonHolds: the interval holds the share itself, stays within 0 and 1,
// is the mirror of its opposite and narrows with n.
func TestWilsonHolds(t *testing.T) {
	if lower, upper := Wilson(0, 0, 0.95); lower != 0 || upper != 1 {
		t.Errorf("of nothing: got %v to %v, want 0 to 1", lower, upper)
	}
	for n := 1; n <= 200; n++ {
		for x := 0; x <= n; x++ {
			lower, upper := Wilson(x, n, 0.95)
			share := float64(x) / float64(n)
			if lower < 0 || upper > 1 || lower > share || upper < share {
				t.Fatalf("%d of %d: got %v to %v", x, n, lower, upper)
			}
			if l, u := Wilson(n-x, n, 0.95); math.Abs(1-u-lower) > 1e-12 || math.Abs(1-l-upper) > 1e-12 {
				t.Fatalf("%d of %d: got %v to %v, its opposite %v to %v", x, n, lower, upper, l, u)
			}
			if l, u := Wilson(2*x, 2*n, 0.95); u-l >= upper-lower {
				t.Fatalf("%d of %d: twice as many are no surer", x, n)
			}
		}
	}
}
