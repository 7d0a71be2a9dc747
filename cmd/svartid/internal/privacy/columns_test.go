package privacy_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/cmd/svartid/internal/privacy"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/reading"
)

// A person whose name stands wherever a person, a server or a platform has a say, and
// whose name and address stand nowhere else.
const (
	named   = "Ragnhild Kvikstad"
	address = "ragnhild.kvikstad@kraft.example"
)

// What a column may hold.
const (
	ours  = "figures, digests, and names of our own" // never a person's
	goes  = "what an erasure takes"
	stays = "kept to account for who has read, until it is old"
)

// columns says what each column of a ledger may hold. Whoever adds one says it here and,
// where it is not ours, writes the person into it in lifeOf and takes it in Ledger.Erase.
func columns() map[string]string {
	all := map[string]string{
		"arrivals.sender": goes, "arrivals.subject": goes, "arrivals.names": goes, "arrivals.voice": goes,
		"arrivals.platform": goes, "arrivals.verdict": goes, "evidence.body": goes,
		"accesses.reader": stays, "accesses.what": ours,
	}
	for table, own := range map[string]string{
		"events":           "contact seq attempt kind at recorded data prev hash",
		"contacts":         "id edition class company channel probe state outcome due deadline events head body changed",
		"names":            "name channel contact attempt",
		"arrivals":         "channel key source contact attempt rule kind copied media times arrived flagged digest company centre doubtful words unread erased sum",
		"evidence":         "digest size",
		"marks":            "channel source position until sum",
		"tallies":          "edition class company channel version body",
		"scores":           "edition class company channel version ends apart",
		"counters":         "name channel kind count",
		"meta":             "name value",
		"erasures":         "seq at scope contacts arrivals papers sum prev hash",
		"erased":           "digest erasure",
		"accesses":         "seq at prev hash",
		"digests":          "name channel count sum version seal",
		"goose_db_version": "id version_id is_applied tstamp",
	} {
		for column := range strings.FieldsSeq(own) {
			all[table+"."+column] = ours
		}
	}
	return all
}

// A life is a ledger in a file, with the person in it.
type life struct {
	*ledger.Ledger
	file string
}

// lifeOf writes the person into every place of a ledger that can hold one.
func lifeOf(t *testing.T) life {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.db")
	opt := ledgertest.Options()
	n := 0
	opt.Salt = func() string { n++; return fmt.Sprint("salt", n) }
	l, err := ledger.Open(t.Context(), "sqlite:"+file, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	err = l.Update(t.Context(), func(tx probes.Tx) error {
		for _, write := range []func(context.Context, probes.Tx) error{asked, waiting, decided} {
			if err := write(t.Context(), tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = l.Access(t.Context(), probes.Access{Reader: named, What: "explain " + ledgertest.ID(0)})
	}
	if err != nil {
		t.Fatal(err)
	}
	return life{l, file}
}

// asked writes a contact, in each event of which the person is named that can name one.
func asked(ctx context.Context, tx probes.Tx) error {
	plan, id, at := ledgertest.Plan(0), ledgertest.ID(0), ledgertest.Monday
	plan.Slot, plan.Within, plan.Company, plan.Channel, plan.Moved = at, "1h", "kraft", "mail", "paused: "+named
	by := &probes.Reported{Report: channels.Person, By: named}
	saying := func(kind probes.EventKind, payload any) probes.Event { return ledgertest.Event(kind, 1, at, payload) }
	_, err := tx.Append(ctx, id,
		saying(probes.Planned, plan),
		saying(probes.Intended, probes.Intent{Token: id}),
		saying(probes.Deferred, probes.Failure{Reason: "451 greylisted by " + named, Status: named, Reported: by}),
		saying(probes.Intended, probes.Intent{Token: id + "2"}),
		saying(probes.Sent, probes.Sending{Response: "250 for " + address, ID: address, Names: []string{"room of " + named}, Reported: by}),
		saying(probes.Noted, probes.Reported{Report: channels.Ringing, By: named}),
		saying(probes.Closed, probes.Closing{Words: "Takk, " + named}),
		saying(probes.Covered, probes.Coverage{Until: at.Add(time.Hour), Reported: by}),
		saying(probes.Broken, probes.Failure{Reason: named + " has gone", Until: at.Add(time.Minute)}),
		saying(probes.Amended, probes.Amendment{Outcome: probes.Void, Reason: named + " called", By: named}),
	)
	if err != nil {
		return err
	}
	h := arrival("own", at)
	h.Contact, h.Attempt, h.Company, h.Rule = id, 1, "kraft", "address"
	if err := heardAs(ctx, tx, h); err != nil {
		return err
	}
	prints, err := tx.Keep(ctx, []byte(`{"lines":["fingerprints of `+named+`"]}`))
	if err != nil {
		return err
	}
	heard, err := tx.Arrivals(ctx, probes.ArrivalQuery{Channel: "mail", Key: "own"})
	if err != nil {
		return err
	}
	h = heard[0]
	_, err = tx.Append(ctx, id, ledgertest.Event(probes.Heard, 1, h.Arrival.Times.Arrived, probes.Classification{
		Arrival: "own", Kind: h.Kind, Rule: h.Rule, Evidence: h.Digest, Words: h.Words, Prints: prints, Times: h.Arrival.Times,
		Responder: h.Arrival.Responder, Because: []reading.Reason{{Signal: "signed with a name", Saw: named, Weight: 1}},
	}))
	return err
}

// arrival is one with the person in all that a mail or a platform can say.
func arrival(key string, at time.Time) probes.StoredArrival {
	raw := "From: =?utf-8?Q?Ragnhild_Kvikstad?= <" + address + ">\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte("Hei, dette er nummer "+key+". Hilsen "+named)) + "\r\n"
	return probes.StoredArrival{
		Channel: "mail", Kind: reading.Other, From: named + " <" + address + ">", Subject: "Sv: til " + named, Fingerprint: "voice of " + named,
		Arrival: channels.Arrival{
			Key: key, Media: channels.Mail, Raw: []byte(raw), Text: key + ": hilsen " + named, Names: []string{"room of " + named},
			Responder: channels.Human, Because: "sender is " + named, Times: channels.Times{Arrived: at.Add(time.Minute)},
		},
	}
}

// heardAs keeps an arrival.
func heardAs(ctx context.Context, tx probes.Tx, h probes.StoredArrival) error {
	_, err := tx.Hear(ctx, h)
	return err
}

// waiting writes an arrival of no contact, of which the person has said what it is, and
// one of no person, which stays.
func waiting(ctx context.Context, tx probes.Tx) error {
	h := arrival("other", ledgertest.Monday)
	err := heardAs(ctx, tx, h)
	if err == nil {
		h.Verdict = &probes.Verdict{Kind: reading.Other, Reason: "spam to " + named, By: named, At: ledgertest.Monday}
		err = tx.Judge(ctx, h)
	}
	return err
}

// decided has the person withdraw the company's consent.
func decided(ctx context.Context, tx probes.Tx) error {
	ed := &edition.Edition{Name: "one", Companies: []edition.Company{{ID: "kraft", Consent: calendar.DateOf(ledgertest.Monday).AddDays(-9)}}}
	return participation.Record(ctx, tx, ed, participation.Act{
		Kind: participation.Withdrawn, Company: "kraft", Reason: named + " wrote so", By: named, At: ledgertest.Monday,
	})
}

// holds returns the columns in which the person is named, evidence as it was before it
// was compressed; and all columns that there are.
func (l life) holds(t *testing.T) (personal, all []string) {
	t.Helper()
	db, err := sql.Open("sqlite", l.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, column := range schema(t, db) {
		table, name, _ := strings.Cut(column, ".")
		all = append(all, column)
		for _, value := range valuesOf(t, db, `SELECT CAST("`+name+`" AS TEXT) FROM "`+table+`"`) {
			if tells(value) && !slices.Contains(personal, column) {
				personal = append(personal, column)
			}
		}
	}
	for _, paper := range l.papers(t, db) {
		if tells(string(paper)) || tells(strings.Join(decodedLines(paper), "\n")) {
			personal = append(personal, "evidence.body")
			break
		}
	}
	slices.Sort(personal)
	return slices.Compact(personal), all
}

// tells reports whether a text names the person.
func tells(text string) bool {
	return strings.Contains(text, named) || strings.Contains(text, address) || strings.Contains(text, "Kvikstad")
}

// decodedLines undoes base64 line by line.
func decodedLines(paper []byte) (all []string) {
	for line := range strings.FieldsSeq(string(paper)) {
		if plain, err := base64.StdEncoding.DecodeString(line); err == nil {
			all = append(all, string(plain))
		}
	}
	return all
}

// schema returns the columns of all tables, as table.column.
func schema(t *testing.T, db *sql.DB) (all []string) {
	t.Helper()
	for _, table := range valuesOf(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		for _, column := range valuesOf(t, db, `SELECT name FROM pragma_table_info('`+table+`')`) {
			all = append(all, table+"."+column)
		}
	}
	return all
}

// valuesOf returns the first column of a query; NULL is empty.
func valuesOf(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var value sql.NullString
		if err := rows.Scan(&value); err != nil {
			t.Fatal(query, err)
		}
		all = append(all, value.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(query, err)
	}
	return all
}

// papers returns the evidence, as it was kept.
func (l life) papers(t *testing.T, db *sql.DB) (all [][]byte) {
	t.Helper()
	err := l.View(t.Context(), func(tx probes.Tx) error {
		for _, digest := range valuesOf(t, db, `SELECT digest FROM evidence`) {
			paper, err := tx.Evidence(t.Context(), digest)
			if err != nil {
				return err
			}
			all = append(all, paper)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// bodies returns the evidence as it lies in the file.
func (l life) bodies(t *testing.T) (all []string) {
	t.Helper()
	db, err := sql.Open("sqlite", l.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return valuesOf(t, db, `SELECT body FROM evidence`)
}

// octets returns all that is on the disk of the ledger.
func (l life) octets(t *testing.T) []byte {
	t.Helper()
	files, err := filepath.Glob(l.file + "*")
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

// erasures are the ways to ask for what lifeOf has written, each of which has to find
// all of it.
func erasures() map[string]func(context.Context, probes.Tx) (probes.Erasure, error) {
	ed := &edition.Edition{Companies: []edition.Company{{ID: "kraft", Reach: map[string]string{"mail": "post@kraft.example"}}}}
	return map[string]func(context.Context, probes.Tx) (probes.Erasure, error){
		"by company": func(ctx context.Context, tx probes.Tx) (probes.Erasure, error) {
			return privacy.OfCompany(ctx, tx, ed, "kraft")
		},
		"by day": func(ctx context.Context, tx probes.Tx) (probes.Erasure, error) {
			return privacy.Before(ctx, tx, ledgertest.Monday.AddDate(0, 0, 2))
		},
		"by person": func(ctx context.Context, tx probes.Tx) (probes.Erasure, error) {
			found, err := privacy.OfPerson(ctx, tx, named)
			return privacy.Erasure(found), err
		},
	}
}

// TestEveryColumn: of every column of a ledger it is known whether it can hold a person.
// Those that can do hold the one of this test, until an erasure takes them; then neither
// a column nor the files hold anything of the person, and verify holds.
func TestEveryColumn(t *testing.T) {
	for name, selected := range erasures() {
		t.Run(name, func(t *testing.T) {
			l, want := lifeOf(t), columns()
			personal, all := l.holds(t)
			for _, column := range all {
				if want[column] == "" {
					t.Errorf("%s is new, and it is not known whether it can hold a person", column)
				}
			}
			var held, left []string
			for column, what := range want {
				if what != ours {
					held = append(held, column)
				}
				if what == stays {
					left = append(left, column)
				}
			}
			slices.Sort(held)
			if !slices.Equal(personal, held) {
				t.Fatalf("the person is in %v, want %v", personal, held)
			}
			bodies := l.bodies(t)
			l.erase(t, selected)
			if personal, _ := l.holds(t); !slices.Equal(personal, left) {
				t.Errorf("the person is in %v after the erasure, want %v", personal, left)
			}
			l.search(t, bodies)
		})
	}
}

// erase takes out what is selected.
func (l life) erase(t *testing.T, selected func(context.Context, probes.Tx) (probes.Erasure, error)) {
	t.Helper()
	if err := l.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	var e probes.Erasure
	err := l.View(t.Context(), func(tx probes.Tx) (err error) {
		e, err = selected(t.Context(), tx)
		return err
	})
	if err == nil {
		_, err = l.Erase(t.Context(), e)
	}
	if err == nil {
		err = l.Verify(t.Context())
	}
	if err == nil {
		err = l.View(t.Context(), func(tx probes.Tx) error {
			fault, err := participation.Verify(t.Context(), tx)
			if fault != "" {
				t.Error(fault)
			}
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// search looks for the person in the files, but for the record of who has read, and for
// the papers that told of one.
func (l life) search(t *testing.T, bodies []string) {
	t.Helper()
	if err := l.ForgetAccesses(t.Context(), ledgertest.Monday.AddDate(9, 0, 0)); err != nil {
		t.Fatal(err)
	}
	octets := l.octets(t)
	if n := bytes.Count(octets, []byte("Kvikstad")); n > 1 { // the newest access stays
		t.Errorf("the files hold the name %d times", n)
	}
	if bytes.Contains(octets, []byte(address)) {
		t.Error("the files hold the address")
	}
	for _, body := range bodies {
		if bytes.Contains(octets, []byte(body)) {
			t.Errorf("the files hold a paper: %q", body)
		}
	}
}

// TestColumnsOfPostgres: the migrations of PostgreSQL make no table that those of SQLite
// do not, as far as what it holds goes.
func TestColumnsOfPostgres(t *testing.T) {
	tables := map[string]bool{}
	for column := range maps.Keys(columns()) {
		table, _, _ := strings.Cut(column, ".")
		tables[table] = true
	}
	files, err := filepath.Glob("../../../../probes/ledger/migrations/postgres/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(strings.TrimPrefix(line, "CREATE UNLOGGED"), "CREATE TABLE "); ok {
				table, _, _ := strings.Cut(strings.TrimPrefix(rest, "IF NOT EXISTS "), " ")
				if !tables[table] {
					t.Errorf("%s makes the table %s, of which it is not known whether it can hold a person", filepath.Base(name), table)
				}
			}
		}
	}
}
