package ledger_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// found returns how many contacts a ledger has, and what does not hold in it.
func found(t *testing.T, dsn string) (n int, faults string) {
	t.Helper()
	l, err := ledger.OpenReader(t.Context(), dsn, ledgertest.Options())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Verify(t.Context()); err != nil {
		faults = err.Error()
	}
	return len(contacts(t, l)), faults
}

// copied copies some of a ledger's files into another folder.
func copied(t *testing.T, dsn string, suffixes ...string) (to string) {
	t.Helper()
	to = filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range suffixes {
		text, err := os.ReadFile(strings.TrimPrefix(dsn, "sqlite:") + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return "sqlite:" + to
}

// TestBackup copies a ledger while another process writes to it: each copy is one
// file, holds, and has all that was durable when it was begun.
func TestBackup(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	writer := start(t, dsn)
	durable, epochs := 0, map[string]bool{}
	for n := range 5 {
		for range 10 {
			if writer.next() != "" {
				durable++
			}
		}
		folder := t.TempDir()
		to := filepath.Join(folder, "it's a copy.db")
		if err := ledger.Backup(t.Context(), dsn, to); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(folder)
		if err != nil || len(files) != 1 {
			t.Errorf("copy %d: beside it lies %v, %v", n, files, err)
		}
		if about, err := os.Stat(to); err != nil || about.Mode().Perm() != 0o600 {
			t.Errorf("copy %d: got %v, %v", n, about.Mode(), err)
		}
		if got, faults := found(t, "sqlite:"+to); got < durable || faults != "" {
			t.Errorf("copy %d: got %d contacts, want %d or more; faults %s", n, got, durable, faults)
		}
		if err := ledger.Backup(t.Context(), dsn, to); !errors.Is(err, fs.ErrExist) {
			t.Errorf("copy %d is written over: %v", n, err)
		}
		again, err := ledger.Open(t.Context(), "sqlite:"+to, ledgertest.Options())
		if err != nil {
			t.Fatalf("copy %d cannot be gone on with: %v", n, err)
		}
		if s := snapshot(t, again); s.Epoch == "" || epochs[s.Epoch] {
			t.Errorf("copy %d is of epoch %q, which its versions share with others", n, s.Epoch)
		} else {
			epochs[s.Epoch] = true
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// snapshot says where a ledger stands.
func snapshot(t *testing.T, l *ledger.Ledger) (s probes.Snapshot) {
	t.Helper()
	err := l.View(t.Context(), func(tx probes.Tx) (err error) {
		s, err = tx.Snapshot(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBackupFails: what cannot be made leaves nothing behind.
func TestBackupFails(t *testing.T) {
	t.Parallel()
	dsn, folder := file(t), t.TempDir()
	if err := open(t, dsn).Close(); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name, dsn, to string
		ctx           context.Context
	}{
		{"no ledger", "sqlite:" + folder + "/none.db", folder + "/copy.db", t.Context()},
		{"no folder", dsn, folder + "/none/copy.db", t.Context()},
		{"memory", "sqlite::memory:", folder + "/copy.db", t.Context()},
		{"postgres", "postgres://kari:hemmelig@db/svartid", folder + "/copy.db", t.Context()},
		{"in vain", dsn, folder + "/copy.db", over},
	} {
		if err := ledger.Backup(tt.ctx, tt.dsn, tt.to); err == nil || strings.Contains(err.Error(), "hemmelig") {
			t.Errorf("%s: got %v", tt.name, err)
		}
		if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
			t.Errorf("%s: left %v, %v", tt.name, files, err)
		}
	}
}

// TestCopyWithoutLog: a copy of the file alone of a ledger in use is known for what
// it is; with its log, of a ledger that was closed, and after a kill, it holds.
func TestCopyWithoutLog(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	writer := start(t, dsn)
	for range 5 {
		writer.next()
	}
	_, faults := found(t, copied(t, dsn, ""))
	if !strings.Contains(faults, "is the copy of a ledger that was in use, without copy.db-wal") {
		t.Errorf("the file alone: got %q", faults)
	}
	if _, faults := found(t, dsn); faults != "" {
		t.Errorf("the ledger in use: %s", faults)
	}
	durable := 5 + len(writer.kill())
	for range 2 { // a look leaves all that is needed for the next
		if got, faults := found(t, dsn); got < durable || faults != "" {
			t.Errorf("after a kill: %d contacts, want %d; %s", got, durable, faults)
		}
	}
	if got, faults := found(t, copied(t, dsn, "", "-wal")); got < durable || faults != "" {
		t.Errorf("with its log: %d contacts, want %d; %s", got, durable, faults)
	}
	if err := open(t, dsn).Close(); err != nil {
		t.Fatal(err)
	}
	if got, faults := found(t, copied(t, dsn, "")); got < durable || faults != "" {
		t.Errorf("of a ledger that was closed: %d contacts, want %d; %s", got, durable, faults)
	}
}

// TestDamaged: pages that are not what SQLite has written are found.
func TestDamaged(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	l := open(t, dsn)
	update(t, l, plan)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(dsn, "sqlite:")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 4096 * 3; at < 4096*6; at += 7 {
		text[at] ^= 0x5a
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := ledger.OpenReader(t.Context(), dsn, ledgertest.Options())
	if err == nil {
		defer damaged.Close()
		err = damaged.Verify(t.Context())
	}
	if err == nil {
		t.Error("a damaged file is called whole")
	}
}
