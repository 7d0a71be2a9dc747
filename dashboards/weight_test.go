package dashboards

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/metrics"
)

// TestSeasonIsLight: 192 companies on three channels, where every series is
// there from the first day, cost Prometheus less than a twentieth of a core,
// and no panel more than a second.
func TestSeasonIsLight(t *testing.T) {
	if os.Getenv("SVARTID_LONG") != "1" {
		t.Skip("takes a minute: SVARTID_LONG=1")
	}
	const haste = 10
	w := startWatch(t, wholeSeason(t), haste)
	series := `count({__name__=~"svartid_.+"})`
	until(t, 30*time.Second, "the season is scraped", func() bool { return w.holds(series + " > 10000") })
	until(t, 90*time.Second, "all is recorded twice", func() bool {
		return w.holds("count_over_time(class_channel:svartid_reach_change:z[1h]) > 1 or count_over_time(class_channel:svartid_contacts:sum[1h]) > 1")
	})
	load := 0.0
	for name, group := range w.groups() {
		share := group.EvaluationTime / (haste * group.Interval)
		t.Logf("%s: %.0f ms every %.0f s", name, 1000*group.EvaluationTime, haste*group.Interval)
		load += share
	}
	found, err := w.ask(series)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.0f series; rules take %.1f %% of a core", found[0].Value, 100*load)
	if load > 0.05 {
		t.Errorf("rules take %.1f %% of a core", 100*load)
	}
	slowest, which := time.Duration(0), ""
	for file, d := range dashboards() {
		company := ".*"
		if file == "company.json" {
			company = "company-007" // it takes one
		}
		chosen := strings.NewReplacer("$edition", "2027", "$class", ".*", "$company", company, "$channel", ".*", "$centre", "unknown", "$__rate_interval", "1m")
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				begun := time.Now()
				if _, err := w.ask(chosen.Replace(q.Expr)); err != nil {
					t.Error(err)
				}
				if took := time.Since(begun); took > slowest {
					slowest, which = took, file+" "+p.Title
				}
			}
		}
	}
	t.Logf("the slowest query takes %v: %s", slowest.Round(time.Millisecond), which)
	if slowest > time.Second {
		t.Errorf("%s takes %v", which, slowest)
	}
}

// wholeSeason exposes 24 classes of eight companies on three channels before
// anything has happened, and returns where.
func wholeSeason(t *testing.T) string {
	t.Helper()
	ed := &edition.Edition{Name: "2027"}
	for i := range 192 {
		ed.Companies = append(ed.Companies, edition.Company{
			ID: fmt.Sprintf("company-%03d", i), Class: fmt.Sprintf("class-%02d", i%24),
			Reach: map[string]string{"mail": "m", "chat": "c", "messenger": "p"},
		})
	}
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(&metrics.Collector{Ledger: l, Edition: ed, Sources: map[string][]string{"mail": {"INBOX"}}, Loaded: time.Now()})
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	t.Cleanup(func() {
		server.Close()
		_ = l.Close()
	})
	return strings.TrimPrefix(server.URL, "http://")
}

// A group is what Prometheus says of a group of rules. Both are in seconds.
type group struct{ EvaluationTime, Interval float64 }

// groups returns those of all rules, by name.
func (w *watch) groups() map[string]group {
	w.t.Helper()
	response, err := http.Get("http://" + w.oracle + "/api/v1/rules")
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Groups []struct {
				Name string
				group
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		w.t.Fatal(err)
	}
	all := map[string]group{}
	for _, g := range answer.Data.Groups {
		all[g.Name] = g.group
	}
	return all
}
