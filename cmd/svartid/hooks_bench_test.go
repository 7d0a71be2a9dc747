package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// BenchmarkHooks says how many signed replies svartid takes a second from 64 senders,
// each durable, judged and matched before it is answered, and how long one takes at 400
// a second. Beside it stand a handler that does no more than keep each body durable,
// and SQLite keeping as many bodies, 64 in each transaction. Senders run on the same
// processors. The figures do not depend on -benchtime.
func BenchmarkHooks(b *testing.B) {
	s := webhookLoad{senders: 64, companies: 400, seed: 1}
	firms := s.relay()
	channeltest.Play(b, firms)
	door := freeAddress(b)
	config, _ := s.config(b, firms.URL(), door)
	place := newPlace(b, "hasty", config)
	if os.Getenv(profiled) == "" {
		place.program = released(b)
	}
	served := place.start()
	waitFor(b, "every company is asked", func() bool { return len(firms.Log()) == s.companies })
	var rooms []string
	for _, asked := range firms.Log() {
		rooms = append(rooms, asked.Room)
	}
	url := "http://" + door + "/hooks/chat"

	const flood, steady, pace = 4000, 2400, 400
	pid := served.cmd.Process.Pid
	before := cpu(b, pid)
	took := s.flood(b, url, parcels(b, "flood", rooms, flood))
	b.ReportMetric(flood/took.Seconds(), "hooks/s")
	b.ReportMetric((cpu(b, pid)-before)/flood*1e6, "cpu-µs/hook")
	b.ReportMetric(s.steady(b, url, parcels(b, "steady", rooms, steady), pace), "p99-ms")

	bare := httptest.NewServer(durably(b))
	defer bare.Close()
	b.ReportMetric(flood/s.flood(b, bare.URL, parcels(b, "bare", rooms, flood)).Seconds(), "bare-hooks/s")
	b.ReportMetric(s.steady(b, bare.URL, parcels(b, "bare steady", rooms, steady), pace), "bare-p99-ms")

	began, used := time.Now(), ownTime(b)
	keepTogether(b, parcels(b, "sqlite", rooms, flood), 64)
	b.ReportMetric(flood/time.Since(began).Seconds(), "sqlite-hooks/s")
	b.ReportMetric(float64((ownTime(b)-used).Microseconds())/flood, "sqlite-cpu-µs/hook")
	b.ReportMetric(0, "ns/op")
	served.stop()
}

// parcels are so many replies to conversations in turn, each under a name of its own.
func parcels(b *testing.B, name string, rooms []string, many int) (all []courier.Parcel) {
	for n := range many {
		r := webhookReply{
			id: fmt.Sprintf("%s-%05d", name, n), attempt: rooms[n%len(rooms)],
			text: fmt.Sprintf("Hei, svar nummer %d: det koster %d kroner i måneden, uten bindingstid.", n, 100+n),
		}
		all = append(all, r.parcel(b))
	}
	return all
}

// courier returns what brings parcels, signed.
func (s webhookLoad) courier(b *testing.B) *courier.Courier {
	transport := &http.Transport{MaxIdleConnsPerHost: s.senders}
	b.Cleanup(transport.CloseIdleConnections)
	return &courier.Courier{
		Signature: hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline(relaySecret)}},
		Client:    &http.Client{Transport: transport, Timeout: 30 * time.Second},
	}
}

// flood brings parcels as fast as the senders can, and returns how long it took.
func (s webhookLoad) flood(b *testing.B, url string, all []courier.Parcel) time.Duration {
	b.Helper()
	c := s.courier(b)
	waiting := make(chan courier.Parcel)
	var senders sync.WaitGroup
	began := time.Now()
	for range s.senders {
		senders.Go(func() {
			for p := range waiting {
				c.Bring(b.Context(), url, p)
			}
		})
	}
	for _, p := range all {
		waiting <- p
	}
	close(waiting)
	senders.Wait()
	took := time.Since(began)
	s.taken(b, c, len(all))
	return took
}

// steady brings so many parcels a second, and returns how many milliseconds 99 of a
// hundred took at most.
func (s webhookLoad) steady(b *testing.B, url string, all []courier.Parcel, pace int) float64 {
	b.Helper()
	c := s.courier(b)
	took := make([]time.Duration, len(all))
	var senders sync.WaitGroup
	began := time.Now()
	for n, p := range all {
		time.Sleep(time.Until(began.Add(time.Duration(n) * time.Second / time.Duration(pace))))
		senders.Go(func() {
			from := time.Now()
			c.Bring(b.Context(), url, p)
			took[n] = time.Since(from)
		})
	}
	senders.Wait()
	s.taken(b, c, len(all))
	slices.Sort(took)
	return float64(took[len(took)*99/100].Microseconds()) / 1000
}

// taken fails unless each parcel was taken.
func (s webhookLoad) taken(b *testing.B, c *courier.Courier, want int) {
	b.Helper()
	taken := 0
	for _, d := range c.Log() {
		taken += d.Times
	}
	if taken != want {
		b.Errorf("%d of %d were taken", taken, want)
	}
}

// durably is a handler that writes each body to a file and syncs that before it answers.
func durably(b *testing.B) http.Handler {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "bodies"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			_, err = io.Copy(file, bytes.NewReader(body))
		}
		if err == nil {
			err = file.Sync()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}

// keepTogether keeps parcels in SQLite alone, so many in each transaction, as durable as
// the ledger does.
func keepTogether(b *testing.B, all []courier.Parcel, together int) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), `CREATE TABLE raw (key TEXT PRIMARY KEY, body BLOB)`); err != nil {
		b.Fatal(err)
	}
	for group := range slices.Chunk(all, together) {
		tx, err := db.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, p := range group {
			if _, err := tx.ExecContext(b.Context(), `INSERT INTO raw VALUES ($1, $2)`, p.ID, p.Body); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

// ownTime returns the processor time that this process has used.
func ownTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
