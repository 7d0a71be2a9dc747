package probes

import (
	"bytes"
	"fmt"
	"math"
	"sort"
)

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
	Count   uint64              `json:"count,omitempty"`
	Sum     float64             `json:"sum,omitempty"`     // seconds
	Zero    uint64              `json:"zero,omitempty"`    // waits of nothing at all
	Native  Counts[int, uint64] `json:"native,omitempty"`  // by bucket index of the schema
	Classic Counts[int, uint64] `json:"classic,omitempty"` // by index of Bounds, not cumulative; len(Bounds) = above all
}

// Observe counts a wait of so many seconds.
func (h *Histogram) Observe(seconds float64) {
	if h.Native == nil {
		h.Native = Counts[int, uint64]{}
	}
	if h.Classic == nil {
		h.Classic = Counts[int, uint64]{}
	}
	h.Count++
	h.Sum += seconds
	if seconds <= 0 {
		h.Zero++
	} else {
		h.Native[bucket(seconds)]++
	}
	h.Classic[sort.SearchFloat64s(Bounds(), seconds)]++
}

// bucket returns the index of the native bucket that seconds, which are above
// 0, fall into: the i for which they are above 2^((i-1)/8), and at most 2^(i/8).
// The eighths of a power are written out, so that every machine agrees on what
// is exactly at a bound.
func bucket(seconds float64) int {
	eighths := [1 << Schema]float64{
		0.5, 0.5452538663326288, 0.5946035575013605, 0.6484197773255048,
		0.7071067811865475, 0.7711054127039704, 0.8408964152537144, 0.9170040432046711,
	}
	fraction, exponent := math.Frexp(seconds)
	return sort.SearchFloat64s(eighths[:], fraction) + (exponent-1)*len(eighths)
}

// Counts are numbers by whole numbers. In JSON they are an object, as any map is, and
// are read without a copy of each key, which a tally of a long season has many of.
type Counts[K int | int64, V int | uint64] map[K]V

// UnmarshalJSON implements json.Unmarshaler.
func (c *Counts[K, V]) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	if text[0] != '{' {
		return fmt.Errorf("counts %.40q: want an object", text)
	}
	*c = Counts[K, V]{}
	for rest := text; ; {
		_, after, more := bytes.Cut(rest, []byte{'"'})
		if !more {
			return nil
		}
		key, after, _ := bytes.Cut(after, []byte{'"'})
		value := bytes.TrimLeft(after, ": \t\r\n")
		end := bytes.IndexAny(value, ",} \t\r\n")
		if end < 0 {
			return fmt.Errorf("counts %.40q: a value is missing", text)
		}
		k, whole := wholeNumber(key)
		v, counts := wholeNumber(value[:end])
		if !whole || !counts {
			return fmt.Errorf("counts %.40q: %q is no whole number, or %q", text, key, value[:end])
		}
		(*c)[K(k)], rest = V(v), value[end:]
	}
}

// wholeNumber reads a whole number; false if it is none, or too large.
func wholeNumber(text []byte) (n int64, ok bool) {
	digits := bytes.TrimPrefix(text, []byte{'-'})
	if len(digits) == 0 || len(digits) > 19 {
		return 0, false
	}
	for _, d := range digits {
		if d < '0' || d > '9' || n > (math.MaxInt64-int64(d-'0'))/10 {
			return 0, false
		}
		n = 10*n + int64(d-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}
