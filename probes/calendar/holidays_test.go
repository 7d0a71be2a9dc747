package calendar_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// almanac reads testdata/holidays.txt: the dates of each country.
func almanac(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/holidays.txt")
	if err != nil {
		t.Fatal(err)
	}
	dates := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		dates[fields[0]] = append(dates[fields[0]], fields[1:]...)
	}
	return dates
}

func TestHolidaysOfSevenYears(t *testing.T) {
	known := almanac(t)
	if got, want := calendar.Countries(), []string{"DK", "FI", "NO", "SE"}; !slices.Equal(got, want) {
		t.Fatalf("countries: got %v, want %v", got, want)
	}
	for _, country := range calendar.Countries() {
		t.Run(country, func(t *testing.T) {
			c := calendar.Calendar{Country: country}
			days := 0
			for d := date(t, "2024-01-01"); d.Before(date(t, "2031-01-01")); d = d.AddDays(1) {
				days++
				want := slices.Contains(known[country], d.String())
				name, got := c.Holiday(d)
				if got != want {
					t.Errorf("%v %v: got %v (%s), want %v", d.Weekday(), d, got, name, want)
				}
				if got != (name != "") {
					t.Errorf("%v: holiday is %v, its name %q", d, got, name)
				}
				weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
				if got := c.WorkingDay(d); got != (!want && !weekend) {
					t.Errorf("%v %v: working day is %v", d.Weekday(), d, got)
				}
			}
			if want := 7*365 + 2; days != want {
				t.Errorf("looked at %d days, want %d", days, want)
			}
		})
	}
}

func TestHolidayNames(t *testing.T) {
	tests := []struct {
		name    string
		country string
		date    string
		want    string
	}{
		{"Easter begins in Norway", "NO", "2024-03-28", "skjærtorsdag"},
		{"17 May before Whit Monday", "NO", "2027-05-17", "grunnlovsdagen"},
		{"Norwegian Christmas Eve", "NO", "2024-12-24", ""},
		{"Swedish Maundy Thursday", "SE", "2024-03-28", ""},
		{"Swedish Whit Monday", "SE", "2024-05-20", ""},
		{"Swedish Christmas Eve", "SE", "2024-12-24", "julafton"},
		{"latest midsummer", "SE", "2027-06-26", "midsommardagen"},
		{"earliest All Saints", "SE", "2026-10-31", "alla helgons dag"},
		{"the last store bededag", "DK", "2023-05-05", "store bededag"},
		{"store bededag abolished", "DK", "2024-04-26", ""},
		{"Danish May Day", "DK", "2024-05-01", ""},
		{"grundlovsdag", "DK", "2024-06-05", ""},
		{"Danish Christmas Eve", "DK", "2024-12-24", ""},
		{"Finnish epiphany", "FI", "2025-01-06", "loppiainen"},
		{"Finnish Midsummer Eve", "FI", "2026-06-19", "juhannusaatto"},
		{"Finnish Whit Monday", "FI", "2025-06-09", ""},
		{"Finnish New Year's Eve", "FI", "2024-12-31", ""},
		{"no country", "", "2024-12-25", ""},
		{"unknown country", "XX", "2024-12-25", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := calendar.Calendar{Country: test.country}.Holiday(date(t, test.date))
			if got != test.want || ok != (test.want != "") {
				t.Errorf("got %q, %v, want %q", got, ok, test.want)
			}
		})
	}
}

// The dates are those of the almanacs: the earliest and the latest Easter there
// can be, and years that simpler rules get wrong.
func TestEaster(t *testing.T) {
	sundays := []string{
		"1818-03-22", "1943-04-25", "1954-04-18", "1961-04-02", "1981-04-19", "2000-04-23", "2008-03-23",
		"2019-04-21", "2024-03-31", "2038-04-25", "2049-04-18", "2076-04-19", "2100-03-28", "2285-03-22",
	}
	c := calendar.Calendar{Country: "NO"}
	for _, sunday := range sundays {
		if got, _ := c.Holiday(date(t, sunday)); got != "første påskedag" {
			t.Errorf("%s: got %q, want første påskedag", sunday, got)
		}
	}
	for year := 1700; year < 2500; year++ {
		found := 0
		for d := (calendar.Date{Year: year, Month: time.March, Day: 22}); d.Month < time.May; d = d.AddDays(1) {
			if name, _ := c.Holiday(d); name == "første påskedag" && d.Weekday() == time.Sunday && (d.Month == time.March || d.Day <= 25) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d: %d Easter Sundays from 22 March to 25 April, want 1", year, found)
		}
	}
}
