package fairness

import "math"

// An Estimate is a figure with its standard error.
type Estimate struct{ Value, SE float64 }

// Apart returns by how many standard errors a and b differ, as if they were
// independent; a company is not apart from its equal, whatever the errors.
func Apart(a, b Estimate) float64 {
	if a.Value == b.Value {
		return 0
	}
	return (a.Value - b.Value) / math.Sqrt(a.SE*a.SE+b.SE*b.SE)
}

// A Place bounds a company's rank: with the certainty of the critical value
// that was asked for, all bounds of a class hold at once. Lower is 1 + how many
// are certainly better, Upper the number of companies less those that are
// certainly worse. Who has the Lower rank 1 may be the winner.
type Place struct{ Lower, Upper int }

// Ranks bounds the rank of each estimate. Two are told apart where they differ
// by more than z standard errors.
func Ranks(of []Estimate, z float64) []Place {
	places := make([]Place, len(of))
	for i, a := range of {
		places[i] = Place{1, len(of)}
		for _, b := range of {
			switch apart := Apart(a, b); {
			case apart > z:
				places[i].Upper--
			case apart < -z:
				places[i].Lower++
			}
		}
	}
	return places
}

// Best returns the critical value for comparisons of n companies with the best
// of them (Hsu 1981): a company is certainly not the best if another is above it
// by more than so many standard errors. Each of the n-1 comparisons that the
// true best could lose takes an equal share of alpha, on one side, so that with
// the certainty 1-alpha the true best is among those that may be. That is fewer
// and weaker comparisons than all pairs need, and the group is smaller. It is
// +Inf where there is nothing to compare.
func Best(n int, alpha float64) float64 {
	if n < 2 {
		return math.Inf(1)
	}
	return -normalQuantile(alpha / float64(n-1))
}

// MayBeBest reports of each estimate whether it may be the best: no other is
// above it by more than z standard errors, z being of [Best].
func MayBeBest(of []Estimate, z float64) []bool {
	may := make([]bool, len(of))
	for i, a := range of {
		may[i] = !math.IsNaN(a.Value)
		for _, b := range of {
			may[i] = may[i] && !(Apart(b, a) > z)
		}
	}
	return may
}

// Bonferroni returns the critical value for all comparisons among n companies
// at once, such as alpha 0.05: each of the n(n-1) takes an equal share of it.
// It is +Inf where there is nothing to compare.
func Bonferroni(n int, alpha float64) float64 {
	if n < 2 {
		return math.Inf(1)
	}
	return -normalQuantile(alpha / float64(n*(n-1)))
}
