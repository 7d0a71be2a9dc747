package survival

import "math"

// A Quantile is the time at which a share P has ended, with its limits: the
// times at which the curve's lower and upper bands cross 1-P. What is not
// reached is +Inf.
type Quantile struct {
	P     float64 `json:"p"`
	Time  Number  `json:"quantile"`
	Lower Number  `json:"lower"`
	Upper Number  `json:"upper"`

	// Ambiguous: a band falls and rises again around 1-P, so that there are
	// several crossings. The limits are the first ones, and are told again.
	Ambiguous     bool     `json:"ambiguous,omitempty"`
	FirstCrossing []Number `json:"first_crossing,omitempty"` // time, lower, upper
}

// Quantile returns the first time at which at least a share p, above 0, has
// ended. Where the curve is flat just there, within 1.5e-8, it is the middle of
// the flat stretch: up to its next fall or, without one, the curve's last time.
// The limits are found by the same rule on the bands.
func (c Curve) Quantile(p float64, kind BandKind) Quantile {
	q := Quantile{P: p}
	var again [3]bool
	q.Time, again[0] = c.crossing(p, func(r Row) Number { return Number(r.Survival) })
	q.Lower, again[1] = c.crossing(p, func(r Row) Number { return r.CI.Of(kind).Lower })
	q.Upper, again[2] = c.crossing(p, func(r Row) Number { return r.CI.Of(kind).Upper })
	if again[0] || again[1] || again[2] {
		q.Ambiguous, q.FirstCrossing = true, []Number{q.Time, q.Lower, q.Upper}
	}
	return q
}

// Median returns the first time at which at least half have ended, by the same
// rule, but for a curve that is flat at one half to its end: then it is the
// time of the last fall, as R prints it. It is +Inf where half are not reached,
// NaN of nobody.
func (c Curve) Median() Number {
	if len(c.Rows) == 0 {
		return Number(math.NaN())
	}
	at := c.fall(0.5, func(r Row) Number { return Number(r.Survival) })
	if math.IsInf(at.passed, 1) {
		return Number(at.reached)
	}
	return Number((at.reached + at.passed) / 2)
}

// crossing returns when a step function has fallen by p, and whether another
// place could be meant: a later one, where it has fallen by less and yet by p,
// which is what R's quantile finds.
func (c Curve) crossing(p float64, level func(Row) Number) (at Number, again bool) {
	f := c.fall(p, level)
	if math.IsInf(f.reached, 1) {
		return Number(f.reached), false
	}
	if math.IsInf(f.passed, 1) {
		f.passed = c.Rows[len(c.Rows)-1].Time
	}
	return Number((f.reached + f.passed) / 2), f.nearest > f.reached
}

// A fall is when a step function has fallen by a share: at least, by more, and
// by the least that is enough. It is +Inf where it never has.
type fall struct{ reached, passed, nearest float64 }

func (c Curve) fall(p float64, level func(Row) Number) fall {
	f, least := fall{math.Inf(1), math.Inf(1), math.Inf(1)}, math.Inf(1)
	for _, row := range c.Rows {
		fallen := 1 - float64(level(row))
		if fallen >= p-Tolerance {
			f.reached = min(f.reached, row.Time)
			if fallen < least {
				least, f.nearest = fallen, row.Time
			}
		}
		if fallen >= p+Tolerance {
			f.passed = min(f.passed, row.Time)
		}
	}
	return f
}
