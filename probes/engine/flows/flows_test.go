package flows_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine/flows"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// A site is what looks at pages find, by where they are reached.
type site struct {
	mu     sync.Mutex
	errs   map[string]error
	looked []string // "reach day hour:minute", in the edition's zone
	zone   *time.Location
	takes  time.Duration
	many   int
}

func (s *site) Flow(reach string) string {
	flow, _, _ := strings.Cut(reach, "@")
	return flow
}

func (s *site) Locate(ctx context.Context, reach string) error {
	s.mu.Lock()
	s.many++
	if s.many > 1 {
		s.looked = append(s.looked, "two at once")
	}
	s.looked = append(s.looked, reach+" "+time.Now().In(s.zone).Format("2 15:04"))
	err := s.errs[reach]
	s.mu.Unlock()
	select {
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(s.takes):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.many--
	return err
}

// changed is the error of a page that is not as its flow has it.
func changed() error {
	return fmt.Errorf("open[0]: %w", &channels.Refusal{Sign: channels.SignFlow, Status: channels.StatusFlow, Text: "click {css: #chat}"})
}

// A bed is a checker in a bubble, which begins on Saturday, 1 January 2000, at 00:00 UTC.
type bed struct {
	t       *testing.T
	checker flows.Checker
	site    *site
	ledger  *ledger.Ledger
	log     bytes.Buffer
	stop    func()
}

// bubble runs test with a checker of companies that are reached so, in Oslo.
func bubble(t *testing.T, reach []string, test func(*bed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		zone, err := time.LoadLocation("Europe/Oslo")
		if err != nil {
			t.Fatal(err)
		}
		ed := &edition.Edition{
			Name: "2000", From: calendar.Date{Year: 2000, Month: 1, Day: 1}, To: calendar.Date{Year: 2000, Month: 12, Day: 31},
		}
		ed.Rules.Calendar.Zone = zone
		for i, at := range reach {
			ed.Companies = append(ed.Companies, edition.Company{
				ID: fmt.Sprint("c", i), Class: "power", Consent: ed.From, Reach: map[string]string{"chat": at, "mail": "post@x.example"},
			})
		}
		b := &bed{t: t, site: &site{errs: map[string]error{}, zone: zone, takes: time.Second}}
		if b.ledger, err = ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(ed.Rules).Fold}); err != nil {
			t.Fatal(err)
		}
		b.checker = flows.Checker{
			Edition: ed, Channels: map[string]any{"chat": b.site, "mail": struct{}{}}, Ledger: b.ledger,
			Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		}
		b.start()
		test(b)
		b.stop()
		if err := b.ledger.Close(); err != nil {
			t.Error(err)
		}
	})
}

// start runs the checker aside until stop.
func (b *bed) start() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.checker.Run(ctx)
	}()
	b.stop = func() {
		cancel()
		<-done
		b.stop = func() {}
	}
}

// looked returns what was looked at since the last call.
func (b *bed) looked() []string {
	synctest.Wait()
	b.site.mu.Lock()
	defer b.site.mu.Unlock()
	all := b.site.looked
	b.site.looked = nil
	return all
}

// broken returns the ways that the ledger has as changed.
func (b *bed) broken() (all []string) {
	b.t.Helper()
	err := b.ledger.View(b.t.Context(), func(tx probes.Tx) error {
		marks, err := tx.Checkpoints(b.t.Context(), probes.FlowChecks)
		for _, f := range probes.BrokenFlows(marks) {
			all = append(all, f.Source()+" at "+f.Broken)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// find sets what a look at a place comes to.
func (b *bed) find(reach string, err error) {
	b.site.mu.Lock()
	defer b.site.mu.Unlock()
	b.site.errs[reach] = err
}

func (b *bed) wants(got, want []string) {
	b.t.Helper()
	if !slices.Equal(got, want) {
		b.t.Errorf("got %q, want %q\n%s", got, want, &b.log)
	}
}

// TestSpread: each place is looked at once a night, in the edition's zone, evenly spread and one at a time; a company
// that may not be asked is left alone, and after the edition's last day all are.
func TestSpread(t *testing.T) {
	bubble(t, []string{"a@0", "b@1", "a@2", "c@3", "c@4", "d@5", "e@6"}, func(b *bed) {
		b.stop() // it reads the edition
		b.checker.Edition.Companies[3].Pauses = []edition.Pause{{From: b.checker.Edition.From, To: b.checker.Edition.From.AddDays(1)}}
		b.checker.Edition.Companies[5].Consent = calendar.Date{}
		b.checker.Edition.Companies[6].Withdrawn = b.checker.Edition.From
		b.looked()
		b.start()
		time.Sleep(24 * time.Hour) // until 01:00 of the next day in Oslo
		// From 01:00 to 04:30, in four parts, each in the middle of its own.
		b.wants(b.looked(), []string{"a@0 1 01:26", "b@1 1 02:18", "a@2 1 03:11", "c@4 1 04:03"})
		time.Sleep(24 * time.Hour)
		b.wants(b.looked(), []string{"a@0 2 01:26", "b@1 2 02:18", "a@2 2 03:11", "c@4 2 04:03"})
		time.Sleep(24 * time.Hour) // the pause is over
		b.wants(b.looked(), []string{"a@0 3 01:21", "b@1 3 02:03", "a@2 3 02:45", "c@3 3 03:27", "c@4 3 04:09"})
		time.Sleep(400 * 24 * time.Hour)
		all := b.looked()
		if len(all) != (366-3)*5 || !strings.HasPrefix(all[len(all)-1], "c@4 31 ") {
			t.Errorf("got %d looks, the last %q", len(all), all[len(all)-1])
		}
		b.wants(b.broken(), nil)
	})
}

// TestSummerTime: the night in which clocks change has its looks too, each once.
func TestSummerTime(t *testing.T) {
	bubble(t, []string{"a@0", "b@1"}, func(b *bed) {
		time.Sleep(85 * 24 * time.Hour) // until 26 March
		b.looked()
		time.Sleep(22 * time.Hour)
		b.wants(b.looked(), []string{"a@0 26 01:37", "b@1 26 03:52"})
		time.Sleep(216 * 24 * time.Hour) // until 29 October, 00:00 in Oslo
		b.looked()
		time.Sleep(24 * time.Hour)
		b.wants(b.looked(), []string{"a@0 29 02:07", "b@1 29 03:22"})
	})
}

// TestBroken: a way counts as changed once two looks say so, and as it was once one finds it; what says nothing of
// the way leaves what was known of it.
func TestBroken(t *testing.T) {
	bubble(t, []string{"a@0", "b@1"}, func(b *bed) {
		b.find("a@0", changed())
		time.Sleep(45 * time.Minute) // 01:45 in Oslo
		b.looked()
		time.Sleep(15 * time.Minute) // until 02:00: the first is due at 01:52
		b.wants(b.looked(), []string{"a@0 1 01:52"})
		b.wants(b.broken(), nil)
		time.Sleep(10 * time.Minute)
		b.wants(b.looked(), []string{"a@0 1 02:02"})
		b.wants(b.broken(), []string{"chat/c0 at click {css: #chat}"})
		for _, silent := range []error{
			&channels.Refusal{Sign: channels.SignOffline},
			&channels.Refusal{Sign: channels.SignPuzzle},
			&channels.Deferral{No: channels.Refusal{Code: 503}, Err: errors.New("the page answers 503")},
			errors.New("the browser has ended"),
		} {
			b.find("a@0", silent)
			b.looked()
			time.Sleep(24 * time.Hour)
			if got := b.looked(); len(got) != 2 {
				t.Errorf("%v: got %q", silent, got)
			}
			b.wants(b.broken(), []string{"chat/c0 at click {css: #chat}"})
		}
		b.find("a@0", nil)
		time.Sleep(24 * time.Hour)
		b.wants(b.broken(), nil)
		b.find("b@1", changed()) // once: the page was slow
		time.Sleep(90 * time.Minute)
		for len(b.looked()) == 0 {
			time.Sleep(time.Minute)
		}
		b.find("b@1", nil)
		time.Sleep(time.Hour)
		b.wants(b.broken(), nil)
	})
}

// TestMended: a program that is started again, as after a flow was mended, looks at once whether what had changed is as
// its flow has it, and at nothing else; and a night that has been looked over is not looked over again.
func TestMended(t *testing.T) {
	bubble(t, []string{"a@0", "b@1"}, func(b *bed) {
		b.find("a@0", changed())
		time.Sleep(12 * time.Hour)
		b.wants(b.broken(), []string{"chat/c0 at click {css: #chat}"})
		b.stop()
		b.looked()
		b.start()
		time.Sleep(20 * time.Minute) // still broken: two looks
		b.wants(b.looked(), []string{"a@0 1 13:00", "a@0 1 13:10"})
		b.stop()
		b.find("a@0", nil)
		b.start()
		time.Sleep(20 * time.Minute)
		b.wants(b.looked(), []string{"a@0 1 13:20"})
		b.wants(b.broken(), nil)
		b.stop()
		time.Sleep(13*time.Hour + 20*time.Minute) // 03:00
		b.start()
		time.Sleep(20 * time.Minute)
		b.wants(b.looked(), []string{"a@0 2 03:00"}) // was due at 01:52
		b.stop()
		b.start()
		time.Sleep(5 * time.Hour)
		b.wants(b.looked(), []string{"b@1 2 03:37"})
	})
}

// TestOpenersGoFirst: no way is walked while an opener is due by the same flow, of whichever company, nor while a round
// of its channel is about to begin; another flow is.
func TestOpenersGoFirst(t *testing.T) {
	bubble(t, []string{"a@0", "b@1", "a@2"}, func(b *bed) {
		ticks, err := calendar.ParseCron("0 4 * * *", b.checker.Edition.Zone())
		if err != nil {
			t.Fatal(err)
		}
		b.stop()
		b.checker.Edition.Probes = []edition.Probe{{Name: "night", Channel: "chat", Ticks: ticks}, {Name: "mails", Channel: "mail"}}
		b.looked()
		slot := time.Date(2000, 1, 1, 0, 40, 0, 0, time.UTC) // 01:40 in Oslo
		err = b.ledger.Update(t.Context(), func(tx probes.Tx) error {
			_, err := tx.Append(t.Context(), "c", ledgertest.Event(probes.Planned, 1, slot, probes.Plan{
				Edition: "2000", Company: "c2", Class: "power", Channel: "chat", Slot: slot, Within: "2h",
			}))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.start()
		time.Sleep(10 * time.Hour)
		// a@0 would be at 01:35, b@1 at 02:45, a@2 at 03:55: five minutes before the round.
		b.wants(b.looked(), []string{"a@0 1 01:55", "b@1 1 02:45", "a@2 1 04:00"})
	})
}

// TestBusyNight: where openers leave by a flow all night nothing is walked, and what has not been is left.
func TestBusyNight(t *testing.T) {
	bubble(t, []string{"a@0"}, func(b *bed) {
		ticks, err := calendar.ParseCron("*/10 * * * *", b.checker.Edition.Zone())
		if err != nil {
			t.Fatal(err)
		}
		b.stop()
		b.checker.Edition.Probes = []edition.Probe{{Name: "often", Channel: "chat", Ticks: ticks}}
		b.looked()
		b.start()
		time.Sleep(24 * time.Hour)
		b.wants(b.looked(), nil)
	})
}
