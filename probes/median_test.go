package probes_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
)

// plainMedian is the estimate of Kaplan and Meier straight from its definition,
// for waits, where status says whether each ended in an answer.
func plainMedian(waits []int64, answered []bool) float64 {
	survival := func(at int64) float64 {
		product := 1.0
		for _, u := range slices.Compact(slices.Sorted(slices.Values(waits))) {
			risk, died := 0.0, 0.0
			for i, w := range waits {
				if w >= u {
					risk++
				}
				if w == u && answered[i] {
					died++
				}
			}
			if u <= at {
				product *= (risk - died) / risk
			}
		}
		return product
	}
	first := math.Inf(1)
	for _, w := range slices.Sorted(slices.Values(waits)) {
		switch s := survival(w); {
		case s < 0.5-1e-9 && !math.IsInf(first, 1):
			return (first + float64(w)) / 2
		case s < 0.5-1e-9:
			return float64(w)
		case s < 0.5+1e-9:
			first = min(first, float64(w))
		}
	}
	return first
}

func TestMedianWaitPlainly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		tally := probes.NewTally(probes.Plan{})
		var waits []int64
		var answered []bool
		decided := false
		for i := range r.IntN(9) {
			wait, how := r.Int64N(8), r.IntN(5)
			decided = decided || how > 0
			waits, answered = append(waits, wait), append(answered, how > 1)
			switch how {
			case 0:
				tally.Open[strconv.Itoa(i)] = slot.Add(-time.Duration(wait) * time.Second)
			case 1:
				tally.Silent[wait]++
			default:
				tally.Answered[wait]++
			}
		}
		if got, want := tally.MedianWait(slot), plainMedian(waits, answered); decided && !same(got, want) || !decided && !math.IsNaN(got) {
			t.Fatalf("got %v, want %v of %v answered %v", got, want, waits, answered)
		}
	}
}

// TestMedianWaitReference compares with survfit of R's package survival.
func TestMedianWaitReference(t *testing.T) {
	const folder = "../../shared/reference/fairness"
	files, _ := filepath.Glob(filepath.Join(folder, "expected", "*.json"))
	if len(files) == 0 {
		t.Skip("no reference values beside this repository")
	}
	for _, file := range files {
		var want struct {
			Kind, Input string
			Columns     struct{ Time, Status string }
			Curves      []struct {
				Quantiles map[string][]struct{ P, Quantile *float64 }
			}
		}
		if text, err := os.ReadFile(file); err != nil || json.Unmarshal(text, &want) != nil || want.Kind != "km" {
			continue
		}
		t.Run(filepath.Base(want.Input), func(t *testing.T) {
			got := fileMedian(t, filepath.Join(folder, want.Input), want.Columns.Time, want.Columns.Status)
			for _, q := range want.Curves[0].Quantiles["plain"] {
				switch {
				case *q.P != 0.5:
				case q.Quantile == nil && !math.IsInf(got, 1):
					t.Errorf("got %v, want never", got)
				case q.Quantile != nil && math.Abs(got-*q.Quantile) > 1e-9**q.Quantile:
					t.Errorf("got %v, want %v", got, *q.Quantile)
				}
			}
		})
	}
}

// fileMedian returns the median of a table of waits and whether they ended.
func fileMedian(t *testing.T, name, wait, status string) float64 {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const fine = 100 // tallies count whole units; the tables have hundredths
	tally := probes.NewTally(probes.Plan{})
	for _, row := range rows[1:] {
		w, err := strconv.ParseFloat(row[slices.Index(rows[0], wait)], 64)
		if err != nil {
			t.Fatal(err)
		}
		key := int64(math.Round(w * fine))
		if row[slices.Index(rows[0], status)] == "1" {
			tally.Answered[key]++
		} else {
			tally.Silent[key]++
		}
	}
	return tally.MedianWait(slot) / fine
}

func BenchmarkMedianWait(b *testing.B) {
	tally := probes.NewTally(probes.Plan{})
	for i := range 25 {
		tally.Answered[int64(i*977%3600)]++
	}
	for b.Loop() {
		tally.MedianWait(slot)
	}
}
