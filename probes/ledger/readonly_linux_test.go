package ledger_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// TestReadOnlyMedium looks at a ledger where nothing can be written: one that was
// closed holds; of one that was not, it is said what to do.
func TestReadOnlyMedium(t *testing.T) {
	dsn := file(t)
	l := open(t, dsn)
	update(t, l, plan)
	folder := filepath.Join(t.TempDir(), "medium")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	crashed := copied(t, dsn, "", "-wal")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	closed := copied(t, dsn, "")
	for name, from := range map[string]string{"closed.db": closed, "crashed.db": crashed, "crashed.db-wal": crashed + "-wal"} {
		text, err := os.ReadFile(strings.TrimPrefix(from, "sqlite:"))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), text, 0o400)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	makeReadOnly(t, folder)
	if got, faults := found(t, "sqlite:"+filepath.Join(folder, "closed.db")); got == 0 || faults != "" {
		t.Errorf("closed: %d contacts; %s", got, faults)
	}
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := ledger.Backup(t.Context(), "sqlite:"+filepath.Join(folder, "closed.db"), to); err != nil {
		t.Errorf("back up: %v", err)
	}
	crash, err := ledger.OpenReader(t.Context(), "sqlite:"+filepath.Join(folder, "crashed.db"), ledgertest.Options())
	if err == nil {
		crash.Close()
		t.Fatal("what stands in the log was not read, and not missed")
	}
	if !strings.Contains(err.Error(), "crashed.db-wal cannot be read there: copy both to another folder") {
		t.Errorf("got %v", err)
	}
}

// makeReadOnly makes a folder one in which nothing can be written.
func makeReadOnly(t *testing.T, folder string) {
	t.Helper()
	if os.Geteuid() != 0 {
		if err := os.Chmod(folder, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(folder, 0o700) })
		return
	}
	if err := syscall.Mount(folder, folder, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("root can write anywhere, and mounts nothing here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("root can write anywhere, and mounts nothing read-only here: %v", err)
	}
}
