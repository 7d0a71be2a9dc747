package rehearsal

import (
	"cmp"
	"math"
	"slices"

	"github.com/svartid/svartid/probes/fairness"
)

// A ratio is a sum over so many.
type ratio struct{ sum, n float64 }

func (r *ratio) add(x float64) { r.sum, r.n = r.sum+x, r.n+1 }

// hit counts whether something held.
func (r *ratio) hit(held func() bool) {
	r.n++
	if held() {
		r.sum++
	}
}

// mean is 0 of nothing.
func (r ratio) mean() float64 {
	if r.n == 0 {
		return 0
	}
	return r.sum / r.n
}

// leads is into how many bins of two points leads are sorted.
const leads = 50

// figures are what is counted over seasons.
type figures struct {
	covered, ranks, bestIn, bestWins, tied, doubt      ratio
	group, grades, size, bias, printed, shrunk         ratio
	misordered, gradedWrong, reliability, correlations ratio
	power                                              [leads]ratio
	unranked                                           ratio
	lostCovered, lostBias, lostApart                   ratio // of companies that were not heard over a channel
}

// take takes in one season.
func (f *figures) take(r Rehearsal, s season) {
	var estimates [][]fairness.Estimate
	for i, class := range s.classes {
		ranked := slices.DeleteFunc(slices.Clone(class), func(c fairness.Standing) bool { return c.Rank == 0 })
		for _, c := range class {
			f.unranked.hit(func() bool { return c.Rank == 0 })
		}
		if len(ranked) == 0 {
			continue
		}
		var of []fairness.Estimate
		for _, c := range ranked {
			f.company(c, s)
			of = append(of, estimate(c))
		}
		estimates = append(estimates, of)
		f.class(ranked, s.truth)
		f.lostBest(ranked, s)
		if r.Mix.Doubtful > 0 {
			f.doubt.hit(func() bool { return r.Edition.Scoring.Doubt(s.contacts[i]).Changes })
		}
	}
	if spread := fairness.SpreadOf(estimates); spread.Reliability.Known() {
		f.reliability.add(float64(spread.Reliability))
	}
	if c := correlation(s); !math.IsNaN(c) {
		f.correlations.add(c)
	}
}

// estimate is a company's score with the error by which it is told apart.
func estimate(c fairness.Standing) fairness.Estimate {
	return fairness.Estimate{Value: float64(c.Score), SE: c.Error}
}

// company takes in how one company's score is beside the truth.
func (f *figures) company(c fairness.Standing, s season) {
	truth := s.truth[c.Company]
	holds := func() bool { return c.Lower <= truth && truth <= c.Upper }
	f.covered.hit(holds)
	f.bias.add(float64(c.Score) - truth)
	if s.lost[c.Company] {
		f.lostCovered.hit(holds)
		f.lostBias.add(float64(c.Score) - truth)
	}
}

// class takes in the ranks of a class.
func (f *figures) class(ranked []fairness.Standing, truth map[string]float64) {
	winner := ranked[0]
	f.size.add(float64(len(ranked)))
	f.printed.add(float64(winner.Score) - truth[winner.Company])
	f.shrunk.add(float64(winner.Shrunken) - truth[winner.Company])
	f.tied.hit(func() bool { return len(winner.Tied) > 0 })
	best, group, grades := winner, 0.0, 0
	for _, c := range ranked {
		if truth[c.Company] > truth[best.Company] {
			best = c
		}
		if !c.Apart {
			group++
		}
		grades = max(grades, c.Grade)
	}
	f.group.add(group)
	f.grades.add(float64(grades))
	f.bestIn.hit(func() bool { return !best.Apart })
	f.bestWins.hit(func() bool { return best.Rank == 1 })
	f.ranks.hit(func() bool { return hold(ranked, truth) })
	f.pairs(ranked, truth)
}

// lostBest takes in whether the true best of a class is told apart from the winner
// where it was not heard over a channel.
func (f *figures) lostBest(ranked []fairness.Standing, s season) {
	best := slices.MaxFunc(ranked, func(a, b fairness.Standing) int { return cmp.Compare(s.truth[a.Company], s.truth[b.Company]) })
	if s.lost[best.Company] {
		f.lostApart.hit(func() bool { return best.Apart })
	}
}

// hold reports whether all bounds of ranks hold the true ranks.
func hold(ranked []fairness.Standing, truth map[string]float64) bool {
	for _, c := range ranked {
		rank := 1
		for _, other := range ranked {
			if truth[other.Company] > truth[c.Company] {
				rank++
			}
		}
		if rank < c.RankLower || rank > c.RankUpper {
			return false
		}
	}
	return true
}

// pairs takes in each two companies of a class: whether their order is wrong,
// and whether the better one is seen to be better.
func (f *figures) pairs(ranked []fairness.Standing, truth map[string]float64) {
	z := fairness.Best(len(ranked), 0.05)
	for i, a := range ranked {
		for _, b := range ranked[i+1:] {
			lead := truth[a.Company] - truth[b.Company]
			f.misordered.hit(func() bool { return a.Points > b.Points && lead < 0 })
			f.gradedWrong.hit(func() bool { return a.Grade < b.Grade && lead < 0 || a.Grade > b.Grade && lead > 0 })
			apart := fairness.Apart(estimate(a), estimate(b))
			bin := min(int(math.Abs(lead)*leads), leads-1)
			f.power[bin].hit(func() bool { return math.Copysign(apart, apart*lead) > z })
		}
	}
}

// correlation returns the squared correlation of scores with the truth inside
// classes: the share of what scores differ by that is no chance. It is NaN where either
// does not differ.
func correlation(s season) float64 {
	xx, yy, xy := 0.0, 0.0, 0.0
	for _, class := range s.classes {
		n, x, y := 0.0, 0.0, 0.0
		for _, c := range class {
			if c.Rank > 0 {
				n, x, y = n+1, x+float64(c.Score), y+s.truth[c.Company]
			}
		}
		for _, c := range class {
			if c.Rank > 0 {
				dx, dy := float64(c.Score)-x/n, s.truth[c.Company]-y/n
				xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
			}
		}
	}
	if xx*yy == 0 {
		return math.NaN()
	}
	return xy * xy / (xx * yy)
}
