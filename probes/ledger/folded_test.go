package ledger_test

import (
	"path/filepath"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
)

// TestFoldedBy: whoever reads with other rules is told by which the ledger
// stands.
func TestFoldedBy(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "svartid.db")
	fold := probes.Rules{}.Fold
	for _, rules := range []string{"first", "second"} {
		l, err := ledger.Open(t.Context(), dsn, ledger.Options{Fold: fold, Rules: rules})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		reader, err := ledger.OpenReader(t.Context(), dsn, ledger.Options{Fold: fold, Rules: "third"})
		if err != nil {
			t.Fatal(err)
		}
		got, known, err := reader.FoldedBy(t.Context())
		if err != nil || !known || got != rules {
			t.Errorf("got %q, %t, %v; want %q", got, known, err, rules)
		}
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
