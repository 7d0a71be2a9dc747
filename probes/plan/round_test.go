package plan_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// often returns the award's season with a probe that ticks too often for a
// plan.
func often(cron string, spread time.Duration) plan.Season {
	s := award().season()
	s.Probes = []edition.Probe{{
		Name: "often", Channel: "chat", Ticks: must(calendar.ParseCron(cron, oslo())),
		Spread: calendar.Within{Duration: spread}, Within: calendar.Within{Duration: time.Second},
	}}
	return s
}

func TestRoundsTooMany(t *testing.T) {
	for cron, ahead := range map[string]bool{
		"@every 10s": false, "@hourly": false, "@daily": true, "0 9,13 * * *": false, "0 9 30 2 *": true,
	} {
		s := often(cron, 0)
		ticks, ok := s.Rounds(s.Probes[0])
		if ok != ahead {
			t.Errorf("%s: ok = %v, want %v", cron, ok, ahead)
		}
		if !ok && (ticks != nil || len(plan.Draw(s).Contacts) > 0) {
			t.Errorf("%s: drawn ahead all the same", cron)
		}
	}
	s := often("@daily", 0)
	s.To = calendar.Date{}
	if _, ok := s.Rounds(s.Probes[0]); ok {
		t.Error("a season without end has rounds")
	}
}

func TestRoundAtTheTick(t *testing.T) {
	s := often("@every 10s", 0)
	s.Companies[3].Reach = reach("mail")
	s.Companies[4].Consent = calendar.Date{}
	tick := time.Date(2027, 2, 2, 10, 0, 10, 0, time.UTC)
	round := s.Round(s.Probes[0], 0, tick)
	if got, want := len(round), 190; got != want {
		t.Fatalf("got %d contacts, want %d", got, want)
	}
	for _, c := range round {
		if !c.At.Equal(tick) || c.Weekday != "Tue" || c.Slot != "11-12" || c.ID != plan.ID(s.Name, c) {
			t.Errorf("got %+v", c)
		}
	}
	if slices.IsSortedFunc(round, func(a, b plan.Contact) int { return compare(a.Company, b.Company) }) {
		t.Error("companies come in their own order, want a drawn one")
	}
	if night := s.Round(s.Probes[0], 0, tick.Add(12*time.Hour)); len(night) > 0 {
		t.Errorf("%d contacts at night", len(night))
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Round by round, a company goes through all scenarios and personas before it
// sees one again.
func TestRoundTakesTurns(t *testing.T) {
	s := often("@every 10s", 0)
	s.Companies = s.Companies[:20]
	seen := map[string][]string{}
	for n := range 20 {
		for _, c := range s.Round(s.Probes[0], n, time.Date(2027, 2, 2, 10, 0, 10*n, 0, time.UTC)) {
			seen[c.Company+" scenario"] = append(seen[c.Company+" scenario"], c.Scenario)
			seen[c.Company+" persona"] = append(seen[c.Company+" persona"], c.Persona)
		}
	}
	for who, values := range seen {
		kinds := len(slices.Compact(slices.Sorted(slices.Values(values))))
		for i := range len(values) - kinds {
			if values[i] != values[i+kinds] {
				t.Fatalf("%s: %v", who, values)
			}
		}
		if kinds != 5 && kinds != 4 {
			t.Errorf("%s: %d different ones", who, kinds)
		}
	}
}

// In as many rounds as a round has cells, a company has had each once.
func TestRoundGoesThroughCells(t *testing.T) {
	s := often("0 9 * * *", 6*time.Hour)
	s.Companies = s.Companies[:20]
	had := map[string]map[string]int{}
	for n := range 12 {
		tick := time.Date(2027, 2, 1+n%5, 8, 0, 0, 0, time.UTC)
		for _, c := range s.Round(s.Probes[0], n, tick) {
			if had[c.Company] == nil {
				had[c.Company] = map[string]int{}
			}
			had[c.Company][c.Slot]++
			if c.At.Before(tick) || !c.At.Before(tick.Add(6*time.Hour)) {
				t.Errorf("%s is outside the round of %s", c.At, tick)
			}
		}
	}
	for company, slots := range had {
		for slot, n := range slots {
			if n != 2 {
				t.Errorf("%s: %d times in %s, want 2", company, n, slot)
			}
		}
		if len(slots) != 6 {
			t.Errorf("%s: %v", company, slots)
		}
	}
}

func TestRoundMoves(t *testing.T) {
	s := often("0 9 * * *", 6*time.Hour)
	s.Companies = s.Companies[:20]
	tick := time.Date(2027, 2, 1, 8, 0, 0, 0, time.UTC)
	before := s.Round(s.Probes[0], 7, tick)
	id := before[0].Company
	for i := range s.Companies {
		if s.Companies[i].ID == id {
			s.Companies[i].Hours = must(calendar.ParseHours("Mon 14:00-15:00"))
		}
	}
	after := s.Round(s.Probes[0], 7, tick)
	for _, c := range after {
		if c.Company == id && (c.Slot != "14-15" || c.Moved != "closed by its own hours or days") {
			t.Errorf("got %+v", c)
		}
	}
	other := func(c plan.Contact) bool { return c.Company == id }
	if !reflect.DeepEqual(slices.DeleteFunc(before, other), slices.DeleteFunc(after, other)) {
		t.Error("others have moved")
	}
}

func BenchmarkRound(b *testing.B) {
	s := often("@every 10s", 0)
	for b.Loop() {
		s.Round(s.Probes[0], 7, time.Date(2027, 2, 2, 10, 0, 10, 0, time.UTC))
	}
}

// On the days on which the clock changes, slots are still hours of the clock:
// one is missing in spring, and one is two hours long in autumn.
func TestClockChanges(t *testing.T) {
	s := often("@daily", 23*time.Hour)
	s.Hours, s.Rules.Calendar.Country = calendar.Hours{}, ""
	s.To = calendar.Date{Year: 2027, Month: 12, Day: 31}
	spring := s.Round(s.Probes[0], 0, time.Date(2027, 3, 27, 23, 0, 0, 0, time.UTC))
	for _, c := range spring {
		if c.Slot == "02-03" || c.Slot[:2] != c.At.In(oslo()).Format("15") || c.Weekday != "Sun" {
			t.Errorf("spring: %s at %s", c.Slot, c.At.In(oslo()))
		}
	}
	summer, winter := 0, 0
	for n := range 12 {
		for _, c := range s.Round(s.Probes[0], n, time.Date(2027, 10, 30, 22, 0, 0, 0, time.UTC)) {
			switch c.At.In(oslo()).Format("15 MST") {
			case "02 CEST":
				summer++
			case "02 CET":
				winter++
			default:
				continue
			}
			if c.Slot != "02-03" {
				t.Errorf("autumn: %s at %s", c.Slot, c.At.In(oslo()))
			}
		}
	}
	if summer == 0 || winter == 0 {
		t.Errorf("the long hour: %d in summer time, %d in winter time", summer, winter)
	}
}
