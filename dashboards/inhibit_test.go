package dashboards

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestInhibition tells a real Alertmanager of companies that have stopped
// answering and of a channel that is not heard, all at once. The pager must
// not be called for a company on that channel, and when svartid is down, for
// nothing else.
func TestInhibition(t *testing.T) {
	t.Parallel()
	stopped := func(channel string) map[string]string {
		return map[string]string{
			"alertname": "SvartidCentreStoppedAnswering", "severity": "page", "about": "company",
			"job": "svartid", "class": "power", "company": "nordlys", "channel": channel,
		}
	}
	fallen := map[string]string{
		"alertname": "SvartidClassReachFalls", "severity": "ticket", "about": "class", "job": "svartid", "class": "power", "channel": "mail",
	}
	ours := func(name, blind, channel string) map[string]string {
		return map[string]string{
			"alertname": name, "severity": "page", "about": "us", "blind": blind, "job": "svartid", "channel": channel,
		}
	}
	elsewhere := ours("SvartidMailboxNotRead", "true", "mail")
	elsewhere["job"] = "another"
	for _, tt := range []struct {
		name   string
		firing []map[string]string
		want   []string // alert and channel of the calls
	}{
		{
			"we hear",
			[]map[string]string{stopped("mail"), fallen},
			[]string{"SvartidCentreStoppedAnswering mail", "SvartidClassReachFalls mail"},
		},
		{
			"blind on mail",
			[]map[string]string{stopped("mail"), stopped("chat"), fallen, ours("SvartidMailboxNotRead", "true", "mail")},
			[]string{"SvartidCentreStoppedAnswering chat", "SvartidMailboxNotRead mail"},
		},
		{
			"the canary is lost",
			[]map[string]string{stopped("mail"), ours("SvartidCanaryLost", "true", "mail")},
			[]string{"SvartidCanaryLost mail"},
		},
		{
			"trouble that does not blind",
			[]map[string]string{stopped("mail"), ours("SvartidSendsFailing", "", "mail")},
			[]string{"SvartidCentreStoppedAnswering mail", "SvartidSendsFailing mail"},
		},
		{
			"another svartid is blind",
			[]map[string]string{stopped("mail"), elsewhere},
			[]string{"SvartidCentreStoppedAnswering mail", "SvartidMailboxNotRead mail"},
		},
		{
			"down",
			[]map[string]string{stopped("mail"), ours("SvartidPlanBehind", "", ""), {"alertname": "SvartidDown", "severity": "page", "about": "us", "blind": "true"}},
			[]string{"SvartidDown "},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPager(t)
			tell(t, startAlertmanager(t, p, 120), tt.firing)
			called := func() (all []string) {
				for _, about := range []string{"us", "company", "class"} {
					for _, c := range p.fired(about) {
						all = append(all, c.Labels["alertname"]+" "+c.Labels["channel"])
					}
				}
				slices.Sort(all)
				return slices.Compact(all)
			}
			until(t, 20*time.Second, "somebody is called", func() bool { return len(called()) >= len(tt.want) })
			time.Sleep(time.Second) // twice what a group waits
			if got := called(); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// tell brings alerts to an Alertmanager as Prometheus does.
func tell(t *testing.T, address string, firing []map[string]string) {
	t.Helper()
	var alerts []map[string]any
	for _, labels := range firing {
		alerts = append(alerts, map[string]any{"labels": labels})
	}
	body, err := json.Marshal(alerts)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post("http://"+address+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("got %s", response.Status)
	}
}
