package fairness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestCellShare: what cells explain is found, and nothing where they make no
// difference, however many there are.
func TestCellShare(t *testing.T) {
	draw := rand.New(rand.NewPCG(41, 42))
	for _, tt := range []struct {
		name   string
		spread float64 // of cells, beside chance of 0.1
		want   float64
	}{
		{"none", 0, 0}, {"as much as chance", 0.1, 0.5}, {"half as much", 0.05, 0.2},
	} {
		var classes [][]Contact
		for class := range 24 {
			cells := map[int]float64{}
			for k := range 12 {
				cells[k] = tt.spread * draw.NormFloat64()
			}
			var all []Contact
			for i := range 8 {
				level := 0.5 + 0.1*draw.NormFloat64()
				for k := range 12 {
					wait := min(max(level+cells[k]+0.1*draw.NormFloat64(), 0.001), 0.999)
					all = append(all, Contact{
						ID: fmt.Sprint(class, i, k), Company: fmt.Sprint(i), Channel: "mail", Cell: fmt.Sprint(k), State: Answered,
						Tries: []Try{{Deadline: both(1000 * time.Hour), Wait: both(time.Duration(wait * float64(1000*time.Hour)))}},
					})
				}
			}
			classes = append(classes, all)
		}
		if got := float64((Rules{}).CellShare(classes)); math.Abs(got-tt.want) > 0.06 {
			t.Errorf("%s: got %.3f, want %.2f", tt.name, got, tt.want)
		}
	}
	if got := (Rules{}).CellShare([][]Contact{contacts("a", "mail", "10 20 s")}); got.Known() {
		t.Errorf("without cells: got %v", got)
	}
}
