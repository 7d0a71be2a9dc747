package fairness

import (
	"fmt"
	"math"
	"strconv"
)

// Points are a score as it is printed: from 0 to 100 with two decimals, counted
// in hundredths of a point.
type Points int

// PointsOf returns the points of a score from 0 to 1, half to even. What differs
// from a half by less than 1e-7 hundredths is one, whatever the arithmetic.
func PointsOf(score float64) Points {
	return Points(math.RoundToEven(math.Round(score*1e11) / 1e7))
}

// Whole returns a score in whole points, half to even, as limits are printed.
func Whole(score float64) int {
	return int(math.RoundToEven(math.Round(score*1e9) / 1e7))
}

// Float returns the points as a number from 0 to 100.
func (p Points) Float() float64 { return float64(p) / 100 }

// String writes the points with two decimals.
func (p Points) String() string { return fmt.Sprintf("%d.%02d", int(p)/100, int(p)%100) }

// MarshalJSON writes a number such as 87.5.
func (p Points) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, p.Float(), 'f', -1, 64), nil
}

// UnmarshalJSON reads what MarshalJSON writes. Its error wraps strconv's.
func (p *Points) UnmarshalJSON(text []byte) error {
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return fmt.Errorf("points: %w", err)
	}
	*p = Points(math.Round(100 * f))
	return nil
}
