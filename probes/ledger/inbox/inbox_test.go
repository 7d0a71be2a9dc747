package inbox_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/inbox"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// made returns the database of an empty ledger.
func made(t *testing.T, server *peers.Postgres) (dsn string) {
	t.Helper()
	dsn = server.Database(t)
	l, err := ledger.Open(t.Context(), dsn, ledgertest.Options())
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// opened returns an inbox that is closed when the test ends.
func opened(t *testing.T, dsn string, opt inbox.Options) *inbox.Inbox {
	t.Helper()
	b, err := inbox.Open(dsn, opt)
	if err != nil {
		t.Fatal(err)
	}
	if b != nil {
		t.Cleanup(func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return b
}

// TestInbox: what one replica puts there another finds, in its order, with the time at
// which it came by the clock of who reads it, until it was heard; and nobody can read it
// in the database where evidence is encrypted.
func TestInbox(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	dsn := made(t, server)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(key.String() + "\n")
	fast := func() time.Time { return time.Now().Add(time.Hour) }
	one, other := opened(t, dsn, inbox.Options{Key: text, Clock: fast}), opened(t, dsn, inbox.Options{Key: text})
	if all, err := other.Waiting(t.Context(), "chat", 0, 9); err != nil || len(all) != 0 {
		t.Errorf("before anything was put there: got %v, %v", all, err)
	}
	for n, body := range []string{"Hei, jeg heter Lise", "", strings.Repeat("x", 1<<20)} {
		if err := one.Put(t.Context(), "chat", inbox.Entry{Came: fast().Add(-time.Duration(10-n) * time.Second), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := one.Put(t.Context(), "page", inbox.Entry{Came: fast(), Body: []byte("another")}); err != nil {
		t.Fatal(err)
	}
	if said, err := server.Ask(dsn, `SELECT count(*) FROM deliveries WHERE position('Lise'::bytea IN body) > 0`); err != nil || said != "0" {
		t.Errorf("found in the database: %s, %v", said, err)
	}
	all, err := other.Waiting(t.Context(), "chat", 0, 9)
	if err != nil || len(all) != 3 || string(all[0].Body) != "Hei, jeg heter Lise" || len(all[1].Body) != 0 || len(all[2].Body) != 1<<20 {
		t.Fatalf("got %d, %v", len(all), err)
	}
	if off := time.Since(all[0].Came) - 10*time.Second; off < 0 || off > time.Minute {
		t.Errorf("the first came %v ago, want 10 s and what this took", time.Since(all[0].Came))
	}
	shut, err := opened(t, dsn, inbox.Options{}).Waiting(t.Context(), "chat", 0, 9)
	if err != nil || len(shut) != 3 || shut[0].Err == nil || len(shut[0].Body) > 0 {
		t.Errorf("without the key: got %d, %v", len(shut), err)
	}
	rest, err := other.Waiting(t.Context(), "chat", all[1].ID, 9)
	if err != nil || len(rest) != 1 || rest[0].ID != all[2].ID {
		t.Errorf("behind the second: got %d, %v", len(rest), err)
	}
	for _, e := range all {
		until, err := other.Complete(t.Context(), "chat")
		if off := until.Sub(e.Came).Abs(); err != nil || off > 100*time.Millisecond {
			t.Errorf("complete up to %v of when the first came that waits, %v", off, err)
		}
		if err := other.Heard(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	if until, err := other.Complete(t.Context(), "chat"); err != nil || time.Since(until) > time.Minute {
		t.Errorf("nothing waits: complete up to %v, %v", until, err)
	}
}

// TestWhereThereIsNone: a ledger in a file has no inbox, and one that is not there, or
// was moved, takes nothing. What waits is not left behind by a move.
func TestWhereThereIsNone(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	if b := opened(t, "sqlite:x.db", inbox.Options{}); b != nil {
		t.Error("a file has an inbox")
	}
	if _, err := inbox.Open("postgres://:s3cret@%zz", inbox.Options{}); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
	e := inbox.Entry{Came: time.Now(), Body: []byte("x")}
	if err := opened(t, server.Database(t), inbox.Options{}).Put(t.Context(), "chat", e); err == nil {
		t.Error("a database without a ledger takes it")
	}
	dsn := made(t, server)
	b := opened(t, dsn, inbox.Options{})
	if err := b.Put(t.Context(), "chat", e); err != nil {
		t.Fatal(err)
	}
	to := server.Database(t)
	if _, err := ledger.Move(t.Context(), dsn, to, ledgertest.Options()); err == nil || !strings.Contains(err.Error(), "1 deliveries wait") {
		t.Errorf("moved away from what waits: %v", err)
	}
	all, err := b.Waiting(t.Context(), "chat", 0, 9)
	if err != nil || len(all) != 1 {
		t.Fatalf("got %v, %v", all, err)
	}
	if err := b.Heard(t.Context(), all[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Move(t.Context(), dsn, to, ledgertest.Options()); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(t.Context(), "chat", e); err == nil {
		t.Error("a ledger that was moved takes it")
	}
}

// TestComplete: whenever a reader notes the time, asks how far all is complete and reads
// nothing since, each entry whose Put had returned by then is either heard or came later
// than that.
func TestComplete(t *testing.T) {
	t.Parallel()
	dsn := made(t, peers.StartPostgres(t))
	const writers, each = 4, 60
	var mu sync.Mutex
	answered, heard := map[string]time.Time{}, map[string]bool{}
	ctx, stop := context.WithCancel(t.Context())
	var writing, reading sync.WaitGroup
	for w := range writers {
		b := opened(t, dsn, inbox.Options{})
		writing.Go(func() {
			for n := range each {
				name := fmt.Sprint(w, "/", n)
				if err := b.Put(ctx, "chat", inbox.Entry{Came: time.Now(), Body: []byte(name)}); err != nil {
					t.Error(err)
				}
				mu.Lock()
				answered[name] = time.Now()
				mu.Unlock()
			}
		})
	}
	b := opened(t, dsn, inbox.Options{})
	looks, behind := 0, 0
	reading.Go(func() {
		for ctx.Err() == nil {
			noted := time.Now()
			until, err := b.Complete(ctx, "chat")
			if err != nil {
				continue // the test has ended
			}
			if until.After(noted) {
				until = noted
			} else {
				behind++
			}
			looks++
			mu.Lock()
			for name, at := range answered {
				// What came is kept to the microsecond, and by no means later than it was answered.
				if at.Before(noted) && !heard[name] && at.Add(time.Millisecond).Before(until) {
					t.Errorf("%s is not heard, and all up to %v after it was answered is said to be", name, until.Sub(at))
				}
			}
			mu.Unlock()
		}
	})
	total := 0
	for late := time.Now().Add(time.Minute); total < writers*each && time.Now().Before(late); {
		all, err := b.Waiting(ctx, "chat", 0, 16)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			mu.Lock() // it is durable elsewhere before it is removed here
			heard[string(bytes.Clone(e.Body))] = true
			mu.Unlock()
			if err := b.Heard(ctx, e); err != nil {
				t.Fatal(err)
			}
			total++
		}
	}
	writing.Wait()
	stop()
	reading.Wait()
	if total != writers*each || looks == 0 || behind == 0 {
		t.Errorf("heard %d of %d, in %d looks of which %d found something", total, writers*each, looks, behind)
	}
}

// TestWaitedForOthers: what has to wait until others are written down came when it came.
func TestWaitedForOthers(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	dsn := made(t, server)
	b := opened(t, dsn, inbox.Options{})
	if err := b.Put(t.Context(), "chat", inbox.Entry{Came: time.Now(), Body: []byte("there")}); err != nil {
		t.Fatal(err)
	}
	var under sync.WaitGroup
	under.Go(func() {
		if _, err := server.Ask(dsn, `BEGIN; LOCK TABLE deliveries; SELECT pg_sleep(4); COMMIT`); err != nil {
			t.Error(err)
		}
	})
	for locked := ""; locked != "1"; {
		var err error
		const ask = `SELECT count(*) FROM pg_locks WHERE relation = 'deliveries'::regclass AND mode = 'AccessExclusiveLock' AND granted`
		if locked, err = server.Ask(dsn, ask); err != nil {
			t.Fatal(err)
		}
	}
	came := time.Now()
	var answered [2]time.Time
	for n := range answered { // the first is in the statement, the second waits for it
		under.Go(func() {
			if err := b.Put(t.Context(), "chat", inbox.Entry{Came: came, Body: []byte("late")}); err != nil {
				t.Error(err)
			}
			answered[n] = time.Now()
		})
	}
	under.Wait()
	all, err := b.Waiting(t.Context(), "chat", 0, 9)
	if err != nil || len(all) != 3 {
		t.Fatalf("got %d, %v", len(all), err)
	}
	second := answered[0]
	if answered[1].After(second) {
		second = answered[1]
	}
	if off, waited := all[2].Came.Sub(came), second.Sub(came); off > waited/2 {
		t.Errorf("came %v after it did, having waited for %v", off, waited)
	}
}
