package export_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/export"
)

// golden fails the test unless a file of testdata holds this. UPDATE=1 writes
// it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; UPDATE=1 go test writes it. Got\n%s", name, got)
	}
}

func TestGolden(t *testing.T) {
	f := newFixture(t)
	f.tell()
	dir, m := f.write(export.CSV, "")
	for _, name := range []string{"contacts.csv", "attempts.csv", "transcripts.csv", "schema.md"} {
		golden(t, name, f.file(dir, name))
	}
	manifest := strings.ReplaceAll(f.file(dir, "manifest.json"), m.Ledger, "LEDGER")
	golden(t, "manifest.json", strings.ReplaceAll(manifest, *m.Cursor, "CURSOR"))
	f.source.Names = true
	dir, _ = f.write(export.NDJSON, "")
	golden(t, "names.ndjson", f.file(dir, "transcripts.ndjson"))
}

// TestNothingPersonal: what identifies a person is in no file unless it was
// asked for, in any format.
func TestNothingPersonal(t *testing.T) {
	f := newFixture(t)
	f.tell()
	personal := []string{"Kari", "Nordmann", "Ola ", "Hansen", "Lise", "Tor", "shopper.example", "kraft.example", "915 02", "91502", "22 33", "x7"}
	for _, format := range []export.Format{export.CSV, export.NDJSON} {
		dir, _ := f.write(format, "")
		for _, table := range export.Tables() {
			content := f.file(dir, table.Name+"."+string(format))
			for _, word := range personal {
				if strings.Contains(content, word) {
					t.Errorf("%s.%s holds %q:\n%s", table.Name, format, word, content)
				}
			}
			if table.Name == "transcripts" && !strings.Contains(content, "Kraft AS kan nås på [number] eller [address]") {
				t.Errorf("the company is gone too:\n%s", content)
			}
		}
	}
	f.source.Names = true
	dir, _ := f.write(export.CSV, "")
	for _, word := range []string{"Hei Kari,", "sier Ola.", "+47 915 02 000", "ola@kraft.example"} {
		if !strings.Contains(f.file(dir, "transcripts.csv"), word) {
			t.Errorf("names were asked for, and %q is gone", word)
		}
	}
	if !strings.Contains(f.file(dir, "contacts.csv"), "Kari Nordmann") {
		t.Error("the persona is gone")
	}
}

// TestErased: what was erased is null, and the rest of the row is as it was.
func TestErased(t *testing.T) {
	f := newFixture(t)
	f.tell()
	if _, err := f.ledger.DB().ExecContext(t.Context(), "DELETE FROM evidence"); err != nil {
		t.Fatal(err)
	}
	dir, m := f.write(export.NDJSON, "")
	lines := strings.Split(strings.TrimSpace(f.file(dir, "transcripts.ndjson")), "\n")
	if len(lines) != 10 || m.Files[2].Rows != 10 {
		t.Fatalf("got %d turns, want 10", len(lines))
	}
	for _, line := range lines {
		var turn struct{ Kind, Text, Evidence *string }
		f.must(json.Unmarshal([]byte(line), &turn))
		if said := turn.Text != nil; said != (*turn.Kind == "goodbye") || !said && turn.Evidence == nil {
			t.Errorf("got %s", line)
		}
	}
}
