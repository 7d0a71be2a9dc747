package metrics_test

import (
	"bytes"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading/match"
)

// A series is a name of the contract.
type series struct {
	name   string
	kind   dto.MetricType
	labels string // in order of their names
	count  int    // how many there are of it for two companies, one of them on two channels
}

const (
	gauge     = dto.MetricType_GAUGE
	counter   = dto.MetricType_COUNTER
	histogram = dto.MetricType_HISTOGRAM

	place = "channel class company edition"
)

// contract is the whole of what is exposed. Rules and dashboards lean on it.
func contract() []series {
	return []series{
		{"svartid_contacts", gauge, place + " outcome", 3 * 8},
		{"svartid_verdicts_total", counter, place + " outcome", 3 * 8},
		{"svartid_attempts_total", counter, place, 3},
		{"svartid_oldest_pending_seconds", gauge, place, 3},
		{"svartid_answer_wait_seconds", histogram, place, 3},
		{"svartid_answer_wait_open_seconds", histogram, place, 3},
		{"svartid_acknowledgement_wait_seconds", histogram, place, 3},
		{"svartid_reach_ratio", gauge, place, 3},
		{"svartid_reach_ratio_lower", gauge, place, 3},
		{"svartid_reach_ratio_upper", gauge, place, 3},
		{"svartid_wait_median_seconds", gauge, place, 3},
		{"svartid_score_ratio", gauge, place, 3},
		{"svartid_score_ratio_lower", gauge, place, 3},
		{"svartid_score_ratio_upper", gauge, place, 3},
		{"svartid_last_answer_timestamp_seconds", gauge, place, 3},
		{"svartid_flow_broken", gauge, place, 3},
		{"svartid_silences", gauge, place, 3},
		{"svartid_silence_chance", gauge, place, 3},
		{"svartid_silent_since_timestamp_seconds", gauge, place, 3},
		{"svartid_answers_total", counter, "centre " + place, 3 * 2},
		{"svartid_company_paused", gauge, "class company edition", 2},
		{"svartid_arrivals_total", counter, "channel kind", 2 * 8},
		{"svartid_unmatched_arrivals", gauge, "channel", 2},
		{"svartid_reader_failures_total", counter, "channel", 2},
		{"svartid_listener_up", gauge, "channel source", 2},
		{"svartid_listened_until_timestamp_seconds", gauge, "channel source", 2},
		{"svartid_clock_offset_seconds", gauge, "channel source", 2},
		{"svartid_send_failures_total", counter, "channel reason", 2 * len(probes.Failures())},
		{"svartid_failures_total", counter, "channel fault", 2 * len(fault.All())},
		{"svartid_provisional_contacts", gauge, place, 3},
		{"svartid_verdicts_waiting", gauge, "channel reason", 2 * len(probes.Holds())},
		{"svartid_unsure_attempts", gauge, "", 1},
		{"svartid_openers_left_twice", gauge, "channel", 2},
		{"svartid_plan_lag_seconds", gauge, "", 1},
		{"svartid_rounds_missed_total", counter, "probe", 1},
		{"svartid_hook_requests_total", counter, "channel code", 2},
		{"svartid_logins_total", counter, "by outcome", 1},
		{"svartid_requests_refused_total", counter, "reason", 1},
		{"svartid_build_info", gauge, "goversion revision version", 1},
		{"svartid_ledger_up", gauge, "", 1},
		{"svartid_ledger_standby_missing", gauge, "", 1},
		{"svartid_config_last_reload_successful", gauge, "", 1},
		{"svartid_config_last_reload_success_timestamp_seconds", gauge, "", 1},
	}
}

// pair is an edition of two companies: one on mail and chat with two centres,
// where two rules name the one centre, the other on mail alone.
func pair() *edition.Edition {
	return &edition.Edition{Name: "2026", Probes: []edition.Probe{{Name: "email", Channel: "mail"}}, Companies: []edition.Company{
		{ID: "nordlys", Class: "power", Reach: map[string]string{"mail": "post@nordlys.example", "chat": "1"}, Centres: []match.CentreRule{
			{ID: "own", From: "*@nordlys.example"}, {ID: "own", Signature: "Nordlys"},
		}},
		{ID: "fjord", Class: "banks", Reach: map[string]string{"mail": "post@fjord.example"}, Centres: []match.CentreRule{
			{ID: "transcall", From: "*@transcall.example"},
		}},
	}}
}

// TestContractFromTheStart: every series is there before anything has happened.
func TestContractFromTheStart(t *testing.T) {
	f := newFixture(t, pair())
	families := f.scrape(t)
	var names []string
	for _, want := range contract() {
		names = append(names, want.name)
		family := families[want.name]
		if family == nil {
			t.Errorf("%s is missing", want.name)
			continue
		}
		if family.GetType() != want.kind || len(family.GetMetric()) != want.count {
			t.Errorf("%s: got %d of %v, want %d of %v", want.name, len(family.GetMetric()), family.GetType(), want.count, want.kind)
		}
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName())
			}
			slices.Sort(labels)
			if got := strings.Join(labels, " "); got != want.labels {
				t.Errorf("%s: got labels %q, want %q", want.name, got, want.labels)
			}
			if got, want := value(m), startOf(want.name); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%v: got %v, want %v", m, got, want)
			}
		}
	}
	for name := range families {
		if !slices.Contains(names, name) {
			t.Errorf("%s is in no contract", name)
		}
	}
	for _, o := range probes.Outcomes() {
		for _, at := range [][2]string{{"nordlys", "mail"}, {"nordlys", "chat"}, {"fjord", "mail"}} {
			want := map[string]string{"edition": "2026", "company": at[0], "channel": at[1], "outcome": string(o)}
			if find(families["svartid_contacts"], want) == nil || find(families["svartid_verdicts_total"], want) == nil {
				t.Errorf("%v has no series of its own", want)
			}
		}
	}
}

// startOf is what a series says before anything has happened.
func startOf(name string) float64 {
	switch {
	case strings.HasPrefix(name, "svartid_reach_ratio"), name == "svartid_wait_median_seconds", name == "svartid_score_ratio":
		return math.NaN()
	case name == "svartid_score_ratio_upper": // anything is possible yet
		return 1
	case name == "svartid_silence_chance": // that none has passed is certain
		return 1
	case name == "svartid_build_info", name == "svartid_ledger_up", name == "svartid_config_last_reload_successful":
		return 1
	case name == "svartid_config_last_reload_success_timestamp_seconds":
		return float64(noon.Unix())
	}
	return 0
}

// excused are what a linter says that the contract has weighed.
func excused() map[string]string { return map[string]string{} }

func TestLint(t *testing.T) {
	f := newFixture(t, pair())
	problems, err := promlint.New(strings.NewReader(f.text(t))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if excused()[p.Metric] != p.Text {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestPromtool(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal("promtool is not installed: apt-get install prometheus")
		}
		t.Skip("promtool is not installed")
	}
	f := newFixture(t, pair())
	f.live(t, 1, 100)
	check := exec.CommandContext(t.Context(), tool, "check", "metrics")
	check.Stdin = strings.NewReader(f.text(t))
	if out, err := check.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("got %v: %s", err, out)
	}
}

// TestLedgerFails: an old figure would pass for a new one, so none is shown; the
// scrape goes on, and says so.
func TestLedgerFails(t *testing.T) {
	f := newFixture(t, pair())
	if up := find(f.scrape(t)["svartid_ledger_up"], nil); up == nil || value(up) != 1 {
		t.Errorf("got %v of a ledger that can be read, want 1", up)
	}
	if err := f.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for want, here := range map[string]bool{
		"\nsvartid_ledger_up 0\n": true, "\nsvartid_build_info{": true, "\nsvartid_config_last_reload_successful 1\n": true,
		"svartid_contacts{": false, "svartid_listener_up{": false,
	} {
		if got := w.Body.String(); w.Code != 200 || strings.Contains(got, want) != here {
			t.Errorf("got %d: %.400s; want %q there: %t", w.Code, got, want, here)
		}
	}
}

func TestOurOwnEyes(t *testing.T) {
	f := newFixture(t, pair())
	f.edition.Companies[0].Pauses = []edition.Pause{{Reason: "migration"}}
	f.edition.Companies[0].Pauses[0].From, f.edition.Companies[0].Pauses[0].To = calendar.DateOf(noon), calendar.DateOf(noon)
	f.mark(t, "mail", "INBOX", noon.Add(-time.Minute))
	f.mark(t, "mail", "Old folder", noon)
	if err := f.ledger.Update(t.Context(), func(tx probes.Tx) error {
		return tx.Advance(t.Context(), probes.Doubles, channels.Checkpoint{Source: "c.1", Position: "mail", Until: noon})
	}); err != nil {
		t.Fatal(err)
	}
	clock := probes.ForeignClock{Offset: probes.ClockOffset{From: 199 * time.Second, To: 201 * time.Second}}.
		Checkpoint(probes.Source{Channel: "mail", Name: "INBOX"})
	if err := f.ledger.Update(t.Context(), func(tx probes.Tx) error { return tx.Advance(t.Context(), probes.Clocks, clock) }); err != nil {
		t.Fatal(err)
	}
	families := f.scrape(t)
	for _, tt := range []struct {
		name   string
		labels map[string]string
		want   float64
	}{
		{"svartid_clock_offset_seconds", map[string]string{"channel": "mail", "source": "INBOX"}, 199},
		{"svartid_clock_offset_seconds", map[string]string{"channel": "mail", "source": "Junk"}, 0},
		{"svartid_listened_until_timestamp_seconds", map[string]string{"channel": "mail", "source": "INBOX"}, float64(noon.Unix() - 60)},
		{"svartid_listened_until_timestamp_seconds", map[string]string{"channel": "mail", "source": "Junk"}, 0},
		{"svartid_listener_up", map[string]string{"channel": "mail", "source": "INBOX"}, 0},
		{"svartid_openers_left_twice", map[string]string{"channel": "mail"}, 1},
		{"svartid_openers_left_twice", map[string]string{"channel": "chat"}, 0},
		{"svartid_company_paused", map[string]string{"company": "nordlys"}, 1},
		{"svartid_company_paused", map[string]string{"company": "fjord"}, 0},
		{"svartid_build_info", map[string]string{"version": "1.2.3", "goversion": "go1", "revision": ""}, 1},
	} {
		m := find(families[tt.name], tt.labels)
		if m == nil || value(m) != tt.want {
			t.Errorf("%s %v: got %v, want %v", tt.name, tt.labels, m, tt.want)
		}
	}
}
