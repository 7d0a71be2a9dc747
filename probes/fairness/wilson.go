package fairness

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Wilson returns the score interval of Wilson (1927), without continuity
// correction, for x successes of n at a level such as 0.95. It is 0 to 1 when
// n is 0, and always holds x/n itself.
func Wilson(x, n int, level float64) (lower, upper float64) {
	if n == 0 {
		return 0, 1
	}
	z := normalQuantile(0.5 + level/2)
	p, size := float64(x)/float64(n), float64(n)
	spread := z * math.Sqrt(p*(1-p)/size+z*z/(4*size*size))
	centre, scale := p+z*z/(2*size), 1+z*z/size
	return max(min((centre-spread)/scale, p), 0), min(max((centre+spread)/scale, p), 1)
}

// Z95 is how many standard errors a limit of 95 % is away.
func Z95() float64 { return normalQuantile(0.975) }

// normalQuantile is the inverse of the standard normal distribution.
func normalQuantile(p float64) float64 { return mathext.NormalQuantile(p) }
