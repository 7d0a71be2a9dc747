package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/cputime"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

// watched is a ledger that counts how often stories are read.
type watched struct {
	probes.Ledger
	stories atomic.Int64
}

func (w *watched) View(ctx context.Context, fn func(probes.Tx) error) error {
	return w.Ledger.View(ctx, func(tx probes.Tx) error { return fn(watchedTx{tx, w}) })
}

type watchedTx struct {
	probes.Tx
	of *watched
}

func (w watchedTx) Story(ctx context.Context, id string) (probes.Contact, []probes.Event, error) {
	w.of.stories.Add(1)
	return w.Tx.Story(ctx, id)
}

// rankedEdition is the edition whose contacts ledgertest makes up.
func rankedEdition(scoring fairness.Rules) *edition.Edition {
	ed := &edition.Edition{
		Name: "2026", Scoring: scoring, Probes: []edition.Probe{{Name: "a", Channel: "mail"}, {Name: "b", Channel: "chat"}},
	}
	for i := range 24 {
		p := ledgertest.Plan(i)
		ed.Companies = append(ed.Companies, edition.Company{ID: p.Company, Class: p.Class, Reach: map[string]string{p.Channel: fmt.Sprint(i)}})
	}
	return ed
}

// openRanked returns an empty ledger of an edition.
func openRanked(t testing.TB, ed *edition.Edition) *watched {
	t.Helper()
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &watched{Ledger: l}
}

// update changes the ledger.
func (w *watched) update(t testing.TB, fn func(probes.Tx) error) {
	t.Helper()
	if err := w.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// inJSON is what a program gets.
func inJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRankingIsStandings: whoever asks again and again is told what is computed anew
// each time, through a season of made-up contacts, amended ones among them, and of
// listening that goes on.
func TestRankingIsStandings(t *testing.T) {
	ed := rankedEdition(fairness.Rules{MinContacts: 1})
	l := openRanked(t, ed)
	ranking := &report.Ranking{Ledger: l, Edition: ed}
	r := rand.New(rand.NewPCG(16, 9))
	for i, h := range ledgertest.Shuffle(r, ledgertest.Lives(r, 72)) {
		l.update(t, func(tx probes.Tx) error {
			if i%25 == 0 {
				until := ledgertest.Monday.Add(time.Duration(i) * 7 * time.Minute)
				if err := tx.Advance(t.Context(), "mail", channels.Checkpoint{Source: "INBOX", Until: until.Truncate(time.Minute)}); err != nil {
					return err
				}
			}
			_, err := tx.Append(t.Context(), h.Contact, h.Events...)
			return err
		})
		if i%40 > 0 {
			continue
		}
		want, err := report.Rank(t.Context(), l, ed, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ranking.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if g, w := inJSON(t, got), inJSON(t, want); g != w {
			t.Fatalf("after %d events: got %s, want %s", i, g, w)
		}
		for _, class := range want {
			one, err := ranking.Class(t.Context(), class.Class)
			if err != nil || !reflect.DeepEqual(one.Sensitivity, class.Sensitivity) || len(one.Standings) != len(class.Standings) {
				t.Fatalf("%s: got %+v, %v, want %+v", class.Class, one, err, class)
			}
		}
	}
}

// TestRankingFoldsOneClass: what is asked again costs nothing, and what changes in one
// class folds no other anew.
func TestRankingFoldsOneClass(t *testing.T) {
	ed := rankedEdition(fairness.Rules{MinContacts: 1})
	l := openRanked(t, ed)
	for i := range 96 {
		l.answer(t, i, i%24)
	}
	ranking := &report.Ranking{Ledger: l, Edition: ed}
	read := func(what string, want int64, ask func() error) {
		t.Helper()
		before := l.stories.Load()
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if got := l.stories.Load() - before; got != want {
			t.Errorf("%s: got %d stories, want %d", what, got, want)
		}
	}
	class := func(name string) func() error {
		return func() error { _, err := ranking.Class(t.Context(), name); return err }
	}
	all := func() error { _, err := ranking.All(t.Context()); return err }
	read("the first look at a class", 24, class("class-1"))
	read("another look", 0, class("class-1"))
	read("all", 72, all)
	read("all again", 0, all)
	l.answer(t, 1000, 2) // of class-2
	read("a class in which nothing changed", 0, class("class-1"))
	read("one in which something did", 25, class("class-2"))
	l.update(t, func(tx probes.Tx) error {
		return tx.Advance(t.Context(), "mail", channels.Checkpoint{Source: "INBOX", Until: ledgertest.Monday})
	})
	read("after listening went on", 97, all)
	var waiting sync.WaitGroup
	l.answer(t, 1001, 2)
	read("fifty at once", 26, func() error {
		for range 50 {
			waiting.Go(func() {
				if err := class("class-2")(); err != nil {
					t.Error(err)
				}
			})
		}
		waiting.Wait()
		return nil
	})
}

// answer appends a contact of a company that was answered.
func (w *watched) answer(t testing.TB, n, company int) {
	t.Helper()
	p := ledgertest.Plan(company)
	at := func(after time.Duration) time.Time { return p.Slot.Add(after) }
	wait := time.Duration(5+n%50) * time.Minute
	w.update(t, func(tx probes.Tx) error {
		_, err := tx.Append(t.Context(), fmt.Sprintf("answered-%d", n),
			ledgertest.Event(probes.Planned, 1, at(0), p),
			ledgertest.Event(probes.Intended, 1, at(0), probes.Intent{Token: fmt.Sprint(n)}),
			ledgertest.Event(probes.Sent, 1, at(0), probes.Sending{}),
			ledgertest.Event(probes.Heard, 1, at(wait), probes.Classification{
				Arrival: fmt.Sprint(n), Kind: reading.Answer, Times: channels.Times{Arrived: at(wait)},
			}),
			ledgertest.Event(probes.Ruled, 1, at(wait), probes.Ruling{Outcome: probes.Answered, Wait: wait.Seconds()}),
		)
		return err
	})
}

// BenchmarkClasses measures fifty people who look at class pages at once: of a season
// of 192 companies with 25 contacts each, when nothing has changed since, and when
// a contact has.
func BenchmarkClasses(b *testing.B) {
	ed := &edition.Edition{Name: "2026", Scoring: fairness.Rules{MinContacts: 1}, Probes: []edition.Probe{{Name: "a", Channel: "mail"}}}
	l := openRanked(b, ed)
	for i := range 192 {
		ed.Companies = append(ed.Companies, edition.Company{ID: fmt.Sprintf("firm-%03d", i), Class: fmt.Sprintf("class-%02d", i%24)})
	}
	l.season(b, ed, 25)
	ranking := &report.Ranking{Ledger: l, Edition: ed}
	look := func() {
		var looking sync.WaitGroup
		for i := range 50 {
			looking.Go(func() {
				if _, err := ranking.Class(b.Context(), fmt.Sprintf("class-%02d", i%24)); err != nil {
					b.Error(err)
				}
			})
		}
		looking.Wait()
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			ranking = &report.Ranking{Ledger: l, Edition: ed}
			look()
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		used := cputime.Report(b)
		for b.Loop() {
			look()
		}
		used("cpu-µs/fifty", b.N)
	})
	b.Run("changed", func(b *testing.B) {
		n := 0
		used := cputime.Report(b)
		for b.Loop() {
			n++
			l.question(b, ed, n+1_000_000, n%192)
			look()
		}
		used("cpu-µs/fifty", b.N)
	})
}

// season appends so many answered contacts of each company.
func (w *watched) season(t testing.TB, ed *edition.Edition, each int) {
	for i := range len(ed.Companies) * each {
		w.question(t, ed, i, i%len(ed.Companies))
	}
}

// question appends a contact of a company of an edition that was answered.
func (w *watched) question(t testing.TB, ed *edition.Edition, n, company int) {
	t.Helper()
	co, sent := ed.Companies[company], ledgertest.Monday.Add(time.Duration(n)*time.Minute)
	wait := time.Duration(5+n*7%50) * time.Minute
	p := probes.Plan{Edition: ed.Name, Company: co.ID, Class: co.Class, Channel: "mail", Probe: "a", Slot: sent, Within: "1h"}
	w.update(t, func(tx probes.Tx) error {
		_, err := tx.Append(t.Context(), fmt.Sprintf("question-%d", n),
			ledgertest.Event(probes.Planned, 1, sent, p),
			ledgertest.Event(probes.Intended, 1, sent, probes.Intent{Token: fmt.Sprint("q", n)}),
			ledgertest.Event(probes.Sent, 1, sent, probes.Sending{}),
			ledgertest.Event(probes.Heard, 1, sent.Add(wait), probes.Classification{
				Arrival: fmt.Sprint(n), Kind: reading.Answer, Times: channels.Times{Arrived: sent.Add(wait)},
			}),
			ledgertest.Event(probes.Ruled, 1, sent.Add(wait), probes.Ruling{Outcome: probes.Answered, Wait: wait.Seconds()}),
		)
		return err
	})
}
