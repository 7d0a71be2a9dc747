package ledger_test

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// TestFoldedBy: a reader with other rules is told by which rules the ledger was
// folded.
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

// TestFoldedByAnotherVersion: what another version of the fold has made is of no
// use, and made anew before it is shown.
func TestFoldedByAnotherVersion(t *testing.T) {
	for name, change := range map[string]string{
		"another":    `UPDATE meta SET value = '0' WHERE name = 'fold'`,
		"an earlier": `DELETE FROM meta WHERE name IN ('fold', 'worded')`,
	} {
		t.Run(name, func(t *testing.T) {
			dsn := "sqlite:" + filepath.Join(t.TempDir(), "svartid.db")
			opt := ledgertest.Options()
			want := opened(t, dsn, opt, func(l *ledger.Ledger) {
				live(t, l)
			})
			if want.Attempts == 0 {
				t.Fatal("nothing was sent")
			}
			opened(t, dsn, opt, func(l *ledger.Ledger) {
				for _, statement := range []string{change, `UPDATE tallies SET body = json_set(body, '$.attempts', 0)`} {
					if _, err := l.DB().ExecContext(t.Context(), statement); err != nil {
						t.Fatal(err)
					}
				}
			})
			refuses(t, dsn, opt)
			if got := opened(t, dsn, opt, func(*ledger.Ledger) {}); got.Attempts != want.Attempts {
				t.Errorf("got %d attempts after opening, want %d", got.Attempts, want.Attempts)
			}
		})
	}
}

// live appends what happens to contacts.
func live(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	err := l.Update(t.Context(), func(tx probes.Tx) error {
		for _, h := range ledgertest.Lives(rand.New(rand.NewPCG(3, 3)), 5) {
			if _, err := tx.Append(t.Context(), h.Contact, h.Events...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// refuses looks at a ledger that was folded by another version.
func refuses(t *testing.T, dsn string, opt ledger.Options) {
	t.Helper()
	if l, err := ledger.OpenBeside(t.Context(), dsn, opt); err == nil {
		t.Error("was opened beside, with figures of another version", l.Close())
	}
	l, err := ledger.OpenReader(t.Context(), dsn, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, known, err := l.FoldedBy(t.Context()); known || err != nil {
		t.Errorf("it is known by which rules: %t, %v", known, err)
	}
	err = l.View(t.Context(), func(tx probes.Tx) error {
		s, err := tx.Snapshot(t.Context())
		if s.Rules != "" {
			t.Errorf("its contacts are as the rules %q make them", s.Rules)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if faults, err := l.Faults(t.Context()); err != nil || len(faults) == 0 || faults[0].Table != "meta" {
		t.Errorf("got faults %v, %v; want that it was folded by another version", faults, err)
	}
}

// opened opens a ledger, does something with it and returns the sum of its
// tallies as they were then.
func opened(t *testing.T, dsn string, opt ledger.Options, do func(*ledger.Ledger)) (sum probes.Tally) {
	t.Helper()
	l, err := ledger.Open(t.Context(), dsn, opt)
	if err != nil {
		t.Fatal(err)
	}
	do(l)
	err = l.View(t.Context(), func(tx probes.Tx) error {
		totals, err := tx.Totals(t.Context(), 0)
		for _, tally := range totals.Tallies {
			sum.Attempts += tally.Attempts
		}
		return err
	})
	if err := errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	return sum
}
