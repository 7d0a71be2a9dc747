package probes

import "math"

// Schema is the resolution of histograms: 2^(2^-Schema) is the width of a
// bucket, as in Prometheus' native histograms; 3 = 9 %.
const Schema = 3

// Bounds returns the upper bounds of the classic buckets in seconds, from one
// second to seven days. They are where people look: minutes, hours, days.
func Bounds() []float64 {
	return []float64{
		1, 2, 5, 10, 30, 60, 120, 300, 600, 1800,
		3600, 7200, 14400, 28800, 86400, 172800, 259200, 604800,
	}
}

// A Histogram counts waits in seconds, in native and in classic buckets at
// once. The zero value is empty.
type Histogram struct {
	Count   uint64         `json:"count,omitempty"`
	Sum     float64        `json:"sum,omitempty"`     // seconds
	Zero    uint64         `json:"zero,omitempty"`    // waits of nothing at all
	Native  map[int]uint64 `json:"native,omitempty"`  // by bucket index of the schema
	Classic map[int]uint64 `json:"classic,omitempty"` // by index of Bounds, not cumulative; len(Bounds) = above all
}

// Observe counts a wait of so many seconds.
func (h *Histogram) Observe(seconds float64) {
	if h.Native == nil {
		h.Native, h.Classic = map[int]uint64{}, map[int]uint64{}
	}
	h.Count++
	h.Sum += seconds
	if seconds <= 0 {
		h.Zero++
	} else {
		h.Native[int(math.Ceil(math.Log2(seconds)*(1<<Schema)))]++
	}
	i := 0
	for bounds := Bounds(); i < len(bounds) && seconds > bounds[i]; {
		i++
	}
	h.Classic[i]++
}
