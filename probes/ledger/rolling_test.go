package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// A version is a program of a version of the fold, as one of several replicas.
type version struct {
	name         string
	fold, newest int
}

// open opens a ledger as the program does.
func (v version) open(t *testing.T, dsn string) (*ledger.Ledger, error) {
	t.Helper()
	opt := ledgertest.Options()
	opt.Replica, opt.FoldVersion, opt.Newest, opt.Lease = v.name, v.fold, v.newest, 4*time.Second
	return ledger.Open(t.Context(), dsn, opt)
}

// takes opens a ledger as soon as that is allowed.
func (v version) takes(t *testing.T, dsn string) *ledger.Ledger {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		l, err := v.open(t, dsn)
		if err == nil {
			return l
		}
		if time.Now().After(late) {
			t.Fatalf("%s does not take over: %v", v.name, err)
		}
	}
}

// closes closes a ledger.
func closes(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// waitsFor wants a program to stand by, and to say for whom.
func (v version) waitsFor(t *testing.T, dsn, whom string) {
	t.Helper()
	l, err := v.open(t, dsn)
	var held *ledger.InUseError
	if !errors.As(err, &held) || !strings.Contains(held.By, whom) {
		t.Errorf("%s: got %v, want it to wait for %q", v.name, err, whom)
	}
	if err == nil {
		closes(t, l)
	}
}

// refused wants a program to leave the ledger to a newer one.
func (v version) refused(t *testing.T, dsn, says string) {
	t.Helper()
	l, err := v.open(t, dsn)
	var newer *ledger.NewerError
	if !errors.As(err, &newer) || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: got %v, want %q", v.name, err, says)
	}
	if err == nil {
		closes(t, l)
	}
}

// TestRolling: replicas of two versions stand side by side. The newer takes over once the
// last older one is gone, and an older one never takes over from a newer.
func TestRolling(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	dsn := server.Database(t)
	old, other, fresh := version{name: "one", fold: 16}, version{name: "two", fold: 16}, version{name: "three", fold: 17}
	fold := func(want string) {
		t.Helper()
		if is, err := server.Ask(dsn, `SELECT value FROM meta WHERE name = 'fold'`); err != nil || is != want {
			t.Errorf("folded by version %s, %v; want %s", is, err, want)
		}
	}

	first := old.takes(t, dsn)
	if err := first.Update(t.Context(), func(tx probes.Tx) error { return plan(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	fresh.waitsFor(t, dsn, "process")
	other.waitsFor(t, dsn, "process")
	closes(t, first)
	fresh.waitsFor(t, dsn, "of an older version")
	second := other.takes(t, dsn)
	fold("16")
	fresh.waitsFor(t, dsn, "process")
	closes(t, second)
	fresh.waitsFor(t, dsn, "of an older version") // it may be reading its configuration again
	closes(t, other.takes(t, dsn))

	third := fresh.takes(t, dsn)
	fold("17")
	old.refused(t, dsn, "version 17 of the fold; this one has 16")
	closes(t, third)
	old.refused(t, dsn, "--accept fold-17")
	other.refused(t, dsn, "--accept fold-17")
	fold("17")
	if err := fresh.takes(t, dsn).Close(); err != nil {
		t.Error(err)
	}

	old.newest = 17
	back := old.takes(t, dsn)
	fold("16")
	if err := back.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	closes(t, back)
	if _, err := server.Ask(dsn, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`); err != nil {
		t.Fatal(err)
	}
	old.refused(t, dsn, "tables are of version 99")
}

// TestOlderFile: a file that a newer program has folded is left as it is, unless a person
// means to go back.
func TestOlderFile(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	fresh, old := version{fold: 17}, version{fold: 16}
	closes(t, fresh.takes(t, dsn))
	old.refused(t, dsn, "--accept fold-17")
	closes(t, fresh.takes(t, dsn))
	old.newest = 17
	closes(t, old.takes(t, dsn))
	closes(t, fresh.takes(t, dsn))
}
