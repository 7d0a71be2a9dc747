package metrics_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"

	"github.com/svartid/svartid/probes/metrics"
)

// protobuf is what Prometheus asks for where it takes native histograms.
const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

// answer returns what a handler answers a scrape that accepts a format.
func answer(h http.Handler, accept, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// decoded returns the families of an answer in protocol buffers by name, with their
// series in order of their labels.
func decoded(t *testing.T, body io.Reader) map[string]*dto.MetricFamily {
	t.Helper()
	all := map[string]*dto.MetricFamily{}
	decoder := expfmt.NewDecoder(body, expfmt.NewFormat(expfmt.TypeProtoDelim))
	for {
		family := &dto.MetricFamily{}
		if err := decoder.Decode(family); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(family.Metric, func(a, b *dto.Metric) int { return strings.Compare(fmt.Sprint(a.Label), fmt.Sprint(b.Label)) })
		all[family.GetName()] = family
	}
}

// lines returns those of a text in order, for series may come in any.
func lines(text string) string {
	all := strings.SplitAfter(text, "\n")
	slices.Sort(all)
	return strings.Join(all, "")
}

// TestAsTheRegistryWrites: a handler answers what promhttp does, in each format, with
// names that have to be escaped and figures of all sizes.
func TestAsTheRegistryWrites(t *testing.T) {
	ed := crowd()
	ed.Companies[3].ID = "a \"quoted\"\\\n company"
	f := newFixture(t, ed)
	f.live(t, 5, 200)
	f.mark(t, "mail", "INBOX", noon)
	registered := promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
	direct := metrics.NewHandler(f.collector, nil, 1)
	for name, accept := range map[string]string{
		"text": "text/plain;version=0.0.4", "any": "*/*", "nothing": "", "another": "application/json",
		"openmetrics": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
	} {
		got, want := answer(direct, accept, "/metrics"), answer(registered, accept, "/metrics")
		if got.Code != 200 || got.Header().Get("Content-Type") != want.Header().Get("Content-Type") {
			t.Errorf("%s: got %d of %s, want %s", name, got.Code, got.Header().Get("Content-Type"), want.Header().Get("Content-Type"))
		}
		if g, w := lines(got.Body.String()), lines(want.Body.String()); g != w {
			t.Errorf("%s: %s", name, firstDifference(g, w))
		}
	}
	got, want := decoded(t, answer(direct, protobuf, "/metrics").Body), decoded(t, answer(registered, protobuf, "/metrics").Body)
	if len(got) != len(want) || len(got) < 30 {
		t.Errorf("got %d families, want %d", len(got), len(want))
	}
	for name, family := range want {
		if !proto.Equal(family, got[name]) {
			t.Errorf("%s: got %.2000v, want %.2000v", name, got[name], family)
		}
	}
}

// firstDifference says where two texts part.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("got %q, want %q", g[i], w[i])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

// TestHandlerTellsOthers: what else is gathered is told too, packed or not, and what
// is asked for by name comes alone.
func TestHandlerTellsOthers(t *testing.T) {
	f := newFixture(t, pair())
	others := prometheus.NewRegistry()
	others.MustRegister(collectors.NewGoCollector())
	h := metrics.NewHandler(f.collector, others, 1)
	plain := answer(h, "", "/metrics").Body.String()
	if !strings.Contains(plain, "go_goroutines ") || !strings.Contains(plain, "svartid_contacts{") {
		t.Errorf("got %.300s", plain)
	}
	one := answer(h, "", "/metrics?name[]=svartid_ledger_up&name[]=go_goroutines").Body.String()
	if strings.Count(one, "# TYPE ") != 2 || !strings.Contains(one, "svartid_ledger_up 1") {
		t.Errorf("got %s", one)
	}
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	packed, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(packed)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" || !bytes.Contains(text, []byte("svartid_contacts{")) {
		t.Errorf("got %v: %.300s", err, text)
	}
}

// slow is a client that reads when it is told to.
type slow struct {
	*httptest.ResponseRecorder
	begun   chan<- struct{}
	proceed <-chan struct{}
}

func (s slow) Write(p []byte) (int, error) {
	s.begun <- struct{}{}
	<-s.proceed
	return s.ResponseRecorder.Write(p)
}

// TestHandlerIsBusy: who asks for more than may be answered at once is told so, and a
// slow reader holds no other up.
func TestHandlerIsBusy(t *testing.T) {
	f := newFixture(t, pair())
	h := metrics.NewHandler(f.collector, nil, 2)
	begun, proceed, done := make(chan struct{}, 9), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(slow{httptest.NewRecorder(), begun, proceed}, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	}()
	<-begun
	if w := answer(h, "", "/metrics"); w.Code != 200 {
		t.Errorf("beside a slow reader: got %d", w.Code)
	}
	only := metrics.NewHandler(f.collector, nil, 0)
	if w := answer(only, "", "/metrics"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", w.Code)
	}
	close(proceed)
	<-done
}
