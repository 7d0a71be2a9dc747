package calendar_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

func TestParseDateRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"30 February", "2027-02-30", `date "2027-02-30": February 2027 has days 01 to 28, no 30`},
		{"29 February of no leap year", "2027-02-29", `date "2027-02-29": February 2027 has days 01 to 28, no 29`},
		{"30 February of a leap year", "2028-02-30", `date "2028-02-30": February 2028 has days 01 to 29, no 30`},
		{"31 April", "2027-04-31", `date "2027-04-31": April 2027 has days 01 to 30, no 31`},
		{"day 0", "2027-04-00", `date "2027-04-00": April 2027 has days 01 to 30, no 00`},
		{"month 13", "2027-13-01", `date "2027-13-01": want year-month-day, as 2027-03-24`},
		{"nothing", "", `date "": want year-month-day, as 2027-03-24`},
		{"Norwegian order", "24.03.2027", `date "24.03.2027": want year-month-day, as 2027-03-24`},
		{"one digit", "2027-3-4", `date "2027-3-4": want year-month-day, as 2027-03-24`},
		{"with a time", "2027-03-24T10:00", `date "2027-03-24T10:00": want year-month-day, as 2027-03-24`},
		{"letters for a day", "2027-03-xx", `date "2027-03-xx": want year-month-day, as 2027-03-24`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := calendar.ParseDate(test.text)
			if err == nil || err.Error() != test.want {
				t.Errorf("\n got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestDateIn(t *testing.T) {
	tests := []struct {
		name string
		date string
		zone string
		want string
	}{
		{"winter", "2027-01-11", "Europe/Oslo", "2027-01-11 00:00 +01:00"},
		{"summer", "2027-07-11", "Europe/Oslo", "2027-07-11 00:00 +02:00"},
		{"summer time begins", "2025-03-30", "Europe/Oslo", "2025-03-30 00:00 +01:00"},
		{"summer time ends", "2025-10-26", "Europe/Oslo", "2025-10-26 00:00 +02:00"},
		{"midnight skipped in Brazil", "2018-11-04", "America/Sao_Paulo", "2018-11-04 01:00 -02:00"},
		{"midnight skipped in Egypt", "2024-04-26", "Africa/Cairo", "2024-04-26 01:00 +03:00"},
		{"midnight comes twice in Cuba", "2024-11-03", "America/Havana", "2024-11-03 00:00 -04:00"},
		{"hour before midnight comes twice in Brazil", "2018-02-18", "America/Sao_Paulo", "2018-02-18 00:00 -03:00"},
		{"whole day skipped in Samoa", "2011-12-30", "Pacific/Apia", "2011-12-31 00:00 +14:00"},
		{"UTC", "2027-01-11", "UTC", "2027-01-11 00:00 +00:00"},
		{"far ahead", "2094-07-01", "Europe/Oslo", "2094-07-01 00:00 +02:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, want := date(t, test.date).In(zone(t, test.zone)), at(t, test.want)
			if !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want.In(got.Location()))
			}
		})
	}
}

func TestDateAt(t *testing.T) {
	tests := []struct {
		name  string
		date  string
		clock string
		want  string
	}{
		{"morning", "2027-01-11", "09:00", "2027-01-11 09:00 +01:00"},
		{"end of the day", "2027-01-11", "24:00", "2027-01-12 00:00 +01:00"},
		{"end of the year", "2027-12-31", "24:00", "2028-01-01 00:00 +01:00"},
		{"the gap begins", "2025-03-30", "02:00", "2025-03-30 03:00 +02:00"},
		{"inside the gap", "2025-03-30", "02:59", "2025-03-30 03:00 +02:00"},
		{"the gap is over", "2025-03-30", "03:01", "2025-03-30 03:01 +02:00"},
		{"afternoon of that day", "2025-03-30", "16:00", "2025-03-30 16:00 +02:00"},
		{"repeated hour", "2025-10-26", "02:30", "2025-10-26 02:30 +02:00"},
		{"after the repeated hour", "2025-10-26", "03:00", "2025-10-26 03:00 +01:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clock, err := calendar.ParseClock(test.clock)
			if err != nil {
				t.Fatal(err)
			}
			got, want := date(t, test.date).At(clock, zone(t, "Europe/Oslo")), at(t, test.want)
			if !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want.In(got.Location()))
			}
		})
	}
}

func TestDateCounts(t *testing.T) {
	tests := []struct {
		name string
		from string
		n    int
		want string
	}{
		{"none", "2027-01-11", 0, "2027-01-11"},
		{"into the next year", "2026-12-31", 1, "2027-01-01"},
		{"over 29 February", "2028-02-28", 2, "2028-03-01"},
		{"past no 29 February", "2027-02-28", 1, "2027-03-01"},
		{"back", "2027-03-01", -1, "2027-02-28"},
		{"a leap year", "2028-01-01", 366, "2029-01-01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, want := date(t, test.from), date(t, test.want)
			if got := from.AddDays(test.n); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			if got := from.Compare(want); got != -sign(test.n) {
				t.Errorf("compare: got %d, want %d", got, -sign(test.n))
			}
			if from.Before(want) != (test.n > 0) || from.After(want) != (test.n < 0) {
				t.Errorf("before is %v, after is %v", from.Before(want), from.After(want))
			}
		})
	}
}

func sign(n int) int { return min(max(n, -1), 1) }

func TestDateOfIsInItsOwnZone(t *testing.T) {
	evening := at(t, "2027-01-11 23:30 +00:00")
	if got, want := calendar.DateOf(evening), date(t, "2027-01-11"); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := calendar.DateOf(evening.In(zone(t, "Europe/Oslo"))), date(t, "2027-01-12"); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := date(t, "2027-01-12").Weekday(); got != time.Tuesday {
		t.Errorf("got %v, want Tuesday", got)
	}
}

func TestDatesSort(t *testing.T) {
	dates := []calendar.Date{date(t, "2027-02-01"), date(t, "2026-12-31"), date(t, "2027-01-31")}
	slices.SortFunc(dates, calendar.Date.Compare)
	if got, want := dates[0].String()+" "+dates[1].String()+" "+dates[2].String(), "2026-12-31 2027-01-31 2027-02-01"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The texts go into configuration, exports and the ledger, and come back.
func TestTextsRoundTrip(t *testing.T) {
	type all struct {
		Date, Unset calendar.Date
		Half        map[calendar.Date]calendar.Clock
		Ends        calendar.Clock
		Hours       calendar.Hours
		Always      calendar.Hours
		Days, Time  calendar.Within
	}
	const text = `{"Date":"2027-03-24","Unset":"","Half":{"2027-12-24":"12:00"},"Ends":"24:00",` +
		`"Hours":"Mon-Fri 09:00-15:00","Always":"always","Days":"3 working days","Time":"1h30m"}`
	var value all
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	if got, want := value.Date, date(t, "2027-03-24"); got != want || !value.Unset.IsZero() {
		t.Errorf("got %v and %v, want %v and none", got, value.Unset, want)
	}
	if value.Half[date(t, "2027-12-24")] != 12*60 || value.Ends != 24*60 {
		t.Errorf("got clocks %v and %v", value.Half, value.Ends)
	}
	if value.Days.WorkingDays != 3 || value.Time.Duration != 90*time.Minute || !value.Always.IsZero() {
		t.Errorf("got %v, %v and %v", value.Days, value.Time, value.Always)
	}
	got, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != text {
		t.Errorf("\n got %s\nwant %s", got, text)
	}
}

func TestTextsAreRefused(t *testing.T) {
	tests := []struct {
		name string
		into interface{ UnmarshalText([]byte) error }
	}{
		{"date", new(calendar.Date)},
		{"clock", new(calendar.Clock)},
		{"hours", new(calendar.Hours)},
		{"within", new(calendar.Within)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.into.UnmarshalText([]byte("whenever")); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestWithinKeepsItsClocks(t *testing.T) {
	w := calendar.Within{Duration: time.Hour, DayEnds: 15 * 60, Before: 10 * 60}
	if err := w.UnmarshalText([]byte("2 working days")); err != nil {
		t.Fatal(err)
	}
	if want := (calendar.Within{WorkingDays: 2, DayEnds: 15 * 60, Before: 10 * 60}); w != want {
		t.Errorf("got %+v, want %+v", w, want)
	}
}

func TestParseClock(t *testing.T) {
	const digits, limits = "want hours and minutes in two digits each, as 09:00", "a day goes from 00:00 to 24:00, an hour from 00 to 59"
	tests := []struct {
		name, text string
		want       calendar.Clock
		fault      string
	}{
		{"midnight", "00:00", 0, ""},
		{"morning", "09:30", 9*60 + 30, ""},
		{"last minute", "23:59", 24*60 - 1, ""},
		{"the day's end", "24:00", 24 * 60, ""},
		{"past the day's end", "24:01", 0, limits},
		{"hour 25", "25:00", 0, limits},
		{"minute 60", "09:60", 0, limits},
		{"one digit", "9:00", 0, digits},
		{"no colon", "09.00", 0, digits},
		{"letters", "ab:cd", 0, digits},
		{"a sign", "+9:00", 0, digits},
		{"nothing", "", 0, digits},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := calendar.ParseClock(test.text)
			if test.fault != "" {
				want := `clock time "` + test.text + `": ` + test.fault
				if err == nil || err.Error() != want {
					t.Errorf("\n got %v\nwant %s", err, want)
				}
				return
			}
			if err != nil || got != test.want || got.String() != test.text {
				t.Errorf("got %d (%v), %v, want %d (%s)", got, got, err, test.want, test.text)
			}
		})
	}
}
