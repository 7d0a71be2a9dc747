package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/rehearsal"
	"github.com/svartid/svartid/probes/report"
)

// rehearsedConfig promises what rehearsals do, so that shares of the promise are
// the same.
const rehearsedConfig = `
edition: {name: spring, from: 2027-01-11, to: 2027-04-09, seed: x7, shared_names: accepted}
ledger: {dsn: "sqlite:DB"}
policy: {min_valid: {contacts: 5, share: 0.1}}
limits: {per_company_per_day: 2, per_company_per_edition: 60}
channels:
  mail: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}
  chat: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}
personas:
  - {name: Kari, channel: mail, address: kari@kunder.example}
  - {name: Ola, channel: chat, address: ola@kunder.example}
scenarios: [{name: price, language: nb, subject: [Pris], body: Pris?}]
probes:
  - {name: email, channel: mail, cron: "0 9 * * 1", spread: 5 working days, hours: "09:00-12:00", within: 1000h}
  - {name: chat, channel: chat, cron: "0 9 * * 1", spread: 5 working days, hours: "09:00-14:45", within: 1000h}
companies:
`

// openRehearsed opens the empty ledger of an edition with three classes.
func openRehearsed(t *testing.T) *seasoned {
	t.Helper()
	s := &seasoned{t: t, dir: t.TempDir()}
	text := strings.ReplaceAll(rehearsedConfig, "DB", filepath.Join(s.dir, "svartid.db"))
	for i := range 13 {
		reach := fmt.Sprintf("mail: m@c%d.example, chat: c@c%d.example", i, i)
		if i%4 == 3 {
			reach = fmt.Sprintf("mail: m@c%d.example", i)
		}
		text += fmt.Sprintf("  - {id: c%d, name: C%d, class: k%d, language: nb, consent: 2026-01-01, reach: {%s}}\n", i, i, i%3, reach)
	}
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

// write writes what became of drawn contacts into the ledger, as the engine would
// have.
func (s *seasoned) write(contacts []fairness.Contact) {
	s.t.Helper()
	ed := s.cfg.Probing()
	first := ed.From.In(ed.Zone()).Add(9 * time.Hour)
	end := first.AddDate(1, 0, 0)
	err := s.l.Update(s.t.Context(), func(tx probes.Tx) error {
		for i, c := range contacts {
			s.now = first.Add(time.Duration(i) * time.Minute)
			if _, err := tx.Append(s.t.Context(), c.ID, s.story(c)...); err != nil {
				return err
			}
		}
		for _, channel := range []string{"mail", "chat"} {
			if err := tx.Advance(s.t.Context(), channel, channels.Checkpoint{Source: "INBOX", Until: end}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// story returns the events of a drawn contact.
func (s *seasoned) story(c fairness.Contact) []probes.Event {
	co, _ := s.cfg.Probing().Company(c.Company)
	p := probes.Plan{
		Edition: "spring", Company: c.Company, Class: co.Class, Channel: c.Channel, Probe: map[string]string{"mail": "email", "chat": "chat"}[c.Channel],
		Within: "1000h", Slot: s.now, Round: s.now, Scenario: "price", Persona: "Kari",
	}
	if c.Replacement {
		p.Replaces = strings.TrimSuffix(c.ID, "r")
	}
	events := []probes.Event{probes.NewEvent(probes.Planned, 1, s.now, p)}
	add := func(kind probes.EventKind, after time.Duration, payload any) {
		events = append(events, probes.NewEvent(kind, 1, s.now.Add(after), payload))
	}
	if c.State == fairness.Void {
		add(probes.Dropped, 0, probes.Failure{Reason: "missed its day", Fault: fault.Ours})
		return events
	}
	add(probes.Intended, 0, probes.Intent{Token: strings.ReplaceAll(c.ID, "-", "x")})
	add(probes.Sent, 0, probes.Sending{Response: "250 ok"})
	wait := c.Tries[0].Wait.Calendar
	hear := func(kind reading.Kind, after time.Duration) {
		add(probes.Heard, after, probes.Classification{
			Arrival: c.ID, Kind: kind, Doubtful: c.Otherwise != nil, Centre: "own", Times: channels.Times{Arrived: s.now.Add(after)},
		})
	}
	switch {
	case c.State == fairness.BrokenOff:
		add(probes.Broken, wait, probes.Failure{Reason: "mailbox away", Until: s.now.Add(wait + time.Hour)})
	case c.State == fairness.Answered:
		hear(reading.Answer, wait)
	case c.Otherwise != nil:
		hear(reading.Other, c.Otherwise.Tries[0].Wait.Calendar)
	}
	add(probes.Covered, 1001*time.Hour, probes.Coverage{Until: s.now.Add(1001 * time.Hour)})
	return events
}

// TestRehearsedThroughLedger: seasons of companies of known worth, with gaps,
// openers that never left and doubtful readings, written into a ledger as events,
// come to the standings that the drawn contacts give, by every policy and with a
// floor; and DuckDB computes the same from the export.
func TestRehearsedThroughLedger(t *testing.T) {
	if testing.Short() {
		t.Skip("plays seasons")
	}
	race.Skip(t, "it writes, folds and computes, in one goroutine")
	for n := range 2 {
		s := openRehearsed(t)
		ed := s.cfg.Probing()
		drawn := rehearsal.Rehearsal{Edition: ed, Seed: 7, Mix: rehearsal.Mix{Gaps: 0.1, Voids: 0.05, Doubtful: 0.1, Lost: 0.1, Scale: 4}}.Draw(n)
		s.write(drawn)
		compared := 0
		for _, policy := range fairness.Policies() {
			compared += s.sameAsDrawn(drawn, policy)
		}
		if len(drawn) < 250 || compared < 5*13*10 {
			t.Errorf("compared %d figures of %d contacts", compared, len(drawn))
		}
		t.Logf("season %d: %d contacts, %d figures are those of the drawn contacts", n, len(drawn), compared)
		for _, policy := range fairness.Policies() {
			s.recomputed(string(policy), ", floor: 0.6")
		}
	}
}

// sameAsDrawn compares the standings of the ledger with those of the drawn
// contacts.
func (s *seasoned) sameAsDrawn(drawn []fairness.Contact, policy fairness.Policy) (compared int) {
	s.t.Helper()
	ed := s.cfg.Probing()
	ed.Scoring.Policy, ed.Scoring.Floor = policy, 0.6
	classes, err := report.Rank(s.t.Context(), s.l, ed, time.Time{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, class := range classes {
		var here []fairness.Contact
		for _, c := range drawn {
			if co, _ := ed.Company(c.Company); co.Class == class.Class {
				here = append(here, c)
			}
		}
		want := ed.Scoring.Standings(here)
		for i, got := range class.Standings {
			w := want[i]
			for _, f := range []struct {
				name      string
				got, want float64
			}{
				{"rank", float64(got.Rank), float64(w.Rank)},
				{"rank_lower", float64(got.RankLower), float64(w.RankLower)},
				{"rank_upper", float64(got.RankUpper), float64(w.RankUpper)},
				{"reached", float64(got.Reached), float64(w.Reached)},
				{"valid", float64(got.Valid), float64(w.Valid)},
				{"broken off", float64(got.Outcomes[fairness.BrokenOff]), float64(w.Outcomes[fairness.BrokenOff])},
				{"void", float64(got.Outcomes[fairness.Void]), float64(w.Outcomes[fairness.Void])},
				{"points", got.Points.Float(), w.Points.Float()},
				{"score", float64(got.Score), float64(w.Score)},
				{"lower", got.Lower, w.Lower},
				{"upper", got.Upper, w.Upper},
				{"error", got.Error, w.Error},
			} {
				if got.Company != w.Company || math.Abs(f.got-f.want) > 1e-12 {
					s.t.Errorf("%s, %s of %s: got %v, want %v of %s", policy, f.name, got.Company, f.got, f.want, w.Company)
				}
				compared++
			}
		}
	}
	return compared
}
