package main

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/config"
)

// An earlier is the ledger of a demo that an earlier version has kept, with
// the words of people and servers in its events, and a configuration of the
// same edition. Among it are a shopper's taps, corrections, a pause, a gap and a
// server that refuses: all speak of Marte Kirkerud, Sunniva or Oddrun.
type earlier struct {
	t   *testing.T
	dir string
	cfg *config.Config
}

// newEarlier unpacks the ledger.
func newEarlier(t *testing.T) *earlier {
	t.Helper()
	return keptLedger(t, "testdata/earlier")
}

// keptLedger unpacks the ledger in a folder, with its configuration.
func keptLedger(t *testing.T, folder string) *earlier {
	t.Helper()
	e := &earlier{t: t, dir: t.TempDir()}
	packed, err := os.Open(filepath.Join(folder, "svartid.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	db, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(e.file(), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	yml, err := os.ReadFile(filepath.Join(folder, "svartid.yml"))
	if err != nil {
		t.Fatal(err)
	}
	e.cfg = configure(t, e.dir, string(yml))
	return e
}

func (e *earlier) file() string { return filepath.Join(e.dir, "svartid.db") }

// sql asks the file itself.
func (e *earlier) sql(query string) (rows []string) {
	e.t.Helper()
	db, err := sql.Open("sqlite", e.file())
	if err != nil {
		e.t.Fatal(err)
	}
	defer db.Close()
	found, err := db.QueryContext(e.t.Context(), query)
	if err != nil {
		e.t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var row string
		if err := found.Scan(&row); err != nil {
			e.t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := found.Err(); err != nil {
		e.t.Fatal(err)
	}
	return rows
}

// open opens and closes the ledger as serve does, and returns what is logged.
func (e *earlier) open() string {
	e.t.Helper()
	var logged bytes.Buffer
	p := &program{edition: e.cfg.Probing(), log: slog.New(slog.NewTextHandler(&logged, nil))}
	if err := p.open(e.t.Context(), string(e.cfg.Ledger.DSN), e.cfg.RulesDigest()); err != nil {
		e.t.Fatal(err)
	}
	if err := p.ledger.Close(); err != nil {
		e.t.Fatal(err)
	}
	return logged.String()
}

// run runs a verb and returns what it prints.
func (e *earlier) run(status int, args ...string) string {
	e.t.Helper()
	var out, errs strings.Builder
	args = append(args, "-c", filepath.Join(e.dir, "svartid.yml"))
	if got := runCommandLine(e.t.Context(), args, streams{out: &out, err: &errs}); got != status {
		e.t.Fatalf("%v: got status %d: %s%s", args, got, &out, &errs)
	}
	return out.String()
}

const everyEvent = `SELECT contact || seq || attempt || kind || at || recorded || data || prev || hash FROM events ORDER BY contact, seq`

// TestEarlierLedger: what an earlier version has recorded with words in its
// events is opened, stays as it is, holds, and is told as ever.
func TestEarlierLedger(t *testing.T) {
	e := newEarlier(t)
	before := e.sql(everyEvent)
	if logged := e.open(); !strings.Contains(logged, "cannot be erased") || !strings.Contains(logged, "contacts=21") {
		t.Errorf("opening says nothing of words in chains: %s", logged)
	}
	if after := e.sql(everyEvent); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Error("opening has changed events")
	}
	got := e.run(exitDone, "verify")
	for _, want := range []string{"21 contacts: what people and servers said is in the events themselves", "all evidence hold"} {
		if !strings.Contains(got, want) {
			t.Errorf("verify does not say %q:\n%s", want, got)
		}
	}
	for contact, words := range map[string][]string{
		"refusedletter": {
			"550 5.1.1 <marte.kirkerud@hyldholm.example> is not known here", "451 4.7.1", "paused: Marte Kirkerud er sykmeldt",
			"of them hold words, as an earlier version recorded them",
		},
		"uwomg4u2zogt": {"by Oddrun Organiser", "Marte Kirkerud ringte og sa at adressen var feil", "a person has said so: Marte"},
		"pneha7xwugtf": {"as Sunniva Shopper tapped"},
		"hx3ztdcnpxgq": {"read page: marte.kirkerud@hyldholm.example is not known"},
		"4tcmmc4yz63i": {"Tusen takk for hjelpen!"},
	} {
		got := e.run(exitDone, "explain", "--words", contact)
		for _, want := range words {
			if !strings.Contains(got, want) {
				t.Errorf("explain %s does not say %q:\n%s", contact, want, got)
			}
		}
	}
	e.run(exitDone, "export", "--names", "--format", "csv", "--out", filepath.Join(e.dir, "out"))
	for file, want := range map[string]string{
		"contacts.csv": "Marte Kirkerud ringte", "attempts.csv": "550 5.1.1 <marte.kirkerud@hyldholm.example>", "transcripts.csv": "Tusen takk for hjelpen!",
	} {
		text, err := os.ReadFile(filepath.Join(e.dir, "out", file))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s does not hold %q: %v", file, want, err)
		}
	}
}

// TestEarlierLedgerGoesOn: what is recorded from now on holds digests alone, and
// says so once the words are gone.
func TestEarlierLedgerGoesOn(t *testing.T) {
	e := newEarlier(t)
	e.open()
	before := len(e.sql(everyEvent))
	e.run(exitDone, "amend", "refusedletter", "--as", "void", "--reason", "Ragnhild har sluttet", "--by", "Torgeir")
	fresh := e.sql(`SELECT data FROM events WHERE contact = 'refusedletter' AND kind = 'amended'`)
	if len(fresh) != 1 || strings.Contains(fresh[0], "Ragnhild") || strings.Contains(fresh[0], "Torgeir") {
		t.Errorf("got %v, want a digest", fresh)
	}
	if got := e.run(exitDone, "explain", "--words", "refusedletter"); !strings.Contains(got, "by Torgeir") || !strings.Contains(got, "Ragnhild har sluttet") {
		t.Errorf("explain does not say who amends, and why:\n%s", got)
	}
	if got := e.run(exitDone, "verify"); !strings.Contains(got, "all evidence hold") {
		t.Error(got)
	}
	e.sql(`DELETE FROM evidence WHERE digest = (SELECT json_extract(data, '$.detail') FROM events
		WHERE contact = 'refusedletter' AND kind = 'amended') RETURNING digest`)
	got := e.run(exitDone, "explain", "refusedletter")
	if strings.Contains(got, "Ragnhild") || !strings.Contains(got, "by erased") || !strings.Contains(got, "a person has said so: erased") {
		t.Errorf("explain does not say that the words are erased:\n%s", got)
	}
	e.run(exitDone, "export", "--names", "--format", "csv", "--out", filepath.Join(e.dir, "out"))
	text, err := os.ReadFile(filepath.Join(e.dir, "out", "contacts.csv"))
	if err != nil || !strings.Contains(string(text), "void,erased,true") {
		t.Errorf("contacts.csv does not say that the reason is erased: %v\n%s", err, text)
	}
	if after := len(e.sql(everyEvent)); after != before+2 {
		t.Errorf("got %d events after %d, want the amendment and its ruling", after, before)
	}
}

// TestFirstLedger: a ledger of the first format, which the first version's demo has kept,
// is refused until serve has brought it up to date; then its events are as they were, its
// outcomes those that the first version found, and all of it holds, is told, exported,
// backed up and erased as any other.
func TestFirstLedger(t *testing.T) {
	e := keptLedger(t, "testdata/first")
	const outcomes = `SELECT id || ' ' || outcome FROM contacts ORDER BY id`
	events, found := e.sql(everyEvent), e.sql(outcomes)
	if len(events) != 145 || len(found) != 24 || strings.Join(e.sql(`SELECT max(version_id) FROM goose_db_version`), "") != "1" {
		t.Fatalf("the file is another: %d events, %d contacts", len(events), len(found))
	}
	e.run(exitNo, "verify")
	e.open()
	if got := e.sql(everyEvent); !slices.Equal(got, events) {
		t.Error("opening has changed events")
	}
	if got := e.sql(outcomes); !slices.Equal(got, found) {
		t.Errorf("outcomes were %v, and are %v", found, got)
	}
	if got := e.run(exitDone, "verify"); !strings.Contains(got, "all evidence hold") {
		t.Error(got)
	}
	if got := e.run(exitDone, "explain", "--words", "3v7pqnjzwmuv"); !strings.Contains(got, "answered") || !strings.Contains(got, "gratis") {
		t.Errorf("explain: %s", got)
	}
	standings := e.run(exitDone, "standings")
	e.run(exitDone, "export", "--format", "csv", "--out", filepath.Join(e.dir, "out"))
	e.run(exitDone, "backup", filepath.Join(e.dir, "copy.db"))
	if got := e.run(exitDone, "erase", "--company", "trastviken-sparbank"); strings.Contains(got, " 0 papers") {
		t.Errorf("erase: %s", got)
	}
	if got := e.run(exitDone, "verify"); !strings.Contains(got, "all evidence hold") {
		t.Error(got)
	}
	if got := e.run(exitDone, "standings"); got != standings {
		t.Error("standings are others after an erasure")
	}
}

// TestAccessAlike: what is held of a company, a person and a contact is told whole, as text
// as in JSON: no name that the one has is hidden in the other.
func TestAccessAlike(t *testing.T) {
	e := newEarlier(t)
	e.open()
	names := 0
	for _, args := range [][]string{
		{"access", "--company", e.sql(`SELECT company FROM contacts WHERE id = 'jlsfot5efhmk'`)[0]},
		{"access", "--person", "hilsen"},
		{"explain", "--words", "jlsfot5efhmk"},
	} {
		text, whole := e.run(exitDone, args...), e.run(exitDone, append([]string{"--json"}, args...)...)
		if strings.Contains(text, "[name]") || strings.Contains(whole, "[name]") {
			t.Errorf("%v: hides names", args)
		}
		for _, signed := range regexp.MustCompile(`signed with a name \([+]\d+\): ([^"\\]+)"`).FindAllStringSubmatch(whole, -1) {
			names++
			if !strings.Contains(text, signed[1]) {
				t.Errorf("%v: the text has no %q", args, signed[1])
			}
		}
	}
	if names == 0 {
		t.Error("nothing was signed, so that nothing is tried")
	}
}

// TestUnrecorded: where it cannot be recorded who reads what people wrote, nothing of it is
// printed, unless that is accepted by name.
func TestUnrecorded(t *testing.T) {
	e := newEarlier(t)
	e.open()
	e.sql(`INSERT INTO meta (name, value) VALUES ('moved', 'elsewhere') RETURNING name`) // it is for reading only now
	for i, args := range [][]string{
		{"explain", "--words", "refusedletter"},
		{"access", "--person", "Marte Kirkerud"},
		{"access", "--company", e.sql(`SELECT company FROM contacts LIMIT 1`)[0]},
		{"export", "--names", "--format", "csv", "--out", filepath.Join(e.dir, "out")},
	} {
		if got := e.run(exitNo, args...); got != "" {
			t.Errorf("%v: printed %s", args, got)
		}
		if i == 3 {
			if _, err := os.Stat(filepath.Join(e.dir, "out")); err == nil {
				t.Error("exported, and not recorded")
			}
		}
		if got := e.run(exitDone, append(args, "--unrecorded")...); got == "" {
			t.Errorf("%v: printed nothing", args)
		}
	}
	e.run(exitDone, "explain", "refusedletter") // without words
}
