package calendar_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/svartid/svartid/probes/calendar"
)

// ticks reads a cron line that must be one, in the named zone.
func ticks(t testing.TB, line, zoneName string) calendar.Ticks {
	t.Helper()
	series, err := calendar.ParseCron(line, zone(t, zoneName))
	if err != nil {
		t.Fatal(err)
	}
	return series
}

const tickLayout = "2006-01-02 15:04:05 -07:00"

func TestTicksNext(t *testing.T) {
	tests := []struct {
		name  string
		line  string
		zone  string
		after string
		want  []string // the ticks that follow each other
	}{
		{
			"rounds of the season", "0 9 1,15 * *", "Europe/Oslo", "2027-01-11 00:00 +01:00",
			[]string{"2027-01-15 09:00:00 +01:00", "2027-02-01 09:00:00 +01:00", "2027-02-15 09:00:00 +01:00"},
		},
		{"a tick is after, never at", "0 9 * * *", "Europe/Oslo", "2027-01-11 09:00 +01:00", []string{"2027-01-12 09:00:00 +01:00"}},
		{"weekdays", "30 8 * * mon-fri", "Europe/Oslo", "2027-01-15 08:30 +01:00", []string{"2027-01-18 08:30:00 +01:00"}},
		{
			"day of the month or of the week", "0 9 1 * 1", "Europe/Oslo", "2027-01-30 00:00 +01:00",
			[]string{"2027-02-01 09:00:00 +01:00", "2027-02-08 09:00:00 +01:00"},
		},
		{"over New Year", "0 0 1 1 *", "Europe/Oslo", "2026-06-01 00:00 +02:00", []string{"2027-01-01 00:00:00 +01:00"}},
		{"29 February over 2100", "0 9 29 2 *", "Europe/Oslo", "2096-02-29 09:00 +01:00", []string{"2104-02-29 09:00:00 +01:00"}},
		{"never", "0 9 30 2 *", "Europe/Oslo", "2027-01-01 00:00 +01:00", []string{"never"}},
		{"never, every hour", "0 * 30 2 *", "Europe/Oslo", "2027-01-01 00:00 +01:00", []string{"never"}},
		{"another zone in front", "CRON_TZ=America/New_York 0 9 * * *", "Europe/Oslo", "2027-01-11 00:00 +01:00", []string{"2027-01-11 09:00:00 -05:00"}},
		{"@daily", "@daily", "Europe/Oslo", "2027-01-11 08:00 +01:00", []string{"2027-01-12 00:00:00 +01:00"}},
		{"@weekly", "@weekly", "Europe/Oslo", "2027-01-11 08:00 +01:00", []string{"2027-01-17 00:00:00 +01:00"}},

		{
			"skipped hour: at the gap's end", "30 2 * * *", "Europe/Oslo", "2025-03-29 12:00 +01:00",
			[]string{"2025-03-30 03:00:00 +02:00", "2025-03-31 02:30:00 +02:00"},
		},
		{
			"skipped hour: several tick once", "*/10 2 * * *", "Europe/Oslo", "2025-03-30 00:00 +01:00",
			[]string{"2025-03-30 03:00:00 +02:00", "2025-03-31 02:00:00 +02:00"},
		},
		{
			"skipped hour: meets the tick at its end", "0 2,3 * * *", "Europe/Oslo", "2025-03-30 00:00 +01:00",
			[]string{"2025-03-30 03:00:00 +02:00", "2025-03-31 02:00:00 +02:00"},
		},
		{
			"skipped hour: only on its Sunday", "30 2 * * 0", "Europe/Oslo", "2025-03-29 12:00 +01:00",
			[]string{"2025-03-30 03:00:00 +02:00", "2025-04-06 02:30:00 +02:00"},
		},
		{
			"skipped hour: every ten minutes goes on", "*/10 * * * *", "Europe/Oslo", "2025-03-30 01:40 +01:00",
			[]string{"2025-03-30 01:50:00 +01:00", "2025-03-30 03:00:00 +02:00", "2025-03-30 03:10:00 +02:00"},
		},
		{
			"skipped hour: each hour goes on", "@hourly", "Europe/Oslo", "2025-03-30 00:30 +01:00",
			[]string{"2025-03-30 01:00:00 +01:00", "2025-03-30 03:00:00 +02:00"},
		},
		{
			"skipped midnight", "@daily", "America/Sao_Paulo", "2018-11-03 12:00 -03:00",
			[]string{"2018-11-04 01:00:00 -02:00", "2018-11-05 00:00:00 -02:00"},
		},
		{
			"skipped day", "0 9 * * *", "Pacific/Apia", "2011-12-29 09:00 -10:00",
			[]string{"2011-12-31 00:00:00 +14:00", "2011-12-31 09:00:00 +14:00"},
		},
		{
			"skipped half hour", "15 2 * * *", "Australia/Lord_Howe", "2025-10-04 12:00 +10:30",
			[]string{"2025-10-05 02:30:00 +11:00", "2025-10-06 02:15:00 +11:00"},
		},

		{
			"repeated hour: first coming only", "30 2 * * *", "Europe/Oslo", "2025-10-25 12:00 +02:00",
			[]string{"2025-10-26 02:30:00 +02:00", "2025-10-27 02:30:00 +01:00"},
		},
		{
			"repeated hour: asked in its second coming", "30 2 * * *", "Europe/Oslo", "2025-10-26 02:10 +01:00",
			[]string{"2025-10-27 02:30:00 +01:00"},
		},
		{
			"repeated hour: before and after it", "0 1-3 * * *", "Europe/Oslo", "2025-10-26 00:30 +02:00",
			[]string{"2025-10-26 01:00:00 +02:00", "2025-10-26 02:00:00 +02:00", "2025-10-26 03:00:00 +01:00"},
		},
		{
			"repeated hour: every twenty minutes goes on", "*/20 * * * *", "Europe/Oslo", "2025-10-26 02:30 +02:00",
			[]string{"2025-10-26 02:40:00 +02:00", "2025-10-26 02:00:00 +01:00", "2025-10-26 02:20:00 +01:00"},
		},
		{
			"repeated hour: each hour goes on", "@hourly", "Europe/Oslo", "2025-10-26 01:30 +02:00",
			[]string{"2025-10-26 02:00:00 +02:00", "2025-10-26 02:00:00 +01:00", "2025-10-26 03:00:00 +01:00"},
		},
		{
			"repeated last hour of the day before", "*/10 * 7 11 *", "America/St_Johns", "2010-11-06 23:30 -02:30",
			[]string{"2010-11-07 00:00:00 -02:30", "2010-11-07 00:00:00 -03:30", "2010-11-07 00:10:00 -03:30"},
		},
		{
			"@every knows no clock", "@every 45m", "Europe/Oslo", "2025-10-26 02:00 +02:00",
			[]string{"2025-10-26 02:45:00 +02:00", "2025-10-26 02:30:00 +01:00", "2025-10-26 03:15:00 +01:00"},
		},
		{"@every day is 24 hours", "@every 1d", "Europe/Oslo", "2025-03-29 12:00 +01:00", []string{"2025-03-30 13:00:00 +02:00"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			series, last := ticks(t, test.line, test.zone), at(t, test.after)
			for _, want := range test.want {
				last = series.Next(last)
				got := last.Format(tickLayout)
				if last.IsZero() {
					got = "never"
				}
				if got != want {
					t.Fatalf("got %s, want %s", got, want)
				}
			}
		})
	}
}

func TestTicksOfTheDaysTheClockIsSet(t *testing.T) {
	tests := []struct {
		line           string
		spring, autumn int
	}{
		{"*/10 * * * *", 23 * 6, 25 * 6},
		{"@hourly", 23, 25},
		{"@every 1m", 23 * 60, 25 * 60},
		{"30 0-12 * * *", 13, 13},
		{"0 0-12 * * *", 12, 13}, // in spring 02:00 and 03:00 are one instant
	}
	count := func(line, day string) int {
		series, oslo := ticks(t, line, "Europe/Oslo"), zone(t, "Europe/Oslo")
		n, end := 0, date(t, day).AddDays(1).In(oslo)
		for next := series.Next(date(t, day).In(oslo).Add(-time.Nanosecond)); next.Before(end); next = series.Next(next) {
			n++
		}
		return n
	}
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			if got := count(test.line, "2025-03-30"); got != test.spring {
				t.Errorf("spring: got %d ticks, want %d", got, test.spring)
			}
			if got := count(test.line, "2025-10-26"); got != test.autumn {
				t.Errorf("autumn: got %d ticks, want %d", got, test.autumn)
			}
		})
	}
}

func TestTicksDue(t *testing.T) {
	tests := []struct {
		name      string
		line      string
		last, now string
		want      string
	}{
		{"none yet", "0 9 * * *", "2027-01-11 09:00 +01:00", "2027-01-12 08:59 +01:00", "none"},
		{"at this very instant", "0 9 * * *", "2027-01-11 09:00 +01:00", "2027-01-12 09:00 +01:00", "2027-01-12 09:00:00 +01:00"},
		{"the last one is over", "0 9 * * *", "2027-01-11 09:00 +01:00", "2027-01-11 09:00 +01:00", "none"},
		{"slept through three", "0 9 * * *", "2027-01-11 09:00 +01:00", "2027-01-14 12:00 +01:00", "2027-01-14 09:00:00 +01:00"},
		{"slept a season", "0 9 1,15 * *", "2027-01-01 09:00 +01:00", "2027-04-09 00:00 +02:00", "2027-04-01 09:00:00 +02:00"},
		{"slept into a month without ticks", "* * * 1 *", "2026-01-01 00:00 +01:00", "2026-12-24 00:00 +01:00", "2026-01-31 23:59:00 +01:00"},
		{"slept over the skipped hour", "30 2 * * *", "2025-03-29 12:00 +01:00", "2025-03-30 03:00 +02:00", "2025-03-30 03:00:00 +02:00"},
		{"in the second coming of an hour", "30 2 * * *", "2025-10-25 12:00 +02:00", "2025-10-26 02:10 +01:00", "2025-10-26 02:30:00 +02:00"},
		{"now is before last", "@hourly", "2027-01-12 09:00 +01:00", "2027-01-11 09:00 +01:00", "none"},
		{"never", "0 9 30 2 *", "2027-01-01 00:00 +01:00", "2030-01-01 00:00 +01:00", "none"},
		{"@every second for months", "@every 1s", "2027-01-01 00:00 +01:00", "2027-09-01 00:00 +02:00", "2027-09-01 00:00:00 +02:00"},
		{"@every counts from the last one", "@every 7h", "2027-01-01 00:00 +01:00", "2027-01-02 00:00 +01:00", "2027-01-01 21:00:00 +01:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tick, ok := ticks(t, test.line, "Europe/Oslo").Due(at(t, test.last), at(t, test.now))
			got := "none"
			if ok {
				got = tick.Format(tickLayout)
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// The test would not end within a day if Due walked from tick to tick.
func TestTicksDueSinceTheBeginning(t *testing.T) {
	now := at(t, "2027-01-11 09:00 +01:00")
	for _, line := range []string{"@every 1s", "* * * * *", "* 0-22 * * *"} {
		if got, ok := ticks(t, line, "Europe/Oslo").Due(time.Time{}, now); !ok || !got.Equal(now) {
			t.Errorf("%s: got %v, %v, want %v", line, got, ok, now)
		}
	}
}

func TestZeroTicks(t *testing.T) {
	var never calendar.Ticks
	now := time.Now()
	if got := never.Next(now); !got.IsZero() {
		t.Errorf("next: got %v, want never", got)
	}
	if got, ok := never.Due(now.Add(-time.Hour), now); ok {
		t.Errorf("due: got %v, want none", got)
	}
}

func TestParseCronRefuses(t *testing.T) {
	const shape = ", or lists, ranges and steps, as 1,4, 1-4 and */2"
	tests := []struct{ name, line, want string }{
		{"nothing", "", `cron "": has 0 fields; want 5 (minute, hour, day of the month, month, day of the week), or @daily, @every 10s and the like`},
		{"too few", "0 9 *", `cron "0 9 *": has 3 fields; want 5 (minute, hour, day of the month, month, day of the week), or @daily, @every 10s and the like`},
		{"minute", "60 9 * * *", `cron "60 9 * * *": minute is "60"; want 0 to 59` + shape},
		{"hour", "0 24 * * *", `cron "0 24 * * *": hour is "24"; want 0 to 23` + shape},
		{"day", "0 9 32 * *", `cron "0 9 32 * *": day of the month is "32"; want 1 to 31` + shape},
		{"month", "0 9 * x *", `cron "0 9 * x *": month is "x"; want 1 to 12 or jan to dec` + shape},
		{"weekday", "0 9 * * 7", `cron "0 9 * * 7": day of the week is "7"; want 0 (Sunday) to 6 or sun to sat` + shape},
		{"backwards", "0 15-9 * * *", `cron "0 15-9 * * *": hour is "15-9"; want 0 to 23` + shape},
		{"no step", "*/0 * * * *", `cron "*/0 * * * *": minute is "*/0"; want 0 to 59` + shape},
		{"lone comma", ", * * * *", `cron ", * * * *": minute is ","; want 0 to 59` + shape},
		{"star to five", "*-5 * * * *", `cron "*-5 * * * *": minute is "*-5"; want 0 to 59` + shape},
		{"unknown word", "@noon", `cron "@noon": @noon is not known; want @hourly, @daily, @weekly, @monthly, @yearly or @every 10s`},
		{"every what", "@every soon", `cron "@every soon": @every: duration "soon": want numbers with units, as 90s, 1h30m, 3d or 2w; never negative`},
		{"every nothing", "@every 10ms", `cron "@every 10ms": @every 10ms is less than a second`},
		{"no zone", "CRON_TZ= 0 9 * * *", `cron "CRON_TZ= 0 9 * * *": CRON_TZ= names no zone, as Europe/Oslo`},
		{"the machine's zone", "TZ=Local 0 9 * * *", `cron "TZ=Local 0 9 * * *": TZ= names no zone, as Europe/Oslo`},
		{"only a zone", "TZ=UTC", `cron "TZ=UTC": has 0 fields; want 5 (minute, hour, day of the month, month, day of the week), or @daily, @every 10s and the like`},
		{"unknown zone", "TZ=Europe/Sandvika 0 9 * * *", `cron "TZ=Europe/Sandvika 0 9 * * *": TZ=Europe/Sandvika: unknown time zone Europe/Sandvika`},
		{"zone of another name", "ZONE=UTC 0 9 * * *", `cron "ZONE=UTC 0 9 * * *": ZONE= is not known; want CRON_TZ=`},
		{"zone twice", "TZ=UTC TZ=UTC 9 * * *", `cron "TZ=UTC TZ=UTC 9 * * *": minute is "TZ=UTC"; want 0 to 59` + shape},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := calendar.ParseCron(test.line, nil)
			if err == nil || err.Error() != test.want {
				t.Errorf("\n got %v\nwant %s", err, test.want)
			}
		})
	}
}

// randomLine draws five fields, some stars and some not.
func randomLine(draw *rand.Rand) string {
	number := func(lowest, highest int) string { return strconv.Itoa(lowest + draw.IntN(highest-lowest+1)) }
	var fields []string
	for _, bound := range [][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}} {
		field := "*"
		switch draw.IntN(4) {
		case 0:
			field = number(bound[0], bound[1])
		case 1:
			field = number(bound[0], bound[1]) + "," + number(bound[0], bound[1])
		case 2:
			field = "*/" + number(2, 9)
		}
		fields = append(fields, field)
	}
	return strings.Join(fields, " ")
}

// In UTC no clock is ever set, so that the library that reads the lines must
// walk them just as this package does.
func TestTicksAgreeWithTheLibraryInUTC(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	start := at(t, "2024-01-01 00:00 +00:00")
	for range 500 {
		line := randomLine(draw)
		theirs, err := cron.ParseStandard(line)
		if err != nil {
			t.Fatal(err)
		}
		ours := ticks(t, line, "UTC")
		after := start.Add(time.Duration(draw.Int64N(int64(7 * 365 * 24 * time.Hour))))
		for range 5 {
			got, want := ours.Next(after), theirs.Next(after)
			if !got.Equal(want) && !want.IsZero() { // theirs gives up after five years
				t.Fatalf("%s after %v: got %v, want %v", line, after, got, want)
			}
			if want.IsZero() {
				break
			}
			after = want
		}
	}
}

func TestTicksDueIsTheLastOfNext(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		line := randomLine(draw)
		if draw.IntN(5) == 0 {
			line = "@every " + strconv.Itoa(60+draw.IntN(7200)) + "s"
		}
		series := ticks(t, line, "Europe/Oslo")
		last := at(t, "2025-10-24 00:00 +02:00").Add(time.Duration(draw.Int64N(int64(48 * time.Hour))))
		now := last.Add(time.Duration(draw.Int64N(int64(72 * time.Hour))))
		var want time.Time
		for next := series.Next(last); !next.IsZero() && !next.After(now); next = series.Next(next) {
			want = next
		}
		got, ok := series.Due(last, now)
		if !got.Equal(want) || ok == want.IsZero() {
			t.Fatalf("%s from %v to %v: got %v, %v, want %v", line, last, now, got, ok, want)
		}
	}
}

func BenchmarkTicksDueAfterAYear(b *testing.B) {
	now := at(b, "2027-12-31 09:00 +01:00")
	for _, line := range []string{"@every 1s", "* * * * *", "*/5 9-15 * * 1-5", "0 9 1,15 * *", "0 9 29 2 *"} {
		series := ticks(b, line, "Europe/Oslo")
		b.Run(line, func(b *testing.B) {
			for b.Loop() {
				series.Due(now.AddDate(-1, 0, 0), now)
			}
		})
	}
}
