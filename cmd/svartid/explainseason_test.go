package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// hostile is a text that would be a program, were it not escaped.
const hostile = `<script>alert("x")</script>'"><img src=x onerror=1>`

// seasonConfig has a class of four companies, and one of two.
const seasonConfig = `
edition: {name: spring, from: 2027-01-11, to: 2027-04-30, seed: x7, opening_clock: "Mon-Fri 08:00-16:00"}
ledger: {dsn: "sqlite:DB"}
policy: {min_valid: {contacts: 5, share: 0.1}}
channels:
  mail: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}
  chat: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}
personas:
  - {name: Kari, channel: mail, address: kari@kunder.example}
  - {name: Kari, channel: chat, address: kari.chat@kunder.example}
scenarios: [{name: price, language: nb, subject: [Pris], body: Pris?}]
probes:
  - {name: email, channel: mail, cron: "0 9 * * 1", spread: 5 working days, hours: "09:00-12:00", within: 3 working days}
  - {name: chat, channel: chat, cron: "0 9 * * 1", spread: 5 working days, hours: "09:00-14:45", within: 5m, attempts: 2}
companies:
  - {id: kraft, name: "Kraft <b>&amp;</b> AS", class: power, language: nb, consent: 2026-01-01, reach: {mail: a@a.example, chat: b@a.example}}
  - {id: nordlys, name: Nordlys Strøm, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@b.example, chat: b@b.example}}
  - {id: fjord, name: Fjordvarme, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@c.example, chat: b@c.example}}
  - {id: vind, name: Vindfang, class: power, language: nb, consent: 2026-01-01, reach: {mail: a@d.example, chat: b@d.example}}
  - {id: bank1, name: Sparebua, class: bank, language: nb, consent: 2026-01-01, reach: {mail: a@e.example}}
  - {id: bank2, name: Lommeboka, class: bank, language: nb, consent: 2026-01-01, reach: {mail: a@f.example}}
`

// A seasoned is a ledger that is being written, with the time by which it is.
type seasoned struct {
	t   *testing.T
	l   *ledger.Ledger
	cfg *config.Config
	now time.Time
	dir string
	r   *rand.Rand
}

// openSeason makes a ledger for the configuration.
func openSeason(t *testing.T) *seasoned {
	t.Helper()
	s := &seasoned{t: t, dir: t.TempDir(), r: rand.New(rand.NewPCG(7, 7))}
	text := strings.ReplaceAll(seasonConfig, "DB", filepath.Join(s.dir, "svartid.db"))
	if err := os.WriteFile(s.file("svartid.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.cfg, err = config.Load(s.file("svartid.yml")); err != nil {
		t.Fatal(err)
	}
	s.l, err = ledger.Open(t.Context(), string(s.cfg.Ledger.DSN), ledger.Options{
		Fold: probes.Rules(s.cfg.Probing().Rules).Fold, Rules: s.cfg.RulesDigest(), Clock: func() time.Time { return s.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.l.Close() })
	return s
}

func (s *seasoned) file(name string) string { return filepath.Join(s.dir, name) }

// add appends an event of an attempt.
func (s *seasoned) add(contact string, kind probes.EventKind, attempt int, payload any) {
	s.t.Helper()
	data, err := json.Marshal(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.l.Update(s.t.Context(), func(tx probes.Tx) error {
		_, err := tx.Append(s.t.Context(), contact, probes.Event{Kind: kind, Attempt: attempt, At: s.now, Data: data})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// A fate is what becomes of an attempt: an answer after a wait, or another
// event.
type fate struct {
	reads  reading.Kind
	after  time.Duration
	kind   probes.EventKind
	fails  probes.Failure
	silent bool // listening has covered the deadline
}

// ask writes one contact: each fate is an attempt's.
func (s *seasoned) ask(id string, plan probes.Plan, fates ...fate) {
	s.t.Helper()
	plan.Edition, plan.Scenario, plan.Persona, plan.Round = "spring", "price", "Kari", plan.Slot
	if plan.Channel == "chat" {
		plan.Probe, plan.Within, plan.Attempts = "chat", "5m", 2
	} else {
		plan.Probe, plan.Channel, plan.Within = "email", "mail", "3 working days"
	}
	for i, f := range fates {
		s.now = plan.Slot
		s.add(id, probes.Planned, i+1, plan)
		s.add(id, probes.Intended, i+1, probes.Intent{Token: fmt.Sprint(id, i), Words: strings.Repeat("0", 64)})
		s.now = plan.Slot.Add(1500 * time.Millisecond)
		if f.kind == probes.Refused || f.kind == probes.Dropped {
			s.add(id, f.kind, i+1, f.fails)
			return
		}
		s.add(id, probes.Sent, i+1, probes.Sending{Response: "250 ok"})
		s.fall(id, i+1, f)
		plan.Slot = plan.Slot.AddDate(0, 0, 1)
	}
}

// fall writes what became of an attempt that was sent.
func (s *seasoned) fall(id string, attempt int, f fate) {
	sent := s.now
	if f.reads != "" {
		s.now = sent.Add(f.after)
		s.add(id, probes.Heard, attempt, probes.Classification{
			Arrival: id, Evidence: strings.Repeat("1", 64), Rule: match.ByAddress, Kind: f.reads, Times: channels.Times{Arrived: s.now},
		})
	}
	if f.kind == probes.Broken {
		s.now = sent.Add(time.Hour)
		s.add(id, f.kind, attempt, f.fails)
	}
	if f.silent {
		s.now = sent.AddDate(0, 0, 9)
		s.add(id, probes.Covered, attempt, probes.Coverage{Until: s.now})
	}
}

// spring writes a season in which every company answers as its number says.
func (s *seasoned) spring() {
	s.t.Helper()
	zone := s.cfg.Edition.Zone
	for n, co := range s.cfg.Companies {
		for week := range 13 {
			slot := time.Date(2027, 1, 11+7*week+(week+n)%4, 9+week%3, 7*week%60, 0, 0, zone)
			mail := probes.Plan{Company: co.ID, Class: co.Class, Slot: slot}
			answer := fate{reads: reading.Answer, after: time.Duration(1+s.r.IntN(6*(n+2))) * 47 * time.Minute}
			switch s.r.IntN(9) {
			case 0:
				answer = fate{silent: true}
			case 1:
				answer = fate{reads: reading.Deflection, after: 2 * time.Hour, silent: true}
			case 2:
				answer.after = 200 * time.Hour
				answer.silent = true
			}
			s.ask(fmt.Sprintf("%s%02dmail", co.ID, week), mail, answer)
			if co.Class == "bank" {
				continue
			}
			chat := probes.Plan{Company: co.ID, Class: co.Class, Channel: "chat", Slot: slot.Add(100 * time.Minute)}
			hit := fate{reads: reading.Answer, after: time.Duration(5+s.r.IntN(280)) * time.Second}
			fates := []fate{hit}
			if s.r.IntN(5) <= n {
				fates = []fate{{silent: true}, hit}
			}
			s.ask(fmt.Sprintf("%s%02dchat", co.ID, week), chat, fates...)
		}
	}
	slot := time.Date(2027, 4, 19, 10, 0, 0, 0, zone)
	kraft := probes.Plan{Company: "kraft", Class: "power", Slot: slot}
	s.ask("kraftvoid", kraft, fate{kind: probes.Refused, fails: probes.Failure{Reason: "535 " + hostile, Fault: fault.Ours}})
	s.ask("kraftlost", kraft, fate{kind: probes.Broken, silent: true, fails: probes.Failure{Reason: "mailbox away", Until: slot.Add(2 * time.Hour)}})
	kraft.Replaces, kraft.Slot = "kraftvoid", slot.AddDate(0, 0, 3)
	s.ask("kraftstead", kraft, fate{})
	s.now = slot.AddDate(0, 0, 8)
	s.add("kraft03mail", probes.Amended, 0, probes.Amendment{Outcome: probes.Void, Reason: "asked for a person who has left " + hostile, By: "Organiser"})
	mark := channels.Checkpoint{Source: "INBOX", Until: slot.AddDate(0, 0, 4)}
	err := s.l.Update(s.t.Context(), func(tx probes.Tx) error { return tx.Advance(s.t.Context(), "mail", mark) })
	if err != nil {
		s.t.Fatal(err)
	}
}

// unheard writes a channel over which nothing of a company's was heard to its end:
// broken off, kept back by us, and still waiting.
func (s *seasoned) unheard() {
	s.t.Helper()
	for _, co := range s.cfg.Companies {
		if co.Class != "bank" {
			continue
		}
		slot := time.Date(2027, 4, 19, 10, 0, 0, 0, s.cfg.Edition.Zone)
		chat := probes.Plan{Company: co.ID, Class: co.Class, Channel: "chat", Slot: slot}
		s.ask(co.ID+"gap", chat, fate{kind: probes.Broken, silent: true, fails: probes.Failure{Reason: "server away", Until: slot.Add(2 * time.Hour)}})
		chat.Slot = slot.AddDate(0, 0, 1)
		s.ask(co.ID+"ours", chat, fate{kind: probes.Dropped, fails: probes.Failure{Reason: "missed its day", Fault: fault.Ours}})
		break
	}
}

// page has explain write a company's page to a file, and returns it.
func (s *seasoned) page(company string) string {
	s.t.Helper()
	out := s.file(company + ".html")
	var said strings.Builder
	args := []string{"explain", "-c", s.file("svartid.yml"), "--company", company, "--html", "--out", out}
	if got := runCommandLine(s.t.Context(), args, streams{out: &said, err: &said}); got != exitDone || said.Len() > 0 {
		s.t.Fatalf("got status %d: %s", got, &said)
	}
	page, err := os.ReadFile(out)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(page)
}

func TestSeasonPage(t *testing.T) {
	t.Parallel()
	s := openSeason(t)
	s.spring()
	page := s.page("kraft")
	for what, want := range map[string]string{
		"the company, escaped":   "<h1>Kraft &lt;b&gt;&amp;amp;&lt;/b&gt; AS</h1>",
		"reach with Wilson":      "<dt>Answered in time</dt><dd>19 of 25 <small>95 % interval 57\u00a0% to 89\u00a0%</small>",
		"points":                 "<dt>Points</dt><dd>45.33 <small>of 100; 95 % interval 31 to 60</small>",
		"rank bounds":            "<dt>Rank</dt><dd>3 <small>of 4; 95 % bounds 1 to 4; cannot be told apart from the winner</small>",
		"a median":               "<dt>Median wait, chat</dt><dd>0:03:21 <small>",
		"a median past the end":  `<span class="long">longer than the deadline</span>`,
		"the class":              "all 4 companies of the class",
		"its curve":              `<path class="class" d="M46.0 210.0H`,
		"a contact":              `Wed 2027-01-27 11:14<br><span class="mono dim">kraft02mail</span>`,
		"its waits and deadline": `<td class="n">4:42:00</td><td class="n">4:42:00</td>`,
		"a second attempt":       `<td class="w">2027-01-12 10:40:01 CET</td><td class="w">2027-01-12 10:45:01 CET</td><td class="n">0:05:00</td><td class="n">0:05:00</td><td class="n">0:03:37</td>`,
		"a void, and why":        "the opener did not leave, and that is not for the company to answer for: 535 &lt;script&gt;",
		"what replaced it":       `<td class="mono">kraftstead</td></tr>`,
		"a gap":                  `<td class="mono">kraftlost</td><td class="w">2027-04-19 11:00:01 CEST</td><td class="w">2027-04-19 12:00:00 CEST</td><td>mailbox away</td>`,
		"a correction":           "</td><td>asked for a person who has left &lt;script&gt;",
		"a chain":                `<td>holds</td><td class="mono">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s: %s", what, want)
		}
	}
	for what, never := range map[string]string{
		"a program": "<script", "an image": "<img", "another place": "://", "an unescaped name": "<b>&",
		"another company": "Nordlys", "its id": "nordlys", "a third": "fjord", "a fourth": "Vindfang", "another class": "Sparebua",
		"what could not be written": "ZgotmplZ", "a figure that is none": "NaN",
	} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %s: %s", what, never)
		}
	}
	for _, c := range s.contacts("kraft") {
		if !strings.Contains(page, ">"+c.ID+"<") {
			t.Errorf("contact %s is not on the page", c.ID)
		}
	}
	if again := s.page("kraft"); again != page {
		t.Error("made twice from one ledger, the page is not the same")
	}
}

// contacts returns the company's, as the ledger has them.
func (s *seasoned) contacts(company string) (found []probes.Contact) {
	s.t.Helper()
	err := s.l.View(s.t.Context(), func(tx probes.Tx) (err error) {
		found, err = tx.Find(s.t.Context(), probes.Query{Company: company})
		return err
	})
	if err != nil || len(found) == 0 {
		s.t.Fatalf("got %d contacts of %s: %v", len(found), company, err)
	}
	return found
}

// TestSeasonOfTwo: where a class has two companies, the curve of both would show
// the other one.
func TestSeasonOfTwo(t *testing.T) {
	s := openSeason(t)
	s.spring()
	page := s.page("bank1")
	if !strings.Contains(page, `<path class="own"`) || strings.Contains(page, `<path class="class"`) || !strings.Contains(page, "it would show another one") {
		t.Error("the class of two is drawn, or it is not said why not")
	}
}

func TestSeasonOfNothing(t *testing.T) {
	page := openSeason(t).page("vind")
	if !strings.Contains(page, "Nothing has been put to the company yet") || !strings.Contains(page, "<h2>0 contacts</h2>") {
		t.Error("an empty season is not told as one")
	}
}

func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "page.html")
	for _, content := range []string{"first", "second"} {
		if err := writeWhole(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); string(got) != content {
			t.Errorf("got %q, %v; want %q", got, err, content)
		}
	}
	for _, bad := range []string{dir, filepath.Join(dir, "none", "page.html"), os.DevNull} {
		if err := writeWhole(bad, []byte("x")); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
