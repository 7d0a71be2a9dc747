package dashboards

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestWatch has a real Prometheus and a real Alertmanager watch a season. A
// company stops answering; before it can be told from chance, our mailbox goes
// silent, and no company may be blamed. When the mailbox is back, the company is, by
// a Prometheus that has just been started, too. Then every query of every dashboard must
// find something, with classic histograms and with native ones.
func TestWatch(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 40 seconds")
	}
	t.Parallel()
	need(t, "prometheus")
	need(t, "prometheus-alertmanager")
	s := startSeason(t)
	w := startWatch(t, s.target, 120) // five minutes are two and a half seconds
	begun := time.Now()
	note := func(what string) { t.Logf("%4.1f s: %s", time.Since(begun).Seconds(), what) }

	mine := `{company="` + s.faded + `"}`
	until(t, 100*time.Second, s.faded+" has let three contacts pass", func() bool {
		return w.holds("svartid_silences" + mine + " >= 3")
	})
	note(s.faded + " has let three contacts pass; now our IMAP server falls silent")
	s.imap.Silence()
	s.imap.Drop()
	until(t, 60*time.Second, "we are told that we are blind", func() bool { return len(w.pager.fired("us")) > 0 })
	for _, c := range w.pager.fired("us") {
		note("Alertmanager: " + c.Labels["alertname"] + " " + c.Annotations["summary"])
		if c.Labels["alertname"] != "SvartidMailboxNotRead" || c.Labels["channel"] != "mail" {
			t.Errorf("got %v, want the mailbox", c.Labels)
		}
	}
	time.Sleep(3 * time.Second) // longer than the alert would have waited
	for _, c := range w.pager.fired("company") {
		t.Errorf("while we were blind: %v", c.Annotations["summary"])
	}
	if found, err := w.ask(`ALERTS{about="company"}`); err != nil || len(found) > 0 {
		t.Errorf("while we were blind: %v, %v", found, err)
	}
	note("no company has been blamed")

	s.imap.Heal()
	s.blamed(w, note)
	fresh := startWatch(t, s.target, 120, "--enable-feature=native-histograms")
	note("another Prometheus begins, that remembers nothing")
	s.blamed(fresh, note)
	w.checkDashboards()
	if w.holds("histogram_count(svartid_answer_wait_seconds)") || fresh.holds("svartid_answer_wait_seconds_bucket") {
		t.Error("the one has native histograms, or the other classic ones")
	}
	fresh.checkDashboards()
	note("every query has been asked, of classic histograms and of native ones")
}

// blamed waits until the company that has faded is blamed, with since when.
func (s *season) blamed(w *watch, note func(string)) {
	w.t.Helper()
	until(w.t, 60*time.Second, "the company is blamed", func() bool { return len(w.pager.fired("company")) > 0 })
	since := regexp.MustCompile(` in a row without a person's answer, since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d`)
	for _, c := range w.pager.fired("company") {
		note("Alertmanager: " + c.Annotations["summary"])
		if c.Labels["alertname"] != "SvartidCentreStoppedAnswering" || c.Labels["company"] != s.faded || !since.MatchString(c.Annotations["summary"]) {
			w.t.Errorf("got %v, %v, want %s and since when", c.Labels, c.Annotations, s.faded)
		}
	}
}

// checkDashboards asks every query of every dashboard as Grafana would.
func (w *watch) checkDashboards() {
	w.t.Helper()
	chosen := strings.NewReplacer(
		"$edition", "2027", "$class", ".*", "$company", ".*", "$channel", ".*", "$centre", "own", "$__rate_interval", "10s",
	)
	asked := 0
	for file, d := range dashboards() {
		for _, e := range d.Annotations.List {
			if _, err := w.ask(chosen.Replace(e.Expr)); err != nil {
				w.t.Errorf("%s: event %s: %v\n%s", file, e.Name, err, e.Expr)
			}
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				found, err := w.ask(chosen.Replace(q.Expr))
				if err != nil || len(found) == 0 {
					w.t.Errorf("%s: %s: got %d series, %v\n%s", file, p.Title, len(found), err, q.Expr)
				}
				asked++
			}
		}
	}
	w.t.Logf("%d queries", asked)
}
