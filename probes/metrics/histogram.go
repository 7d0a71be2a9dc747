package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/svartid/svartid/probes"
)

// A histogram is one histogram series with native and classic buckets both:
// the text format has no native ones, and old rules read the classic.
type histogram struct {
	desc   *prometheus.Desc
	labels []*dto.LabelPair
	counts probes.Histogram
}

func (s scrape) histogram(name string, h probes.Histogram, labels []string) {
	desc := s.names[name]
	s.out <- histogram{desc: desc, labels: prometheus.MakeLabelPairs(desc, labels), counts: h}
}

// Desc implements prometheus.Metric.
func (h histogram) Desc() *prometheus.Desc { return h.desc }

// Write implements prometheus.Metric.
func (h histogram) Write(out *dto.Metric) error {
	out.Label = h.labels
	out.Histogram = &dto.Histogram{
		SampleCount:   proto.Uint64(h.counts.Count),
		SampleSum:     proto.Float64(h.counts.Sum),
		Bucket:        h.classic(),
		Schema:        proto.Int32(probes.Schema),
		ZeroThreshold: proto.Float64(1e-128),
		ZeroCount:     proto.Uint64(h.counts.Zero),
	}
	out.Histogram.PositiveSpan, out.Histogram.PositiveDelta = h.native()
	return nil
}

// classic returns cumulative buckets. The one to infinity is left to the
// exposition format.
func (h histogram) classic() []*dto.Bucket {
	var buckets []*dto.Bucket
	var sum uint64
	for i, bound := range probes.Bounds() {
		sum += h.counts.Classic[i]
		buckets = append(buckets, &dto.Bucket{
			UpperBound: proto.Float64(bound), CumulativeCount: proto.Uint64(sum),
		})
	}
	return buckets
}

// native returns the sparse buckets as spans of neighbours, each count as the
// difference from the one before. Without any there is one empty span, which
// is how a native histogram without observations is told from a classic one.
func (h histogram) native() (spans []*dto.BucketSpan, deltas []int64) {
	if len(h.counts.Native) == 0 {
		return []*dto.BucketSpan{{Offset: proto.Int32(0), Length: proto.Uint32(0)}}, nil
	}
	var indices []int
	for i := range h.counts.Native {
		indices = append(indices, i)
	}
	slices.Sort(indices)
	var last int64
	next := 0 // index after the span so far
	for n, i := range indices {
		if n == 0 || i != next {
			spans = append(spans, &dto.BucketSpan{Offset: proto.Int32(int32(i - next)), Length: proto.Uint32(0)})
		}
		span := spans[len(spans)-1]
		span.Length = proto.Uint32(span.GetLength() + 1)
		count := int64(h.counts.Native[i])
		deltas = append(deltas, count-last)
		last, next = count, i+1
	}
	return spans, deltas
}
