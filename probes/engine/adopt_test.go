package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
)

// loseLedger goes on with an empty ledger, as after a lost disk or in another
// folder.
func (s *harness) loseLedger() {
	s.t.Helper()
	s.stop()
	s.newLedger()
	s.start()
}

// newLedger puts an empty ledger in the place of the present one.
func (s *harness) newLedger() {
	s.t.Helper()
	l, err := ledger.Open(s.t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(s.edition.Rules).Fold})
	if err != nil {
		s.t.Fatal(err)
	}
	s.ledger = l
	s.t.Cleanup(func() {
		if err := errors.Join(l.Verify(context.Background()), l.Close()); err != nil {
			s.t.Error(err)
		}
	})
}

// askedOnce fails unless every company was asked n times, and each attempt once.
func (s *harness) askedOnce(n int) {
	s.t.Helper()
	total := 0
	for _, fake := range []*channeltest.Fake{s.fake, s.chat} {
		attempts := map[string]int{}
		for _, o := range fake.Openings() {
			if !o.Left {
				continue
			}
			total++
			if attempts[o.Opening.Attempt]++; attempts[o.Opening.Attempt] > 1 {
				s.t.Errorf("attempt %s to %s was sent again", o.Opening.Attempt, o.Opening.Reach)
			}
		}
	}
	if total != n {
		s.t.Errorf("got %d openers, want %d", total, n)
	}
}

// TestLostLedger: an engine that finds an empty ledger in the middle of a round
// asks no company again that was asked, whatever the trace of it, and the contacts
// are as if nothing had been lost.
func TestLostLedger(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*edition.Edition)
		set  func(*harness)
		at   time.Duration // after the start
		want int
	}{
		{"by its copy, before the answer", nil, nil, toMonday + 2*time.Hour + 30*time.Minute, 1},
		{"by its copy, after the answer", nil, nil, toMonday + 5*time.Hour, 1},
		{"by its copy, a day later", nil, nil, toMonday + 24*time.Hour, 1},
		{"by its copy, when the next is due", nil, nil, 7*24*time.Hour + toMonday + 2*time.Hour + 30*time.Minute, 2},
		{"by what the platform shows", nil, func(s *harness) { s.fake.WithoutCopies = true }, toMonday + 2*time.Hour + 30*time.Minute, 1},
		{"in an edition without an end", func(ed *edition.Edition) { ed.To = calendar.Date{} }, nil, toMonday + 2*time.Hour + 30*time.Minute, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withHarness(t, func(ed *edition.Edition) {
				ed.Key, ed.To = strings.Repeat("0f", 16), date(t, "2000-03-01")
				if tt.edit != nil {
					tt.edit(ed)
				}
			}, func(s *harness) {
				if tt.set != nil {
					s.change(func() { tt.set(s) })
				}
				time.Sleep(tt.at)
				synctest.Wait()
				s.askedOnce(tt.want)
				s.loseLedger()
				time.Sleep(4 * 24 * time.Hour)
				s.askedOnce(tt.want)
				for _, c := range s.contacts() {
					if a := c.Current(); c.Outcome != probes.Answered || !a.Intent.Adopted || (c.Wait-2*time.Hour).Abs() > time.Minute {
						t.Errorf("got %s after %v, adopted %t; want answered after two hours, adopted", c.Outcome, c.Wait, a.Intent.Adopted)
					}
				}
				if got := len(s.contacts()); got != tt.want {
					t.Errorf("got %d contacts, want %d", got, tt.want)
				}
			})
		})
	}
}

// TestListensBeforeItSpeaks: while the mailbox cannot be read after a start,
// nothing leaves; once it can, what is due does.
func TestListensBeforeItSpeaks(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	withHarness(t, nil, func(s *harness) {
		s.stop()
		s.fake.Stall()
		s.start()
		time.Sleep(toMonday + 2*time.Hour + 30*time.Minute) // Monday, half an hour after its slot
		synctest.Wait()
		s.askedOnce(0)
		s.fake.Restore()
		time.Sleep(time.Hour)
		s.askedOnce(1)
	})
}

// TestMissedOnlyOnceHeard: what fell into the time in which svartid was down is
// not missed before the mailbox has been read, which knows that it was asked.
func TestMissedOnlyOnceHeard(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) { ed.To = date(t, "2000-03-01") }, func(s *harness) {
		time.Sleep(toMonday + 24*time.Hour)
		synctest.Wait()
		s.stop()
		s.newLedger()
		s.fake.Stall()
		s.start()
		time.Sleep(2 * time.Hour)
		if got := len(s.contacts()); got != 0 {
			t.Errorf("got %d contacts before the mailbox was read", got)
		}
		s.fake.Restore()
		time.Sleep(24 * time.Hour)
		if c := s.only(); c.Outcome != probes.Answered || !c.Current().Intent.Adopted {
			t.Errorf("got %s, %s; want answered, adopted", c.Outcome, c.Reason)
		}
	})
}

// TestForgedCopy: what any sender can write is no opener of ours, and waits for a
// person: a copy from an address of ours without our mark, and one whose mark
// is made with the seed instead of the key.
func TestForgedCopy(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) { ed.Key = strings.Repeat("0f", 16) }, func(s *harness) {
		time.Sleep(toMonday + time.Hour + 50*time.Minute)
		s.stop()
		seeded := *s.edition
		seeded.Key = ""
		forged := s.forge(&seeded)
		s.newLedger()
		s.fake.Deliver("", channeltest.Copy(forged)(time.Now().Add(20*time.Minute)))
		guessed := forged
		guessed.ID = "guessed@shopper.test"
		s.fake.Deliver("", channeltest.Copy(guessed)(time.Now().Add(20*time.Minute)))
		s.start()
		time.Sleep(24 * time.Hour)
		s.askedOnce(1)
		if waiting := s.unmatched(); waiting != 2 {
			t.Errorf("got %d arrivals that wait for a person, want the 2 forged copies", waiting)
		}
	})
}

// forge returns the opening that Monday's contact would have in an edition.
func (s *harness) forge(ed *edition.Edition) channels.Opening {
	s.t.Helper()
	other := &harness{t: s.t, edition: ed, fake: channeltest.NewFake(channeltest.Unresponsive), chat: channeltest.NewFake(channeltest.Unresponsive), pace: s.pace}
	other.newLedger()
	other.start()
	time.Sleep(30 * time.Minute)
	synctest.Wait()
	other.stop()
	all := other.fake.Openings()
	if len(all) != 1 {
		s.t.Fatalf("got %d openers to forge, want 1", len(all))
	}
	return all[0].Opening
}

// unmatched counts what waits for a person.
func (s *harness) unmatched() (n int) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		found, err := tx.Arrivals(s.t.Context(), probes.ArrivalQuery{Unmatched: true})
		n = len(found)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestLimitsHoldAcrossEditions: a company is bothered no more often because the
// edition has another name, and what is left of the other does not leave.
func TestLimitsHoldAcrossEditions(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) {
		ed.Limits.PerCompanyPerDay = 1
	}, func(s *harness) {
		time.Sleep(toMonday + time.Hour)
		synctest.Wait()
		s.askedOnce(1)
		s.stop()
		renamed := *s.edition
		renamed.Name, renamed.Probes = "renamed", slices.Clone(s.edition.Probes)
		renamed.Probes[0].Name = "again" // or its rounds would have begun
		s.edition = &renamed
		s.start()
		time.Sleep(10 * time.Hour)
		s.askedOnce(1)
		const limit = "renamed void the company's limit for the day is reached"
		if len(s.contacts()) != 2 {
			t.Errorf("got %d contacts, want one of each edition", len(s.contacts()))
		}
		for _, c := range s.contacts() {
			if got := fmt.Sprint(c.Plan.Edition, " ", c.Outcome, " ", c.Reason); c.Plan.Edition == "renamed" && got != limit {
				t.Errorf("got %s, want %s", got, limit)
			}
		}
	})
}

// TestAnotherEditionsOpenerStays: what a queue still holds of another edition is
// not opened by this one.
func TestAnotherEditionsOpenerStays(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.stop()
		slot := time.Date(2000, 1, 3, 9, 0, 0, 0, time.UTC)
		left := probes.Plan{
			Edition: "spring", Company: "nordlys", Class: "power", Channel: "mail", Probe: "email", Round: slot, Slot: slot,
			Scenario: "price", Persona: "Kari Nordmann", Within: "3 working days",
		}
		err := s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
			_, err := tx.Append(s.t.Context(), "left", probes.NewEvent(probes.Planned, 1, slot, left))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.before = []probes.Job{{Contact: "left", Attempt: 1, At: slot}}
		s.edition.Probes[0].Ticks = ticks(t, "0 9 * * 5", s.edition.Zone())
		s.start()
		time.Sleep(toMonday + 4*time.Hour)
		s.askedOnce(0)
	})
}
