package dashboards

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v4"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/metrics"
)

// A rule records or alerts.
type rule struct {
	Record, Alert, Expr string
	Labels, Annotations map[string]string
}

// rules returns those of all files.
func rules(t *testing.T) (all []rule) {
	t.Helper()
	for _, file := range []string{"records", "alerts"} {
		text, err := fs.ReadFile(Files(), "prometheus/rules/"+file+".yml")
		if err != nil {
			t.Fatal(err)
		}
		var parsed struct{ Groups []struct{ Rules []rule } }
		if err := yaml.Unmarshal(text, &parsed); err != nil {
			t.Fatalf("%s.yml: %v", file, err)
		}
		for _, group := range parsed.Groups {
			all = append(all, group.Rules...)
		}
	}
	return all
}

// exposed returns the name of every series of the collector.
func exposed(t *testing.T) []string {
	t.Helper()
	ed := &edition.Edition{Name: "2027", Probes: []edition.Probe{{Name: "email", Channel: "mail"}}, Companies: []edition.Company{
		{ID: "nordlys", Class: "power", Reach: map[string]string{"mail": "post@nordlys.example"}},
	}}
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(&metrics.Collector{
		Ledger: l, Edition: ed, Sources: map[string][]string{"mail": {"INBOX"}}, Loaded: time.Now(),
	})
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, family := range families {
		names = append(names, name)
		if strings.HasSuffix(family.GetType().String(), "HISTOGRAM") {
			names = append(names, name+"_bucket", name+"_sum", name+"_count")
		}
	}
	return names
}

// TestNames: rules and dashboards query only metrics that are exposed or recorded.
func TestNames(t *testing.T) {
	known := exposed(t)
	if len(known) < 30 {
		t.Fatalf("got %d names: %q", len(known), known)
	}
	asked := map[string]string{}
	for _, r := range rules(t) {
		if r.Record != "" {
			known = append(known, r.Record)
		}
		asked[r.Record+r.Alert] = r.Expr + r.Annotations["description"]
	}
	for file, d := range dashboards() {
		for _, v := range d.Templating.List {
			if query, ok := v.Query.(map[string]string); ok {
				asked[file+" $"+v.Name] = query["query"]
			}
		}
		for _, e := range d.Annotations.List {
			asked[file+" "+e.Name] = e.Expr
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				asked[file+" "+p.Title+" "+q.RefID] = q.Expr
			}
		}
	}
	name := regexp.MustCompile(`[a-z_]*:?svartid_[a-z0-9_:]*[a-z0-9]`)
	for where, text := range asked {
		for _, found := range name.FindAllString(text, -1) {
			if !slices.Contains(known, found) {
				t.Errorf("%s asks for %s, which is not exposed", where, found)
			}
		}
	}
}

// TestAlerts: every page says what to do, and none is sent while our own
// listening is down.
func TestAlerts(t *testing.T) {
	book, err := fs.ReadFile(Files(), "runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	const blind = "unless on (job, channel) max_over_time(channel:svartid_blind:max[10m]) > 0"
	told := 0
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		told++
		link := "https://github.com/svartid/svartid/blob/main/dashboards/runbook.md#" + strings.ToLower(r.Alert)
		if got := r.Annotations["runbook_url"]; got != link || !strings.Contains(string(book), "\n### "+r.Alert+"\n") {
			t.Errorf("%s: got runbook %s, want %s and a section", r.Alert, got, link)
		}
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s says nothing: %v", r.Alert, r.Annotations)
		}
		switch about := r.Labels["about"]; about {
		case "us":
		case "company", "class":
			if !strings.Contains(r.Expr, blind) {
				t.Errorf("%s speaks while we are blind: %s", r.Alert, r.Expr)
			}
		default:
			t.Errorf("%s is about %q", r.Alert, about)
		}
		if s := r.Labels["severity"]; s != "page" && s != "ticket" {
			t.Errorf("%s has severity %q, which no route knows", r.Alert, s)
		}
	}
	if got := strings.Count(string(book), "\n### "); got != told {
		t.Errorf("the runbook has %d sections, want one for each of %d alerts", got, told)
	}
}
