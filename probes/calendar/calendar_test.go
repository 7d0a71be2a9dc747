package calendar_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// zone loads a zone by name.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// at reads an instant written as 2024-03-26 10:00 +01:00.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	instant, err := time.Parse("2006-01-02 15:04 -07:00", s)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// date reads a date that must be one.
func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// hours reads hours that must be some.
func hours(t testing.TB, s string) calendar.Hours {
	t.Helper()
	h, err := calendar.ParseHours(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// within reads a promise that must be one.
func within(t testing.TB, s string) calendar.Within {
	t.Helper()
	w, err := calendar.ParseWithin(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// norway is the calendar of most tests.
func norway(t testing.TB) calendar.Calendar {
	return calendar.Calendar{Zone: zone(t, "Europe/Oslo"), Country: "NO"}
}

func TestDeadline(t *testing.T) {
	season := norway(t)
	season.DaysOff = []calendar.Date{date(t, "2027-03-24")}
	country := func(code, zoneName string) calendar.Calendar {
		return calendar.Calendar{Zone: zone(t, zoneName), Country: code}
	}
	tests := []struct {
		name     string
		calendar calendar.Calendar
		sent     string
		within   string
		want     string
	}{
		{"Monday to Wednesday", season, "2027-02-01 09:30 +01:00", "3 working days", "2027-02-03 16:00 +01:00"},
		{"Wednesday over the weekend", season, "2027-02-03 09:30 +01:00", "3 working days", "2027-02-05 16:00 +01:00"},
		{"Thursday over the weekend", season, "2027-02-04 09:30 +01:00", "3 working days", "2027-02-08 16:00 +01:00"},
		{"Friday 11:59 to Tuesday", season, "2027-02-05 11:59 +01:00", "3 working days", "2027-02-09 16:00 +01:00"},
		{"Friday 12:00 to Wednesday", season, "2027-02-05 12:00 +01:00", "3 working days", "2027-02-10 16:00 +01:00"},
		{"Friday 11:59 told in UTC", season, "2027-02-05 10:59 +00:00", "3 working days", "2027-02-09 16:00 +01:00"},
		{"Saturday begins on Monday", season, "2027-02-06 09:00 +01:00", "3 working days", "2027-02-10 16:00 +01:00"},
		{"Sunday evening in UTC is Monday in Oslo", season, "2027-02-07 23:30 +00:00", "1 working day", "2027-02-08 16:00 +01:00"},
		{"one day is the same day", season, "2027-02-01 09:30 +01:00", "1 working day", "2027-02-01 16:00 +01:00"},
		{"one day after noon is the next", season, "2027-02-01 12:00 +01:00", "1 working day", "2027-02-02 16:00 +01:00"},
		{"over Easter and into summer time", season, "2024-03-26 10:00 +01:00", "3 working days", "2024-04-02 16:00 +02:00"},
		{"over a day off and Easter", season, "2027-03-23 10:00 +01:00", "3 working days", "2027-03-31 16:00 +02:00"},
		{"sent on a day off", season, "2027-03-24 10:00 +01:00", "1 working day", "2027-03-30 16:00 +02:00"},
		{"over 29 February", season, "2024-02-28 10:00 +01:00", "3 working days", "2024-03-01 16:00 +01:00"},
		{"sent on 29 February", season, "2028-02-29 10:00 +01:00", "3 working days", "2028-03-02 16:00 +01:00"},
		{"into winter time", season, "2025-10-24 10:00 +02:00", "3 working days", "2025-10-28 16:00 +01:00"},
		{"over New Year", season, "2026-12-31 10:00 +01:00", "2 working days", "2027-01-04 16:00 +01:00"},
		{"Swedish midsummer", country("SE", "Europe/Stockholm"), "2026-06-18 10:00 +02:00", "3 working days", "2026-06-23 16:00 +02:00"},
		{"Finnish midsummer", country("FI", "Europe/Helsinki"), "2026-06-18 10:00 +03:00", "3 working days", "2026-06-23 16:00 +03:00"},
		{"Danes work on grundlovsdag", country("DK", "Europe/Copenhagen"), "2026-06-04 10:00 +02:00", "3 working days", "2026-06-08 16:00 +02:00"},
		{"no country has no Easter", country("", "Europe/Oslo"), "2024-03-26 10:00 +01:00", "3 working days", "2024-03-28 16:00 +01:00"},
		{"five minutes", season, "2027-02-01 14:58 +01:00", "5m", "2027-02-01 15:03 +01:00"},
		{"half an hour over midnight", season, "2027-02-01 23:45 +01:00", "30m", "2027-02-02 00:15 +01:00"},
		{"hours run on into summer time", season, "2024-03-31 01:00 +01:00", "2h", "2024-03-31 04:00 +02:00"},
		{"a day is 24 hours", season, "2024-03-30 12:00 +01:00", "1d", "2024-03-31 13:00 +02:00"},
		{"at once", season, "2027-02-01 09:30 +01:00", "0s", "2027-02-01 09:30 +01:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, want := test.calendar.Deadline(at(t, test.sent), within(t, test.within)), at(t, test.want)
			if !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want.In(got.Location()))
			}
		})
	}
}

func TestDeadlineWithItsOwnClocks(t *testing.T) {
	c := norway(t)
	c.HalfDays = map[calendar.Date]calendar.Clock{date(t, "2027-03-24"): 11 * 60}
	tests := []struct {
		name            string
		sent            string
		dayEnds, before calendar.Clock
		want            string
	}{
		{"day 1 until 10:00", "2027-02-01 09:59 +01:00", 0, 10 * 60, "2027-02-02 16:00 +01:00"},
		{"no day 1 from 10:00", "2027-02-01 10:00 +01:00", 0, 10 * 60, "2027-02-03 16:00 +01:00"},
		{"ends at midnight", "2027-02-01 09:00 +01:00", 24 * 60, 0, "2027-02-03 00:00 +01:00"},
		{"a day that ended before sending is not day 1", "2027-02-01 11:00 +01:00", 10 * 60, 0, "2027-02-03 10:00 +01:00"},
		{"half day before it closes", "2027-03-24 10:59 +01:00", 0, 0, "2027-03-30 16:00 +02:00"},
		{"half day once closed", "2027-03-24 11:00 +01:00", 0, 0, "2027-03-31 16:00 +02:00"},
		{"half day is a whole last day", "2027-03-23 10:00 +01:00", 0, 0, "2027-03-24 16:00 +01:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := calendar.Within{WorkingDays: 2, DayEnds: test.dayEnds, Before: test.before}
			got, want := c.Deadline(at(t, test.sent), w), at(t, test.want)
			if !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want.In(got.Location()))
			}
		})
	}
}

func TestAddWorkingDays(t *testing.T) {
	c := norway(t)
	tests := []struct {
		name string
		from string
		n    int
		want string
	}{
		{"none from a working day", "2027-02-01", 0, "2027-02-01"},
		{"none from a Sunday", "2027-02-07", 0, "2027-02-07"},
		{"one", "2027-02-01", 1, "2027-02-02"},
		{"one over the weekend", "2027-02-05", 1, "2027-02-08"},
		{"one from a Sunday", "2027-02-07", 1, "2027-02-08"},
		{"eight", "2027-02-01", 8, "2027-02-11"},
		{"two over Easter", "2024-03-26", 2, "2024-04-02"},
		{"one back over the weekend", "2027-02-08", -1, "2027-02-05"},
		{"two back over Easter", "2024-04-02", -2, "2024-03-26"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := c.AddWorkingDays(date(t, test.from), test.n)
			if want := date(t, test.want); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestWorkingDay(t *testing.T) {
	c := norway(t)
	c.DaysOff = []calendar.Date{date(t, "2027-03-24")}
	c.HalfDays = map[calendar.Date]calendar.Clock{date(t, "2027-12-24"): 12 * 60}
	tests := []struct {
		name         string
		date         string
		want, closed bool
	}{
		{"a Monday", "2027-02-01", true, false},
		{"a Saturday", "2027-02-06", false, false},
		{"a Sunday", "2027-02-07", false, false},
		{"a day off", "2027-03-24", false, true},
		{"Maundy Thursday", "2027-03-25", false, true},
		{"Easter Saturday", "2027-03-27", false, false},
		{"Easter Sunday", "2027-03-28", false, true},
		{"17 May, which is Whit Monday", "2027-05-17", false, true},
		{"a half day", "2027-12-24", true, false},
		{"29 February", "2028-02-29", true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := date(t, test.date)
			if got := c.WorkingDay(d); got != test.want {
				t.Errorf("working day: got %v, want %v", got, test.want)
			}
			if got := c.Closed(d); got != test.closed {
				t.Errorf("closed: got %v, want %v", got, test.closed)
			}
		})
	}
}

func TestZeroCalendar(t *testing.T) {
	var c calendar.Calendar
	if !c.WorkingDay(date(t, "2026-12-25")) {
		t.Error("a Friday without holidays is no working day")
	}
	got := c.Deadline(at(t, "2027-02-01 00:30 +01:00"), within(t, "1 working day"))
	if want := at(t, "2027-02-01 16:00 +00:00"); !got.Equal(want) {
		t.Errorf("got %v, want %v: a Sunday in UTC", got, want)
	}
}
