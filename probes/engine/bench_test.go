package engine_test

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/queue"
)

// A feed is a channel of one source that offers what a benchmark gives it.
type feed struct {
	batches chan channels.Batch
	heard   chan error
}

func (f *feed) Sources() []string { return []string{channeltest.Inbox} }

func (f *feed) Listen(ctx context.Context, _ channels.Checkpoint, hear channels.Hear) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b := <-f.batches:
			f.heard <- hear(ctx, b)
		}
	}
}

// offer has a batch heard.
func (f *feed) offer(b *testing.B, batch channels.Batch) {
	f.batches <- batch
	if err := <-f.heard; err != nil {
		b.Error(err)
	}
}

// BenchmarkHear hears mail in batches of 64, durable, matched and judged: of each
// opener its copy, a confirmation of a machine and an answer. What has been heard
// of a company before grows with the companies' contacts. Beside it stands what it
// costs SQLite to keep the same octets, as many in each transaction.
func BenchmarkHear(b *testing.B) {
	for _, each := range []int{2, 25} {
		b.Run(fmt.Sprintf("contacts=%d", 192*each), func(b *testing.B) {
			s := newFeeding(b)
			openings := s.ask(b, 192, each)
			letters := arrivals(openings)
			b.ResetTimer()
			wall, used := time.Now(), cpuTime(b)
			heard := 0
			for i, group := range slices.Collect(slices.Chunk(letters, 64)) {
				s.feed.offer(b, channels.Batch{Arrivals: group, Checkpoint: channels.Checkpoint{
					Source: channeltest.Inbox, Position: fmt.Sprint(i), Until: time.Now(),
				}})
				heard += len(group)
			}
			took, cost := time.Since(wall), cpuTime(b)-used
			b.StopTimer()
			s.check(b, len(openings))
			b.ReportMetric(float64(heard)/took.Seconds(), "arrivals/s")
			b.ReportMetric(float64(cost.Microseconds())/float64(heard), "cpu-µs/arrival")
			peer, peerCost := keepRaw(b, letters, 64)
			b.ReportMetric(float64(heard)/peer.Seconds(), "sqlite-arrivals/s")
			b.ReportMetric(float64(peerCost.Microseconds())/float64(heard), "sqlite-cpu-µs/arrival")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// A feeding is an engine on a ledger in a file, which hears a feed.
type feeding struct {
	feed   *feed
	ledger *ledger.Ledger
	at     time.Time
}

// newFeeding starts an engine that plans nothing and hears a feed.
func newFeeding(b *testing.B) feeding {
	s := feeding{feed: &feed{make(chan channels.Batch), make(chan error)}, at: time.Now().Add(-time.Hour)}
	ed := pastSeason(b, s.at)
	l, err := ledger.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "svartid.db"), ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		b.Fatal(err)
	}
	s.ledger = l
	e := &engine.Engine{
		Edition: ed, Channels: map[string]any{"mail": s.feed}, Ledger: l, Queue: queue.New(queue.Options{Log: slog.New(slog.DiscardHandler)}),
		Log: slog.New(slog.DiscardHandler),
	}
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := e.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(func() {
		stop()
		running.Wait()
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// pastSeason is an edition of 192 companies that plans nothing by itself.
func pastSeason(b *testing.B, at time.Time) *edition.Edition {
	ed := &edition.Edition{
		Name: "test", Seed: "test", From: calendar.DateOf(at.AddDate(0, 0, -1)),
		Rules: edition.Rules{
			Calendar: calendar.Calendar{Zone: time.UTC, Country: "NO"}, Within: map[string]calendar.Within{"email": {WorkingDays: 3}},
		},
		Probes:   []edition.Probe{{Name: "email", Channel: "mail", Within: calendar.Within{WorkingDays: 3}}},
		Personas: []edition.Persona{{Channel: "mail", Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari.nordmann@shopper.test"}}},
	}
	for _, name := range []string{"price", "notice", "move"} {
		ed.Scenarios = append(ed.Scenarios, edition.Scenario{
			Name: name, Language: "nb", Subjects: []string{"Spørsmål"}, Body: "Hei! Hva koster det hos {{.Company}}? {{.Persona}}",
		})
	}
	for i := range 192 {
		id := fmt.Sprint("company-", i)
		ed.Companies = append(ed.Companies, edition.Company{
			ID: id, Name: id, Class: "power", Language: "nb", Consent: ed.From, Reach: map[string]string{"mail": "post@" + id + ".example"},
		})
	}
	return ed
}

// ask gives each company so many contacts whose openers have left.
func (s feeding) ask(b *testing.B, companies, each int) (all []channels.Opening) {
	b.Helper()
	names := []string{"price", "notice", "move"}
	for company := range companies {
		id := fmt.Sprint("company-", company)
		err := s.ledger.Update(b.Context(), func(tx probes.Tx) error {
			for n := range each {
				o := channels.Opening{
					Attempt: fmt.Sprintf("%s/%d.1", id, n), Token: fmt.Sprintf("t%05dx%02d", company, n), Reach: "post@" + id + ".example",
					Persona: channels.Persona{Name: "Kari Nordmann"}, Subject: fmt.Sprint("Spørsmål om ", names[n%3]),
					Body: "Hei!\n\nHva koster det hos dere, og hvor lang er bindingstiden?\n\nHilsen Kari Nordmann",
				}
				o.Address, o.ID = "kari.nordmann+"+o.Token+"@shopper.test", o.Token+"@shopper.test"
				all = append(all, o)
				words, err := json.Marshal(o)
				if err != nil {
					return err
				}
				digest, err := tx.Keep(b.Context(), words)
				if err != nil {
					return err
				}
				_, err = tx.Append(b.Context(), fmt.Sprintf("%s/%d", id, n),
					probes.NewEvent(probes.Planned, 1, s.at, probes.Plan{
						Edition: "test", Company: id, Class: "power", Channel: "mail", Probe: "email", Round: s.at, Slot: s.at,
						Scenario: names[n%3], Persona: "Kari Nordmann", Within: "3 working days",
					}),
					probes.NewEvent(probes.Intended, 1, s.at, probes.Intent{Token: o.Token, Address: o.Address, ID: o.ID, Words: digest}),
					probes.NewEvent(probes.Sent, 1, s.at, probes.Sending{ID: "queued"}))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	// Companies take turns, as they do in a season.
	slices.SortStableFunc(all, func(a, b channels.Opening) int {
		return cmp.Compare(a.Token[len(a.Token)-2:], b.Token[len(b.Token)-2:])
	})
	return all
}

// arrivals are the copy, the confirmation and the answer of each opening.
func arrivals(openings []channels.Opening) (all []channels.Arrival) {
	at := time.Now().Add(-time.Minute)
	said := []string{
		"Hei!\n\nPrisen er %d kr i måneden det første året, og det er ingen bindingstid.\nDu kan bestille når som helst, så ordner vi resten.",
		"God dag,\n\ndere betaler %d kroner for etableringen. Oppsigelsestiden er én måned, regnet fra den første i neste måned.\n\nSi fra om noe er uklart.",
		"Hei Kari,\n\nvi flytter avtalen til ny adresse uten kostnad. Det tar omtrent %d dager, og du trenger ikke å gjøre noe selv.",
	}
	for i, o := range openings {
		answer := fmt.Sprintf(said[i%len(said)], 100+i%400) + "\n\nVennlig hilsen\nIngrid Moe\nKundeservice\nÅpningstider: 8 til 16 på hverdager"
		for n, letter := range []channeltest.Letter{channeltest.Copy(o), channeltest.Acknowledgement(o), channeltest.Answer(o, answer)} {
			all = append(all, channels.Arrival{
				Key: fmt.Sprintf("INBOX/1/%d", 3*i+n), Media: channels.Mail, Raw: letter(at), Times: channels.Times{Arrived: at, Server: at, Noticed: at},
			})
		}
	}
	return all
}

// check fails unless every opening was answered.
func (s feeding) check(b *testing.B, want int) {
	b.Helper()
	err := s.ledger.View(b.Context(), func(tx probes.Tx) error {
		found, err := tx.Find(b.Context(), probes.Query{Outcomes: []probes.Outcome{probes.Answered}})
		if len(found) != want {
			b.Errorf("%d of %d are answered", len(found), want)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// keepRaw keeps the same octets in SQLite alone, so many in each transaction, as
// durable as the ledger does. It returns how long that took, and its processor time.
func keepRaw(b *testing.B, letters []channels.Arrival, together int) (took, used time.Duration) {
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
	began, before := time.Now(), cpuTime(b)
	for group := range slices.Chunk(letters, together) {
		tx, err := db.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, a := range group {
			if _, err := tx.ExecContext(b.Context(), `INSERT INTO raw VALUES ($1, $2)`, a.Key, a.Raw); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began), cpuTime(b) - before
}

// cpuTime returns the processor time that this process has used.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Skip("this system tells nothing of processor time")
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
