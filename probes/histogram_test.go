package probes_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/svartid/svartid/probes"
)

// TestHistogramIsPrometheus: the buckets are those of a real Prometheus
// histogram, at every bound and on both sides of it.
func TestHistogramIsPrometheus(t *testing.T) {
	real := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "wait_seconds", Buckets: probes.Bounds(),
		NativeHistogramBucketFactor: math.Exp2(1.0 / (1 << probes.Schema)),
	})
	var ours probes.Histogram
	for _, seconds := range waits() {
		ours.Observe(seconds)
		real.Observe(seconds)
	}
	var m dto.Metric
	if err := real.Write(&m); err != nil {
		t.Fatal(err)
	}
	want := m.GetHistogram()
	if want.GetSchema() != probes.Schema {
		t.Fatalf("got schema %d of the real one", want.GetSchema())
	}
	if ours.Count != want.GetSampleCount() || ours.Zero != want.GetZeroCount() || math.Abs(ours.Sum-want.GetSampleSum()) > 1e-6 {
		t.Errorf("got %d, %d at zero, %v in all; want %d, %d, %v", ours.Count, ours.Zero, ours.Sum,
			want.GetSampleCount(), want.GetZeroCount(), want.GetSampleSum())
	}
	if got, want := ours.Native, native(want); !reflect.DeepEqual(got, want) {
		t.Errorf("native: got %v, want %v", got, want)
	}
	var sum uint64
	for i, b := range want.GetBucket() {
		sum += ours.Classic[i]
		if sum != b.GetCumulativeCount() || probes.Bounds()[i] != b.GetUpperBound() {
			t.Errorf("up to %v: got %d, want %d up to %v", probes.Bounds()[i], sum, b.GetCumulativeCount(), b.GetUpperBound())
		}
	}
}

// waits are nothing, every bound and its neighbours, and many between.
func waits() []float64 {
	all := []float64{0, 1e-6, 0.001, 604801, 1e9}
	bounds := probes.Bounds()
	for i := -40; i < 170; i++ {
		bounds = append(bounds, math.Exp2(float64(i)/8))
	}
	for _, b := range bounds {
		all = append(all, math.Nextafter(b, 0), b, math.Nextafter(b, math.Inf(1)), b-1e-6, b+1e-6)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		all = append(all, math.Exp2(r.Float64()*26-6))
	}
	return all
}

// native returns the sparse buckets of a real histogram by their index.
func native(h *dto.Histogram) probes.Counts[int, uint64] {
	buckets := probes.Counts[int, uint64]{}
	index, count, next := 0, int64(0), 0
	for _, span := range h.GetPositiveSpan() {
		index += int(span.GetOffset())
		for range span.GetLength() {
			count += h.GetPositiveDelta()[next]
			if count > 0 {
				buckets[index] = uint64(count)
			}
			index++
			next++
		}
	}
	return buckets
}

// TestHistogramReadBack: a histogram that was written down goes on where it was.
func TestHistogramReadBack(t *testing.T) {
	for name, seconds := range map[string][]float64{
		"nothing": nil, "no wait at all": {0}, "a wait": {30}, "both": {0, 30}, "above all bounds": {1e7},
	} {
		t.Run(name, func(t *testing.T) {
			var h, read probes.Histogram
			for _, s := range seconds {
				h.Observe(s)
			}
			text, err := json.Marshal(h)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &read); err != nil {
				t.Fatal(err)
			}
			h.Observe(5)
			read.Observe(5)
			if !reflect.DeepEqual(read, h) {
				t.Errorf("got %+v, want %+v", read, h)
			}
		})
	}
}

func BenchmarkObserve(b *testing.B) {
	var h probes.Histogram
	for b.Loop() {
		h.Observe(4711)
	}
}

// TestCountsInJSON: counts are read as any map is, and what is none is refused.
func TestCountsInJSON(t *testing.T) {
	for _, want := range []probes.Counts[int64, int]{nil, {}, {0: 1}, {-7: 2, 60: 300, math.MaxInt64: 1, math.MinInt64 + 1: 4}} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got probes.Counts[int64, int]
		var plain map[int64]int
		if err := errors.Join(json.Unmarshal(text, &got), json.Unmarshal(text, &plain)); err != nil || !reflect.DeepEqual(map[int64]int(got), plain) {
			t.Errorf("%s: got %v, %v; want %v", text, got, err, plain)
		}
	}
	var got probes.Counts[int, uint64]
	if err := json.Unmarshal([]byte("{ \"3\" : 4 ,\n\"5\":6 }"), &got); err != nil || got[3] != 4 || got[5] != 6 || len(got) != 2 {
		t.Errorf("with spaces: got %v, %v", got, err)
	}
	for _, text := range []string{`[1]`, `7`, `{"a":1}`, `{"1":1.5}`, `{"1":"2"}`, `{"1":{}}`, `{"99999999999999999999":1}`, `{"9223372036854775808":1}`, `{"":1}`, `{"-":1}`, `{"1":true}`} {
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s: got %v", text, got)
		}
	}
}
