package survival

import (
	"encoding/json"
	"math"
)

// A Number is a figure that may be undefined (NaN) or beyond what was seen
// (+Inf). JSON has neither: both are null there.
type Number float64

// Known reports whether the number is finite.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON writes the number, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}
