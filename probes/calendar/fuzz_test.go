package calendar_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// again reads what has been written, and wants it written the same.
func again[T interface{ String() string }](t *testing.T, value T, parse func(string) (T, error)) {
	t.Helper()
	back, err := parse(value.String())
	if err != nil {
		t.Fatalf("%q is written and not read: %v", value, err)
	}
	if back.String() != value.String() {
		t.Fatalf("%q is read as %q", value, back)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2027-03-24", "2028-02-29", "2027-02-30", "0000-01-01", "24.03.2027", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		if err != nil {
			return
		}
		if d.String() != s {
			t.Fatalf("%q is written as %q", s, d)
		}
		if d.AddDays(0) != d {
			t.Fatalf("%q is no real day", s)
		}
		again(t, d, calendar.ParseDate)
	})
}

func FuzzParseClock(f *testing.F) {
	for _, seed := range []string{"00:00", "09:30", "24:00", "24:01", "9:00", "+1:-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := calendar.ParseClock(s)
		if err != nil {
			return
		}
		if c < 0 || c > 24*60 || c.String() != s {
			t.Fatalf("%q is read as %d", s, c)
		}
	})
}

func FuzzParseHours(f *testing.F) {
	for _, seed := range []string{
		"always", "09:00-12:00", "Mon-Fri 09:00-15:00", "Mon-Thu 08:00-11:30 12:00-16:00, Fri 08:00-14:00",
		"22:00-02:00", "Sun 22:00-08:00", "Sat-Mon 00:00-24:00", "Mon,Wed 10:00-00:00", "Fri 08:00-24:00, Sat 00:00-09:00",
	} {
		f.Add(seed)
	}
	week := 7 * 24 * time.Hour
	monday := time.Date(2027, time.February, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		h, err := calendar.ParseHours(s)
		if err != nil {
			return
		}
		again(t, h, calendar.ParseHours)
		var c calendar.Calendar
		open := c.Open(h, monday, monday.Add(week))
		if open <= 0 || open > week {
			t.Fatalf("%q is open for %v a week", s, open)
		}
		back, _ := calendar.ParseHours(h.String())
		if got := c.Open(back, monday, monday.Add(week)); got != open {
			t.Fatalf("%q is open for %v a week, %q for %v", s, open, back, got)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"0", "90s", "1h30m", "3d", "2w", "1w2d3h4m5s6ms7us8ns", "1.5d", "-1h", "15250w", ".s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDuration(s)
		if err != nil {
			return
		}
		if d < 0 {
			t.Fatalf("%q is read as %v", s, d)
		}
		written := calendar.FormatDuration(d)
		if back, err := calendar.ParseDuration(written); err != nil || back != d {
			t.Fatalf("%q is %v, written as %q, read as %v, %v", s, d, written, back, err)
		}
	})
}

func FuzzParseWithin(f *testing.F) {
	for _, seed := range []string{"3 working days", "1 working day", "0 working days", "5m", "0s", "9999999 working days"} {
		f.Add(seed)
	}
	monday := time.Date(2027, time.February, 1, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		w, err := calendar.ParseWithin(s)
		if err != nil {
			return
		}
		again(t, w, calendar.ParseWithin)
		if due := (calendar.Calendar{Country: "NO"}).Deadline(monday, w); due.Before(monday) {
			t.Fatalf("%q from %v ends at %v", s, monday, due)
		}
	})
}

func FuzzParseCron(f *testing.F) {
	for _, seed := range []string{
		"0 9 1,15 * *", "*/10 * * * *", "30 2 * * sun", "@daily", "@every 10s", "@every 1d", "CRON_TZ=Europe/Oslo 0 9 * * mon-fri",
		"TZ=", "TZ=UTC", "0 9 30 2 *", ",,, * * * *", "* * * * ?", "1-5/2 0-23/3 */9 jan-mar,dec 5/1",
	} {
		f.Add(seed)
	}
	after := time.Date(2025, time.October, 26, 0, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		series, err := calendar.ParseCron(s, nil)
		if err != nil {
			return
		}
		again(t, series, func(text string) (calendar.Ticks, error) { return calendar.ParseCron(text, nil) })
		next := series.Next(after)
		if next.IsZero() {
			return
		}
		if !next.After(after) {
			t.Fatalf("%q ticks at %v, not after %v", s, next, after)
		}
		if due, ok := series.Due(after, next); !ok || !due.Equal(next) {
			t.Fatalf("%q: due at %v is %v, %v", s, next, due, ok)
		}
	})
}
