package export_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/export"
)

// failing is a sheet whose rows cannot be made.
func failing() export.Sheet {
	return export.Sheet{
		Table: export.Table{Name: "standings"},
		Rows:  func(context.Context, probes.Tx) ([]export.Row, error) { return nil, errors.New("no rows today") },
	}
}

// names lists a folder.
func (f *fixture) names(dir string) string {
	f.Helper()
	entries, err := os.ReadDir(dir)
	f.must(err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

// TestFolder: an export takes the place of nothing, of an empty folder and of
// another export; of all else it leaves every byte.
func TestFolder(t *testing.T) {
	const whole = "attempts.csv contacts.csv manifest.json schema.json schema.md transcripts.csv"
	for _, tt := range []struct {
		name   string
		before func(f *fixture, dir string)
		want   string // what the folder then holds
		err    string // empty: it is an export
	}{
		{"nothing", func(*fixture, string) {}, whole, ""},
		{"empty", func(f *fixture, dir string) { f.must(os.Mkdir(dir, 0o700)) }, whole, ""},
		{"an export", func(f *fixture, dir string) {
			_, err := export.Export{Source: f.source, Format: export.NDJSON}.Write(f.Context(), f.ledger, dir, "")
			f.must(err)
		}, whole, ""},
		{"an export, and a note", func(f *fixture, dir string) {
			_, err := export.Export{Source: f.source, Format: export.CSV}.Write(f.Context(), f.ledger, dir, "")
			f.must(err)
			f.must(os.WriteFile(filepath.Join(dir, "note.txt"), nil, 0o600))
		}, strings.Replace(whole, "schema.json", "note.txt schema.json", 1), "holds note.txt, which the export there did not make"},
		{"something else", func(f *fixture, dir string) {
			f.must(os.Mkdir(dir, 0o700))
			f.must(os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(`{"name":"web app"}`), 0o600))
		}, "manifest.json", "holds something else than an export"},
		{"a broken manifest", func(f *fixture, dir string) {
			f.must(os.Mkdir(dir, 0o700))
			f.must(os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(`{"made":"svartid ex`), 0o600))
		}, "manifest.json", "holds something else than an export"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			f.tell()
			beside := t.TempDir()
			dir := filepath.Join(beside, "out")
			tt.before(f, dir)
			_, err := export.Export{Source: f.source, Format: export.CSV}.Write(t.Context(), f.ledger, dir, "")
			switch {
			case tt.err == "" && err != nil:
				t.Error(err)
			case tt.err != "" && (!errors.Is(err, export.ErrFolder) || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("got %v, want %s", err, tt.err)
			}
			if got := f.names(dir); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := f.names(beside); got != "out" {
				t.Errorf("left behind: %s", got)
			}
		})
	}
}

// TestFolderElsewhere: a file, and a folder in one that is not there, are
// refused; a link stays one.
func TestFolderElsewhere(t *testing.T) {
	f := newFixture(t)
	dir := t.TempDir()
	f.must(os.WriteFile(filepath.Join(dir, "file"), []byte("kept"), 0o600))
	e := export.Export{Source: f.source, Format: export.CSV}
	for _, out := range []string{"file", "none/out"} {
		if _, err := e.Write(t.Context(), f.ledger, filepath.Join(dir, out), ""); !errors.Is(err, export.ErrFolder) {
			t.Errorf("%s: got %v, want it refused", out, err)
		}
	}
	f.must(os.Mkdir(filepath.Join(dir, "season"), 0o700))
	f.must(os.Symlink("season", filepath.Join(dir, "latest")))
	if _, err := e.Write(t.Context(), f.ledger, filepath.Join(dir, "latest"), ""); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(filepath.Join(dir, "latest")); err != nil || to != "season" {
		t.Errorf("got %q, %v; want the link as it was", to, err)
	}
	if got := f.names(filepath.Join(dir, "season")); !strings.Contains(got, "manifest.json") {
		t.Errorf("got %s", got)
	}
}

// TestNotAtAll: an export that fails leaves the earlier one as it was, and
// nothing else.
func TestNotAtAll(t *testing.T) {
	f := newFixture(t)
	f.tell()
	dir, _ := f.write(export.CSV, "")
	before := f.file(dir, "manifest.json") + f.file(dir, "contacts.csv")
	f.live(lives(3))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name   string
		ctx    context.Context //nolint:containedctx // the case
		export export.Export
		since  string
		want   string
	}{
		{"a sheet", t.Context(), export.Export{Source: f.source, Format: export.CSV, Sheets: []export.Sheet{failing()}}, "", "standings: no rows today"},
		{"a cursor", t.Context(), export.Export{Source: f.source, Format: export.CSV}, "svartid-1", "cursor"},
		{"a format", t.Context(), export.Export{Source: f.source, Format: "xlsx"}, "", `format "xlsx" is not known`},
		{"interrupted", gone, export.Export{Source: f.source, Format: export.CSV}, "", "canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := tt.export.Write(tt.ctx, f.ledger, dir, tt.since)
			if err == nil || !strings.Contains(err.Error(), tt.want) || m.Made != "" {
				t.Errorf("got %+v, %v; want %s", m, err, tt.want)
			}
			if f.file(dir, "manifest.json")+f.file(dir, "contacts.csv") != before {
				t.Error("the earlier export was changed")
			}
			if got := f.names(filepath.Dir(dir)); got != "out" {
				t.Errorf("left behind: %s", got)
			}
		})
	}
}

// TestPrivate: no other user of the machine can read what people wrote.
func TestPrivate(t *testing.T) {
	f := newFixture(t)
	dir, _ := f.write(export.CSV, "")
	for _, name := range []string{"", "transcripts.csv", "manifest.json"} {
		info, err := os.Stat(filepath.Join(dir, name))
		f.must(err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: got %v", name, info.Mode())
		}
	}
}
