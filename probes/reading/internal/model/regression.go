package model

import "slices"

// A Regression is a multinomial logistic regression over named signals. Its zero value knows no
// class.
type Regression struct {
	Classes  []string
	Features []string
	Bias     []float64   // by class
	Weights  [][]float64 // by class, then by feature
	places   map[string]int
}

// index notes where each feature stands, so that Scores need not look for all of them.
func (r *Regression) index() {
	r.places = make(map[string]int, len(r.Features))
	for f, name := range r.Features {
		r.places[name] = f
	}
}

// met returns the places of the signals that the regression names, in its order.
func (r *Regression) met(signals map[string]float64) []int {
	met := make([]int, 0, len(signals))
	if r.places == nil {
		for f, name := range r.Features {
			if _, ok := signals[name]; ok {
				met = append(met, f)
			}
		}
		return met
	}
	for name := range signals {
		if f, ok := r.places[name]; ok {
			met = append(met, f)
		}
	}
	slices.Sort(met)
	return met
}

// Scores returns the log odds of each class. Signals that the regression does not name count for
// nothing.
func (r *Regression) Scores(signals map[string]float64) []float64 {
	scores := make([]float64, len(r.Classes))
	copy(scores, r.Bias)
	for _, f := range r.met(signals) { // in order: sums depend on it in their last digits
		x := signals[r.Features[f]]
		for c := range scores {
			scores[c] += r.Weights[c][f] * x
		}
	}
	return scores
}

// Best returns the place of the highest score.
func Best(scores []float64) int {
	best := 0
	for i, s := range scores {
		if s > scores[best] {
			best = i
		}
	}
	return best
}
