package fairness

import "math"

// A Reach is how many of so many valid contacts were answered.
type Reach struct{ Reached, Valid int }

// ReachRanks bounds the rank that each company has by its true reach, for all at
// once with the certainty 1-alpha and however few contacts there are: two are
// told apart where Fisher's exact test, one-sided, gives less than an equal
// share of alpha. Such bounds hold in finite samples (Bazylik, Mogstad, Romano,
// Shaikh and Wilhelm, arXiv 2402.00192, of shares in one sample; here shares are
// independent, and the test is conditional on how many were answered of both).
func ReachRanks(of []Reach, alpha float64) []Place {
	places := make([]Place, len(of))
	each := alpha / float64(max(len(of)*(len(of)-1), 1))
	for i, a := range of {
		places[i] = Place{1, len(of)}
		for k, b := range of {
			switch {
			case i == k:
			case fisher(a, b) <= each:
				places[i].Upper--
			case fisher(b, a) <= each:
				places[i].Lower++
			}
		}
	}
	return places
}

// fisher returns how likely a reaches so many or more of what both have reached,
// if both are equally good (R. A. Fisher 1935).
func fisher(a, b Reach) float64 {
	reached, all := a.Reached+b.Reached, a.Valid+b.Valid
	sum := 0.0
	for x := a.Reached; x <= min(a.Valid, reached); x++ {
		if reached-x <= b.Valid {
			sum += math.Exp(choose(a.Valid, x) + choose(b.Valid, reached-x) - choose(all, reached))
		}
	}
	return min(sum, 1)
}

// choose returns the logarithm of how many ways there are to take k of n.
func choose(n, k int) float64 {
	log := func(m int) float64 { v, _ := math.Lgamma(float64(m + 1)); return v }
	return log(n) - log(k) - log(n-k)
}
