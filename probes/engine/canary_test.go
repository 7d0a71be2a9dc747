package engine_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
)

// theCanary is the canary's source in SourceHealth.
func theCanary() probes.Source {
	return probes.Source{Channel: "mail", Name: channels.CanarySource}
}

// useCanary starts the engine anew, with a canary.
func (s *harness) useCanary(fate channeltest.CanaryFate) {
	s.stop()
	s.fake.SetCanary(fate)
	s.start()
}

// until lets time pass up to an instant of the edition's zone.
func (s *harness) until(day, hour, minute int) {
	time.Sleep(time.Until(time.Date(2000, 1, day, hour, minute, 0, 0, s.edition.Rules.Calendar.Zone)))
	synctest.Wait()
}

// canaryReturned returns when the newest canary left that came back; zero if none did.
func (s *harness) canaryReturned() (at time.Time) {
	s.t.Helper()
	for _, m := range s.totals().Checkpoints["mail"] {
		if m.Source == channels.CanarySource {
			at = m.Until
		}
	}
	return at
}

func (s *harness) totals() (totals probes.Totals) {
	s.t.Helper()
	synctest.Wait()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) (err error) {
		totals, err = tx.Totals(s.t.Context(), 0)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return totals
}

func TestCanary(t *testing.T) {
	for _, tt := range []struct {
		fate     channeltest.CanaryFate
		up, home bool
		says     string
	}{
		{channeltest.CanaryReturns, true, true, ""},
		{channeltest.CanaryLostOut, false, false, "lost on its way out, and not on its way back: look in the second mailbox: no trace found"},
		{channeltest.CanaryLostBack, false, false, "lost on its way back: nothing was heard of its copy within 10m0s"},
		{channeltest.CanaryLost, false, false, "lost on its way out, and nothing was heard of its copy: look in the second mailbox"},
		{channeltest.CanaryRefused, false, false, "lost on its way out, and nothing was heard of its copy: send to the second mailbox: refused: 550"},
	} {
		t.Run(string(tt.fate), func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.useCanary(tt.fate)
				s.until(3, 8, 59)
				if up, known := s.health.Up()[theCanary()]; !up || !known || len(s.fake.CanariesSent()) > 0 {
					t.Errorf("before the first round: up %t, known %t, %d songs", up, known, len(s.fake.CanariesSent()))
				}
				s.until(3, 9, 30)
				if got := s.health.Up()[theCanary()]; got != tt.up {
					t.Errorf("up: got %t, want %t", got, tt.up)
				}
				if got := s.canaryReturned(); !got.IsZero() != tt.home || tt.home && (got.Before(monday(t)) || got.After(time.Now())) {
					t.Errorf("home: got %v, want one: %t", got, tt.home)
				}
				if got := s.log.String(); !strings.Contains(got, tt.says) || tt.says == "" && strings.Contains(got, "canary") {
					t.Errorf("got log\n%s\nwant in it %q", got, tt.says)
				}
				if n := s.totals().Unmatched["mail"]; n > 0 {
					t.Errorf("%d arrivals wait for a person", n)
				}
			})
		})
	}
}

// A canary that was lost is followed by others, ever more slowly, and the first
// that comes back is the last until the next round.
func TestCanaryHeals(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.useCanary(channeltest.CanaryLostBack)
		s.until(4, 9, 0)
		if n := len(s.fake.CanariesSent()); n < 15 || n > 30 {
			t.Errorf("got %d songs on a day when all are lost, want about one an hour", n)
		}
		s.fake.SetCanary(channeltest.CanaryReturns)
		lost := len(s.fake.CanariesSent())
		s.until(5, 9, 0)
		if got := len(s.fake.CanariesSent()); got != lost+1 {
			t.Errorf("got %d songs more, want the one that came home", got-lost)
		}
		if up := s.health.Up()[theCanary()]; !up || s.canaryReturned().IsZero() {
			t.Errorf("up: got %t, home %v", up, s.canaryReturned())
		}
	})
}

// While our own mailbox cannot be read, its copy is not heard; when it can be
// again, that copy heals nothing, and the next canary does.
func TestCanaryWhileOurMailboxIsDown(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.useCanary(channeltest.CanaryReturns)
		s.until(3, 8, 59)
		s.fake.Stall()
		s.until(3, 9, 25)
		if s.health.Up()[theCanary()] || !strings.Contains(s.log.String(), "lost on its way back") {
			t.Errorf("got no loss; log:\n%s", &s.log)
		}
		s.fake.Restore()
		s.until(3, 11, 0)
		if !s.health.Up()[theCanary()] || s.totals().Unmatched["mail"] > 0 {
			t.Errorf("got %d unmatched, up %t", s.totals().Unmatched["mail"], s.health.Up()[theCanary()])
		}
	})
}

func TestCanarySingsOnceEachTick(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) {
		second := ed.Probes[0]
		second.Name = "second"
		ed.Probes = append(ed.Probes, second)
		for i := range ed.Probes {
			ed.Probes[i].Ticks = ticks(t, "0 9 * * 1,2", ed.Rules.Calendar.Zone)
		}
	}, func(s *harness) {
		s.useCanary(channeltest.CanaryReturns)
		for i, day := range []int{3, 4} {
			s.until(day, 12, 0)
			if got := len(s.fake.CanariesSent()); got != i+1 {
				t.Errorf("got %d songs by the %dth, want %d", got, day, i+1)
			}
		}
	})
}

// A canary that was under way when the engine stopped is followed by another
// at once, and what comes of the first is still known for ours.
func TestCanaryAfterAStop(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.useCanary(channeltest.CanaryLostOut)
		s.until(3, 9, 15)
		s.stop()
		before := len(s.fake.CanariesSent())
		s.fake.SetCanary(channeltest.CanaryReturns)
		s.start()
		s.until(3, 9, 16)
		if got := len(s.fake.CanariesSent()) - before; got != 1 || before == 0 || s.canaryReturned().IsZero() {
			t.Errorf("got %d songs before and %d after, home %v", before, got, s.canaryReturned())
		}
		s.stop()
		s.start()
		s.until(4, 9, 0)
		if got := len(s.fake.CanariesSent()) - before; got != 1 || s.totals().Unmatched["mail"] > 0 {
			t.Errorf("got %d songs and %d unmatched after the next stop", got, s.totals().Unmatched["mail"])
		}
	})
}

// What belongs to a canary waits for no person; what only looks like it does.
func TestCanaryIsOursAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		raw  string // ID is the canary's
		want int
	}{
		"the copy again":     {"Message-ID: <ID@shopper.example>\r\nX-Again: 1", 0},
		"a bounce":           {"Message-ID: <1@mx.example>\r\nIn-Reply-To: <ID@shopper.example>\r\nAuto-Submitted: auto-replied", 0},
		"somebody's canary":  {"Message-ID: <canary-hjx1k2m3n4abcdefgh@shopper.example>", 1},
		"a short one":        {"Message-ID: <canary-abc@shopper.example>", 1},
		"one that is longer": {"Message-ID: <IDx@shopper.example>", 1},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.useCanary(channeltest.CanaryReturns)
				s.until(3, 9, 30)
				raw := strings.ReplaceAll(tt.raw, "ID@", s.fake.CanariesSent()[0].ID+"@")
				raw = strings.ReplaceAll(raw, "IDx@", s.fake.CanariesSent()[0].ID+"x@")
				s.fake.Deliver("", fmt.Appendf(nil, "From: a@b.example\r\nSubject: x\r\n%s\r\n\r\nx\r\n", raw))
				s.until(3, 10, 30)
				if got := s.totals().Unmatched["mail"]; got != tt.want {
					t.Errorf("got %d unmatched, want %d", got, tt.want)
				}
			})
		})
	}
}

// The canary's mark proves no silence: contacts are ruled by what was listened
// to, whether or not canaries come back.
func TestCanaryCoversNothing(t *testing.T) {
	for fate, blind := range map[channeltest.CanaryFate]bool{
		channeltest.CanaryLost: false, channeltest.CanaryReturns: false, channeltest.CanaryLostOut: true,
	} {
		t.Run(fmt.Sprint(fate, blind), func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.change(func() { s.fake.Poll = 30 * time.Minute })
				s.fake.Put("", channeltest.Company{Replies: channeltest.Unresponsive})
				s.useCanary(fate)
				s.until(3, 12, 0)
				if blind {
					s.fake.Stall()
				}
				s.until(5, 18, 0)
				want := probes.Unanswered
				if blind {
					want = probes.Pending
				}
				if got := s.only().Outcome; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
					heard, err := probes.Sample{Edition: s.edition}.Heard(s.t.Context(), tx)
					if since := time.Since(heard["mail"]); since < 31*time.Minute == blind {
						t.Errorf("heard until %v ago, blind is %t", since, blind)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A persona's message to itself is nobody's answer and waits for no person, be it
// sent with the edition's key or before there was one.
func TestRoundTripIsOursAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		key  string // of who sends it; serve has another, or the same
		id   string // where the message has one of its own
		to   string // where it goes to another address
		want int    // how many wait for a person
	}{
		"with the key":       {key: "the key", to: "kari@shopper.example"},
		"before the key was": {},
		"neither":            {id: "other", to: "nobody@shopper.example", want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, func(ed *edition.Edition) { ed.Key = "the key" }, func(s *harness) {
				s.until(3, 9, 30)
				sender := *s.edition
				sender.Key = tt.key
				o, err := engine.Preparer(s.fake.Prepare).RoundTrip(&sender, sender.PersonasOn("mail")[0], time.Now())
				if err != nil {
					t.Fatal(err)
				}
				o.Reach = "a@b.example"
				prepared, err := s.fake.Prepare(o)
				if err != nil {
					t.Fatal(err)
				}
				id, to := cmp.Or(tt.id, o.ID), cmp.Or(tt.to, prepared.Address)
				s.fake.Deliver("", fmt.Appendf(nil, "From: %s\r\nTo: %[1]s\r\nSubject: x\r\nMessage-ID: <%s@shopper.example>\r\n\r\nx\r\n", to, id))
				s.until(3, 10, 30)
				if got := s.totals().Unmatched["mail"]; got != tt.want {
					t.Errorf("got %d unmatched, want %d", got, tt.want)
				}
			})
		})
	}
}
