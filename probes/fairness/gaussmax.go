package fairness

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Replications is how often [GaussianMax] draws a class. Its result is then
// some 0.0005 from the truth.
const Replications = 200_000

// GaussianMax returns the critical value for all comparisons at once among
// companies whose scores have these standard errors: the quantile 1-alpha of the
// largest difference, in standard errors, if all were equally good and the
// scores normal. It is below that of [Bonferroni], because differences from the
// same company go together. It is +Inf where there is nothing to compare, and
// errors that are not known are left out.
//
// Only the direction of the companies' deviations is drawn: given it, the
// largest difference is as the length of a normal vector, whose distribution is
// known. That is some fifty times as good as to draw the length too. The stream
// is fixed, PCG with the seed 1, 2 through the normal quantile, so that the
// result is the same each time.
func GaussianMax(se []float64, alpha float64) float64 {
	se = slices.DeleteFunc(slices.Clone(se), math.IsNaN)
	pairs := scaledPairs(se)
	if len(pairs) == 0 {
		return math.Inf(1)
	}
	away, free := shifts(se)
	stream := rand.New(rand.NewPCG(1, 2))
	largest, drawn := make([]float64, Replications), make([]float64, len(se))
	for r := range largest {
		along, squares := 0.0, 0.0
		for i, s := range se {
			if s > 0 {
				g := normal(stream)
				along, squares, drawn[i] = along+g*away[i], squares+g*g, s*g
			}
		}
		largest[r] = widest(drawn, pairs) / math.Sqrt(squares-along*along)
	}
	return lengthen(largest, free, 1-alpha)
}

// A pair is two companies, and one over the error of their difference.
type pair struct {
	a, b  int
	scale float64
}

func scaledPairs(se []float64) (pairs []pair) {
	for b, s := range se {
		for a, r := range se[:b] {
			if variance := s*s + r*r; variance > 0 {
				pairs = append(pairs, pair{a, b, 1 / math.Sqrt(variance)})
			}
		}
	}
	return pairs
}

// widest returns the largest difference between the two of a pair.
func widest(drawn []float64, pairs []pair) (top float64) {
	for _, p := range pairs {
		if d := math.Abs(drawn[p.a]-drawn[p.b]) * p.scale; d > top {
			top = d
		}
	}
	return top
}

// shifts returns the direction in which all companies move by the same, and
// nothing differs; and in how many they are free to differ. If one of them
// cannot move, there is no such direction.
func shifts(se []float64) (away []float64, free int) {
	away = make([]float64, len(se))
	squares := 0.0
	for _, s := range se {
		if s > 0 {
			free++
		}
		squares += 1 / (s * s)
	}
	if math.IsInf(squares, 1) {
		return away, free
	}
	for i, s := range se {
		away[i] = 1 / (s * math.Sqrt(squares))
	}
	return away, free - 1
}

// lengthen returns the value below which the product of one of the factors and
// the length of a normal vector in so many dimensions is with probability p.
// The factors are taken in 250 parts of their number, each at its mean.
func lengthen(factors []float64, dimensions int, p float64) float64 {
	slices.Sort(factors)
	means := make([]float64, 0, 250)
	for some := range slices.Chunk(factors, len(factors)/250) {
		sum := 0.0
		for _, f := range some {
			sum += f
		}
		means = append(means, sum/float64(len(some)))
	}
	below := func(z float64) float64 {
		sum := 0.0
		for _, m := range means {
			sum += mathext.GammaIncReg(float64(dimensions)/2, z*z/(m*m)/2)
		}
		return sum / float64(len(means))
	}
	low, high := 0.0, 40.0
	for high-low > 1e-12 {
		if z := (low + high) / 2; below(z) < p {
			low = z
		} else {
			high = z
		}
	}
	return (low + high) / 2
}

// normal draws from the standard normal distribution: the quantile of the
// middle of one of 2⁵² equal parts.
func normal(stream *rand.Rand) float64 {
	return math.Sqrt2 * math.Erfinv((float64(stream.Uint64()>>12)+0.5)*0x1p-51-1)
}
