package plan_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// A recipe is a season in plain words: the planner gets it as a plan.Season,
// the checker as it stands.
type recipe struct {
	seed, from, to     string // dates as 2006-01-02
	daysOff            []string
	hours              week
	perDay, perEdition int
	probes             []asking
	companies          []member
	scenarios          []edition.Scenario
	personas           []edition.Persona
}

// A week is from when to when each day is open, in minutes, Monday first; none
// is always open.
type week [][2]int

// An asking is a probe. Its rounds begin at 09:00 on the days that it lists,
// which cron means.
type asking struct {
	name, channel, cron string
	ticks               []string
	spread              int // working days; 0: at the tick
	hours               week
	promiseDays         int
	promise             time.Duration // if promiseDays is 0
	attempts            int
}

// A member is a company.
type member struct {
	id, class, language, consent string
	channels                     []string
	hours                        week
	pauses                       []edition.Pause
}

// plain tells whether nothing about the company keeps it from its own cells.
func (m member) plain(r recipe) bool {
	return len(m.hours) == 0 && len(m.pauses) == 0 && m.consent != "" && m.consent <= r.from
}

// workdays returns a week of Monday to Friday.
func workdays(from, to int) week {
	var w week
	for range 5 {
		w = append(w, [2]int{from * 60, to * 60})
	}
	return append(w, [2]int{}, [2]int{})
}

// text writes a week as the configuration does.
func (w week) text() string {
	var parts []string
	for i, open := range w {
		if open[0] < open[1] {
			day := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}[i]
			parts = append(parts, fmt.Sprintf("%s %02d:%02d-%02d:%02d", day, open[0]/60, open[0]%60, open[1]/60, open[1]%60))
		}
	}
	if len(parts) == 0 {
		return "always"
	}
	return strings.Join(parts, ", ")
}

// must returns what was parsed. A test's own text that does not parse is a slip
// of the pen.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func oslo() *time.Location { return must(time.LoadLocation("Europe/Oslo")) }

func date(s string) calendar.Date {
	if s == "" {
		return calendar.Date{}
	}
	return must(calendar.ParseDate(s))
}

// reach returns some place on each channel.
func reach(channels ...string) map[string]string {
	all := map[string]string{}
	for _, channel := range channels {
		all[channel] = "somewhere"
	}
	return all
}

// season returns what the planner sees.
func (r recipe) season() plan.Season {
	s := plan.Season{
		Name: "test-2027", Seed: r.seed, From: date(r.from), To: date(r.to),
		Rules: edition.Rules{Calendar: calendar.Calendar{Zone: oslo(), Country: "NO"}},
		Hours: must(calendar.ParseHours(r.hours.text())), Limits: edition.Limits{PerCompanyPerDay: r.perDay, PerCompanyPerEdition: r.perEdition},
		Scenarios: r.scenarios, Personas: r.personas,
	}
	for _, day := range r.daysOff {
		s.Rules.Calendar.DaysOff = append(s.Rules.Calendar.DaysOff, date(day))
	}
	for _, p := range r.probes {
		s.Probes = append(s.Probes, edition.Probe{
			Name: p.name, Channel: p.channel, Ticks: must(calendar.ParseCron(p.cron, oslo())),
			Spread: calendar.Within{WorkingDays: p.spread}, Hours: must(calendar.ParseHours(p.hours.text())),
			Within: calendar.Within{WorkingDays: p.promiseDays, Duration: p.promise}, Attempts: p.attempts,
		})
	}
	for _, m := range r.companies {
		s.Companies = append(s.Companies, edition.Company{
			ID: m.id, Class: m.class, Language: m.language, Reach: reach(m.channels...),
			Consent: date(m.consent), Hours: must(calendar.ParseHours(m.hours.text())), Pauses: m.pauses,
		})
	}
	return s
}

// award returns a season as the award would have it in 2027: 192 companies in
// 24 classes with 25 contacts each, Easter and a day off inside.
func award() recipe {
	ways := []string{"mail", "chat", "facebook", "phone"}
	r := recipe{
		seed: "the seed of the test", from: "2027-01-11", to: "2027-04-09", daysOff: []string{"2027-03-24"},
		hours: workdays(9, 15), perDay: 1, perEdition: 25,
		probes: []asking{
			{
				name: "email", channel: "mail", cron: "0 9 * * 1", spread: 5, hours: workdays(9, 12), promiseDays: 3, attempts: 1,
				ticks: []string{
					"2027-01-11", "2027-01-18", "2027-01-25", "2027-02-01", "2027-02-08", "2027-02-15", "2027-02-22",
					"2027-03-01", "2027-03-08", "2027-03-15", "2027-03-22", "2027-03-29", "2027-04-05",
				},
			},
			{
				name: "chat", channel: "chat", cron: "0 9 1,15 * *", spread: 8, hours: quarterTo(15), promise: 5 * time.Minute, attempts: 2,
				ticks: []string{"2027-01-15", "2027-02-01", "2027-02-15", "2027-03-01", "2027-03-15", "2027-04-01"},
			},
			{
				name: "messenger", channel: "facebook", cron: "0 9 8 * *", spread: 10, hours: quarterTo(15), promise: 30 * time.Minute, attempts: 2,
				ticks: []string{"2027-02-08", "2027-03-08", "2027-04-08"},
			},
			{
				name: "phone", channel: "phone", cron: "0 9 22 * *", spread: 6, hours: quarterTo(15), promise: 5 * time.Minute, attempts: 2,
				ticks: []string{"2027-01-22", "2027-02-22", "2027-03-22"},
			},
		},
	}
	for i := range 5 {
		r.scenarios = append(r.scenarios, edition.Scenario{Name: fmt.Sprint("scenario-", i+1), Language: "nb"})
	}
	for _, channel := range ways {
		for _, name := range []string{"Kari Nordmann", "Ola Hansen", "Anne Berg", "Per Dahl"} {
			r.personas = append(r.personas, edition.Persona{Channel: channel, Persona: channels.Persona{Name: name}})
		}
	}
	for i := range 192 {
		r.companies = append(r.companies, member{
			id: fmt.Sprintf("company-%03d", i), class: fmt.Sprintf("class-%02d", i%24), language: "nb",
			consent: "2026-11-01", channels: ways,
		})
	}
	return r
}

// quarterTo returns a week of Monday to Friday from 09:00 to a quarter before
// an hour.
func quarterTo(hour int) week {
	w := workdays(9, hour)
	for i := range 5 {
		w[i][1] -= 15
	}
	return w
}

// anySeason returns some small season of 2027, with all that can go wrong in
// one.
func anySeason(seed uint64) recipe {
	rnd := rand.New(rand.NewPCG(seed, 27))
	ways := []string{"mail", "chat", "phone"}
	from := time.Date(2027, 1, 4+rnd.IntN(120), 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 10+rnd.IntN(90))
	r := recipe{
		seed: fmt.Sprint("seed ", seed), from: from.Format(time.DateOnly), to: to.Format(time.DateOnly),
		hours: workdays(8+rnd.IntN(2), 12+rnd.IntN(6)), perDay: rnd.IntN(3), perEdition: []int{0, 5, 15, 25}[rnd.IntN(4)],
	}
	for range rnd.IntN(4) {
		r.daysOff = append(r.daysOff, from.AddDate(0, 0, rnd.IntN(60)).Format(time.DateOnly))
	}
	for i := range 1 + rnd.IntN(4) {
		r.probes = append(r.probes, anyAsking(rnd, fmt.Sprint("probe-", i), ways[rnd.IntN(3)], [2]time.Time{from, to}))
	}
	for i := range 1 + rnd.IntN(4) {
		r.scenarios = append(r.scenarios, edition.Scenario{Name: fmt.Sprint("s", i), Language: "nb"})
	}
	r.scenarios = append(r.scenarios, edition.Scenario{Name: "sv", Language: "sv", Classes: []string{"a"}})
	for _, channel := range ways {
		for i := range max(1, rnd.IntN(6)-rnd.IntN(3)) {
			r.personas = append(r.personas, edition.Persona{Channel: channel, Persona: channels.Persona{Name: fmt.Sprint("p", i)}})
		}
	}
	for i := range 1 + rnd.IntN(9) {
		r.companies = append(r.companies, anyMember(rnd, fmt.Sprint("co-", i), ways, from))
	}
	return r
}

func anyAsking(rnd *rand.Rand, name, channel string, season [2]time.Time) asking {
	p := asking{
		name: name, channel: channel, spread: rnd.IntN(10), hours: workdays(7+rnd.IntN(5), 13+rnd.IntN(4)),
		promiseDays: rnd.IntN(4), promise: time.Duration(1+rnd.IntN(200)) * time.Minute, attempts: 1 + rnd.IntN(2),
	}
	if p.promiseDays > 0 {
		p.promise = 0
	}
	on := func(day time.Time) bool { return true }
	switch n := rnd.IntN(28); rnd.IntN(8) {
	case 0:
		p.cron = "0 9 * * *"
	case 1, 2, 3:
		p.cron, on = fmt.Sprintf("0 9 * * %d", n%7), func(day time.Time) bool { return int(day.Weekday()) == n%7 }
	default:
		p.cron, on = fmt.Sprintf("0 9 %d,28 * *", n+1), func(day time.Time) bool { return day.Day() == n+1 || day.Day() == 28 }
	}
	for day := season[0]; !day.After(season[1]); day = day.AddDate(0, 0, 1) {
		if on(day) {
			p.ticks = append(p.ticks, day.Format(time.DateOnly))
		}
	}
	return p
}

func anyMember(rnd *rand.Rand, id string, channels []string, from time.Time) member {
	m := member{id: id, class: []string{"a", "b"}[rnd.IntN(2)], language: "nb", consent: "2026-11-01"}
	for _, channel := range channels {
		if rnd.IntN(4) > 0 {
			m.channels = append(m.channels, channel)
		}
	}
	switch rnd.IntN(8) {
	case 0:
		m.consent = ""
	case 1:
		m.consent = from.AddDate(0, 0, rnd.IntN(30)).Format(time.DateOnly)
	case 2:
		m.hours = workdays(10, 11+rnd.IntN(4))
	case 3, 4:
		begin := from.AddDate(0, 0, rnd.IntN(40))
		m.pauses = append(m.pauses, edition.Pause{
			From: calendar.DateOf(begin), To: calendar.DateOf(begin.AddDate(0, 0, rnd.IntN(30))), Reason: "laid off",
			Channel: []string{"", "mail"}[rnd.IntN(2)],
		})
	case 5:
		m.language = "sv"
	}
	return m
}
