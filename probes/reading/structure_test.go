package reading

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestStructure: whatever a letter is wrapped in, its own words are found and no others.
func TestStructure(t *testing.T) {
	f, err := os.Open("testdata/structure/manifest.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		t.Run(row[0], func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata/structure", row[0]))
			if err != nil {
				t.Fatal(err)
			}
			got := Read(message.Parse(raw), Asked{}, time.Time{})
			if kind := Kind(row[1]); kind != "" && got.Kind != kind {
				t.Errorf("got %s because %v", got.Kind, got.Because)
			}
			if row[1] == "" && !got.Doubtful {
				t.Errorf("is sure that it is %s", got.Kind)
			}
			if !strings.Contains(got.Text, row[2]) || row[3] != "" && strings.Contains(got.Text, row[3]) {
				t.Errorf("got the text %q, want it to have %q and not %q", got.Text, row[2], row[3])
			}
		})
	}
}

// TestCutShortContainers: a container that ends early is read as far as it goes, or not at all.
func TestCutShortContainers(t *testing.T) {
	for _, name := range []string{"smime-der", "smime-streamed", "smime-encrypted", "tnef-unicode", "tnef-html", "tnef-rtf", "tnef-rtf-compressed"} {
		raw, err := os.ReadFile(filepath.Join("testdata/structure", name+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		for end := len(raw); end > 0; end -= 5 {
			if got := Read(message.Parse(raw[:end]), Asked{}, time.Time{}); got.Failed() && got.Because[0].Signal != closedSignal {
				t.Fatalf("%s, the first %d octets: %v", name, end, got.Because)
			}
		}
	}
}
