package metrics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/metrics"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// A fixture is a collector over a real ledger in memory.
type fixture struct {
	edition   *edition.Edition
	ledger    *ledger.Ledger
	collector *metrics.Collector
	registry  *prometheus.Registry
}

func newFixture(t testing.TB, ed *edition.Edition) *fixture {
	t.Helper()
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // one test closes it itself
	f := &fixture{edition: ed, ledger: l}
	f.collector = f.fresh()
	f.registry = registry(f.collector)
	return f
}

// fresh returns a collector that has read nothing yet.
func (f *fixture) fresh() *metrics.Collector {
	return &metrics.Collector{
		Ledger: f.ledger, Edition: f.edition, Clock: func() time.Time { return noon }, Loaded: noon,
		Sources: map[string][]string{"mail": {"INBOX", "Junk"}, "chat": nil},
		Guarded: func() ([]metrics.LoginCount, map[string]int) {
			return []metrics.LoginCount{{By: "password", Outcome: "failed"}}, map[string]int{"host": 0}
		},
		Build: map[string]string{"version": "1.2.3", "goversion": "go1"},
	}
}

func registry(c *metrics.Collector) *prometheus.Registry {
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(c)
	return r
}

// text returns what a scrape gets.
func (f *fixture) text(t testing.TB) string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != 200 {
		t.Errorf("got %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// scrape returns the families of a scrape by name.
func (f *fixture) scrape(t testing.TB) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(f.text(t)))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// append appends events, and the ruling if they decide the contact.
func (f *fixture) append(t testing.TB, id string, events ...probes.Event) {
	t.Helper()
	err := f.ledger.Update(t.Context(), func(tx probes.Tx) error { return record(t.Context(), tx, id, events...) })
	if err != nil {
		t.Fatal(err)
	}
}

// record does as the engine does.
func record(ctx context.Context, tx probes.Tx, id string, events ...probes.Event) error {
	for _, e := range events {
		c, err := tx.Append(ctx, id, e)
		if err != nil {
			return err
		}
		if c.Outcome != probes.Pending && c.Outcome != c.Ruled {
			if _, err = tx.Append(ctx, id, ledgertest.Event(probes.Ruled, 1, noon, c.Ruling())); err != nil {
				return err
			}
		}
	}
	return nil
}

// live draws what happens to n contacts, and more after: some are amended.
func (f *fixture) live(t *testing.T, seed uint64, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	for _, h := range ledgertest.Shuffle(r, ledgertest.Lives(r, n)) {
		f.append(t, h.Contact, h.Events...)
	}
}

func (f *fixture) mark(t *testing.T, channel, source string, until time.Time) {
	t.Helper()
	err := f.ledger.Update(t.Context(), func(tx probes.Tx) error {
		return tx.Advance(t.Context(), channel, channels.Checkpoint{Source: source, Until: until})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// contacts returns all there are.
func (f *fixture) contacts(t *testing.T) (all []probes.Contact) {
	t.Helper()
	err := f.ledger.View(t.Context(), func(tx probes.Tx) (err error) {
		all, err = tx.Find(t.Context(), probes.Query{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// crowd is the edition whose contacts ledgertest makes up.
func crowd() *edition.Edition {
	ed := &edition.Edition{Name: "2026"}
	for i := range 24 {
		p := ledgertest.Plan(i)
		ed.Companies = append(ed.Companies, edition.Company{
			ID: p.Company, Class: p.Class, Reach: map[string]string{p.Channel: fmt.Sprint(i)},
		})
	}
	return ed
}

// find returns the series that has all of these labels; nil if there is none.
func find(family *dto.MetricFamily, labels map[string]string) *dto.Metric {
	for _, m := range family.GetMetric() {
		fits := 0
		for _, l := range m.GetLabel() {
			if want, asked := labels[l.GetName()]; asked && want == l.GetValue() {
				fits++
			}
		}
		if fits == len(labels) {
			return m
		}
	}
	return nil
}

// value is a gauge's or a counter's, or how many a histogram has observed.
func value(m *dto.Metric) float64 {
	switch {
	case m.GetGauge() != nil:
		return m.GetGauge().GetValue()
	case m.GetCounter() != nil:
		return m.GetCounter().GetValue()
	}
	return float64(m.GetHistogram().GetSampleCount())
}

// key names a series.
func key(name string, m *dto.Metric) string {
	labels, err := json.Marshal(m.GetLabel())
	if err != nil {
		panic(err) // labels are texts
	}
	return name + string(labels)
}
