package engine_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// missed returns how many rounds of a probe the ledger says were missed.
func (s *harness) missed(probe string) (n int) {
	s.t.Helper()
	err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
		marks, err := tx.Checkpoints(s.t.Context(), probes.Missed)
		for _, m := range marks {
			if m.Source == probe {
				n, err = strconv.Atoi(m.Position)
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// unknown counts the contacts of the drawn plan up to now that the ledger
// knows nothing.
func (s *harness) unknown() (n int) {
	s.t.Helper()
	known := map[string]bool{}
	for _, c := range s.contacts() {
		known[c.ID] = true
	}
	for _, c := range plan.Draw(plan.Season(*s.edition)).Contacts {
		if c.At.Before(time.Now()) && !known[c.ID] {
			n++
		}
	}
	return n
}

// weekly asks five companies each Monday for seven weeks.
func weekly(t *testing.T) func(*edition.Edition) {
	return func(ed *edition.Edition) {
		ed.To = date(t, "2000-02-18")
		ed.Limits.PerCompanyPerDay = 1
		ed.Personas = append(ed.Personas, ed.Personas[0])
		ed.Personas[1].Name, ed.Personas[1].Address = "Ola Nordmann", "ola.nordmann@shopper.test"
		ed.Companies = nil
		for _, id := range []string{"nordlys", "fjord", "dal", "berg", "vik"} {
			ed.Companies = append(ed.Companies, company(t, id))
		}
	}
}

// Rounds that fall into a time in which the engine is down are planned, void
// and replaced, once, and all that the plan had is known.
func TestRoundsMissedWhileDown(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	const week = 7 * 24 * time.Hour
	for name, tt := range map[string]struct {
		from, to      time.Duration // after the first round's tick
		missed, void  int
		replaced, all int // of 35 that the plan has
	}{
		"not down":                        {week / 2, week/2 + time.Hour, 0, 0, 0, 35},
		"a morning, and it is caught up":  {week - time.Hour, week + time.Hour, 0, 0, 0, 35},
		"a day":                           {week - time.Hour, week + 8*time.Hour, 1, 5, 5, 40},
		"three rounds":                    {week - time.Hour, 3*week + 8*time.Hour, 3, 15, 15, 50},
		"two, and the third is caught up": {week - time.Hour, 3*week + time.Hour, 2, 10, 10, 45},
		"from before the first":           {-time.Hour, 8 * time.Hour, 1, 5, 5, 40},
		"to the end":                      {6*week - time.Hour, 8 * week, 1, 5, 0, 35},
	} {
		t.Run(name, func(t *testing.T) {
			if name != "not down" && name != "three rounds" {
				long.Only(t, "three rounds")
			}
			t.Parallel()
			withHarness(t, weekly(t), func(s *harness) {
				s.stop()
				s.pace.Settle, s.fake.Poll, s.chat.Poll = 6*time.Hour, 3*time.Hour, 3*time.Hour
				s.start()
				s.fake.Put("", channeltest.Company{Replies: channeltest.Answering(time.Hour)})
				time.Sleep(toMonday + tt.from)
				s.stop()
				time.Sleep(tt.to - tt.from)
				s.start()
				time.Sleep(time.Hour)
				s.stop() // what was missed is missed once
				s.start()
				time.Sleep(max(8*week-tt.to, 0))
				all, void, stands := s.contacts(), 0, 0
				for _, c := range all {
					if c.Outcome == probes.Void {
						void++
					}
					if c.Plan.Replaces != "" {
						stands++
					}
				}
				if got := s.missed("email"); got != tt.missed || void != tt.void {
					t.Errorf("%d rounds were missed and %d contacts void, want %d and %d", got, void, tt.missed, tt.void)
				}
				if stands != tt.replaced || len(all) != tt.all {
					t.Errorf("%d stand in for others, of %d; want %d of %d", stands, len(all), tt.replaced, tt.all)
				}
				if said := strings.Count(s.log.String(), "the edition is over"); said == 0 {
					t.Error("that the edition is over was not said")
				}
				if n := s.unknown(); n > 0 {
					t.Errorf("the ledger does not know %d contacts of the plan", n)
				}
			})
		})
	}
}

// A probe that is added in mid-season has missed nothing of what came before.
func TestProbeThatJoinsHasMissedNothing(t *testing.T) {
	withHarness(t, weekly(t), func(s *harness) {
		time.Sleep(toMonday + 10*24*time.Hour)
		s.stop()
		added := s.edition.Probes[0]
		added.Name, added.Ticks = "more", ticks(t, "0 10 * * 4", s.edition.Rules.Calendar.Zone)
		s.edition.Probes = append(s.edition.Probes, added)
		s.edition.Rules.Within["more"] = calendar.Within{WorkingDays: 3}
		s.start()
		time.Sleep(30 * time.Minute)
		for _, c := range s.contacts() {
			if c.Plan.Probe == "more" {
				t.Errorf("got a contact of %v before it had ticked", c.Plan.Round)
			}
		}
		time.Sleep(7 * 24 * time.Hour)
		if got := s.missed("more"); got != 0 {
			t.Errorf("%d rounds were missed", got)
		}
		begun := 0
		for _, c := range s.contacts() {
			if c.Plan.Probe == "more" {
				begun++
			}
		}
		if begun == 0 {
			t.Error("it has begun no round")
		}
	})
}

// What a probe misses while the engine is down it has missed by another plan too,
// and although it had begun no round before.
func TestRoundsMissedByAnotherPlan(t *testing.T) {
	withHarness(t, weekly(t), func(s *harness) {
		late := s.edition.Probes[0]
		late.Name, late.Ticks = "late", ticks(t, "0 10 * * 4", s.edition.Rules.Calendar.Zone)
		s.stop()
		s.edition.Probes = append(s.edition.Probes, late)
		s.edition.Rules.Within["late"] = calendar.Within{WorkingDays: 3}
		s.start()
		time.Sleep(toMonday + 2*24*time.Hour)
		s.stop()
		time.Sleep(2 * 24 * time.Hour)
		s.edition.Probes[0].Within = calendar.Within{WorkingDays: 2}
		s.start()
		time.Sleep(time.Hour)
		missed := 0
		for _, c := range s.contacts() {
			if c.Plan.Probe == "late" && c.Outcome == probes.Void {
				missed++
			}
		}
		if missed != len(s.edition.Companies) || s.missed("late") != 1 {
			t.Errorf("%d contacts of %d are void, and %d rounds were missed", missed, len(s.edition.Companies), s.missed("late"))
		}
	})
}

// Of a probe that ticks too often for a plan, what fell into the time is
// counted.
func TestSkippedRoundsAreCounted(t *testing.T) {
	hourly := func(ed *edition.Edition) { ed.Probes[0].Ticks = ticks(t, "0 * * * *", ed.Rules.Calendar.Zone) }
	withHarness(t, hourly, func(s *harness) {
		time.Sleep(toMonday + 30*time.Minute)
		if got := s.missed("email"); got != 0 {
			t.Fatalf("at the beginning %d rounds were missed", got)
		}
		s.stop()
		time.Sleep(5 * time.Hour)
		s.start()
		time.Sleep(time.Minute)
		s.contacts()
		if got := s.missed("email"); got != 4 {
			t.Errorf("%d rounds were missed, want the four before the one that is due", got)
		}
	})
}
