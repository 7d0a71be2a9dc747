package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/browser/page"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/channeltest/webchat"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

const pagesText = `
edition: {name: pages, from: %s, to: %s, time_zone: %s, hours: always, opening_clock: always, seed: pages, shared_names: accepted}
ledger: {dsn: "%s"}
web: {listen: "127.0.0.1:0"}
limits: {per_company_per_day: 0, per_company_per_edition: 0, per_minute: 0}
channels:
  chat: {type: browser, flows: %q, poll: 200ms, without_sandbox: %s}
vantage: ["%s"]
personas:
  - {name: Kari Nordmann, channel: chat}
scenarios: [{name: price, language: nb, body: "Hei! Hva koster strøm hos {{.Company}} i måneden?"}]
probes:
  - {name: chat, channel: chat, cron: %q, spread: 1s, within: 45s}
companies:
`

// TestPages plays a season in a browser: companies that answer, are silent, are closed, have
// changed their page, or ask whether we are a person.
func TestPages(t *testing.T) {
	race.Skip(t, "it starts the program, and what it starts is not watched")
	if testing.Short() {
		t.Skip("it plays a season of a minute in a browser")
	}
	if _, err := page.Look(); err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	rows := []struct {
		id      string
		mood    webchat.Mood
		answers bool
		outcome probes.Outcome
		fault   fault.Fault
	}{
		{"answers", webchat.Mood{}, true, probes.Answered, ""},
		{"silent", webchat.Mood{}, false, probes.Unanswered, ""},
		{"closed", webchat.Mood{Offline: true}, false, probes.Unanswered, fault.Theirs},
		{"down", webchat.Mood{Down: true}, false, probes.Unanswered, fault.Theirs},
		{"changed", webchat.Mood{Strange: true}, false, probes.Pending, fault.Ours},
		{"puzzled", webchat.Mood{Puzzle: true}, false, probes.Pending, fault.Ours},
	}
	dir := t.TempDir()
	config, dsn := filepath.Join(dir, "svartid.yml"), "sqlite:"+filepath.Join(dir, "svartid.db")
	zone, today := noon(t, time.Now())
	midnight, err := time.ParseInLocation(time.DateOnly, today, zone)
	if err != nil {
		t.Fatal(err)
	}
	flows, err := filepath.Abs("../../channels/browser/testdata/flows")
	if err != nil {
		t.Fatal(err)
	}
	sandbox := "refused"
	if os.Geteuid() == 0 {
		sandbox = "accepted" // the pages are our own
	}
	witness := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(witness.Close)
	var b strings.Builder
	fmt.Fprintf(&b, pagesText, today, today, zone, dsn, flows, sandbox, witness.URL, once(midnight, time.Now().Add(5*time.Second)))
	companies := map[string]*webchat.Company{}
	for _, r := range rows {
		w := webchat.DeepChat()
		c, err := webchat.Start(t.Context(), w, webchat.Find(t, w))
		if err != nil {
			t.Fatal(err)
		}
		c.Be(r.mood)
		companies[r.id] = c
		fmt.Fprintf(&b, "  - {id: %s, name: %s, class: power, language: nb, consent: %s, reach: {chat: {url: %q, flow: deep-chat, consent: KSP}}}\n",
			r.id, r.id, today, c.URL())
	}
	if err := os.WriteFile(config, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newPlace(t, "hasty", config)
	process := p.start()
	process.metrics()
	ledger := openArchive(t, dsn)
	said, contacts := false, []probes.Contact(nil)
	p.until(t, "every company is decided", func() bool {
		if !said && companies["answers"].Got("Hva koster strøm hos answers") > 0 {
			if _, err := companies["answers"].Say("Hva koster strøm hos answers", "agent", "Hei Kari! Det koster 349 kroner i måneden, alt inkludert."); err != nil {
				t.Error(err)
			}
			said = true
		}
		contacts = ledger.contacts(t)
		for _, r := range rows {
			c := contactOf(contacts, r.id)
			if c.ID == "" || c.Outcome == probes.Pending && (r.outcome != probes.Pending || c.Current().Failure.Fault == "") {
				return false
			}
		}
		return true
	})
	told := get(t, process.metrics())
	for _, r := range rows {
		broken := strings.Contains(told, fmt.Sprintf(`svartid_flow_broken{channel="chat",class="power",company=%q,edition="pages"} 1`, r.id))
		if want := r.id == "changed"; broken != want {
			t.Errorf("%s: flow broken %t, want %t", r.id, broken, want)
		}
	}
	process.stop()
	for _, r := range rows {
		c := contactOf(contacts, r.id)
		t.Logf("%s: %s, wait %v, %+v", r.id, c.Outcome, c.Wait, c.Current().Failure)
		if c.Outcome != r.outcome || r.fault != "" && c.Current().Failure.Fault != r.fault {
			t.Errorf("%s: %s, fault %q, want %s and %q", r.id, c.Outcome, c.Current().Failure.Fault, r.outcome, r.fault)
		}
		if a := c.Current(); a.Receipt.Picture+a.Failure.Picture == "" {
			t.Errorf("%s: no picture of the screen is kept", r.id)
		}
	}
	if got := companies["silent"].Got("Hva koster"); got != 1 {
		t.Errorf("the silent company got it %d times", got)
	}
	holds(t, config)
}
