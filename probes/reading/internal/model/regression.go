package model

// A Regression is a multinomial logistic regression over named signals. Its zero value knows no
// class.
type Regression struct {
	Classes  []string
	Features []string
	Bias     []float64   // by class
	Weights  [][]float64 // by class, then by feature
}

// Scores returns the log odds of each class. Signals that the regression does not name count for
// nothing.
func (r *Regression) Scores(signals map[string]float64) []float64 {
	scores := make([]float64, len(r.Classes))
	copy(scores, r.Bias)
	for f, name := range r.Features {
		x, ok := signals[name]
		if !ok {
			continue
		}
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
