package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
)

func TestRounds(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	tests := []struct {
		name  string
		edit  func(*testing.T, *edition.Edition)
		away  [2]time.Duration // the engine is down from and to, counted from the bubble's beginning
		until time.Duration
		want  int // openers that left
	}{
		{name: "one a week", until: toMonday + 14*24*time.Hour + time.Minute, want: 3},
		{name: "missed tick is caught up inside its hours", away: [2]time.Duration{toMonday - time.Hour, toMonday + 2*time.Hour}, until: toFriday, want: 1},
		{name: "but not after them", away: [2]time.Duration{toMonday - time.Hour, toMonday + 4*time.Hour}, until: toFriday, want: 0},
		{name: "nor on another day", away: [2]time.Duration{toMonday - time.Hour, toMonday + 25*time.Hour}, until: toFriday, want: 0},
		{name: "of several missed ticks one is caught up", away: [2]time.Duration{toMonday - time.Hour, toMonday + 7*24*time.Hour + time.Hour}, until: toMonday + 9*24*time.Hour, want: 1},
		{name: "no consent", edit: func(_ *testing.T, ed *edition.Edition) { ed.Companies[0].Consent = calendar.Date{} }, until: toFriday, want: 0},
		{name: "consent is later", edit: func(t *testing.T, ed *edition.Edition) { ed.Companies[0].Consent = date(t, "2000-01-05") }, until: toMonday + 8*24*time.Hour, want: 1},
		{name: "paused", edit: func(t *testing.T, ed *edition.Edition) {
			ed.Companies[0].Pauses = []edition.Pause{{From: date(t, "2000-01-01"), To: date(t, "2000-01-09"), Reason: "migration"}}
		}, until: toMonday + 8*24*time.Hour, want: 1},
		{name: "day off", edit: func(t *testing.T, ed *edition.Edition) {
			ed.Rules.Calendar.DaysOff = []calendar.Date{date(t, "2000-01-03")}
		}, until: toFriday, want: 0},
		{name: "day off binds those who are always open", edit: func(t *testing.T, ed *edition.Edition) {
			ed.Rules.Calendar.DaysOff = []calendar.Date{date(t, "2000-01-03")}
			ed.Hours, ed.Probes[0].Hours = calendar.Hours{}, calendar.Hours{}
		}, until: toFriday, want: 0},
		{name: "edition is over", edit: func(t *testing.T, ed *edition.Edition) { ed.To = date(t, "2000-01-09") }, until: toMonday + 15*24*time.Hour, want: 1},
		{name: "company's own hours", edit: func(t *testing.T, ed *edition.Edition) { ed.Companies[0].Hours = hours(t, "Mon-Fri 10:00-12:00") }, until: toFriday, want: 0},
		{name: "limit for the edition", edit: func(_ *testing.T, ed *edition.Edition) { ed.Limits.PerCompanyPerEdition = 2 }, until: toMonday + 30*24*time.Hour, want: 2},
		{name: "limit for the day", edit: func(t *testing.T, ed *edition.Edition) {
			ed.Limits.PerCompanyPerDay = 1
			ed.Probes[0].Ticks = ticks(t, "0,30 9-11 * * 1", ed.Rules.Calendar.Zone)
		}, until: toFriday, want: 1},
		{name: "channel that it lacks", edit: func(_ *testing.T, ed *edition.Edition) { ed.Companies[0].Reach = nil }, until: toFriday, want: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edit := func(ed *edition.Edition) {
				if tt.edit != nil {
					tt.edit(t, ed)
				}
			}
			withHarness(t, edit, func(s *harness) {
				s.stop()
				s.pace.Settle, s.fake.Poll, s.chat.Poll = 6*time.Hour, 3*time.Hour, 3*time.Hour
				s.start()
				if down := tt.away[1] - tt.away[0]; down > 0 {
					time.Sleep(tt.away[0])
					s.stop()
					time.Sleep(down)
					s.start()
				}
				time.Sleep(tt.until - tt.away[1])
				s.contacts()
				if got := len(s.fake.Openings()); got != tt.want {
					t.Errorf("got %d openers, want %d", got, tt.want)
				}
			})
		})
	}
}

// TestDecided: what a person decides binds the engine that runs, at once and with the
// edition as it was: who withdraws an hour before its opener is not asked.
func TestDecided(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		act       participation.Act
	}{
		{"withdrawn", "no consent", participation.Act{Kind: participation.Withdrawn}},
		{"paused", "paused", participation.Act{Kind: participation.Paused, To: calendar.Date{Year: 2000, Month: time.January, Day: 7}}},
	} {
		withHarness(t, nil, func(s *harness) {
			time.Sleep(toMonday - time.Hour)
			tt.act.Company, tt.act.By, tt.act.Reason = s.edition.Companies[0].ID, "Kari", "they rang"
			if err := s.engine.Decide(s.t.Context(), tt.act); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Hour)
			c := s.only()
			if got := len(s.fake.Openings()); got != 0 || c.Outcome != probes.Void || !strings.HasPrefix(c.Current().Failure.Reason, tt.why) {
				t.Errorf("%s: got %d openers, and %s because of %q", tt.name, got, c.Outcome, c.Current().Failure.Reason)
			}
		})
	}
}

func TestSpreadRound(t *testing.T) {
	spread := func(ed *edition.Edition) {
		ed.Probes[0].Spread = calendar.Within{WorkingDays: 3}
		ed.Companies = nil
		for i := range 30 {
			ed.Companies = append(ed.Companies, company(t, fmt.Sprintf("company-%02d", i)))
		}
	}
	var first []probes.Contact
	withHarness(t, spread, func(s *harness) {
		time.Sleep(toFriday)
		first = s.contacts()
	})
	if len(first) != 30 {
		t.Fatalf("got %d contacts, want 30", len(first))
	}
	days, slots := map[string]int{}, map[time.Time]int{}
	for _, c := range first {
		local := c.Plan.Slot.In(season(t).Rules.Calendar.Zone)
		days[local.Weekday().String()]++
		slots[c.Plan.Slot]++
		if at := local.Format("15:04"); at < "09:00" || at >= "12:00" {
			t.Errorf("%s has its slot at %s, outside the hours", c.Plan.Company, at)
		}
		if lag := c.Current().Sent.Sub(c.Plan.Slot); lag < 0 || lag > 2*time.Second {
			t.Errorf("%s was asked %v after its slot", c.Plan.Company, lag)
		}
	}
	if len(days) != 3 || days["Monday"] == 0 || days["Tuesday"] == 0 || days["Wednesday"] == 0 {
		t.Errorf("got days %v, want Monday to Wednesday", days)
	}
	if len(slots) < 25 {
		t.Errorf("got %d different slots, want each company at its own", len(slots))
	}
	withHarness(t, spread, func(s *harness) {
		time.Sleep(toMonday + time.Minute)
		s.stop()
		s.start() // a restart in the middle of a round draws the same plan
		time.Sleep(toFriday - toMonday - time.Minute)
		for i, c := range s.contacts() {
			if c.ID != first[i].ID || !c.Plan.Slot.Equal(first[i].Plan.Slot) {
				t.Fatalf("contact %d: got %s at %v, want %s at %v", i, c.ID, c.Plan.Slot, first[i].ID, first[i].Plan.Slot)
			}
		}
		if got := len(s.fake.Openings()); got != 30 {
			t.Errorf("got %d openers, want 30", got)
		}
	})
}

func TestAbandonedOpenerIsSettledNotSent(t *testing.T) {
	for _, tt := range []struct {
		name string
		fate channeltest.Fate
		want probes.Outcome
	}{{"had left", channeltest.Taken, probes.Answered}, {"had not", channeltest.UnsureLost, probes.Void}} {
		t.Run(tt.name, func(t *testing.T) {
			withHarness(t, nil, func(s *harness) {
				s.fake.Put("", channeltest.Company{
					Fate: tt.fate, Takes: time.Minute, Replies: channeltest.Answering(time.Hour),
				})
				s.change(func() { s.fake.WithoutCopies = true })
				time.Sleep(toMonday + 30*time.Second) // it is leaving
				s.dead.Store(true)
				time.Sleep(5 * time.Minute) // what became of it could not be written down
				s.stop()
				if got := s.only().Current().State; got != probes.AttemptSending {
					t.Fatalf("got an attempt that is %s, want sending", got)
				}
				s.dead.Store(false)
				s.start()
				time.Sleep(4 * time.Hour)
				c := s.only()
				if c.Outcome != tt.want {
					t.Errorf("got %s in state %s, want %s", c.Outcome, c.Current().State, tt.want)
				}
				if got := len(s.fake.Openings()); got != 1 {
					t.Errorf("was handed over %d times", got)
				}
			})
		})
	}
}

func TestLimitPerMinute(t *testing.T) {
	crowd := func(ed *edition.Edition) {
		ed.Limits.PerMinute = 30
		ed.Companies = nil
		for i := range 20 {
			ed.Companies = append(ed.Companies, company(t, fmt.Sprintf("company-%02d", i)))
		}
	}
	withHarness(t, crowd, func(s *harness) {
		time.Sleep(toMonday + 37*time.Second)
		if got := len(s.fake.Openings()); got != 19 {
			t.Errorf("after 37 s: got %d openers, want 19", got)
		}
		time.Sleep(2 * time.Second)
		openings := s.fake.Openings()
		if len(openings) != 20 {
			t.Fatalf("after 39 s: got %d openers, want 20", len(openings))
		}
		for i := range openings[1:] {
			if gap := openings[i+1].At.Sub(openings[i].At); gap < 2*time.Second {
				t.Errorf("opener %d left %v after the one before", i+1, gap)
			}
		}
	})
}
