package engine_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
)

// market is the season with n companies and rounds spread over three working days.
func market(t *testing.T, n int) *edition.Edition {
	ed := season(t)
	ed.Probes[0].Spread = calendar.Within{WorkingDays: 3}
	ed.Companies = nil
	for i := range n {
		ed.Companies = append(ed.Companies, company(t, fmt.Sprintf("company-%03d", i)))
	}
	return ed
}

// monday is the season's first tick.
func monday(t *testing.T) time.Time {
	return time.Date(2000, 1, 3, 9, 0, 0, 0, season(t).Rules.Calendar.Zone)
}

// slots returns a round's slots by company.
func slots(round []probes.Plan) map[string]time.Time {
	all := map[string]time.Time{}
	for _, p := range round {
		all[p.Company] = p.Slot
	}
	return all
}

func TestRoundIsEachCompanyOnce(t *testing.T) {
	ed, tick := market(t, 300), monday(t)
	round := engine.Round(ed, ed.Probes[0], tick, tick)
	if len(round) != 300 || len(slots(round)) != 300 {
		t.Fatalf("got %d contacts with %d companies, want 300 each", len(round), len(slots(round)))
	}
	days, ids := map[time.Weekday]int{}, map[string]bool{}
	for i, p := range round {
		local := p.Slot.In(tick.Location())
		days[local.Weekday()]++
		ids[engine.ContactID(p)] = true
		if local.Hour() < 9 || local.Hour() >= 12 || p.Slot.Before(tick) || p.Slot.Nanosecond() != 0 {
			t.Errorf("%s: got %v, outside the hours", p.Company, local)
		}
		if i > 0 && p.Slot.Before(round[i-1].Slot) {
			t.Errorf("%s comes after a later slot", p.Company)
		}
		if p.Scenario != "price" || p.Persona != "Kari Nordmann" || p.Within != "3 working days" || !p.Round.Equal(tick) {
			t.Errorf("got %+v", p)
		}
	}
	for day := time.Monday; day <= time.Wednesday; day++ {
		if days[day] < 70 || days[day] > 130 { // 100 expected, standard deviation 8
			t.Errorf("%v: got %d of 300, want about 100", day, days[day])
		}
	}
	if len(days) != 3 || len(ids) != 300 {
		t.Errorf("got days %v and %d ids", days, len(ids))
	}
}

func TestRoundIsDrawn(t *testing.T) {
	tick := monday(t)
	draw := func(edit func(*edition.Edition)) []probes.Plan {
		ed := market(t, 50)
		edit(ed)
		return engine.Round(ed, ed.Probes[0], tick, tick)
	}
	first := draw(func(*edition.Edition) {})
	without := func(round []probes.Plan, ids ...string) map[string]time.Time {
		all := slots(round)
		for _, id := range ids {
			delete(all, id)
		}
		return all
	}
	if again := draw(func(*edition.Edition) {}); !reflect.DeepEqual(again, first) {
		t.Error("the same seed drew another plan")
	}
	for _, tt := range []struct {
		name string
		edit func(*edition.Edition)
		but  []string // companies whose own slot may move, or that come and go
		want bool     // the others keep their slots
	}{
		{"a company more", func(ed *edition.Edition) { ed.Companies = append(ed.Companies, company(t, "aaa")) }, []string{"aaa"}, true},
		{"a company less", func(ed *edition.Edition) { ed.Companies = ed.Companies[1:] }, []string{"company-000"}, true},
		{"another order", func(ed *edition.Edition) { slices.Reverse(ed.Companies) }, nil, true},
		{"one is paused", func(ed *edition.Edition) {
			ed.Companies[7].Pauses = []edition.Pause{{From: date(t, "2000-01-01"), To: date(t, "2000-01-31")}}
		}, []string{"company-007"}, true},
		{"one opens later", func(ed *edition.Edition) { ed.Companies[7].Hours = hours(t, "11:00-12:00") }, []string{"company-007"}, true},
		{"another name or text", func(ed *edition.Edition) { ed.Companies[3].Name, ed.Scenarios[0].Body = "Ny", "Hei" }, nil, true},
		{"another seed", func(ed *edition.Edition) { ed.Seed = "other" }, nil, false},
		{"another probe", func(ed *edition.Edition) { ed.Probes[0].Name = "other" }, nil, false},
		{"another edition", func(ed *edition.Edition) { ed.Name = "other" }, nil, false},
	} {
		other := draw(tt.edit)
		if got := reflect.DeepEqual(without(other, tt.but...), without(first, tt.but...)); got != tt.want {
			t.Errorf("%s: others keep their slots: got %t, want %t", tt.name, got, tt.want)
		}
	}
}

func TestRoundLeavesOut(t *testing.T) {
	tick := monday(t)
	for _, tt := range []struct {
		name string
		late time.Duration // after the tick
		edit func(*edition.Edition)
		want int
	}{
		{"nothing changed", 0, func(*edition.Edition) {}, 1},
		{"without the channel", 0, func(ed *edition.Edition) { ed.Companies[0].Reach = nil }, 0},
		{"without consent", 0, func(ed *edition.Edition) { ed.Companies[0].Consent = calendar.Date{} }, 0},
		{"without a scenario in its language", 0, func(ed *edition.Edition) { ed.Companies[0].Language = "fi" }, 0},
		{"a scenario for other classes", 0, func(ed *edition.Edition) { ed.Scenarios[0].Classes = []string{"banks"} }, 0},
		{"a scenario for its class", 0, func(ed *edition.Edition) { ed.Scenarios[0].Classes = []string{"banks", "power"} }, 1},
		{"without a persona on the channel", 0, func(ed *edition.Edition) { ed.Personas[0].Channel = "chat" }, 0},
		{"paused all the round", 0, func(ed *edition.Edition) {
			ed.Companies[0].Pauses = []edition.Pause{{From: date(t, "2000-01-03"), To: date(t, "2000-01-05")}}
		}, 0},
		{"paused but for a day", 0, func(ed *edition.Edition) {
			ed.Companies[0].Pauses = []edition.Pause{{From: date(t, "2000-01-03"), To: date(t, "2000-01-04")}}
		}, 1},
		{"hours that never meet", 0, func(ed *edition.Edition) { ed.Companies[0].Hours = hours(t, "13:00-15:00") }, 0},
		{"the round is under way", 50 * time.Hour, func(*edition.Edition) {}, 1},
		{"the round is over", 64 * time.Hour, func(*edition.Edition) {}, 0},
		{"spread over two hours", 0, func(ed *edition.Edition) { ed.Probes[0].Spread = calendar.Within{Duration: 2 * time.Hour} }, 1},
		{"that have passed", 3 * time.Hour, func(ed *edition.Edition) { ed.Probes[0].Spread = calendar.Within{Duration: 2 * time.Hour} }, 0},
	} {
		ed := market(t, 1)
		tt.edit(ed)
		if got := len(engine.Round(ed, ed.Probes[0], tick, tick.Add(tt.late))); got != tt.want {
			t.Errorf("%s: got %d contacts, want %d", tt.name, got, tt.want)
		}
	}
}

// TestRoundAlwaysOpen: hours that restrict nothing give every hour of the
// spread, over midnight and the change to summer time.
func TestRoundAlwaysOpen(t *testing.T) {
	ed := market(t, 400)
	ed.Hours, ed.Probes[0].Hours = calendar.Hours{}, calendar.Hours{}
	ed.Probes[0].Spread = calendar.Within{Duration: 48 * time.Hour}
	tick := time.Date(2000, 3, 25, 18, 0, 0, 0, ed.Rules.Calendar.Zone)
	hoursOf := map[int]int{}
	for _, p := range engine.Round(ed, ed.Probes[0], tick, tick) {
		after := p.Slot.Sub(tick)
		if after < 0 || after >= 48*time.Hour {
			t.Errorf("got a slot %v after the tick", after)
		}
		hoursOf[int(after/(6*time.Hour))]++
	}
	for i := range 8 {
		if n := hoursOf[i]; n < 25 || n > 80 { // 50 expected, standard deviation 7
			t.Errorf("hours %d to %d: got %d of 400, want about 50", 6*i, 6*i+6, n)
		}
	}
}

func TestOpensToTheSecond(t *testing.T) {
	ed := season(t)
	nine := monday(t)
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{nine.Add(-time.Nanosecond), "outside the hours"},
		{nine, ""},
		{nine.Add(3*time.Hour - time.Nanosecond), ""},
		{nine.Add(3 * time.Hour), "outside the hours"},
	} {
		if got, ok := ed.Opens(ed.Probes[0], ed.Companies[0], tt.at); got != tt.want || ok != (tt.want == "") {
			t.Errorf("%v: got %q, want %q", tt.at, got, tt.want)
		}
	}
}

// TestTicksBeforeTheFirstRound: an edition without a first day begins with the
// engine, however seldom that looks.
func TestTicksBeforeTheFirstRound(t *testing.T) {
	withHarness(t, func(ed *edition.Edition) { ed.From = calendar.Date{} }, func(s *harness) {
		s.stop()
		s.pace.Plan = 11 * time.Minute
		s.start()
		time.Sleep(toMonday + time.Hour)
		s.only()
	})
}
