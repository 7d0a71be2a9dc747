package metrics

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/svartid/svartid/probes"
)

// block is how many bytes are written at once.
const block = 64 << 10

// A text writes the text format of Prometheus, version 0.0.4, or that of
// OpenMetrics, 1.0.0.
type text struct {
	to   io.Writer
	open bool // OpenMetrics
	buf  []byte
	name string // of the family's samples
	err  error  // the first of to

	bounds []string // of classic buckets, as they are written behind the labels of a place
}

// newText returns a text.
func newText(to io.Writer, open bool) *text {
	t := &text{to: to, open: open, buf: make([]byte, 0, 2*block)}
	for _, bound := range append(probes.Bounds(), math.Inf(1)) {
		t.bounds = append(t.bounds, `,le="`+string(t.float(nil, bound))+`"} `)
	}
	return t
}

var _ format = (*text)(nil)

// family implements format.
func (t *text) family(f *family) {
	t.name = f.name
	shown, help := f.name, strings.ReplaceAll(strings.ReplaceAll(f.help, `\`, `\\`), "\n", `\n`)
	if t.open {
		help = strings.ReplaceAll(help, `"`, `\"`)
		if f.kind == counter {
			shown = strings.TrimSuffix(shown, "_total")
		}
	}
	t.buf = append(append(append(t.buf, "# HELP "...), shown...), ' ')
	t.buf = append(append(t.buf, help...), '\n')
	t.buf = append(append(append(t.buf, "# TYPE "...), shown...), ' ')
	t.buf = append(append(t.buf, strings.ToLower(f.kind.String())...), '\n')
}

// sample implements format. It writes waits in classic buckets: the text formats
// have no others.
func (t *text) sample(s *series) {
	switch {
	case s.waits != nil:
		t.histogram(s.place, s.waits)
	case s.place != nil:
		t.buf = append(append(t.buf, t.name...), '{')
		t.buf = append(s.place.textLabels(t.buf, s.by, s.part), '}', ' ')
		t.buf = append(t.float(t.buf, s.value), '\n')
	default:
		t.buf = append(t.buf, t.name...)
		if len(s.names) > 0 {
			t.buf = append(t.buf, '{')
			inOrder(s.names, s.values, func(name, value string) { t.buf = appendText(t.buf, name, value) })
			t.buf = append(t.buf, '}')
		}
		t.buf = append(t.float(append(t.buf, ' '), s.value), '\n')
	}
	if len(t.buf) > block {
		t.flush()
	}
}

// histogram writes the waits of a place.
func (t *text) histogram(l *labels, b *buckets) {
	for i, bound := range t.bounds {
		count := b.count
		if i < len(t.bounds)-1 {
			count = b.upTo(i)
		}
		t.buf = append(append(append(append(t.buf, t.name...), "_bucket{"...), l.text...), bound...)
		t.buf = append(t.whole(t.buf, count), '\n')
	}
	t.buf = append(append(append(t.buf, t.name...), "_sum{"...), l.text...)
	t.buf = append(t.float(append(t.buf, "} "...), b.sum), '\n')
	t.buf = append(append(append(t.buf, t.name...), "_count{"...), l.text...)
	t.buf = append(t.whole(append(t.buf, "} "...), b.count), '\n')
}

// whole appends a count, which the older format writes as it does floats.
func (t *text) whole(to []byte, n uint64) []byte {
	if t.open {
		return strconv.AppendUint(to, n, 10)
	}
	return t.float(to, float64(n))
}

// float appends a value. OpenMetrics tells floats from whole numbers.
func (t *text) float(to []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(to, "NaN"...)
	case math.IsInf(f, 1):
		return append(to, "+Inf"...)
	}
	from := len(to)
	if whole := int64(f); float64(whole) == f && whole > -1e6 && whole < 1e6 {
		to = strconv.AppendInt(to, whole, 10) // as below, and sooner
	} else {
		to = strconv.AppendFloat(to, f, 'g', -1, 64)
	}
	if t.open && !bytes.ContainsAny(to[from:], "e.") {
		to = append(to, ".0"...)
	}
	return to
}

// flush writes what is kept back.
func (t *text) flush() {
	if t.err == nil {
		_, t.err = t.to.Write(t.buf)
	}
	t.buf = t.buf[:0]
}

// close implements format.
func (t *text) close() error {
	if t.open {
		t.buf = append(t.buf, "# EOF\n"...)
	}
	t.flush()
	return t.err
}
