package dashboards

import (
	"strings"
	"testing"
	"time"
)

// TestWatch has a real Prometheus and a real Alertmanager watch a season. A
// company stops answering; before it can be told from chance, our mailbox goes
// silent, and no company may be blamed. When the mailbox is back, the company is.
// Then every query of every dashboard must find something.
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
		return w.holds("company_channel:svartid_silences:passed" + mine + " >= 3")
	})
	note(s.faded + " has let three contacts pass; now our IMAP server falls silent")
	s.imap.Silence()
	s.imap.Drop()
	until(t, 60*time.Second, s.faded+" looks as if it had stopped", func() bool {
		return w.holds("company_channel:svartid_silences:count" + mine + " >= 2 and company_channel:svartid_silences:chance < 0.01")
	})
	note("the fourth is near its end, and looks as bad: only our blindness keeps the alert")
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
	until(t, 60*time.Second, "the company is blamed", func() bool { return len(w.pager.fired("company")) > 0 })
	for _, c := range w.pager.fired("company") {
		note("Alertmanager: " + c.Annotations["summary"])
		if c.Labels["alertname"] != "SvartidCentreStoppedAnswering" || c.Labels["company"] != s.faded {
			t.Errorf("got %v, want %s", c.Labels, s.faded)
		}
	}
	w.checkDashboards()
	note("every query has been asked")
}

// checkDashboards asks every query of every dashboard as Grafana would.
func (w *watch) checkDashboards() {
	w.t.Helper()
	chosen := strings.NewReplacer(
		"$edition", "2027", "$class", ".*", "$company", ".*", "$channel", ".*", "$centre", "own", "$__rate_interval", "10s",
	)
	asked := 0
	for file, d := range dashboards() {
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
