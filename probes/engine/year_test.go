package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// holidays2000 are the Norwegian public holidays of the year 2000 that fall on
// weekdays, copied from a printed calendar: Easter Sunday was 23 April.
var holidays2000 = strings.Fields("2000-04-20 2000-04-21 2000-04-24 2000-05-01 2000-05-17 2000-06-01 2000-06-12 2000-12-25 2000-12-26")

// weekendCalendar knows the working days of 2000 without the calendar under test.
type weekendCalendar struct{ zone *time.Location }

func (a weekendCalendar) open(t time.Time) bool {
	t = t.In(a.zone)
	weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
	return !weekend && !slices.Contains(holidays2000, t.Format(time.DateOnly))
}

// third returns 16:00 of the third working day, the day of sending counted.
func (a weekendCalendar) third(sent time.Time) time.Time {
	day := sent.In(a.zone)
	for left := 2; left > 0; {
		if day = day.AddDate(0, 0, 1); a.open(day) {
			left--
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 16, 0, 0, 0, a.zone)
}

// TestYear runs a whole year, over Easter, all holidays and both changes of the
// clock: mail to three companies, and chats that are tried twice.
func TestYear(t *testing.T) {
	race.Skip(t, "it winds a year forward")
	long.Only(t, "TestRounds winds weeks forward")
	year := func(ed *edition.Edition) {
		ed.From, ed.To = date(t, "2000-01-03"), date(t, "2000-12-22")
		ed.Limits.PerCompanyPerDay = 1
		zone := ed.Rules.Calendar.Zone
		ed.Rules.Within["chat"] = calendar.Within{Duration: 5 * time.Minute}
		ed.Probes = []edition.Probe{
			{
				Name: "email", Channel: "mail", Ticks: ticks(t, "0 9 * * 1", zone), Spread: calendar.Within{WorkingDays: 3},
				Hours: hours(t, "09:00-12:00"), Within: calendar.Within{WorkingDays: 3},
			},
			{
				Name: "chat", Channel: "chat", Ticks: ticks(t, "0 9 1,15 * *", zone), Spread: calendar.Within{WorkingDays: 4},
				Hours: hours(t, "09:00-14:45"), Within: calendar.Within{Duration: 5 * time.Minute}, Attempts: 2,
			},
		}
		ed.Companies = nil
		for _, id := range []string{"silent", "quick", "quiet"} {
			co := company(t, id)
			co.Reach["chat"] = id
			ed.Companies = append(ed.Companies, co)
		}
		kari := ed.Personas[0]
		ed.Personas = nil
		for _, name := range []string{"Kari", "Ola", "Per"} {
			for _, channel := range []string{"mail", "chat"} {
				kari.Name, kari.Channel = name, channel
				ed.Personas = append(ed.Personas, kari)
			}
		}
	}
	withHarness(t, year, func(s *harness) {
		s.stop()
		s.pace.Plan, s.pace.Horizon, s.pace.Settle = time.Hour, 3*time.Hour, 12*time.Hour
		s.fake.Put("", channeltest.Company{})
		s.chat.Put("quick", channeltest.Company{Replies: channeltest.Answering(time.Minute)})
		s.start()
		time.Sleep(366 * 24 * time.Hour)
		y := roundCheck{t: s.t, weekendCalendar: weekendCalendar{s.edition.Rules.Calendar.Zone}, counts: map[string]int{}, busy: map[string]bool{}}
		all := s.contacts()
		for _, c := range all {
			y.busy[c.Plan.Company+y.day(c.Attempts[0].Sent)] = true
		}
		for _, c := range all {
			y.check(c)
		}
		y.counted()
	})
}

// A roundCheck checks contacts against the weekendCalendar, and counts them.
type roundCheck struct {
	weekendCalendar
	t      *testing.T
	counts map[string]int
	busy   map[string]bool // by company and day: it has a contact of the plan
}

func (y roundCheck) day(t time.Time) string { return t.In(y.zone).Format(time.DateOnly) }

func (y roundCheck) check(c probes.Contact) {
	for _, a := range c.Attempts {
		if lag := a.Sent.Sub(a.Due); lag < 0 || lag > 2*time.Second {
			y.t.Errorf("%s.%d: left %v after its slot", c.ID, a.Number, lag)
		}
		if !y.open(a.Sent) {
			y.t.Errorf("%s.%d: left on %v", c.ID, a.Number, a.Sent.In(y.zone))
		}
		want := a.Sent.Add(5 * time.Minute)
		if c.Plan.Probe == "email" {
			want = y.third(a.Sent)
		}
		if !a.Deadline.Equal(want) {
			y.t.Errorf("%s.%d: sent %v, got deadline %v, want %v", c.ID, a.Number, a.Sent.In(y.zone), a.Deadline, want)
		}
		if c.Outcome == probes.Unanswered && c.Covered.Before(a.Deadline) {
			y.t.Errorf("%s.%d: ruled silent, heard until %v only", c.ID, a.Number, c.Covered)
		}
		y.counts[c.Plan.Probe+" openers"]++
	}
	y.counts[c.Plan.Probe+" "+string(c.Outcome)]++
	if len(c.Attempts) == 2 {
		y.again(c.Plan.Company, c.Attempts[0].Sent.In(y.zone), c.Attempts[1].Sent.In(y.zone))
	}
}

// again checks a second attempt: on the next open day on which the company has
// no other contact, in the same hour of the clock and at another time of it; so in
// the same week, unless there is no such day in it.
func (y roundCheck) again(company string, first, second time.Time) {
	next := first.AddDate(0, 0, 1)
	for !y.open(next) || y.busy[company+y.day(next)] {
		next = next.AddDate(0, 0, 1)
	}
	if y.day(second) != y.day(next) || second.Hour() != first.Hour() || second.Sub(next).Abs() < time.Second {
		y.t.Errorf("asked %v, and again %v; want %v", first, second, next)
	}
	_, a := first.ISOWeek()
	if _, b := second.ISOWeek(); a == b {
		y.counts["again in the same week"]++
	}
	y.counts["again"]++
}

func (y roundCheck) counted() {
	y.t.Logf("%v", y.counts)
	quick, silent := y.counts["chat answered"], y.counts["chat unanswered"]
	if quick != 23 || silent != 46 || y.counts["chat openers"] != quick+2*silent || y.counts["again"] != silent {
		y.t.Errorf("got %v; want 23 chats a company, and two openers to the two that are silent", y.counts)
	}
	if y.counts["email unanswered"] != 3*51 {
		y.t.Errorf("got %v; want a mail in each of 51 weeks to each company", y.counts)
	}
}
