package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

func open(tb testing.TB, dsn string) *ledger.Ledger {
	tb.Helper()
	l, err := ledger.Open(tb.Context(), dsn, ledgertest.Options())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := l.Close(); err != nil {
			tb.Error(err)
		}
	})
	return l
}

func file(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "svartid.db") }

func update(tb testing.TB, l *ledger.Ledger, fn func(ctx context.Context, tx probes.Tx) error) {
	tb.Helper()
	if err := l.Update(tb.Context(), func(tx probes.Tx) error { return fn(tb.Context(), tx) }); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkAppend appends what happens to contacts, an update each.
func BenchmarkAppend(b *testing.B) {
	l := open(b, file(b))
	r := rand.New(rand.NewPCG(1, 1))
	all := ledgertest.Shuffle(r, ledgertest.Lives(r, b.N/8+10))[:b.N]
	b.ResetTimer()
	for i := range b.N {
		update(b, l, func(ctx context.Context, tx probes.Tx) error {
			_, err := tx.Append(ctx, all[i].Contact, all[i].Events...)
			return err
		})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

// BenchmarkUpdates makes small updates from several callers at once: one operation is
// one of them, durable. Beside it stands the same row in SQLite alone, as many in
// each transaction as there are callers.
func BenchmarkUpdates(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			l := open(b, file(b))
			var n atomic.Int64
			var all sync.WaitGroup
			waits := make([][]time.Duration, callers)
			b.ResetTimer()
			for i := range callers {
				all.Go(func() {
					for at := n.Add(1); at <= int64(b.N); at = n.Add(1) {
						began := time.Now()
						update(b, l, func(ctx context.Context, tx probes.Tx) error {
							return tx.Advance(ctx, "mail", channels.Checkpoint{Source: fmt.Sprint(at), Until: ledgertest.Monday})
						})
						waits[i] = append(waits[i], time.Since(began))
					}
				})
			}
			all.Wait()
			b.StopTimer()
			every := slices.Sorted(slices.Values(slices.Concat(waits...)))
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
			b.ReportMetric(float64(every[len(every)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(b.N)/raw(b, callers).Seconds(), "sqlite-rows/s")
		})
	}
}

// raw writes b.N rows in SQLite alone, so many in each transaction, and returns how
// long that took.
func raw(b *testing.B, together int) time.Duration {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "raw.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), `CREATE TABLE rows (source TEXT PRIMARY KEY, until BIGINT)`); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	for n := 0; n < b.N; n += together {
		tx, err := db.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		for i := n; i < min(n+together, b.N); i++ {
			if _, err := tx.ExecContext(b.Context(), `INSERT INTO rows VALUES ($1, $2)`, fmt.Sprint(i), i); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

// BenchmarkHear hears mail of about 6 kB, an update each.
func BenchmarkHear(b *testing.B) {
	l := open(b, file(b))
	for i := 0; b.Loop(); i++ {
		update(b, l, func(ctx context.Context, tx probes.Tx) error {
			_, err := tx.Hear(ctx, letter(i))
			return err
		})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "arrivals/s")
}

func letter(n int) probes.StoredArrival {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	raw := []byte("From: post@example.no\r\nSubject: Sv: opening hours\r\n\r\n")
	for range 800 {
		raw = fmt.Appendf(raw, "word%d ", r.IntN(500))
	}
	return probes.StoredArrival{
		Channel: "mail", Source: "INBOX", Kind: reading.Answer,
		Arrival: channels.Arrival{
			Key: fmt.Sprint("INBOX/7/", n), Media: channels.Mail, Raw: raw,
			Times: channels.Times{Arrived: ledgertest.Monday.Add(time.Duration(n) * time.Second)},
		},
	}
}

// BenchmarkTotals reads the running totals of a season, all and since the
// last change, and says how big a contact is.
func BenchmarkTotals(b *testing.B) {
	for _, companies := range []int{192, 10_000} {
		l := open(b, file(b))
		contacts := fill(b, l, companies, 2)
		size, err := l.Size(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		var version int64
		read := func(since int64) {
			err := l.View(b.Context(), func(tx probes.Tx) error {
				totals, err := tx.Totals(b.Context(), since)
				version = totals.Version
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("%dx3/all", companies), func(b *testing.B) {
			for b.Loop() {
				read(0)
			}
			b.ReportMetric(float64(size)/float64(contacts), "bytes/contact")
		})
		b.Run(fmt.Sprintf("%dx3/since", companies), func(b *testing.B) {
			for b.Loop() {
				read(version)
			}
		})
	}
}

// BenchmarkRebuild folds a season anew, and verifies it: contacts of some 13
// events each. What it holds in memory does not grow with the season.
func BenchmarkRebuild(b *testing.B) {
	for _, each := range []int{2, 20} {
		l := open(b, file(b))
		contacts := fill(b, l, 192, each)
		for name, run := range map[string]func(context.Context) error{"rebuild": l.Rebuild, "verify": l.Verify} {
			b.Run(fmt.Sprintf("%s/%d", name, contacts), func(b *testing.B) {
				for b.Loop() {
					held := holding(func() {
						if err := run(b.Context()); err != nil {
							b.Fatal(err)
						}
					})
					b.ReportMetric(float64(held)/(1<<20), "MiB-held")
				}
				b.ReportMetric(float64(contacts*b.N)/b.Elapsed().Seconds(), "contacts/s")
			})
		}
	}
}

// holding returns how many bytes of the heap a piece of work held at most, as
// far as looking every few milliseconds tells.
func holding(work func()) (most uint64) {
	done, looked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(looked)
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	work()
	close(done)
	<-looked
	return most
}

// fill gives each company so many contacts on each of three channels, and
// returns how many contacts there are.
func fill(b *testing.B, l *ledger.Ledger, companies, each int) int {
	lives := map[string][]ledgertest.Happening{}
	for _, h := range ledgertest.Lives(rand.New(rand.NewPCG(1, 1)), companies*3*each) {
		lives[h.Contact] = append(lives[h.Contact], h)
	}
	n := 0
	for company := range companies {
		update(b, l, func(ctx context.Context, tx probes.Tx) error {
			for i := range 3 * each {
				plan := ledgertest.Plan(n)
				plan.Company, plan.Channel = fmt.Sprint("company-", company), fmt.Sprint("channel-", i%3)
				life := lives[ledgertest.ID(n)]
				life[0].Events[0] = ledgertest.Event(probes.Planned, 1, plan.Slot, plan)
				for _, h := range life {
					if err := ledgertest.Append(ctx, tx, h); err != nil {
						return err
					}
				}
				n++
			}
			return nil
		})
	}
	return n
}
