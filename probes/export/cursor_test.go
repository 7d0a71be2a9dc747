package export

import (
	"errors"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

func TestCursor(t *testing.T) {
	want := Cursor{Schema: 1, Ledger: strings.Repeat("a1", 16), Edition: "vår \"27\"", Version: 1 << 40}
	text := want.String()
	got, err := ParseCursor(text)
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for name, broken := range map[string]string{
		"empty": "", "a word": "latest", "a number": "17", "cut short": text[:len(text)-1], "only its mark": cursorMark,
		"changed": strings.Replace(text, "A", "B", 1), "with an end of line": text + "\n", "padded": text + "=",
		"without its mark": strings.TrimPrefix(text, cursorMark), "long": cursorMark + strings.Repeat("A", 1<<20),
	} {
		if _, err := ParseCursor(broken); !errors.Is(err, ErrCursor) || !strings.Contains(err.Error(), "manifest.json") {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
}

// TestCursorRefused: a cursor goes with one ledger, one edition, one schema and
// one history.
func TestCursorRefused(t *testing.T) {
	fits := Cursor{Schema: SchemaVersion, Ledger: "here", Edition: "2026", Version: 7}
	for _, tt := range []struct {
		name   string
		change func(*Cursor, *reader)
		want   string // of the error; empty: none
	}{
		{"fits", func(*Cursor, *reader) {}, ""},
		{"nothing has happened since", func(c *Cursor, _ *reader) { c.Version = 9 }, ""},
		{"schema", func(c *Cursor, _ *reader) { c.Schema = 99 }, "is of schema 99, this is 6: export all anew"},
		{"ledger", func(c *Cursor, _ *reader) { c.Ledger = "there" }, "is of another ledger"},
		{"epoch", func(c *Cursor, _ *reader) { c.Epoch = "earlier" }, "is from before the ledger was restored"},
		{"no epoch yet", func(_ *Cursor, r *reader) { r.snapshot.Epoch = "a second" }, "is from before the ledger was restored"},
		{"edition", func(c *Cursor, _ *reader) { c.Edition = "2025" }, "is of edition 2025, this is 2026"},
		{"ahead", func(c *Cursor, _ *reader) { c.Version = 10 }, "is ahead of the ledger, at version 10 of 9"},
		{"nowhere", func(c *Cursor, _ *reader) { c.Version = 0 }, "of version 0, which no ledger has"},
		{"below", func(c *Cursor, _ *reader) { c.Version = -1 }, "of version -1, which no ledger has"},
		{"other rules", func(_ *Cursor, r *reader) { r.Rules = "other" }, "was folded by other rules"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &reader{
				Source:   Source{Edition: &edition.Edition{Name: "2026"}, Rules: "r"},
				snapshot: probes.Snapshot{Ledger: "here", Version: 9, Rules: "r"},
			}
			c := fits
			tt.change(&c, r)
			got, err := r.since(c.String())
			switch {
			case tt.want == "" && (err != nil || got != c.Version):
				t.Errorf("got %d, %v; want %d", got, err, c.Version)
			case tt.want != "" && (!errors.Is(err, ErrCursor) || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// FuzzCursor: whatever is taken is what String would have written.
func FuzzCursor(f *testing.F) {
	f.Add(Cursor{Schema: 1, Ledger: "l", Edition: "e", Version: 3}.String())
	f.Add(Cursor{Edition: "\xff"}.String())
	f.Add("svartid-AAAAAAAAe30")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCursor(text)
		if err != nil {
			if !errors.Is(err, ErrCursor) || c != (Cursor{}) {
				t.Errorf("got %+v, %v", c, err)
			}
			return
		}
		if c.String() != text {
			t.Errorf("took %q for %q", text, c)
		}
	})
}
