package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report/planned"
)

// ownDays is a season that has begun, with a company that keeps its own days.
const ownDays = `
edition: {name: spring, from: 2024-01-08, to: 2024-02-16, seed: x7}
ledger: {dsn: "sqlite:DIR/test.db"}
channels: {mail: {type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: a, password: b}}}
personas: [{name: Kari, channel: mail, address: kari@kunder.example}]
scenarios: [{name: price, language: nb, subject: [Pris], body: Pris?}]
probes: [{name: email, channel: mail, cron: "0 9 * * 1", spread: 5 working days, hours: "09:00-12:00", within: 1 working day}]
companies:
  - {id: nord, name: Nord, class: power, language: nb, consent: 2023-01-01, time_zone: America/New_York, reach: {mail: a@b.example}}
`

// TestLedgerKeepsCalendars: a ledger that is opened by a configuration in which a company
// has another zone is folded by that of the start, so that what was late stays late for
// whatever reads it, until two people have said that the start was wrong; verify folds it
// by the same.
func TestLedgerKeepsCalendars(t *testing.T) {
	dir := t.TempDir()
	parsed := func(zone string) *config.Config {
		text := strings.NewReplacer("DIR", dir, "America/New_York", zone).Replace(ownDays)
		file := filepath.Join(dir, "svartid.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	with := func(cfg *config.Config, do func(tx probes.Tx) error) (outcome probes.Outcome) {
		t.Helper()
		opt, err := ledgerOptions(cfg)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ledger.Open(t.Context(), string(cfg.Ledger.DSN), opt)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := l.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
		faults, err := l.Faults(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			if !strings.HasPrefix(f.Error(), "arrivals ") { // which this ledger has none of
				t.Errorf("verify: got %v", f)
			}
		}
		if err := l.View(t.Context(), func(tx probes.Tx) error {
			all, err := tx.Find(t.Context(), probes.Query{})
			if err == nil && len(all) == 1 {
				outcome = all[0].Outcome
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return outcome
	}
	first, later := parsed("America/New_York"), parsed("Asia/Tokyo")
	ed := first.Probing()
	plan := planned.Draw(ed)
	c := plan.Contacts[0]
	wrote := with(first, func(tx probes.Tx) error {
		ctx := t.Context()
		if _, err := tx.Keep(ctx, []byte(plan.Canonical())); err != nil {
			return err
		}
		if err := probes.Follow(ctx, tx, channels.Checkpoint{Source: plan.Digest(), Until: ed.From.In(ed.Zone())}); err != nil {
			return err
		}
		p := probes.Plan{
			Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe, Round: c.Round, Slot: c.At,
			Within: "1 working day", DayEnds: "06:00",
		}
		answer := c.At.Add(3*time.Hour + 5*time.Minute)
		_, err := tx.Append(ctx, c.ID, probes.NewEvent(probes.Planned, 1, c.At, p),
			probes.NewEvent(probes.Intended, 1, c.At, probes.Intent{Token: c.ID}),
			probes.NewEvent(probes.Sent, 1, c.At, probes.Sending{Response: "250 ok"}),
			probes.NewEvent(probes.Heard, 1, answer, probes.Classification{Arrival: c.ID, Kind: "answer", Times: channels.Times{Arrived: answer}}),
			probes.NewEvent(probes.Covered, 1, answer.Add(48*time.Hour), probes.Coverage{Until: answer.Add(48 * time.Hour)}))
		return err
	})
	correct := func(by string) func(probes.Tx) error {
		return func(tx probes.Tx) error {
			return participation.Record(t.Context(), tx, later.Probing(), participation.Act{
				Kind: participation.Corrected, Company: "nord", Entry: "calendar", Reason: "a slip of the pen", By: by, At: time.Now(),
			})
		}
	}
	nothing := func(probes.Tx) error { return nil }
	for _, step := range []struct {
		name      string
		got, want probes.Outcome
	}{
		{"as it was", wrote, probes.Late},
		{"another zone", with(later, nothing), probes.Late},
		{"one person says so", with(later, correct("Kari Nordby")), probes.Late},
		{"and the ledger is opened again", with(later, nothing), probes.Late},
		{"two people say so", with(later, correct("Ola Vik")), probes.Late},
		{"and the ledger is opened again, after two", with(later, nothing), probes.Answered},
	} {
		if step.got != step.want {
			t.Errorf("%s: got %s, want %s", step.name, step.got, step.want)
		}
	}
}
