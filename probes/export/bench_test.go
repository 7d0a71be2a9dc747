package export_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// An endless ledger makes its contacts up as they are asked for. Each has an
// opener, an acknowledgement and an answer.
type endless struct {
	probes.Tx // what an export does not ask for
	contacts  int
	story     []probes.Event
	body      []byte
	papers    map[string][]byte
	most      int // contacts that were asked for at once
}

// newEndless returns a ledger of so many contacts.
func newEndless(contacts int) *endless {
	e := &endless{contacts: contacts, papers: map[string][]byte{}}
	keep := func(name string, paper []byte) string {
		e.papers[name] = paper
		return name
	}
	opening, _ := json.Marshal(channels.Opening{
		Subject: "Pris?", Body: "Hei,\n\nhva koster strøm?", Persona: channels.Persona{Name: "Kari Nordmann"},
	})
	at := ledgertest.Monday
	heard := func(kind reading.Kind, after time.Duration, evidence string) probes.Event {
		return ledgertest.Event(probes.Heard, 1, at.Add(after), probes.Classification{
			Arrival: evidence, Evidence: evidence, Kind: kind, Language: "nb", Centre: "own", Times: channels.Times{Arrived: at.Add(after)},
		})
	}
	e.story = []probes.Event{
		ledgertest.Event(probes.Planned, 1, at, ledgertest.Plan(0)),
		ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: "x7", Words: keep("opening", opening)}),
		ledgertest.Event(probes.Sent, 1, at.Add(time.Second), probes.Sending{ID: "Q1", Response: "250 ok"}),
		heard(reading.Acknowledgement, 5*time.Second, keep("receipt", []byte("From: post@kraft.example\r\n\r\nTakk for henvendelsen.\r\n"))),
		heard(reading.Answer, 3210*time.Second, keep("letter", []byte(letter))),
		ledgertest.Event(probes.Ruled, 1, at.Add(time.Hour), probes.Ruling{Outcome: probes.Answered}),
	}
	e.body, _ = json.Marshal(probes.Rules{}.Fold("", e.story))
	return e
}

func (e *endless) View(_ context.Context, fn func(probes.Tx) error) error { return fn(e) }
func (e *endless) Update(context.Context, func(probes.Tx) error) error    { return os.ErrPermission }

func (e *endless) Snapshot(context.Context) (probes.Snapshot, error) {
	return probes.Snapshot{Ledger: "endless", Version: 1, Rules: "zero"}, nil
}

func (e *endless) Checkpoints(context.Context, string) ([]channels.Checkpoint, error) {
	return nil, nil
}

func (e *endless) Arrivals(context.Context, probes.ArrivalQuery) ([]probes.StoredArrival, error) {
	return nil, nil
}

func (e *endless) Evidence(_ context.Context, digest string) ([]byte, error) {
	return e.papers[digest], nil
}

func (e *endless) Find(_ context.Context, q probes.Query) ([]probes.Contact, error) {
	next := 0
	if _, err := fmt.Sscanf(q.After, "contact-%d", &next); err == nil {
		next++
	}
	var found []probes.Contact
	for ; next < e.contacts && len(found) < q.Limit; next++ {
		found = append(found, probes.Contact{ID: ledgertest.ID(next)})
	}
	e.most = max(e.most, len(found))
	return found, nil
}

func (e *endless) Story(_ context.Context, id string) (c probes.Contact, _ []probes.Event, err error) {
	err = json.Unmarshal(e.body, &c)
	c.ID = id
	return c, append([]probes.Event(nil), e.story...), err
}

// peak runs do and returns the most that was in use on the heap meanwhile.
func peak(do func()) uint64 {
	var most uint64
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	<-watched
	return most
}

// BenchmarkExport exports a tenth of a million contacts a round;
// SVARTID_LONG=1, a million.
func BenchmarkExport(b *testing.B) {
	contacts := 100_000
	if os.Getenv("SVARTID_LONG") == "1" {
		contacts = 1_000_000
	}
	for _, format := range []export.Format{export.CSV, export.NDJSON, export.Parquet} {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				measure(b, format, contacts)
			}
		})
	}
}

// measure exports once and reports how fast, in how much memory and to what
// size.
func measure(b *testing.B, format export.Format, contacts int) {
	b.Helper()
	source := export.Source{Edition: &edition.Edition{Name: "2026"}, Rules: "zero"}
	dir := filepath.Join(b.TempDir(), "out")
	var m export.Manifest
	var err error
	runtime.GC()
	begun := time.Now()
	most := peak(func() {
		m, err = export.Export{Source: source, Format: format}.Write(b.Context(), newEndless(contacts), dir, "")
	})
	if err != nil {
		b.Fatal(err)
	}
	rows, size := int64(0), int64(0)
	for _, f := range m.Files {
		rows, size = rows+f.Rows, size+f.Bytes
	}
	b.ReportMetric(float64(rows)/time.Since(begun).Seconds(), "rows/s")
	b.ReportMetric(float64(most)/1e6, "peak-MB")
	b.ReportMetric(float64(size)/1e6, "out-MB")
}

// TestConstantMemory: ten times the contacts take no more memory, and no more
// than a page of them is asked for at once.
func TestConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("exports thousands of contacts")
	}
	source := export.Source{Edition: &edition.Edition{Name: "2026"}, Rules: "zero"}
	exported := func(contacts int) uint64 {
		l := newEndless(contacts)
		runtime.GC()
		most := peak(func() {
			e := export.Export{Source: source, Format: export.CSV}
			if _, err := e.Write(t.Context(), l, filepath.Join(t.TempDir(), "out"), ""); err != nil {
				t.Error(err)
			}
		})
		if l.most > 1000 {
			t.Errorf("asked for %d contacts at once", l.most)
		}
		return most
	}
	few, many := exported(500), exported(3_000)
	const slack = 32 << 20
	if many > few+slack {
		t.Errorf("500 contacts take %d bytes, 3000 take %d", few, many)
	}
}
