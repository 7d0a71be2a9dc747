package fairness

import (
	"math"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A ClassReport is all that is said of the companies of a class.
type ClassReport struct {
	Scores  []Score     `json:"companies"`
	Order   []string    `json:"order"` // best first
	Apart   []ApartRow  `json:"pairwise_z"`
	Plain   RankReport  `json:"bonferroni"`
	PlusTwo RankReport  `json:"bonferroni_plus2"` // by the errors of plus2
	Maximum DrawnReport `json:"gaussian_max"`
}

// An ApartRow says by how many standard errors a company is above each other.
type ApartRow struct {
	Company string                     `json:"company"`
	Z       map[string]survival.Number `json:"z"`
}

// A RankReport bounds the ranks of all companies at once.
type RankReport struct {
	Alpha  float64         `json:"alpha"`
	Z      survival.Number `json:"z"`
	Lower  map[string]int  `json:"rank_lower"`
	Upper  map[string]int  `json:"rank_upper"`
	Winner []string        `json:"winner_group"` // who may be the winner
}

// A DrawnReport is a RankReport whose critical value was drawn.
type DrawnReport struct {
	RankReport
	Replications int     `json:"replications"`
	Tolerance    float64 `json:"tolerance"` // of Z
}

// ReportClass scores the companies of a class and bounds their ranks with the
// certainty of 95 %.
func ReportClass(obs []survival.Observation, scale Scale) ClassReport {
	const alpha = 0.05
	scores := ScoreClass(obs, scale)
	r := ClassReport{Scores: scores, Order: Order(scores)}
	plain, plus, se := make([]Estimate, len(scores)), make([]Estimate, len(scores)), make([]float64, len(scores))
	for i, s := range scores {
		plain[i] = Estimate{float64(s.Score), float64(s.SE)}
		plus[i] = Estimate{float64(s.Score), s.PlusTwo.SE}
		se[i] = float64(s.SE)
	}
	for i, s := range scores {
		row := ApartRow{s.Company, map[string]survival.Number{}}
		for k, other := range scores {
			row.Z[other.Company] = survival.Number(Apart(plain[i], plain[k]))
		}
		r.Apart = append(r.Apart, row)
	}
	z := Bonferroni(len(scores), alpha)
	r.Plain = reportRanks(scores, Ranks(plain, z), z)
	r.PlusTwo = reportRanks(scores, Ranks(plus, z), z)
	z = GaussianMax(se, alpha)
	r.Maximum = DrawnReport{reportRanks(scores, Ranks(plain, z), z), Replications, 0.02}
	r.Plain.Alpha, r.PlusTwo.Alpha, r.Maximum.Alpha = alpha, alpha, alpha
	return r
}

// reportRanks names the companies whose ranks are bounded. One without a score
// can be nobody's better, and is no winner.
func reportRanks(scores []Score, places []Place, z float64) RankReport {
	r := RankReport{Z: survival.Number(z), Lower: map[string]int{}, Upper: map[string]int{}, Winner: []string{}}
	for i, s := range scores {
		r.Lower[s.Company], r.Upper[s.Company] = places[i].Lower, places[i].Upper
		if places[i].Lower == 1 && !math.IsNaN(float64(s.Score)) {
			r.Winner = append(r.Winner, s.Company)
		}
	}
	return r
}
