package metrics

import (
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	dto "github.com/prometheus/client_model/go"

	"github.com/svartid/svartid/probes"
)

// The numbers of fields in io.prometheus.client, as client_model has them.
const (
	familyName, familyHelp, familyType, familyMetric = 1, 2, 3, 4

	metricGauge, metricCounter, metricHistogram = 2, 3, 7

	histogramCount, histogramSum, histogramBucket, histogramSchema            = 1, 2, 3, 5
	histogramZeroThreshold, histogramZeroCount, histogramSpan, histogramDelta = 6, 7, 12, 13

	bucketCount, bucketBound = 1, 2
	spanOffset, spanLength   = 1, 2
)

// zeroThreshold is the width of the bucket of no wait at all.
const zeroThreshold = 1e-128

// A protobuf writes families of protocol buffers, each behind its length. A family
// is put together before it is written, because its length comes first.
type protobuf struct {
	to     io.Writer
	kind   dto.MetricType
	blocks [][]byte  // the family
	used   int       // of the blocks, the last of which is being filled
	metric []byte    // one metric of it
	part   []byte    // one histogram
	err    error     // the first of to
	bounds []float64 // of classic buckets
}

var _ format = (*protobuf)(nil)

// family implements format.
func (p *protobuf) family(f *family) {
	p.flush()
	p.kind = f.kind
	head := protowire.AppendString(protowire.AppendTag(nil, familyName, protowire.BytesType), f.name)
	head = protowire.AppendString(protowire.AppendTag(head, familyHelp, protowire.BytesType), f.help)
	p.append(protowire.AppendVarint(protowire.AppendTag(head, familyType, protowire.VarintType), uint64(f.kind)))
}

// sample implements format. It writes waits in native and in classic buckets.
func (p *protobuf) sample(s *series) {
	switch {
	case s.waits != nil:
		p.histogram(s.place, s.waits)
	case s.place != nil:
		p.metric = p.value(s.place.protoLabels(p.metric[:0], s.by, s.part), s.value)
	default:
		p.metric = p.metric[:0]
		inOrder(s.names, s.values, func(name, value string) { p.metric = appendProto(p.metric, name, value) })
		p.metric = p.value(p.metric, s.value)
	}
	p.part = protowire.AppendBytes(protowire.AppendTag(p.part[:0], familyMetric, protowire.BytesType), p.metric)
	p.append(p.part)
}

// append adds to the family. Its blocks are used again for the next.
func (p *protobuf) append(bytes []byte) {
	if p.used == 0 || len(p.blocks[p.used-1])+len(bytes) > block {
		if p.used++; p.used > len(p.blocks) {
			p.blocks = append(p.blocks, make([]byte, 0, max(block, len(bytes))))
		}
	}
	last := &p.blocks[p.used-1]
	*last = append(*last, bytes...)
}

// flush writes the family.
func (p *protobuf) flush() {
	length := 0
	for _, b := range p.blocks[:p.used] {
		length += len(b)
	}
	if length > 0 {
		p.write(protowire.AppendVarint(nil, uint64(length)))
	}
	for i, b := range p.blocks[:p.used] {
		p.write(b)
		p.blocks[i] = b[:0]
	}
	p.used = 0
}

// write writes, unless that has failed before.
func (p *protobuf) write(bytes []byte) {
	if p.err == nil {
		_, p.err = p.to.Write(bytes)
	}
}

// close implements format.
func (p *protobuf) close() error {
	p.flush()
	return p.err
}

// value appends a gauge or a counter: both are one figure in the field of their kind.
func (p *protobuf) value(to []byte, f float64) []byte {
	field := protowire.Number(metricGauge)
	if p.kind == counter {
		field = metricCounter
	}
	to = protowire.AppendVarint(protowire.AppendTag(to, field, protowire.BytesType), 9)
	return double(to, 1, f)
}

// histogram makes a metric of the waits of a place. The bucket to infinity is left to
// the format.
func (p *protobuf) histogram(l *labels, b *buckets) {
	h := number(p.part[:0], histogramCount, b.count)
	h = double(h, histogramSum, b.sum)
	for i, bound := range p.bounds {
		h = protowire.AppendTag(h, histogramBucket, protowire.BytesType)
		h = protowire.AppendVarint(h, uint64(protowire.SizeTag(bucketCount)+protowire.SizeVarint(b.upTo(i))+9))
		h = double(number(h, bucketCount, b.upTo(i)), bucketBound, bound)
	}
	h = number(h, histogramSchema, protowire.EncodeZigZag(probes.Schema))
	h = double(h, histogramZeroThreshold, zeroThreshold)
	h = number(h, histogramZeroCount, b.zero)
	b.spans(func(offset int32, run []bucket) {
		off, length := protowire.EncodeZigZag(int64(offset)), uint64(len(run))
		h = protowire.AppendTag(h, histogramSpan, protowire.BytesType)
		h = protowire.AppendVarint(h, uint64(2+protowire.SizeVarint(off)+protowire.SizeVarint(length)))
		h = number(number(h, spanOffset, off), spanLength, length)
	})
	last := int64(0)
	for _, n := range b.native {
		h = number(h, histogramDelta, protowire.EncodeZigZag(int64(n.count)-last))
		last = int64(n.count)
	}
	p.part = h
	p.metric = append(p.metric[:0], l.proto...)
	p.metric = protowire.AppendBytes(protowire.AppendTag(p.metric, metricHistogram, protowire.BytesType), h)
}

// number appends a field that is a whole number.
func number(to []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, field, protowire.VarintType), n)
}

// double appends a field that is a float.
func double(to []byte, field protowire.Number, f float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(to, field, protowire.Fixed64Type), math.Float64bits(f))
}
