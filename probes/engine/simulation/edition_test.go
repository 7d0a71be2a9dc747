package simulation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// Of each simulated season: its channels' names, and how long a chat may take.
const (
	mailName  = "mail"
	chatName  = "chat"
	phoneName = "phone"
	chatTime  = 5 * time.Minute
)

// asked returns the edition of every season: three weeks of January 2000, which has no
// holiday in them, a mail, a chat of two attempts and a call a week to each company.
func asked(t *testing.T, companies int) *edition.Edition {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	short := calendar.Within{Duration: chatTime}
	ed := &edition.Edition{
		Name: "simulated", Seed: "simulated", Key: strings.Repeat("0f", 16),
		From: must(calendar.ParseDate("2000-01-03")), To: must(calendar.ParseDate("2000-01-21")),
		Hours: must(calendar.ParseHours("Mon-Fri 09:00-15:00")),
		Rules: edition.Rules{
			Calendar: calendar.Calendar{Zone: zone, Country: "NO"}, Opening: must(calendar.ParseHours("Mon-Fri 08:00-16:00")),
			Within: map[string]calendar.Within{"email": {WorkingDays: 3}, chatName: short, phoneName: short},
		},
		Limits: edition.Limits{PerCompanyPerDay: 1, PerMinute: 6},
		Scenarios: []edition.Scenario{{
			Name: "price", Language: "nb", Subjects: []string{"Spørsmål om pris", "Hva koster det?"},
			Body: "Hei! {Hva koster det|Hva er prisen} hos {{.Company}}? {{.Persona}}",
		}},
	}
	ed.Probes = []edition.Probe{
		probe("email", mailName, must(calendar.ParseCron("0 9 * * 1", zone)), calendar.Within{WorkingDays: 3}, 1),
		probe(chatName, chatName, must(calendar.ParseCron("0 9 * * 2", zone)), short, 2),
		probe(phoneName, phoneName, must(calendar.ParseCron("0 9 * * 4", zone)), short, 1),
	}
	for n := range companies {
		ed.Companies = append(ed.Companies, company(fmt.Sprintf("firm%d", n)))
	}
	for _, name := range []string{"Kari", "Ola", "Per"} {
		for _, channel := range []string{mailName, chatName, phoneName} {
			ed.Personas = append(ed.Personas, edition.Persona{Channel: channel, Persona: channels.Persona{
				Name: name + " Nordmann", Address: strings.ToLower(name) + "@shopper.test",
			}})
		}
	}
	return ed
}

// probe makes a weekly probe whose openers leave on the day of its tick.
func probe(name, channel string, ticks calendar.Ticks, within calendar.Within, attempts int) edition.Probe {
	return edition.Probe{
		Name: name, Channel: channel, Ticks: ticks, Hours: must(calendar.ParseHours("09:00-14:00")),
		Within: within, Attempts: attempts,
	}
}

// company makes one that is reached on every channel, under a name of its own on each.
func company(id string) edition.Company {
	return edition.Company{
		ID: id, Name: id, Class: "power", Language: "nb", Consent: must(calendar.ParseDate("1999-12-01")),
		Reach: map[string]string{mailName: "post@" + id + ".example", chatName: "chat." + id, phoneName: "call." + id},
	}
}

// must returns a value that is known to be well written.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// deadline returns until when an opener that left at an instant is to be answered: on
// the mail's third working day at the end of opening time, where the day of sending is the
// first before noon and weekends alone are none; on all else in some minutes.
func deadline(zone *time.Location, channel string, left time.Time) time.Time {
	if channel != mailName {
		return left.Add(chatTime)
	}
	day, more := left.In(zone), 2
	if day.Hour() >= 12 {
		more++
	}
	for more > 0 {
		if day = day.AddDate(0, 0, 1); working(day) {
			more--
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 16, 0, 0, 0, zone)
}

// working reports whether an instant is on a weekday of its zone.
func working(at time.Time) bool {
	return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
}
