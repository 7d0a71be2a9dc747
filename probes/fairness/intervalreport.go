package fairness

import (
	"math"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// An IntervalReport is all that is said of X successes of N at a level.
type IntervalReport struct {
	X              int             `json:"x"`
	N              int             `json:"n"`
	Level          float64         `json:"level"`
	P              survival.Number `json:"p"` // X / N; undefined of nothing
	Wilson         [2]float64      `json:"wilson"`
	ClopperPearson [2]float64      `json:"clopper_pearson"`
	Jeffreys       [2]float64      `json:"jeffreys_raw"`
	JeffreysBCD    [2]float64      `json:"jeffreys_bcd"`
}

// ReportInterval reports the intervals for x successes of n.
func ReportInterval(x, n int, level float64) IntervalReport {
	r := IntervalReport{X: x, N: n, Level: level, P: survival.Number(math.NaN())}
	if n > 0 {
		r.P = survival.Number(float64(x) / float64(n))
	}
	r.Wilson[0], r.Wilson[1] = Wilson(x, n, level)
	r.ClopperPearson[0], r.ClopperPearson[1] = ClopperPearson(x, n, level)
	r.Jeffreys[0], r.Jeffreys[1] = Jeffreys(x, n, level)
	r.JeffreysBCD[0], r.JeffreysBCD[1] = JeffreysBCD(x, n, level)
	return r
}
