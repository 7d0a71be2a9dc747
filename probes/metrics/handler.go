package metrics

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/svartid/svartid/probes"
)

// A Handler answers scrapes: what others have gathered, and then what the Collector
// tells, written out without a registry between. It knows the text format, that of
// OpenMetrics and protocol buffers, in which alone histograms have native buckets.
type Handler struct {
	Collector *Collector
	Others    prometheus.Gatherer // whose names come before ours; nil: none

	busy chan struct{}
}

// NewHandler returns a handler that answers so many scrapes at once. Others are told
// to come again.
func NewHandler(c *Collector, others prometheus.Gatherer, most int) *Handler {
	return &Handler{Collector: c, Others: others, busy: make(chan struct{}, most)}
}

// ServeHTTP implements http.Handler. It takes name[] for those families alone that
// have such a name, as promhttp does.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	default:
		http.Error(w, fmt.Sprintf("%d scrapes are being answered, try again later", cap(h.busy)), http.StatusServiceUnavailable)
		return
	}
	as := formatOf(r.Header)
	w.Header().Set("Content-Type", string(as))
	var to io.Writer = w
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		packed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer packed.Close() // one who has gone misses nothing
		to = packed
	}
	asked := r.URL.Query()["name[]"]
	if err := h.others(to, as, asked); err != nil {
		h.Collector.report(err)
	}
	told := newFormat(to, as)
	h.Collector.look(context.WithoutCancel(r.Context())).write(told, asked)
	_ = told.close() // one who has gone misses nothing
}

// others writes what others have gathered. What fails of it is left out.
func (h *Handler) others(to io.Writer, as expfmt.Format, asked []string) error {
	if h.Others == nil {
		return nil
	}
	gathered, err := h.Others.Gather()
	encoder := expfmt.NewEncoder(to, as)
	for _, family := range gathered {
		if len(asked) > 0 && !slices.Contains(asked, family.GetName()) {
			continue
		}
		if err := encoder.Encode(family); err != nil {
			return fmt.Errorf("write %s: %w", family.GetName(), err)
		}
	}
	if err != nil {
		return fmt.Errorf("gather what the program itself tells: %w", err)
	}
	return nil
}

// formatOf returns the format that a request asks for, of those we write; the text
// format if it asks for none of them.
func formatOf(header http.Header) expfmt.Format {
	written := slices.DeleteFunc(expfmt.DefaultOpenMetricsAcceptedFormats(), func(f expfmt.Format) bool {
		return !slices.Contains([]expfmt.FormatType{expfmt.TypeProtoDelim, expfmt.TypeOpenMetrics, expfmt.TypeTextPlain}, f.FormatType())
	})
	return expfmt.NegotiateAccept(header, written...)
}

// newFormat returns what writes a format.
func newFormat(to io.Writer, as expfmt.Format) format {
	switch as.FormatType() {
	case expfmt.TypeProtoDelim:
		return &protobuf{to: to, bounds: probes.Bounds()}
	case expfmt.TypeOpenMetrics:
		return newText(to, true)
	}
	return newText(to, false)
}
