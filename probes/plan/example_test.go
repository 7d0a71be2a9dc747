package plan_test

import (
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// Two companies of a class are asked four times by chat. Both get the same
// weekdays and hours; who is asked when follows from the seed alone.
func ExampleDraw() {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	ticks, err := calendar.ParseCron("0 9 * * 1", oslo)
	if err != nil {
		panic(err)
	}
	hours, err := calendar.ParseHours("Mon-Fri 09:00-15:00")
	if err != nil {
		panic(err)
	}
	season := plan.Season{
		Name: "spring", Seed: "a seed that was published before",
		From: calendar.Date{Year: 2027, Month: 1, Day: 11}, To: calendar.Date{Year: 2027, Month: 2, Day: 5},
		Rules: edition.Rules{Calendar: calendar.Calendar{Zone: oslo, Country: "NO"}}, Hours: hours,
		Probes: []edition.Probe{{
			Name: "chat", Channel: "chat", Ticks: ticks, Spread: calendar.Within{WorkingDays: 5, DayEnds: 16 * 60},
			Within: calendar.Within{Duration: 5 * time.Minute},
		}},
		Companies: []edition.Company{
			{ID: "fjord", Class: "power", Language: "nb", Reach: map[string]string{"chat": "inbox"}, Consent: calendar.Date{Year: 2026, Month: 11, Day: 1}},
			{ID: "nordlys", Class: "power", Language: "nb", Reach: map[string]string{"chat": "inbox"}, Consent: calendar.Date{Year: 2026, Month: 11, Day: 1}},
		},
		Scenarios: []edition.Scenario{{Name: "price", Language: "nb"}},
		Personas:  []edition.Persona{{Channel: "chat", Persona: channels.Persona{Name: "Kari Nordmann"}}},
	}
	for _, c := range plan.Draw(season).Contacts {
		fmt.Println(c.Company, c.At.In(oslo).Format("2006-01-02"), c.Weekday, c.Slot)
	}
	// Output:
	// fjord 2027-01-13 Wed 14-15
	// nordlys 2027-01-15 Fri 09-10
	// nordlys 2027-01-19 Tue 10-11
	// fjord 2027-01-22 Fri 09-10
	// nordlys 2027-01-25 Mon 13-14
	// fjord 2027-01-26 Tue 10-11
	// fjord 2027-02-01 Mon 13-14
	// nordlys 2027-02-03 Wed 14-15
}
