package calendar_test

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

func TestOpen(t *testing.T) {
	open := calendar.Calendar{Zone: zone(t, "Europe/Oslo")}
	closedWeek := norway(t)
	for d := date(t, "2027-02-08"); d.Before(date(t, "2027-02-13")); d = d.AddDays(1) {
		closedWeek.DaysOff = append(closedWeek.DaysOff, d)
	}
	half := norway(t)
	half.HalfDays = map[calendar.Date]calendar.Clock{date(t, "2027-02-01"): 12 * 60}
	const office, lunch = "Mon-Fri 08:00-16:00", "Mon-Thu 08:00-11:30 12:00-16:00, Fri 08:00-14:00"
	tests := []struct {
		name     string
		calendar calendar.Calendar
		hours    string
		from, to string
		want     time.Duration
	}{
		{"inside a day", open, office, "2027-02-01 09:00 +01:00", "2027-02-01 10:30 +01:00", 90 * time.Minute},
		{"from before opening", open, office, "2027-02-01 06:00 +01:00", "2027-02-01 08:10 +01:00", 10 * time.Minute},
		{"until after closing", open, office, "2027-02-01 15:00 +01:00", "2027-02-01 19:00 +01:00", time.Hour},
		{"all outside", open, office, "2027-02-01 16:00 +01:00", "2027-02-02 08:00 +01:00", 0},
		{"over a night", open, office, "2027-02-01 15:00 +01:00", "2027-02-02 09:00 +01:00", 2 * time.Hour},
		{"over a weekend", open, office, "2027-02-05 15:30 +01:00", "2027-02-08 08:30 +01:00", time.Hour},
		{"a whole week", open, office, "2027-02-01 00:00 +01:00", "2027-02-08 00:00 +01:00", 40 * time.Hour},
		{"over lunch", open, lunch, "2027-02-01 11:00 +01:00", "2027-02-01 13:00 +01:00", 90 * time.Minute},
		{"a week with lunches", open, lunch, "2027-02-01 00:00 +01:00", "2027-02-08 00:00 +01:00", 36 * time.Hour},
		{"nothing at all", open, office, "2027-02-01 10:00 +01:00", "2027-02-01 10:00 +01:00", 0},
		{"backwards", open, office, "2027-02-02 10:00 +01:00", "2027-02-01 10:00 +01:00", 0},
		{"past midnight", open, "Fri 22:00-02:00", "2027-02-05 00:00 +01:00", "2027-02-08 00:00 +01:00", 4 * time.Hour},
		{"past the week's end", open, "Sun 22:00-02:00", "2027-02-08 01:00 +01:00", "2027-02-08 09:00 +01:00", time.Hour},
		{"until midnight", open, "Mon 20:00-24:00", "2027-02-01 23:00 +01:00", "2027-02-02 10:00 +01:00", time.Hour},
		{"Sunday of summer time, day and night", open, "00:00-24:00", "2025-03-29 23:30 +01:00", "2025-03-31 10:00 +02:00", 33*time.Hour + 30*time.Minute},
		{"Sunday of winter time, day and night", open, "00:00-24:00", "2025-10-25 23:30 +02:00", "2025-10-27 10:00 +01:00", 35*time.Hour + 30*time.Minute},
		{"Sunday of summer time, 08-12", open, "08:00-12:00", "2025-03-29 23:30 +01:00", "2025-03-31 10:00 +02:00", 6 * time.Hour},
		{"Sunday of winter time, 08-12", open, "08:00-12:00", "2025-10-25 23:30 +02:00", "2025-10-27 10:00 +01:00", 6 * time.Hour},
		{"Sunday 08-12 alone, summer time", open, "Sun 08:00-12:00", "2025-03-29 23:30 +01:00", "2025-03-31 10:00 +02:00", 4 * time.Hour},
		{"Sunday 08-12 alone, winter time", open, "Sun 08:00-12:00", "2025-10-25 23:30 +02:00", "2025-10-27 10:00 +01:00", 4 * time.Hour},
		{"opens in the skipped hour", open, "Sun 02:30-05:00", "2025-03-30 00:00 +01:00", "2025-03-31 00:00 +02:00", 2 * time.Hour},
		{"only the skipped hour", open, "Sun 02:00-03:00", "2025-03-30 00:00 +01:00", "2025-03-31 00:00 +02:00", 0},
		{"only the repeated hour", open, "Sun 02:00-03:00", "2025-10-26 00:00 +02:00", "2025-10-27 00:00 +01:00", 2 * time.Hour},
		{"closes in the repeated hour", open, "Sun 01:00-02:30", "2025-10-26 00:00 +02:00", "2025-10-27 00:00 +01:00", 90 * time.Minute},
		{"opens in the repeated hour", open, "Sun 02:30-04:00", "2025-10-26 00:00 +02:00", "2025-10-27 00:00 +01:00", 150 * time.Minute},
		{"always, over Easter", norway(t), "always", "2024-03-28 10:00 +01:00", "2024-04-02 10:00 +02:00", 5*24*time.Hour - time.Hour},
		{"day and night, over Easter", norway(t), "00:00-24:00", "2024-03-27 12:00 +01:00", "2024-04-02 12:00 +02:00", 48 * time.Hour},
		{"summer time on Easter Sunday", norway(t), "00:00-24:00", "2024-03-30 23:30 +01:00", "2024-04-01 10:00 +02:00", 30 * time.Minute},
		{"office, over Easter", norway(t), office, "2024-03-26 10:00 +01:00", "2024-04-02 16:00 +02:00", 22 * time.Hour},
		{"a shift is cut where the holiday begins", norway(t), "22:00-02:00", "2027-03-24 12:00 +01:00", "2027-03-25 12:00 +01:00", 2 * time.Hour},
		{"a closed week", closedWeek, office, "2027-02-05 15:00 +01:00", "2027-02-15 09:00 +01:00", 2 * time.Hour},
		{"a half day", half, office, "2027-02-01 00:00 +01:00", "2027-02-03 00:00 +01:00", 12 * time.Hour},
		{"29 February", norway(t), office, "2028-02-28 15:00 +01:00", "2028-03-01 09:00 +01:00", 10 * time.Hour},
		{"weekend of a public holiday", norway(t), "10:00-18:00", "2027-05-15 00:00 +02:00", "2027-05-18 00:00 +02:00", 8 * time.Hour},
		{"instants told in another zone", open, office, "2027-02-01 14:30 +00:00", "2027-02-02 07:30 +00:00", time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.calendar.Open(hours(t, test.hours), at(t, test.from), at(t, test.to))
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestSpans(t *testing.T) {
	c := norway(t)
	tests := []struct {
		name     string
		hours    []string
		from, to string
		want     []string // from and to in turn
	}{
		{
			"no hours", nil, "2027-03-25 08:00 +01:00", "2027-03-26 09:00 +01:00",
			[]string{"2027-03-25 08:00 +01:00", "2027-03-26 09:00 +01:00"},
		},
		{
			"always",
			[]string{"always", "always"},
			"2027-03-25 08:00 +01:00", "2027-03-26 09:00 +01:00",
			[]string{"2027-03-25 08:00 +01:00", "2027-03-26 09:00 +01:00"},
		},
		{
			"edition and probe",
			[]string{"Mon-Fri 09:00-15:00", "09:00-12:00"},
			"2027-02-05 10:00 +01:00", "2027-02-08 20:00 +01:00",
			[]string{"2027-02-05 10:00 +01:00", "2027-02-05 12:00 +01:00", "2027-02-08 09:00 +01:00", "2027-02-08 12:00 +01:00"},
		},
		{
			"always restricts nothing",
			[]string{"always", "Fri 09:00-12:00"},
			"2027-02-01 00:00 +01:00", "2027-02-08 00:00 +01:00",
			[]string{"2027-02-05 09:00 +01:00", "2027-02-05 12:00 +01:00"},
		},
		{"nothing in common", []string{"08:00-10:00", "10:00-12:00"}, "2027-02-01 00:00 +01:00", "2027-02-08 00:00 +01:00", nil},
		{
			"several pieces in common",
			[]string{"08:00-11:00 12:00-15:00", "10:00-13:00", "Mon 00:00-24:00"},
			"2027-02-01 00:00 +01:00", "2027-02-03 00:00 +01:00",
			[]string{"2027-02-01 10:00 +01:00", "2027-02-01 11:00 +01:00", "2027-02-01 12:00 +01:00", "2027-02-01 13:00 +01:00"},
		},
		{
			"days that touch are one span",
			[]string{"Sat-Sun 00:00-24:00"},
			"2027-02-05 00:00 +01:00", "2027-02-09 00:00 +01:00",
			[]string{"2027-02-06 00:00 +01:00", "2027-02-08 00:00 +01:00"},
		},
		{
			"a night is one span",
			[]string{"Fri-Sat 22:00-02:00"},
			"2027-02-05 00:00 +01:00", "2027-02-09 00:00 +01:00",
			[]string{"2027-02-05 22:00 +01:00", "2027-02-06 02:00 +01:00", "2027-02-06 22:00 +01:00", "2027-02-07 02:00 +01:00"},
		},
		{
			"a holiday between",
			[]string{"00:00-24:00"},
			"2027-05-05 12:00 +02:00", "2027-05-07 12:00 +02:00",
			[]string{"2027-05-05 12:00 +02:00", "2027-05-06 00:00 +02:00", "2027-05-07 00:00 +02:00", "2027-05-07 12:00 +02:00"},
		},
		{
			"begins inside a night",
			[]string{"22:00-02:00"},
			"2027-02-06 01:00 +01:00", "2027-02-06 12:00 +01:00",
			[]string{"2027-02-06 01:00 +01:00", "2027-02-06 02:00 +01:00"},
		},
		{"empty", []string{"always"}, "2027-02-06 01:00 +01:00", "2027-02-06 01:00 +01:00", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var tables []calendar.Hours
			for _, h := range test.hours {
				tables = append(tables, hours(t, h))
			}
			var got []string
			for s := range c.Spans(at(t, test.from), at(t, test.to), tables...) {
				const layout = "2006-01-02 15:04 -07:00"
				got = append(got, s.From.Format(layout), s.To.Format(layout))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestSpansStopsWhenTold(t *testing.T) {
	c := norway(t)
	from, to := at(t, "2027-02-01 00:00 +01:00"), at(t, "2027-03-01 00:00 +01:00")
	for _, text := range []string{"always", "09:00-10:00", "09:00-10:00 11:00-12:00"} {
		seen := 0
		for range c.Spans(from, to, hours(t, text)) {
			seen++
			break
		}
		if seen != 1 {
			t.Errorf("%s: got %d spans, want 1", text, seen)
		}
	}
}

// A monotonic reading would count the process's time, not the wall's.
func TestOpenIgnoresTheMonotonicClock(t *testing.T) {
	now := time.Now()
	for s := range norway(t).Spans(now, now.Add(time.Hour)) {
		if s.From != s.From.Round(0) || s.To != s.To.Round(0) {
			t.Errorf("got a monotonic reading in %v", s)
		}
	}
}
