package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/queue"
)

// runBeside runs a second engine of the same edition on another ledger, as on a copy
// that was taken before the season, until the test ends. It returns that ledger.
func (s *harness) runBeside() *ledger.Ledger {
	s.t.Helper()
	l, err := ledger.Open(s.t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(s.edition.Rules).Fold})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	beside := &engine.Engine{
		Edition: s.edition, Channels: map[string]any{"mail": s.fake}, Ledger: l,
		Queue: queue.New(queue.Options{Log: log}), Log: log, Timing: s.pace,
	}
	done := make(chan error)
	go func() { done <- beside.Run(ctx) }()
	own := s.stop
	s.stop = func() {
		own()
		cancel()
		if err := errors.Join(<-done, l.Close()); err != nil {
			s.t.Error(err)
		}
	}
	return l
}

// doubles returns the attempts that a ledger knows to have left twice.
func (s *harness) doubles(of *ledger.Ledger) map[string]bool {
	s.t.Helper()
	synctest.Wait()
	all := map[string]bool{}
	err := of.View(s.t.Context(), func(tx probes.Tx) error {
		found, err := tx.Checkpoints(s.t.Context(), probes.Doubles)
		for _, m := range found {
			all[m.Source] = true
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// mostAsked returns how often one opener left, at most, since an instant.
func (s *harness) mostAsked(since time.Time) (most int) {
	attempts := map[string]int{}
	for _, o := range s.fake.Openings() {
		if o.Left && o.At.After(since) {
			attempts[o.Opening.Attempt]++
			most = max(most, attempts[o.Opening.Attempt])
		}
	}
	return most
}

// TestTwoLedgers: where a second svartid runs on a copy of the ledger, our own copies
// show it to one of them or to both, for each opener. It is said at once, and where
// companies of several centres were asked twice no opener leaves any more.
func TestTwoLedgers(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	four := []string{"nordlys", "fjord", "kraft", "vind"}
	for name, tt := range map[string]struct {
		companies     []string
		beside, stops bool
	}{
		"alone":                                 {four, false, false},
		"two, and companies enough to prove it": {four, true, true},
		"two, and one company, which might have sent the copies itself": {four[:1], true, false},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(ed *edition.Edition) {
				ed.Key, ed.To = strings.Repeat("0f", 16), date(t, "2000-03-01")
				ed.Companies = nil
				for _, id := range tt.companies {
					ed.Companies = append(ed.Companies, company(t, id))
				}
			}, func(s *harness) {
				known := s.doubles
				if tt.beside {
					beside := s.runBeside()
					known = func(own *ledger.Ledger) map[string]bool {
						all := s.doubles(own)
						maps.Copy(all, s.doubles(beside))
						return all
					}
				}
				time.Sleep(toMonday + 4*24*time.Hour)
				first := known(s.ledger)
				if want := map[bool]int{true: len(tt.companies)}[tt.beside]; len(first) != want {
					t.Errorf("of the first round %v are known to have left twice, want %d", first, want)
				}
				if said := strings.Contains(s.log.String(), "does a second svartid run"); said && !tt.beside {
					t.Error("speaks of a second svartid, and there is none")
				}
				time.Sleep(7 * 24 * time.Hour)
				if most := s.mostAsked(time.Now().Add(-7 * 24 * time.Hour)); most > 1 && tt.stops {
					t.Errorf("in the next round an opener left %d times: none of the two has stopped", most)
				}
				if !tt.beside {
					s.askedOnce(2 * len(tt.companies))
				}
			})
		})
	}
}

// TestSentByAnother: a copy with our mark of what this engine has not sent, written while
// it runs, is from another one.
func TestSentByAnother(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) {
		ed.Key, ed.To = strings.Repeat("0f", 16), date(t, "2000-03-01")
	}, func(s *harness) {
		s.stop()
		own := s.ledger
		s.newLedger() // the other one's
		s.fake.LoseCopies = true
		s.start()
		time.Sleep(toMonday + 2*time.Hour + 30*time.Minute)
		s.stop()
		sent := s.fake.Openings()
		if len(sent) != 1 {
			t.Fatalf("the other one sent %d openers, want 1", len(sent))
		}
		s.ledger = own
		for _, tt := range []struct {
			written time.Time
			want    int
		}{{time.Now().Add(-10 * time.Minute), 0}, {time.Now().Add(time.Minute), 1}} {
			s.newLedger()
			s.start()
			time.Sleep(2 * time.Minute)
			s.fake.Deliver(channeltest.Inbox, channeltest.Copy(sent[0].Opening)(tt.written))
			time.Sleep(2 * time.Hour)
			if got := s.doubles(s.ledger); len(got) != tt.want {
				t.Errorf("written %v: got %d attempts that another has sent, want %d", tt.written, len(got), tt.want)
			}
			s.stop()
		}
		s.start()
	})
}
