package export_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// TestTwice: the same ledger gives the same bytes, and the manifest says which.
func TestTwice(t *testing.T) {
	race.Skip(t, "it exports a season again and again, in one goroutine")
	f := newFixture(t)
	f.tell()
	f.live(lives(520)) // more than a page
	for _, format := range []export.Format{export.CSV, export.NDJSON, export.Parquet} {
		t.Run(string(format), func(t *testing.T) {
			first, m := f.write(format, "")
			second, _ := f.write(format, "")
			if f.file(first, "manifest.json") != f.file(second, "manifest.json") {
				t.Error("the manifests differ")
			}
			for _, file := range m.Files {
				content := f.file(first, file.Name)
				if content != f.file(second, file.Name) {
					t.Errorf("%s differs", file.Name)
				}
				sum := sha256.Sum256([]byte(content))
				if file.Bytes != int64(len(content)) || file.SHA256 != hex.EncodeToString(sum[:]) {
					t.Errorf("got %+v of %d bytes, %x", file, len(content), sum)
				}
			}
			if got := m.Files[0].Rows; got != 524 {
				t.Errorf("got %d contacts, want 524", got)
			}
			var read export.Manifest
			f.must(json.Unmarshal([]byte(f.file(first, "manifest.json")), &read))
			if fmt.Sprint(read.Files, read.Schema, *read.Cursor) != fmt.Sprint(m.Files, m.Schema, *m.Cursor) {
				t.Errorf("got %+v, want %+v", read, m)
			}
		})
	}
}

// A union is what a reader keeps that takes in exports one after the other: the
// lines of each table, by contact.
type union map[string]map[string][]string

// take replaces what is kept of each contact that comes.
func (u union) take(f *fixture, dir string) (contacts []string) {
	for i, table := range export.Tables() {
		if u[table.Name] == nil {
			u[table.Name] = map[string][]string{}
		}
		fresh := map[string][]string{}
		for line := range strings.Lines(f.file(dir, table.Name+".ndjson")) {
			var row struct{ Contact string }
			f.must(json.Unmarshal([]byte(line), &row))
			if i == 0 {
				contacts = append(contacts, row.Contact)
			}
			fresh[row.Contact] = append(fresh[row.Contact], line)
		}
		for _, id := range contacts {
			u[table.Name][id] = fresh[id]
		}
	}
	return contacts
}

// text is the union as one export has it.
func (u union) text(table string) string {
	var ids []string
	for id := range u[table] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var text strings.Builder
	for _, id := range ids {
		text.WriteString(strings.Join(u[table][id], ""))
	}
	return text.String()
}

// TestSince: exports one after the other, whatever happens between, come to
// the same as one at the end; each gives a contact once, and only if it has
// changed.
func TestSince(t *testing.T) {
	race.Skip(t, "it exports a season again and again, in one goroutine")
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			f := newFixture(t)
			r := rand.New(rand.NewPCG(seed, 1))
			all, u, cursor := ledgertest.Shuffle(r, ledgertest.Lives(r, 80)), union{}, ""
			for len(all) > 0 {
				some := min(r.IntN(150), len(all))
				changed := map[string]bool{}
				for _, h := range all[:some] {
					changed[h.Contact] = true
				}
				f.live(all[:some])
				all = all[some:]
				dir, m := f.write(export.NDJSON, cursor)
				got := u.take(f, dir)
				if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) || len(got) != len(changed) {
					t.Errorf("got %d contacts, want each of %d once", len(got), len(changed))
				}
				if m.Cursor != nil {
					cursor = *m.Cursor
				}
			}
			whole, _ := f.write(export.NDJSON, "")
			for _, table := range export.Tables() {
				if u.text(table.Name) != f.file(whole, table.Name+".ndjson") {
					t.Errorf("%s: the union is not the whole", table.Name)
				}
			}
			dir, _ := f.write(export.CSV, cursor)
			if got := f.file(dir, "contacts.csv"); strings.Count(got, "\r\n") != 1 {
				t.Errorf("nothing has changed; got %s", got)
			}
		})
	}
}

// TestAnew: contacts that were folded by other rules are folded by these, and
// there is no cursor to go on from.
func TestAnew(t *testing.T) {
	f := newFixture(t)
	f.tell()
	dir, m := f.write(export.NDJSON, "")
	before, cursor := f.file(dir, "contacts.ndjson"), *m.Cursor
	f.source.Rules, f.source.Edition.Rules = "other", edition.Rules{DeflectionAnswers: true}
	dir, m = f.write(export.NDJSON, "")
	if !m.Anew || m.Cursor != nil || m.Rules != "other" {
		t.Errorf("got %+v, want it folded anew, without a cursor", m)
	}
	after := f.file(dir, "contacts.ndjson")
	if strings.Contains(before, `"wait_seconds":58.75,`) || !strings.Contains(after, `"wait_seconds":58.75,`) {
		t.Errorf("a deflection counts by now; got %s", after)
	}
	_, err := export.Export{Source: f.source, Format: export.CSV}.Write(t.Context(), f.ledger, t.TempDir(), cursor)
	if err == nil || !strings.Contains(err.Error(), "folded by other rules") {
		t.Errorf("got %v, want the cursor refused", err)
	}
}

// TestSheets: a sheet is written whole, described and listed; one without rows
// leaves no file.
func TestSheets(t *testing.T) {
	f := newFixture(t)
	f.tell()
	sheet := export.Sheet{
		Table: export.Table{Name: "standings", About: "Ranks.", Key: []string{"company"}, Columns: []export.Column{
			{Name: "company", Type: export.Text, About: "its id"},
			{Name: "score", Type: export.Real, About: "0 to 1", Null: "not ranked"},
		}},
		Rows: func(ctx context.Context, tx probes.Tx) ([]export.Row, error) {
			all, err := tx.Find(ctx, probes.Query{Edition: "2026", Company: "vann"})
			return []export.Row{{"kraft", nil}, {"vann", 1 / float64(len(all))}}, err
		},
	}
	dir, m := f.write(export.CSV, "", sheet)
	if got, want := f.file(dir, "standings.csv"), "company,score\r\nkraft,\r\nvann,1\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := m.Files[3]; got.Name != "standings.csv" || got.Rows != 2 || got.Table != "standings" {
		t.Errorf("got %+v", got)
	}
	for name, want := range map[string]string{"schema.md": "| score | real | – | 0 to 1 | not ranked |", "schema.json": `"name": "standings"`} {
		if !strings.Contains(f.file(dir, name), want) {
			t.Errorf("%s: got no %s", name, want)
		}
	}
	sheet.Rows = func(context.Context, probes.Tx) ([]export.Row, error) { return nil, nil }
	dir, m = f.write(export.Parquet, "", sheet)
	if got := f.names(dir); strings.Contains(got, "standings") || len(m.Files) != 5 {
		t.Errorf("got %s and %+v", got, m.Files)
	}
	sheet.Rows = func(context.Context, probes.Tx) ([]export.Row, error) { return []export.Row{{nil, 0.5}}, nil }
	_, err := export.Export{Source: f.source, Format: export.CSV, Sheets: []export.Sheet{sheet}}.Write(t.Context(), f.ledger, t.TempDir(), "")
	if want := "standings: row of standings: column company: <nil> <nil>, want text"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestOtherEditions: an export holds one edition.
func TestOtherEditions(t *testing.T) {
	f := newFixture(t)
	f.tell()
	f.source.Edition.Name = "2025"
	_, m := f.write(export.CSV, "")
	for _, file := range m.Files[:3] {
		if file.Rows != 0 {
			t.Errorf("got %+v", file)
		}
	}
}
