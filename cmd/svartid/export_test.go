package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger"
)

// exporting is an edition of one company, whose contacts are never answered.
const exporting = `edition: {name: spring, from: 2027-01-11, to: 2027-01-29, seed: x7}
channels:
  mail:
    type: email
    smtp: {host: 127.0.0.1, port: 1, tls: none, username: a, password: b}
    imap: {host: 127.0.0.1, port: 1, tls: none, username: a, password: b}
personas: [{name: Kari Nordmann, channel: mail, address: kari@shopper.example}]
scenarios: [{name: price, language: nb, subject: [Pris], body: "Hva koster det?"}]
probes: [{name: email, channel: mail, cron: "0 9 * * 1", spread: 5 working days, within: 3 working days}]
companies: [{id: kraft, name: Kraft AS, class: power, language: nb, consent: 2026-11-01, reach: {mail: post@kraft.example}}]
`

// TestExportSince: while svartid serves, exports go on from the cursor of the
// last; a cursor is of one ledger, and of rules that the ledger was folded by.
func TestExportSince(t *testing.T) {
	dir := t.TempDir()
	writer := openExported(t, dir, exporting)
	planned := func(l *ledger.Ledger, id string) {
		t.Helper()
		data, err := json.Marshal(probes.Plan{
			Edition: "spring", Company: "kraft", Class: "power", Channel: "mail", Probe: "email", Within: "3 working days",
			Persona: "Kari Nordmann", Scenario: "price",
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Update(t.Context(), func(tx probes.Tx) error {
			_, err := tx.Append(t.Context(), id, probes.Event{Kind: probes.Planned, Attempt: 1, Data: data})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	planned(writer, "a")
	planned(writer, "b")
	all := exported(t, dir, "whole")
	if all.Files[0].Rows != 2 || all.Cursor == nil {
		t.Fatalf("got %+v", all)
	}
	planned(writer, "c")
	next := exported(t, dir, "next", "--since", *all.Cursor)
	if next.Files[0].Rows != 1 || next.Since == nil || *next.Since != *all.Cursor || *next.Cursor == *all.Cursor {
		t.Errorf("got %+v, want the third contact alone", next)
	}
	content, err := os.ReadFile(filepath.Join(dir, "next", "contacts.csv"))
	if err != nil || strings.Contains(string(content), "Kari") || !strings.Contains(string(content), "\r\nc,spring,") {
		t.Errorf("got %s, %v", content, err)
	}
	named := exported(t, dir, "named", "--names")
	if content, err = os.ReadFile(filepath.Join(dir, "named", "contacts.csv")); err != nil || !strings.Contains(string(content), "Kari") {
		t.Errorf("%+v: got %s, %v; want the names that were asked for", named, content, err)
	}

	other := t.TempDir()
	planned(openExported(t, other, exporting), "a")
	refused(t, other, *all.Cursor, "is of another ledger")
	configure(t, dir, strings.Replace(exporting, "3 working", "2 working", 1))
	refused(t, dir, *next.Cursor, "was folded by other rules than the configuration's")
}

// configure writes a configuration whose ledger is in the same folder.
func configure(t testing.TB, dir, yml string) *config.Config {
	t.Helper()
	file := filepath.Join(dir, "svartid.yml")
	yml += "ledger: {dsn: 'sqlite:" + filepath.Join(dir, "svartid.db") + "'}\n"
	if err := os.WriteFile(file, []byte(yml), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// openExported writes a configuration into a folder and opens its ledger, as
// serve does.
func openExported(t *testing.T, dir, yml string) *ledger.Ledger {
	t.Helper()
	cfg := configure(t, dir, yml)
	l, err := ledger.Open(t.Context(), string(cfg.Ledger.DSN), ledger.Options{Fold: probes.Rules(cfg.Probing().Rules).Fold, Rules: cfg.RulesDigest()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// exported runs export with the configuration of a folder, into one in it.
func exported(t *testing.T, dir, out string, flags ...string) (m export.Manifest) {
	t.Helper()
	var printed, errs strings.Builder
	args := append([]string{"--json", "export", "-c", filepath.Join(dir, "svartid.yml"), "--out", filepath.Join(dir, out)}, flags...)
	if got := runCommandLine(t.Context(), args, streams{out: &printed, err: &errs}); got != exitDone || errs.Len() > 0 {
		t.Fatalf("got status %d: %s", got, &errs)
	}
	if err := json.Unmarshal([]byte(printed.String()), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// refused runs export with a cursor that it is not to take.
func refused(t *testing.T, dir, cursor, want string) {
	t.Helper()
	var errs strings.Builder
	args := []string{"export", "-c", filepath.Join(dir, "svartid.yml"), "--out", filepath.Join(dir, "none"), "--since", cursor}
	got := runCommandLine(t.Context(), args, streams{out: &strings.Builder{}, err: &errs})
	if got != exitMisuse || !strings.Contains(errs.String(), want) {
		t.Errorf("got status %d: %s, want %s", got, &errs, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("it was exported all the same")
	}
}
