package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/age"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t *testing.T) string {
		return "sqlite:" + filepath.Join(t.TempDir(), "svartid ?%20#.db")
	})
}

func TestDSN(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, test := range []struct{ dsn, want string }{
		{"postgres://kari:hemmelig@db:port/svartid", "ledger: the dsn is no PostgreSQL database; want postgres://user@host/database"},
		{"mysql:kari:hemmelig@db", `ledger: dsn scheme "mysql" is not known; want sqlite:FILE or postgres://user@host/database`},
		{"svartid.db", "ledger: dsn has no scheme; want sqlite:FILE or postgres://user@host/database"},
		{"sqlite:", "ledger: dsn names no file; want sqlite:FILE"},
		{"sqlite:" + dir + "/none/svartid.db", "open ledger: open " + dir + "/none/svartid.db: no such file or directory"},
	} {
		l, err := ledger.Open(t.Context(), test.dsn, ledgertest.Options())
		if err == nil {
			t.Fatalf("%s: opened %v", test.dsn, l)
		}
		if err.Error() != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.dsn, err, test.want)
		}
	}
	if _, err := ledger.Open(t.Context(), "sqlite:"+dir+"/no.db", ledger.Options{}); err == nil {
		t.Error("opened without a fold")
	}
}

func TestReaderNeedsALedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{
		"sqlite:" + dir + "/none.db": "no such file",
		"sqlite:" + empty:            "no such table",
		"sqlite::memory:":            "has no readers",
		"postgres://db:port/x":       "is no PostgreSQL database",
	} {
		l, err := ledger.OpenReader(t.Context(), dsn, ledger.Options{})
		if err == nil {
			t.Fatalf("%s: opened %v", dsn, l)
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %q, want %q", dsn, err, want)
		}
	}
	if _, err := os.Stat(dir + "/none.db"); !os.IsNotExist(err) {
		t.Errorf("looking made a file: %v", err)
	}
}

// TestVersions: a ledger of a newer program is left alone, one of an older
// program is not read before it was brought up to date.
func TestVersions(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	version := func(v int) {
		l, err := ledger.Open(t.Context(), dsn, ledgertest.Options())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.DB().Exec(`UPDATE goose_db_version SET version_id = $1 WHERE version_id > 0`, v); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	version(99)
	_, err := ledger.Open(t.Context(), dsn, ledgertest.Options())
	if err == nil || !strings.Contains(err.Error(), "version 99, made by a newer svartid") {
		t.Errorf("open: got %v", err)
	}
	_, err = ledger.OpenReader(t.Context(), dsn, ledger.Options{})
	if err == nil || !strings.Contains(err.Error(), "version 99, made by a newer svartid") {
		t.Errorf("open reader: got %v", err)
	}
	dsn = file(t)
	version(0)
	_, err = ledger.OpenReader(t.Context(), dsn, ledger.Options{})
	if err == nil || !strings.Contains(err.Error(), "older version") {
		t.Errorf("open reader: got %v", err)
	}
}

// TestMemory: a ledger in memory is like any other, alone, and leaves nothing.
func TestMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	one, other := open(t, "sqlite::memory:"), open(t, "sqlite::memory:")
	update(t, one, plan)
	for l, want := range map[*ledger.Ledger]int{one: 1, other: 0} {
		if got := len(contacts(t, l)); got != want {
			t.Errorf("got %d contacts, want %d", got, want)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestBubble: a ledger works where days pass in no time, and starts nothing
// that is still there when it is closed.
func TestBubble(t *testing.T) {
	for _, dsn := range []string{"sqlite::memory:", file(t)} {
		synctest.Test(t, func(t *testing.T) {
			opt := ledgertest.Options()
			opt.Clock = nil
			l, err := ledger.Open(t.Context(), dsn, opt)
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				time.Sleep(72 * time.Hour)
				update(t, l, plan)
			}()
			<-done
			synctest.Wait()
			for _, c := range contacts(t, l) {
				story(t, l, c.ID, time.Now())
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// story fails the test unless a contact's last event was recorded at a time.
func story(t *testing.T, l *ledger.Ledger, id string, recorded time.Time) {
	t.Helper()
	err := l.View(t.Context(), func(tx probes.Tx) error {
		_, events, err := tx.Story(t.Context(), id)
		if err == nil && !events[len(events)-1].Recorded.Equal(recorded) {
			t.Errorf("recorded %v, want %v", events[len(events)-1].Recorded, recorded)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPrivate: what people wrote is readable by us alone.
func TestPrivate(t *testing.T) {
	t.Parallel()
	dsn := file(t)
	l := open(t, dsn)
	update(t, l, plan)
	path := strings.TrimPrefix(dsn, "sqlite:")
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s: got mode %v, want 0600", suffix, mode)
		}
	}
}

func plan(ctx context.Context, tx probes.Tx) error {
	p := ledgertest.Plan(0)
	_, err := tx.Append(ctx, ledgertest.ID(0), ledgertest.Event(probes.Planned, 1, p.Slot, p))
	return err
}

func contacts(t *testing.T, l *ledger.Ledger) (found []probes.Contact) {
	t.Helper()
	err := l.View(t.Context(), func(tx probes.Tx) (err error) {
		found, err = tx.Find(t.Context(), probes.Query{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sum prints totals without what depends on the order of sums, and on when.
func sum(totals probes.Totals) string {
	totals.Version = 0
	for i := range totals.Tallies {
		t := &totals.Tallies[i]
		t.Waits.Sum, t.OpenWait.Sum, t.AckWaits.Sum = 0, 0, 0
	}
	return fmt.Sprintf("%+v", totals)
}

// TestTrialsCountedOnce: a ledger in which trials were counted is counted anew as it
// is brought up to date.
func TestTrialsCountedOnce(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "svartid.db")
	arrival := func(key string, rule match.Rule) probes.StoredArrival {
		return probes.StoredArrival{Channel: "mail", Kind: reading.Other, Rule: rule, Copy: true, Arrival: channels.Arrival{Key: key}}
	}
	opened(t, dsn, ledgertest.Options(), func(l *ledger.Ledger) {
		err := l.Update(t.Context(), func(tx probes.Tx) error {
			_, err := tx.Hear(t.Context(), arrival("1", probes.RuleTrial))
			if err == nil {
				_, err = tx.Hear(t.Context(), arrival("2", probes.RuleCanary))
			}
			return err
		})
		for _, before := range []string{
			`UPDATE counters SET count = 2 WHERE name = 'arrivals'`, `DELETE FROM goose_db_version WHERE version_id >= 6`,
			`DROP TABLE erasures`, `DROP TABLE erased`, `DROP TABLE accesses`, `ALTER TABLE arrivals DROP COLUMN erased`,
			`ALTER TABLE arrivals DROP COLUMN sum`, `ALTER TABLE marks DROP COLUMN sum`, `DROP TABLE digests`,
		} {
			if err == nil {
				_, err = l.DB().ExecContext(t.Context(), before)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	opened(t, dsn, ledgertest.Options(), func(l *ledger.Ledger) {
		var got []probes.ArrivalCount
		err := l.View(t.Context(), func(tx probes.Tx) error {
			totals, err := tx.Totals(t.Context(), 0)
			got = totals.Arrivals
			return err
		})
		if err != nil || len(got) != 1 || got[0].Count != 1 {
			t.Errorf("got %v, %v; want the canary alone", got, err)
		}
	})
}

// TestErasedFromTheFile: no octet of what was erased is left in the file or in its
// log, and what was not erased is.
func TestErasedFromTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "svartid.db")
	look := func(words string) (found bool) {
		for _, name := range []string{file, file + "-wal"} {
			text, err := os.ReadFile(name)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(text), words)
		}
		return found
	}
	heard := func(key, words string) probes.StoredArrival {
		return probes.StoredArrival{
			Channel: "mail", Kind: reading.Other, From: words + "-sender", Subject: words + "-subject", Fingerprint: words + "-print",
			// Too short for compression to hide it.
			Arrival: channels.Arrival{Key: key, Raw: []byte(words + "-raw"), Names: []string{words + "-name"}, Because: words + "-because"},
		}
	}
	opened(t, "sqlite:"+file, ledgertest.Options(), func(l *ledger.Ledger) {
		err := l.Update(t.Context(), func(tx probes.Tx) error {
			for key, words := range map[string]string{"1": "MARTE", "2": "OTHER"} {
				if _, err := tx.Hear(t.Context(), heard(key, words)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range []string{"MARTE-sender", "MARTE-subject", "MARTE-print", "MARTE-raw", "MARTE-name", "MARTE-because"} {
			if !look(words) {
				t.Errorf("%s is not found before either", words)
			}
		}
		n, err := l.Erase(t.Context(), probes.Erasure{
			Scope: "a test", Arrivals: []probes.ArrivalKey{{Channel: "mail", Key: "1"}}, Evidence: true, Personal: true,
		})
		if want := (probes.ErasureCount{Arrivals: 1, Papers: 1}); err != nil || n != want {
			t.Errorf("got %+v, %v; want %+v", n, err, want)
		}
		if look("MARTE") || !look("OTHER-raw") || !look("OTHER-sender") {
			t.Errorf("what was erased is there: %v; what was not is: %v and %v", look("MARTE"), look("OTHER-raw"), look("OTHER-sender"))
		}
	})
}

// TestKey: evidence is encrypted for the key, what was kept before too; without the
// key figures are read, evidence is refused by name, and nothing is written.
func TestKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "svartid.db")
	dsn, clear, sealed := "sqlite:"+file, ledgertest.Options(), ledgertest.Options()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sealed.Key = []byte(identity.String())
	keep := func(l *ledger.Ledger, words string) (digest string) {
		err := l.Update(t.Context(), func(tx probes.Tx) (err error) {
			digest, err = tx.Keep(t.Context(), []byte(words))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	read := func(l *ledger.Ledger, digest string) (string, error) {
		var text []byte
		err := l.View(t.Context(), func(tx probes.Tx) (err error) {
			text, err = tx.Evidence(t.Context(), digest)
			return err
		})
		return string(text), err
	}
	var before, after string
	opened(t, dsn, clear, func(l *ledger.Ledger) { before = keep(l, "MARTE before") })
	opened(t, dsn, sealed, func(l *ledger.Ledger) {
		after = keep(l, "MARTE after")
		for digest, want := range map[string]string{before: "MARTE before", after: "MARTE after"} {
			if got, err := read(l, digest); got != want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		}
		for _, name := range []string{file, file + "-wal"} {
			if text, err := os.ReadFile(name); err == nil && strings.Contains(string(text), "MARTE") {
				t.Errorf("%s holds words in the clear", name)
			}
		}
	})
	if l, err := ledger.Open(t.Context(), dsn, clear); !errors.Is(err, probes.ErrSealed) {
		t.Errorf("opened without the key: %v, %v", l, err)
	}
	if l, err := ledger.OpenBeside(t.Context(), dsn, clear); !errors.Is(err, probes.ErrSealed) {
		t.Errorf("opened beside without the key: %v, %v", l, err)
	}
	l, err := ledger.OpenReader(t.Context(), dsn, clear)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got, err := read(l, before); got != "" || !errors.Is(err, probes.ErrSealed) {
		t.Errorf("without the key: got %q, %v", got, err)
	}
	if err := l.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "2 papers are encrypted and could not be checked") {
		t.Errorf("verified without the key: %v", err)
	}
}
