package engine_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

func TestReplacement(t *testing.T) {
	race.Skip(t, "it winds weeks forward, each in a ledger of its own")
	ours := &channels.Refusal{Code: 535, Ours: true}
	weekly := func(ed *edition.Edition) {
		ed.To = date(t, "2000-02-11")
		ed.Limits.PerCompanyPerDay = 1
		ed.Probes[0].Ticks = ticks(t, "0 9 3 1 *", ed.Rules.Calendar.Zone) // one round in the season
	}
	withHarness(t, weekly, func(s *harness) {
		s.fake.Put("", channeltest.Company{Fate: channeltest.Refused, Refusal: ours})
		time.Sleep(toMonday + 12*time.Hour)
		s.fake.Put("", channeltest.Company{Replies: channeltest.Answering(time.Hour)})
		time.Sleep(10 * 24 * time.Hour)
		all := s.contacts()
		if len(all) != 2 {
			t.Fatalf("got %d contacts, want the void one and its replacement", len(all))
		}
		void, next := all[0], all[1]
		if void.Outcome != probes.Void || next.Outcome != probes.Answered || next.Plan.Replaces != void.ID {
			t.Errorf("got %s, then %s in place of %q; want void, then answered in place of %s",
				void.Outcome, next.Outcome, next.Plan.Replaces, void.ID)
		}
		if off := next.Plan.Slot.Sub(void.Plan.Slot); off < 7*24*time.Hour-time.Hour || off > 7*24*time.Hour+time.Hour {
			t.Errorf("was replaced %v later, want in the same hour a week later", off)
		}
		if next.Plan.Scenario != void.Plan.Scenario || next.Plan.Drawn != void.Plan.Drawn || len(next.Plan.Drawn) != 64 {
			t.Errorf("got scenario %s of plan %q, want those of the replaced", next.Plan.Scenario, next.Plan.Drawn)
		}
	})
	t.Run("at most twice", func(t *testing.T) {
		withHarness(t, weekly, func(s *harness) {
			s.fake.Put("", channeltest.Company{Fate: channeltest.Refused, Refusal: ours})
			time.Sleep(40 * 24 * time.Hour)
			all := s.contacts()
			if len(all) != 3 {
				t.Fatalf("got %d contacts, want one and two in its place", len(all))
			}
			for i, c := range all {
				if c.Outcome != probes.Void || i > 0 && c.Plan.Replaces != all[i-1].ID {
					t.Errorf("contact %d: got %s in place of %q", i, c.Outcome, c.Plan.Replaces)
				}
			}
		})
	})
	t.Run("not beyond the edition's limit", func(t *testing.T) {
		limited := func(ed *edition.Edition) {
			weekly(ed)
			ed.Limits.PerCompanyPerEdition = 1
		}
		withHarness(t, limited, func(s *harness) {
			s.fake.Put("", channeltest.Company{Fate: channeltest.UnsureLeft})
			s.change(func() { s.fake.WithoutCopies = true })
			time.Sleep(toMonday + time.Minute)
			s.amend(s.only().ID, probes.Void) // it had left: the company was bothered once
			time.Sleep(20 * 24 * time.Hour)
			if all := s.contacts(); len(all) != 1 {
				t.Errorf("got %d contacts, want no other", len(all))
			}
		})
	})
	t.Run("not where the lost one comes back", func(t *testing.T) {
		withHarness(t, weekly, func(s *harness) {
			s.fake.Put("", channeltest.Company{Fate: channeltest.UnsureLost})
			time.Sleep(toMonday + 12*time.Hour)
			if all := s.contacts(); len(all) != 2 || all[0].Outcome != probes.Void {
				t.Fatalf("got %v, want one that is void and another in its place", all)
			}
			first := s.fake.Openings()[0].Opening
			s.fake.Deliver("", channeltest.Copy(first)(time.Now()))
			time.Sleep(20 * 24 * time.Hour)
			all := s.contacts()
			if len(all) != 2 || all[0].Outcome == probes.Void || all[1].Outcome != probes.Void || !all[1].Current().Intended.IsZero() {
				t.Errorf("got %v, want the first decided and the other never sent", all)
			}
		})
	})
	t.Run("a restart replaces nothing twice", func(t *testing.T) {
		withHarness(t, weekly, func(s *harness) {
			s.fake.Put("", channeltest.Company{Fate: channeltest.Refused, Refusal: ours})
			time.Sleep(toMonday + 12*time.Hour)
			for range 3 {
				s.stop()
				s.start()
				time.Sleep(time.Hour)
			}
			if all := s.contacts(); len(all) != 2 {
				t.Errorf("got %d contacts, want 2", len(all))
			}
		})
	})
}

func TestChangedConfigurationRedrawsWhatHasNotBegun(t *testing.T) {
	twice := func(ed *edition.Edition) {
		ed.To = date(t, "2000-01-15")
		ed.Companies = append(ed.Companies, company(t, "fjord"))
	}
	withHarness(t, twice, func(s *harness) {
		time.Sleep(toMonday + time.Hour)
		before := s.contacts()
		s.stop()
		changed := *s.edition
		changed.Seed = "another"
		changed.Probes = append([]edition.Probe(nil), changed.Probes...)
		changed.Probes[0].Hours = hours(t, "13:00-15:00")
		changed.Probes[0].Ticks = ticks(t, "0 13 * * 1", changed.Rules.Calendar.Zone)
		s.edition = &changed
		s.start()
		time.Sleep(8 * 24 * time.Hour)
		all := s.contacts()
		if len(before) != 2 || len(all) != 6 {
			t.Fatalf("got %d contacts, then %d", len(before), len(all))
		}
		plans := map[string]int{}
		for _, c := range all {
			plans[c.Plan.Drawn]++
		}
		for i, c := range before {
			if all[i].ID != c.ID || !all[i].Plan.Slot.Equal(c.Plan.Slot) || all[i].Plan.Drawn != c.Plan.Drawn {
				t.Errorf("contact %d that had begun: got %+v, want %+v", i, all[i].Plan, c.Plan)
			}
		}
		if len(plans) != 2 {
			t.Errorf("got contacts of %d plans, want 2", len(plans))
		}
		err := s.ledger.View(s.t.Context(), func(tx probes.Tx) error {
			marks, err := tx.Checkpoints(s.t.Context(), probes.DrawnPlans)
			if len(marks) != 2 {
				t.Errorf("the ledger keeps %d plans, want 2", len(marks))
			}
			for _, m := range marks {
				text, err := tx.Evidence(s.t.Context(), m.Source)
				if err != nil || plans[m.Source] == 0 || len(text) == 0 {
					t.Errorf("plan %s: %v, with %d contacts", m.Source, err, plans[m.Source])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
