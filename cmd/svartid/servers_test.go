package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chatwoot"
	"github.com/svartid/svartid/channels/simulated/matrix"
	"github.com/svartid/svartid/channels/simulated/rocketchat"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/plan"
)

// A serverKind is a kind of chat of which each company has a server of its own.
type serverKind struct {
	name     string
	settings string // of the channel, as no company is met on it
	columns  string // of the table
	cells    func(t *testing.T, n int) string
}

// serverKinds are those that serve on loopback.
func serverKinds(t *testing.T) []serverKind {
	token := filepath.Join(t.TempDir(), "token")
	return []serverKind{
		{"chatwoot", `url: "http://127.0.0.1:9"`, "chat;chat.url", func(t *testing.T, n int) string {
			s := chatwoot.New(chatwoot.Options{Scale: 2 * time.Second, Inboxes: []chatwoot.Inbox{{ID: "6fKq2", Behaviour: simulated.Brisk, Language: "nb"}}})
			channeltest.Play(t, s)
			return "6fKq2;" + s.URL()
		}},
		{"rocketchat", `url: "http://127.0.0.1:9", poll: 1s`, "chat;chat.url", func(t *testing.T, n int) string {
			s := rocketchat.New(rocketchat.Options{
				Scale: 2 * time.Second, Desks: []rocketchat.Desk{{ID: "d1", Name: "salg", Behaviour: simulated.Brisk, Language: "nb"}},
			})
			channeltest.Play(t, s)
			return "salg;" + s.URL()
		}},
		{"matrix", "", "chat;chat.url;chat.user;chat.access_token_file", func(t *testing.T, n int) string {
			s := matrix.New(matrix.Options{
				Scale: 2 * time.Second, Desks: []matrix.Desk{{User: "@desk:chat.example", Behaviour: simulated.Brisk, Language: "nb"}},
			})
			channeltest.Play(t, s)
			file := fmt.Sprintf("%s-%d", token, n)
			revealed, err := s.AccessToken().Reveal()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(revealed), 0o600); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("@desk:chat.example;%s;%s;%s", s.URL(), s.User(), file)
		}},
	}
}

// TestServersOfCompanies plays a round of companies that each have a server of their own, all named alike: they are one
// channel and one probe, have the same cells of the plan, are found by check, and are all heard; one whose server is gone
// is its own, and holds up none of the others.
func TestServersOfCompanies(t *testing.T) {
	race.Skip(t, "it starts the program, and what it starts is not watched")
	long.Only(t, "the program on many servers; the short run has the channels on three each")
	const companies = 20
	for _, kind := range serverKinds(t) {
		t.Run(kind.name, func(t *testing.T) {
			dir := t.TempDir()
			zone, today := noon(t, time.Now())
			midnight, err := time.ParseInLocation(time.DateOnly, today, zone)
			if err != nil {
				t.Fatal(err)
			}
			table := "id;name;class;consent;language;" + kind.columns + "\n"
			for n := range companies {
				table += fmt.Sprintf("bank-%02d;Bank %d;bank;%s;nb;%s\n", n, n, today, kind.cells(t, n))
			}
			settings := kind.settings
			if settings == "" { // our own homeserver, which leads to none of them
				s := matrix.New(matrix.Options{Name: "ours.example"})
				channeltest.Play(t, s)
				token, err := s.AccessToken().Reveal()
				if err != nil {
					t.Fatal(err)
				}
				settings = fmt.Sprintf("url: %q, user: %q, access_token: %s", s.URL(), s.User(), token)
			}
			file, dsn := filepath.Join(dir, "svartid.yml"), "sqlite:"+filepath.Join(dir, "svartid.db")
			text := fmt.Sprintf(`
edition: {name: banks, from: %s, to: %s, time_zone: %s, hours: always, opening_clock: always, seed: banks}
ledger: {dsn: %q}
web: {listen: "127.0.0.1:0"}
limits: {per_company_per_day: 0, per_company_per_edition: 0, per_minute: 0}
channels:
  chat: {type: %s, %s}
personas: [{name: Kari Nordmann, channel: chat}]
scenarios: [{name: price, language: nb, body: "Hei! Hva koster et boliglån hos {{.Company}} i måneden?"}]
probes: [{name: chat, channel: chat, cron: %q, spread: 1s, within: 45s}]
companies_file: companies.csv
`, today, today, zone, dsn, kind.name, settings, once(midnight, time.Now().Add(20*time.Second)))
			for name, text := range map[string]string{file: text, filepath.Join(dir, "companies.csv"): table} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			equalCells(t, file, companies)
			var out, errs strings.Builder
			code := runCommandLine(t.Context(), []string{"check", "--connect", "-c", file}, streams{out: &out, err: &errs})
			if want := fmt.Sprintf("channels.chat: %d of its places are there", companies); code != exitDone || !strings.Contains(out.String(), want) {
				t.Fatalf("check exits with %d\n%s%s", code, &out, &errs)
			}
			p := newPlace(t, "hasty", file)
			process := p.start()
			ledger := openArchive(t, dsn)
			var contacts []probes.Contact
			p.until(t, "every company has answered", func() bool {
				contacts = ledger.contacts(t)
				answered := 0
				for _, c := range contacts {
					if c.Outcome == probes.Answered {
						answered++
					}
				}
				return answered == companies
			})
			told := get(t, process.metrics())
			answered := regexp.MustCompile(`svartid_contacts\{channel="chat",class="bank",company="bank-\d\d",edition="banks",outcome="answered"\} 1`)
			if n := len(answered.FindAllString(told, -1)); n != companies {
				t.Errorf("metrics tell of %d that have answered", n)
			}
			process.stop()
			waits := make([]time.Duration, 0, companies)
			for _, c := range contacts {
				waits = append(waits, c.Wait)
			}
			t.Logf("waits: %v", waits)
			holds(t, file)
		})
	}
}

// equalCells fails the test unless the plan of a configuration has as many contacts of each company, in the same cells.
func equalCells(t *testing.T, file string, companies int) {
	t.Helper()
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]map[string]int{}
	for _, c := range plan.Draw(plan.Season(*cfg.Probing())).Contacts {
		if cells[c.Company] == nil {
			cells[c.Company] = map[string]int{}
		}
		cells[c.Company][fmt.Sprintln(c.Channel, c.Probe, c.Round)]++
	}
	if len(cells) != companies {
		t.Errorf("the plan has %d companies", len(cells))
	}
	for id, of := range cells {
		if fmt.Sprint(of) != fmt.Sprint(cells["bank-00"]) {
			t.Errorf("%s has the cells %v, bank-00 %v", id, of, cells["bank-00"])
		}
	}
}
