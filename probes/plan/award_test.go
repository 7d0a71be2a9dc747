package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// must returns what was parsed. A test's own text that does not parse is a slip
// of the pen.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func oslo() *time.Location { return must(time.LoadLocation("Europe/Oslo")) }

// award returns a season as the award would have it in 2027: 192 companies in
// 24 classes, 25 contacts each.
func award() plan.Season {
	cron := func(line string) calendar.Ticks { return must(calendar.ParseCron(line, oslo())) }
	hours := func(text string) calendar.Hours { return must(calendar.ParseHours(text)) }
	days := func(n int) calendar.Within { return calendar.Within{WorkingDays: n} }
	minutes := func(n int) calendar.Within { return calendar.Within{Duration: time.Duration(n) * time.Minute} }
	s := plan.Season{
		Edition: "ksp-2027", Seed: "the seed of the test",
		From: must(calendar.ParseDate("2027-01-11")), To: must(calendar.ParseDate("2027-04-09")),
		Calendar: calendar.Calendar{Zone: oslo(), Country: "NO", DaysOff: []calendar.Date{{Year: 2027, Month: 3, Day: 24}}},
		Hours:    hours("Mon-Fri 09:00-15:00"), PerDay: 1, PerEdition: 25,
		Probes: []plan.Probe{
			{Name: "email", Channel: "mail", Ticks: cron("0 9 * * 1"), Spread: days(5), Within: days(3), Hours: hours("09:00-12:00"), Attempts: 1},
			{Name: "chat", Channel: "chat", Ticks: cron("0 9 1,15 * *"), Spread: days(8), Within: minutes(5), Hours: hours("09:00-14:45"), Attempts: 2},
			{Name: "messenger", Channel: "facebook", Ticks: cron("0 9 8 * *"), Spread: days(10), Within: minutes(30), Hours: hours("09:00-14:30"), Attempts: 2},
			{Name: "phone", Channel: "phone", Ticks: cron("0 9 22 * *"), Spread: days(6), Within: minutes(5), Hours: hours("09:00-14:45"), Attempts: 2},
		},
	}
	for i := range 5 {
		s.Scenarios = append(s.Scenarios, plan.Scenario{Name: fmt.Sprint("scenario-", i+1), Language: "nb"})
	}
	for _, channel := range []string{"mail", "chat", "facebook", "phone"} {
		for _, name := range []string{"Kari Nordmann", "Ola Hansen", "Anne Berg", "Per Dahl"} {
			s.Personas = append(s.Personas, plan.Persona{Name: name, Channel: channel})
		}
	}
	for i := range 192 {
		s.Companies = append(s.Companies, plan.Company{
			ID: fmt.Sprintf("company-%03d", i), Class: fmt.Sprintf("class-%02d", i%24), Language: "nb",
			Channels: []string{"mail", "chat", "facebook", "phone"}, Consent: calendar.Date{Year: 2026, Month: 11, Day: 1},
		})
	}
	return s
}

func TestTry(t *testing.T) {
	s := award()
	begin := time.Now()
	p := plan.Draw(s)
	t.Log(time.Since(begin), len(p.Contacts), len(p.Left), p.Digest(s))
	t.Log(s.Faults(), s.Needs())
	moved := map[string]int{}
	for _, c := range p.Contacts {
		moved[c.Moved]++
		if c.Company == "company-007" {
			t.Log(c.Probe, c.Round.Format("01-02"), c.At.In(oslo()).Format(time.DateTime), c.Weekday, c.Slot, c.Scenario, c.Persona, c.Second.In(oslo()).Format("Mon 01-02 15:04"), c.Moved)
		}
	}
	t.Log(moved)
	lefts := map[string]int{}
	for _, l := range p.Left {
		lefts[l.Why]++
	}
	t.Log(lefts)
	b := p.Balance()
	for _, by := range plan.Measures() {
		t.Log(by, b.Worst(by))
	}
	for _, r := range b.Ranges {
		if r.Class == "class-07" && r.By != plan.ByRound {
			t.Log(r)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	s := award()
	for b.Loop() {
		plan.Draw(s)
	}
}
