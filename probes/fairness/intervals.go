package fairness

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ClopperPearson returns the interval of Clopper and Pearson (1934) for x
// successes of n: it never covers less than its level. It is 0 to 1 when n is 0.
func ClopperPearson(x, n int, level float64) (lower, upper float64) {
	tail, successes, failures := (1-level)/2, float64(x), float64(n-x)
	upper = 1
	if x > 0 {
		lower = betaQuantile(tail, successes, failures+1)
	}
	if x < n {
		upper = betaQuantile(1-tail, successes+1, failures)
	}
	return lower, upper
}

// Jeffreys returns the equal-tailed interval of the Beta(x+½, n-x+½)
// distribution, which is what is believed after x successes of n by whoever
// began with Jeffreys' prior.
func Jeffreys(x, n int, level float64) (lower, upper float64) {
	tail, a, b := (1-level)/2, float64(x)+0.5, float64(n-x)+0.5
	return betaQuantile(tail, a, b), betaQuantile(1-tail, a, b)
}

// JeffreysBCD is the interval of [Jeffreys] as Brown, Cai and DasGupta (2001)
// mend it at the ends: from 0 where nothing succeeded, to 1 where all did.
func JeffreysBCD(x, n int, level float64) (lower, upper float64) {
	lower, upper = Jeffreys(x, n, level)
	if x == 0 {
		lower = 0
	}
	if x == n {
		upper = 1
	}
	return lower, upper
}

// betaQuantile is the inverse of the Beta(a, b) distribution. That of gonum
// loses its way far out, so what it finds is held against the distribution, and
// else looked for by halving.
func betaQuantile(p, a, b float64) float64 {
	q := mathext.InvRegIncBeta(a, b, p)
	if math.Abs(mathext.RegIncBeta(a, b, q)-p) <= 1e-11*min(p, 1-p) {
		return q
	}
	if p > 0.5 { // where the distribution is flat, its other end is not
		return 1 - betaQuantile(1-p, b, a)
	}
	low, high := 0.0, 1.0
	for range 60 {
		if q = (low + high) / 2; mathext.RegIncBeta(a, b, q) < p {
			low = q
		} else {
			high = q
		}
	}
	return q
}
