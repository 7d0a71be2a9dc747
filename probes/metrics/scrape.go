package metrics

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/svartid/svartid/probes"
)

// A format writes families with their series, one after the other.
type format interface {
	// family begins one.
	family(*family)
	// sample writes a series of it. It keeps nothing of what it is given.
	sample(*series)
	// close writes what is kept back. The error is the first that writing met.
	close() error
}

// A series is one value, or one histogram, of a family.
type series struct {
	place    *labels // whose; nil: it has names and values of its own
	by, part string  // one more label of a place; empty: none
	names    []string
	values   []string
	value    float64
	waits    *buckets // of a histogram

	parts []splitPart // those of the place that is being written
}

// A scrape is what is told at one moment: the rows of all places, and what is put
// together for it.
type scrape struct {
	now  time.Time
	rows []*row // in the order of their labels
	// classes is true where rows are of classes: what is a company's own is not told.
	classes bool
	single  map[string][]sample
}

// A sample is one value with its labels, in the order in which its family has them.
type sample struct {
	value  float64
	labels []string
}

// add tells one value of a family that is not of places.
func (s *scrape) add(name string, value float64, labels ...string) {
	s.single[name] = append(s.single[name], sample{value, labels})
}

// write writes the families, those alone that are asked for if any are.
func (s *scrape) write(to format, asked []string) {
	var one series
	all := families()
	for i := range all {
		f := &all[i]
		if len(asked) > 0 && !slices.Contains(asked, f.name) {
			continue
		}
		rows := s.rows
		if !f.place.given() || s.classes && !toldOfClasses(f.name) {
			rows = nil
		}
		if len(rows)+len(s.single[f.name]) == 0 {
			continue
		}
		to.family(f)
		for _, sample := range s.single[f.name] {
			one = series{names: f.labels, values: sample.labels, value: sample.value}
			to.sample(&one)
		}
		for _, r := range rows {
			one = series{place: &r.labels, by: f.place.by, parts: one.parts}
			f.place.write(r, s.now, &one, to)
		}
	}
}

// given reports whether the family tells something of each place.
func (p *placeFamily) given() bool { return p.value != nil || p.waits != nil || p.split != nil }

// write writes what a family tells of a place.
func (p *placeFamily) write(r *row, now time.Time, one *series, to format) {
	switch {
	case p.waits != nil:
		one.waits = p.waits(r)
		to.sample(one)
	case p.value != nil:
		one.value = p.value(r, now)
		to.sample(one)
	default:
		one.parts = p.split(r, one.parts[:0])
		for _, part := range one.parts {
			one.part, one.value = part.by, part.value
			to.sample(one)
		}
	}
}

// A registered sends series to a registry of client_golang.
type registered struct {
	out  chan<- prometheus.Metric
	desc *prometheus.Desc
	kind dto.MetricType
}

var _ format = (*registered)(nil)

// family implements format.
func (g *registered) family(f *family) {
	g.desc, g.kind = prometheus.NewDesc(f.name, f.help, f.labels, nil), f.kind
}

// sample implements format.
func (g *registered) sample(s *series) {
	values := s.values
	if s.place != nil {
		values = slices.Clone(s.place.values[:])
		if s.by != "" {
			values = append(values, s.part)
		}
	}
	kind := prometheus.GaugeValue
	switch {
	case s.waits != nil:
		g.out <- waitMetric{desc: g.desc, labels: prometheus.MakeLabelPairs(g.desc, values), waits: s.waits}
		return
	case g.kind == counter:
		kind = prometheus.CounterValue
	}
	g.out <- prometheus.MustNewConstMetric(g.desc, kind, s.value, values...)
}

// close implements format.
func (g *registered) close() error { return nil }

// A waitMetric is one histogram with native and classic buckets both.
type waitMetric struct {
	desc   *prometheus.Desc
	labels []*dto.LabelPair
	waits  *buckets
}

// Desc implements prometheus.Metric.
func (m waitMetric) Desc() *prometheus.Desc { return m.desc }

// Write implements prometheus.Metric. The bucket to infinity is left to the format.
func (m waitMetric) Write(out *dto.Metric) error {
	h := &dto.Histogram{
		SampleCount: proto.Uint64(m.waits.count), SampleSum: proto.Float64(m.waits.sum),
		Schema: proto.Int32(probes.Schema), ZeroThreshold: proto.Float64(zeroThreshold), ZeroCount: proto.Uint64(m.waits.zero),
	}
	for i, bound := range probes.Bounds() {
		h.Bucket = append(h.Bucket, &dto.Bucket{UpperBound: proto.Float64(bound), CumulativeCount: proto.Uint64(m.waits.upTo(i))})
	}
	last := int64(0)
	m.waits.spans(func(offset int32, run []bucket) {
		h.PositiveSpan = append(h.PositiveSpan, &dto.BucketSpan{Offset: proto.Int32(offset), Length: proto.Uint32(uint32(len(run)))})
		for _, n := range run {
			h.PositiveDelta = append(h.PositiveDelta, int64(n.count)-last)
			last = int64(n.count)
		}
	})
	out.Label, out.Histogram = m.labels, h
	return nil
}
