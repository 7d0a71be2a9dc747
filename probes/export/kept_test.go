package export_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/cputime"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

// kept returns a ledger on disk of so many contacts, each with an opener, a receipt
// and a letter of its own.
func kept(b testing.TB, contacts int) *ledger.Ledger {
	b.Helper()
	l, err := ledger.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "svartid.db"), ledger.Options{Fold: probes.Rules{}.Fold, Rules: "zero"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	const batch = 200
	for from := 0; from < contacts; from += batch {
		err := l.Update(b.Context(), func(tx probes.Tx) error {
			for i := from; i < min(from+batch, contacts); i++ {
				if err := keepOne(b, tx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return l
}

// keepOne appends one contact as the engine would, with all evidence.
func keepOne(b testing.TB, tx probes.Tx, n int) error {
	at, id := ledgertest.Monday.Add(time.Duration(n)*time.Second), ledgertest.ID(n)
	opening, err := json.Marshal(channels.Opening{
		Subject: "Pris?", Body: fmt.Sprintf("Hei,\n\nhva koster strøm hos dere i %d?", n), Persona: channels.Persona{Name: "Kari Nordmann"},
	})
	if err != nil {
		return err
	}
	words, err := tx.Keep(b.Context(), opening)
	if err != nil {
		return err
	}
	plan := ledgertest.Plan(n)
	plan.Slot = at
	events := []probes.Event{
		ledgertest.Event(probes.Planned, 1, at, plan),
		ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: fmt.Sprint("x", n), Words: words}),
		ledgertest.Event(probes.Sent, 1, at.Add(time.Second), probes.Sending{ID: "Q1", Response: fmt.Sprintf("250 ok %d", n)}),
	}
	for i, letter := range []string{
		"From: post@kraft.example\r\nSubject: Takk\r\n\r\nTakk for henvendelsen %d.\r\n", letter + "\r\nSak %d\r\n",
	} {
		kind, came := reading.Acknowledgement, at.Add(5*time.Second)
		if i == 1 {
			kind, came = reading.Answer, at.Add(3210*time.Second)
		}
		a := channels.Arrival{Key: fmt.Sprint(n, "-", i), Media: "message/rfc822", Raw: []byte(fmt.Sprintf(letter, n)), Times: channels.Times{Arrived: came}}
		stored := probes.StoredArrival{Channel: plan.Channel, Source: "INBOX", Arrival: a, Contact: id, Attempt: 1, Kind: kind, Company: plan.Company}
		if _, err := tx.Hear(b.Context(), stored); err != nil {
			return err
		}
		if i == 1 && n%50 == 7 {
			a.Raw = append(a.Raw, strings.Repeat("Og så en gang til.\r\n", 5000)...) // more than is read at once
		}
		digest, err := tx.Keep(b.Context(), a.Raw)
		if err != nil {
			return err
		}
		events = append(events, ledgertest.Event(probes.Heard, 1, came, probes.Classification{
			Arrival: a.Key, Evidence: digest, Kind: kind, Language: "nb", Centre: "own", Times: a.Times,
			Because: []reading.Reason{{Saw: "takk for henvendelsen"}},
		}))
	}
	events = append(events, ledgertest.Event(probes.Ruled, 1, at.Add(time.Hour), probes.Ruling{Outcome: probes.Answered}))
	_, err = tx.Append(b.Context(), id, events...)
	return err
}

// singly is a ledger that reads of one contact at a time.
type singly struct{ probes.Ledger }

func (s singly) View(ctx context.Context, fn func(probes.Tx) error) error {
	return s.Ledger.View(ctx, func(tx probes.Tx) error { return fn(struct{ probes.Tx }{tx}) })
}

// TestReadAtOnceIsRead: what is read of many contacts at once gives the same files as
// what is read contact by contact, erased and large evidence among it.
func TestReadAtOnceIsRead(t *testing.T) {
	l := kept(t, 150)
	if _, err := l.DB().ExecContext(t.Context(), `DELETE FROM evidence WHERE digest LIKE 'a%'`); err != nil {
		t.Fatal(err)
	}
	ed := &edition.Edition{Name: "2026", Companies: []edition.Company{{ID: "company-00", Name: "Kraft og Lys", Class: "class-0"}}}
	for _, rules := range []string{"zero", "others"} {
		written := func(l probes.Ledger) map[string]string {
			dir := filepath.Join(t.TempDir(), "out")
			e := export.Export{Source: export.Source{Edition: ed, Rules: rules}, Format: export.NDJSON}
			m, err := e.Write(t.Context(), l, dir, "")
			if err != nil {
				t.Fatal(err)
			}
			sums := map[string]string{}
			for _, f := range m.Files {
				sums[f.Name] = fmt.Sprint(f.Rows, " rows, ", f.SHA256)
			}
			return sums
		}
		if got, want := written(l), written(singly{l}); !maps.Equal(got, want) || len(got) < 4 {
			t.Errorf("rules %s: got %v, want %v", rules, got, want)
		}
	}
}

// BenchmarkExportKept exports a ledger on disk, words and all.
func BenchmarkExportKept(b *testing.B) {
	const contacts = 2000
	l := kept(b, contacts)
	ed := &edition.Edition{Name: "2026"}
	for _, format := range []export.Format{export.CSV, export.NDJSON, export.Parquet} {
		b.Run(string(format), func(b *testing.B) {
			used, out := cputime.Report(b), ""
			for b.Loop() {
				out = filepath.Join(b.TempDir(), "out")
				e := export.Export{Source: export.Source{Edition: ed, Rules: "zero"}, Format: format}
				if _, err := e.Write(b.Context(), l, out, ""); err != nil {
					b.Fatal(err)
				}
			}
			used("cpu-µs/contact", b.N*contacts)
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*contacts), "µs/contact")
			copied(b, out, format, contacts)
		})
	}
}

// copied reports what it costs DuckDB to copy the rows of an export into files of the
// same format, where it is installed.
func copied(b *testing.B, dir string, format export.Format, contacts int) {
	b.Helper()
	node, err := exec.LookPath("node")
	if _, missing := os.Stat("testdata/duckdb/node_modules/@duckdb/node-api"); err != nil || missing != nil {
		b.Log("DuckDB is not installed: run `make peers`")
		return
	}
	out, err := exec.CommandContext(b.Context(), node, "testdata/duckdb/copy.mjs", dir, string(format)).Output()
	if err != nil {
		b.Fatalf("DuckDB: %v", err)
	}
	var took struct{ Wall, CPU float64 } // microseconds
	if err := json.Unmarshal(out, &took); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(took.CPU/float64(contacts), "duckdb-cpu-µs/contact")
	b.ReportMetric(took.Wall/float64(contacts), "duckdb-µs/contact")
}
