package survival

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// A LogRankTest says whether the waits of several groups differ by more than
// chance. Its figures are in the order of Groups.
type LogRankTest struct {
	Rho        float64     `json:"rho"`
	Stratified bool        `json:"stratified"`
	Groups     []string    `json:"groups"`
	N          []int       `json:"n"`
	Observed   []float64   `json:"observed"` // ends, weighted
	Expected   []float64   `json:"expected"` // if the groups did not differ
	Var        [][]float64 `json:"var"`      // covariance of observed minus expected
	ChiSq      Number      `json:"chisq"`
	DF         int         `json:"df"`
	P          Number      `json:"p"`
}

// LogRank compares Groups inside each Stratum by the family of Harrington and
// Fleming (1982): each end weighs the share that still waited just before it,
// in its stratum, to the power of rho. Rho 0 is the log-rank test, rho 1 that of
// Peto and Peto. Groups of which no end is expected are left out of ChiSq, as in
// R; it and P are undefined where nothing can be compared.
func LogRank(obs []Observation, rho float64) LogRankTest {
	t := LogRankTest{Rho: rho, Groups: Labels(obs, GroupOf)}
	size := len(t.Groups)
	t.N, t.Observed, t.Expected = make([]int, size), make([]float64, size), make([]float64, size)
	for range t.Groups {
		t.Var = append(t.Var, make([]float64, size))
	}
	for _, name := range Labels(obs, StratumOf) {
		t.Stratified = t.Stratified || name != ""
		t.add(Where(obs, StratumOf, name))
	}
	t.conclude()
	return t
}

// GroupOf returns an observation's Group, to select by.
func GroupOf(o Observation) string { return o.Group }

// StratumOf returns an observation's Stratum, to select by.
func StratumOf(o Observation) string { return o.Stratum }

// add takes in one stratum.
func (t *LogRankTest) add(obs []Observation) {
	c := follow(obs, 1)
	ends, leave := make([][]float64, len(c.moments)), make([][]float64, len(c.moments))
	for i := range c.moments {
		ends[i], leave[i] = make([]float64, len(t.Groups)), make([]float64, len(t.Groups))
	}
	risk := make([]float64, len(t.Groups))
	for i, o := range obs {
		g := slices.Index(t.Groups, o.Group)
		t.N[g]++
		risk[g]++
		leave[c.at[i]][g]++
		if o.Cause > 0 {
			ends[c.at[i]][g]++
		}
	}
	surviving := 1.0
	for i, m := range c.moments {
		t.weigh(m, math.Pow(surviving, t.Rho), ends[i], risk)
		surviving *= 1 - float64(m.events())/float64(m.risk)
		for g := range risk {
			risk[g] -= leave[i][g]
		}
	}
}

// weigh takes in one moment: the ends in each group are hypergeometric.
func (t *LogRankTest) weigh(m moment, weight float64, ends, risk []float64) {
	d, n := float64(m.events()), float64(m.risk)
	if d == 0 {
		return
	}
	for g := range risk {
		t.Observed[g] += weight * ends[g]
		t.Expected[g] += weight * d * risk[g] / n
		if n == 1 {
			continue
		}
		scale := weight * weight * d * (n - d) / (n - 1) * risk[g] / n
		t.Var[g][g] += scale
		for h := range risk {
			t.Var[g][h] -= scale * risk[h] / n
		}
	}
}

// conclude makes the statistic of the sums.
func (t *LogRankTest) conclude() {
	t.ChiSq, t.P = Number(math.NaN()), Number(math.NaN())
	var some []int // groups of which ends are expected
	for g, e := range t.Expected {
		if e > 0 {
			some = append(some, g)
		}
	}
	if len(some) < 2 {
		return
	}
	some = some[:len(some)-1]
	t.DF = len(some)
	chisq, ok := t.form(some)
	if ok {
		t.ChiSq, t.P = Number(chisq), Number(mathext.GammaIncRegComp(float64(t.DF)/2, chisq/2))
	}
}

// form returns dᵀV⁻¹d of observed minus expected in some groups, by Cholesky's
// decomposition: with V = LLᵀ it is the length of L⁻¹d. It fails where V is
// singular.
func (t *LogRankTest) form(some []int) (sum float64, ok bool) {
	lower, solved := make([][]float64, len(some)), make([]float64, len(some))
	for i, g := range some {
		lower[i] = make([]float64, i+1)
		for k := range i + 1 {
			rest := t.Var[g][some[k]]
			for l := range k {
				rest -= lower[i][l] * lower[k][l]
			}
			if k < i {
				lower[i][k] = rest / lower[k][k]
				continue
			}
			if rest <= 1e-12*t.Var[g][g] {
				return 0, false
			}
			lower[i][i] = math.Sqrt(rest)
		}
		rest := t.Observed[g] - t.Expected[g]
		for k := range i {
			rest -= lower[i][k] * solved[k]
		}
		solved[i] = rest / lower[i][i]
		sum += solved[i] * solved[i]
	}
	return sum, true
}
