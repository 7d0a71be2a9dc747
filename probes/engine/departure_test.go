package engine_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// kinds returns the kinds of a contact's events, in order.
func (s *harness) kinds(id string) (kinds []probes.EventKind) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		_, story, err := tx.Story(s.t.Context(), id)
		for _, e := range story {
			kinds = append(kinds, e.Kind)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return kinds
}

// left counts the openers that reached a company.
func (s *harness) left() (n int) {
	for _, o := range s.fake.Openings() {
		if o.Left {
			n++
		}
	}
	return n
}

// An engine that dies while a channel connects has intended nothing: the next
// one asks as if nothing had been, in the same hour.
func TestKilledBeforeLeaveAsksAnew(t *testing.T) {
	withHarness(t, nil, func(s *harness) {
		s.change(func() { s.fake.WithoutCopies = true })
		s.fake.Put("", channeltest.Company{Connects: time.Minute, Replies: channeltest.Answering(time.Hour)})
		time.Sleep(toMonday + 30*time.Second)
		if c := s.only(); c.Current().State != probes.AttemptPlanned || !c.Current().Intended.IsZero() {
			t.Fatalf("while it connects: got %s, intended at %v; want planned, and never", c.Current().State, c.Current().Intended)
		}
		s.dead.Store(true)
		time.Sleep(5 * time.Minute)
		s.stop()
		if got := s.left(); got != 0 {
			t.Fatalf("%d openers left without an intent", got)
		}
		s.dead.Store(false)
		s.start()
		time.Sleep(2 * time.Hour)
		c := s.only()
		want := []probes.EventKind{probes.Planned, probes.Intended, probes.Sent, probes.Heard, probes.Ruled}
		if got := s.kinds(c.ID); c.Outcome != probes.Answered || s.left() != 1 || !slices.Equal(got, want) {
			t.Errorf("got %s after %v, and %d openers left; want answered after %v", c.Outcome, got, s.left(), want)
		}
	})
}

// What fails before leave has never been intended, and what fails after it has.
func TestFailuresBeforeAndAfterLeave(t *testing.T) {
	refused := channeltest.Company{Fate: channeltest.Refused}
	late := channeltest.Company{Fate: channeltest.Refused, Late: true}
	for name, tt := range map[string]struct {
		company channeltest.Company
		want    []probes.EventKind
		tries   int
	}{
		"fails twice": {channeltest.Company{Failures: 2}, []probes.EventKind{
			probes.Planned, probes.Deferred, probes.Deferred, probes.Intended, probes.Sent,
		}, 3},
		"is refused before leave": {refused, []probes.EventKind{probes.Planned, probes.Refused, probes.Ruled}, 1},
		"is refused after it":     {late, []probes.EventKind{probes.Planned, probes.Intended, probes.Refused, probes.Ruled}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.change(func() { s.fake.WithoutCopies = true })
				s.fake.Put("post@nordlys.example", tt.company)
				time.Sleep(toMonday + time.Hour)
				c := s.only()
				if got := s.kinds(c.ID); !slices.Equal(got, tt.want) || c.Current().Tries != tt.tries {
					t.Errorf("got %v in %d tries, want %v in %d", got, c.Current().Tries, tt.want, tt.tries)
				}
			})
		})
	}
}

// What was on the screen is kept beside what became of the opener, whatever that was.
func TestPicturesAreKept(t *testing.T) {
	picture := []byte("RIFF\x00\x00\x00\x00WEBP")
	for name, company := range map[string]channeltest.Company{
		"taken":                   {},
		"is refused before leave": {Fate: channeltest.Refused},
		"is refused after it":     {Fate: channeltest.Refused, Late: true},
		"fails for now":           {Failures: 1, Fate: channeltest.Failing},
		"may have left":           {Fate: channeltest.UnsureLost},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				company.Picture = picture
				s.fake.Put("post@nordlys.example", company)
				time.Sleep(toMonday + time.Minute)
				kept := 0
				for _, e := range s.story(s.only().ID) {
					digest := probes.PictureIn(e)
					if digest == "" {
						continue
					}
					err := s.ledger.View(t.Context(), func(tx probes.Tx) error {
						got, err := tx.Evidence(t.Context(), digest)
						if !bytes.Equal(got, picture) {
							t.Errorf("%s: kept %q", e.Kind, got)
						}
						return err
					})
					if err != nil {
						t.Errorf("%s: %v", e.Kind, err)
					}
					if papers, _ := probes.PapersOf(e); !slices.Contains(papers, digest) {
						t.Errorf("%s: an erasure would not find it", e.Kind)
					}
					kept++
				}
				if kept == 0 {
					t.Errorf("no event of %v has a picture", s.kinds(s.only().ID))
				}
			})
		})
	}
}

// What held when an opener was prepared is asked again when it is about to
// leave: a slow connection may have outlasted its hours, and another opener may
// have used up the company's day.
func TestLeaveAsksWhetherItStillMay(t *testing.T) {
	for name, edit := range map[string]func(*edition.Edition){
		"its hours are over": func(ed *edition.Edition) { ed.Probes[0].Hours = hours(t, "09:00-09:01") },
		"the day is used up": func(ed *edition.Edition) {
			ed.Limits.PerCompanyPerDay = 1
			second := ed.Probes[0]
			second.Name = "again"
			ed.Probes = append(ed.Probes, second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, edit, func(s *harness) {
				s.fake.Put("", channeltest.Company{Connects: 2 * time.Minute})
				time.Sleep(toMonday + 10*time.Minute)
				dropped := 0
				for _, c := range s.contacts() {
					if c.Current().State == probes.AttemptUnsent && c.Outcome == probes.Void {
						dropped++
					}
				}
				if want := len(s.edition.Probes) - 1; dropped != 1 || s.left() != want {
					t.Errorf("%d openers left and %d were dropped, want %d and 1", s.left(), dropped, want)
				}
			})
		})
	}
}

// A queue may offer an attempt to two callers. One opens it, and what the other
// meets meanwhile changes nothing.
func TestOfferedTwiceLeavesOnce(t *testing.T) {
	for name, fate := range map[string]channeltest.Fate{
		"connects too": channeltest.Taken, "fails for now": channeltest.Failing, "is refused": channeltest.Refused,
	} {
		t.Run(name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.change(func() { s.fake.WithoutCopies = true })
				s.fake.Put("post@nordlys.example", channeltest.Company{
					Connects: 10 * time.Second, Takes: time.Minute, Replies: channeltest.Answering(time.Hour),
				})
				time.Sleep(toMonday + 5*time.Second)
				c := s.only() // the first caller connects; when the second does, it is leaving
				s.fake.Put("post@nordlys.example", channeltest.Company{Connects: 20 * time.Second, Fate: fate})
				if err := s.engine.Open(s.t.Context(), probes.Job{Contact: c.ID, Attempt: 1, At: c.Current().Due}); err != nil {
					t.Error(err)
				}
				time.Sleep(2 * time.Hour)
				want := []probes.EventKind{probes.Planned, probes.Intended, probes.Sent, probes.Heard, probes.Ruled}
				if got := s.kinds(c.ID); !slices.Equal(got, want) || s.left() != 1 {
					t.Errorf("got %v, and %d openers left; want %v", got, s.left(), want)
				}
			})
		})
	}
}
