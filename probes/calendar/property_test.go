package calendar_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// world is what the properties are tried on: calendars and hours that meet
// every kind of day between them.
type world struct {
	draw      *rand.Rand
	calendars []calendar.Calendar
	hours     []calendar.Hours
}

func newWorld(t *testing.T) *world {
	w := &world{draw: rand.New(rand.NewPCG(5, 6))}
	for country, name := range map[string]string{
		"NO": "Europe/Oslo", "SE": "Europe/Stockholm", "DK": "Europe/Copenhagen", "FI": "Europe/Helsinki",
		"": "America/Sao_Paulo", "none": "Pacific/Apia", "nor here": "Australia/Lord_Howe", "nor there": "UTC", "nowhere": "America/St_Johns",
	} {
		w.calendars = append(w.calendars, calendar.Calendar{
			Zone: zone(t, name), Country: country,
			DaysOff:  []calendar.Date{date(t, "2025-03-31"), date(t, "2025-10-27"), date(t, "2011-12-29")},
			HalfDays: map[calendar.Date]calendar.Clock{date(t, "2025-03-28"): 12 * 60, date(t, "2025-10-24"): 0},
		})
	}
	// A map gives its keys in no order, and the draws must be the same each time.
	slices.SortFunc(w.calendars, func(a, b calendar.Calendar) int {
		return slices.Compare([]byte(a.Zone.String()), []byte(b.Zone.String()))
	})
	for _, text := range []string{
		"always", "00:00-24:00", "Mon-Fri 08:00-16:00", "22:00-02:30", "Sun 02:15-02:45", "Sat,Sun 00:00-24:00",
		"Mon-Thu 08:00-11:30 12:00-16:00, Fri 08:00-14:00", "Fri-Sun 18:00-06:00",
	} {
		w.hours = append(w.hours, hours(t, text))
	}
	return w
}

// instants draws n instants in order, near days on which clocks are set.
func (w *world) instants(t *testing.T, n int) []time.Time {
	turns := []string{"2025-03-30 01:00 +00:00", "2025-10-26 01:00 +00:00", "2018-11-04 03:00 +00:00", "2011-12-30 10:00 +00:00"}
	turn := at(t, turns[w.draw.IntN(len(turns))])
	var drawn []time.Time
	for range n {
		drawn = append(drawn, turn.Add(time.Duration(w.draw.Int64N(int64(20*24*time.Hour)))-10*24*time.Hour))
	}
	slices.SortFunc(drawn, time.Time.Compare)
	return drawn
}

func (w *world) calendar() calendar.Calendar { return w.calendars[w.draw.IntN(len(w.calendars))] }

func (w *world) someHours() calendar.Hours { return w.hours[w.draw.IntN(len(w.hours))] }

func TestOpeningTimeAddsUp(t *testing.T) {
	w := newWorld(t)
	for range 2000 {
		c, h, i := w.calendar(), w.someHours(), w.instants(t, 3)
		first, second, whole := c.Open(h, i[0], i[1]), c.Open(h, i[1], i[2]), c.Open(h, i[0], i[2])
		if first+second != whole {
			t.Fatalf("%v in %v: %v + %v is not %v (%v)", h, c.Zone, first, second, whole, i)
		}
		if first < 0 || first > i[1].Sub(i[0]) {
			t.Fatalf("%v in %v: %v open between %v and %v", h, c.Zone, first, i[0], i[1])
		}
		if first > whole {
			t.Fatalf("%v in %v: %v shrinks to %v (%v)", h, c.Zone, first, whole, i)
		}
		if back := c.Open(h, i[2], i[0]); back != 0 {
			t.Fatalf("%v in %v: %v open backwards", h, c.Zone, back)
		}
	}
}

func TestSpansAreInOrderAndApart(t *testing.T) {
	w := newWorld(t)
	for range 2000 {
		c, h, other, i := w.calendar(), w.someHours(), w.someHours(), w.instants(t, 2)
		var last time.Time
		var sum time.Duration
		for s := range c.Spans(i[0], i[1], h, other) {
			if !s.From.Before(s.To) || s.From.Before(i[0]) || s.To.After(i[1]) || !s.From.After(last) && !last.IsZero() {
				t.Fatalf("%v and %v in %v: span %v after %v, inside %v", h, other, c.Zone, s, last, i)
			}
			last = s.To
			sum += s.Duration()
		}
		if least := min(c.Open(h, i[0], i[1]), c.Open(other, i[0], i[1])); sum > least {
			t.Fatalf("%v and %v in %v: %v in common, but one is open for %v", h, other, c.Zone, sum, least)
		}
	}
}

// In a zone that never sets its clock, opening time can be counted minute by
// minute, without a thought for days.
func TestOpeningTimeCountedByTheMinute(t *testing.T) {
	w := newWorld(t)
	c := calendar.Calendar{Zone: time.FixedZone("here", 3600), Country: "NO", DaysOff: []calendar.Date{date(t, "2027-03-24")}}
	holidays := []string{"2027-03-24", "2027-03-25", "2027-03-26", "2027-03-28", "2027-03-29"}
	openAt := map[string]func(day time.Weekday, minute int) bool{
		"00:00-24:00":         func(time.Weekday, int) bool { return true },
		"Mon-Fri 08:00-16:00": func(d time.Weekday, m int) bool { return d%6 != 0 && m >= 480 && m < 960 },
		"Fri-Sun 18:00-06:00": func(d time.Weekday, m int) bool {
			return m >= 1080 && (d == 5 || d == 6 || d == 0) || m < 360 && (d == 6 || d == 0 || d == 1)
		},
	}
	for text, open := range openAt {
		for range 20 {
			from := at(t, "2027-03-20 00:00 +01:00").Add(time.Duration(w.draw.IntN(7*1440)) * time.Minute)
			to := from.Add(time.Duration(w.draw.IntN(7*1440)) * time.Minute)
			var want time.Duration
			for m := from.In(c.Zone); m.Before(to); m = m.Add(time.Minute) {
				if open(m.Weekday(), m.Hour()*60+m.Minute()) && !slices.Contains(holidays, m.Format(time.DateOnly)) {
					want += time.Minute
				}
			}
			if got := c.Open(hours(t, text), from, to); got != want {
				t.Errorf("%s from %v to %v: got %v, want %v", text, from, to, got, want)
			}
		}
	}
}

func TestDeadlineNeverRunsBackward(t *testing.T) {
	w := newWorld(t)
	for range 2000 {
		c, i := w.calendar(), w.instants(t, 2)
		promise := calendar.Within{
			WorkingDays: w.draw.IntN(6),
			Duration:    time.Duration(w.draw.Int64N(int64(100 * time.Hour))),
			DayEnds:     calendar.Clock(w.draw.IntN(24*60 + 1)),
			Before:      calendar.Clock(w.draw.IntN(24*60 + 1)),
		}
		first, second := c.Deadline(i[0], promise), c.Deadline(i[1], promise)
		if second.Before(first) {
			t.Fatalf("%+v in %v: sent %v, due %v", promise, c.Zone, i, []time.Time{first, second})
		}
		if first.Before(i[0]) {
			t.Fatalf("%+v in %v: sent %v, due before that, %v", promise, c.Zone, i[0], first)
		}
		promise.WorkingDays++
		if more := c.Deadline(i[0], promise); promise.WorkingDays > 1 && !more.After(first) {
			t.Fatalf("%+v in %v: a day more ends at %v, not after %v", promise, c.Zone, more, first)
		}
	}
}

func TestWorkingDaysThereAndBack(t *testing.T) {
	w := newWorld(t)
	for range 2000 {
		c, n := w.calendar(), w.draw.IntN(40)
		from := c.AddWorkingDays(calendar.DateOf(w.instants(t, 1)[0]), 1)
		there := c.AddWorkingDays(from, n)
		if !c.WorkingDay(there) || there.Before(from) {
			t.Fatalf("%d working days from %v: got %v", n, from, there)
		}
		if back := c.AddWorkingDays(there, -n); back != from {
			t.Fatalf("%d working days from %v and back: got %v", n, from, back)
		}
	}
}

func TestDaysPartTimeWithoutHoles(t *testing.T) {
	for _, c := range newWorld(t).calendars {
		for d := date(t, "2011-12-01"); d.Before(date(t, "2026-01-01")); d = d.AddDays(1) {
			begins, ends := d.In(c.Zone), d.At(24*60, c.Zone)
			if !ends.Equal(d.AddDays(1).In(c.Zone)) || ends.Before(begins) {
				t.Fatalf("%v in %v: from %v to %v", d, c.Zone, begins, ends)
			}
			if on := calendar.DateOf(begins); on != d && begins.Before(ends) {
				t.Fatalf("%v in %v begins on %v", d, c.Zone, on)
			}
		}
	}
}

func TestClockTimesKeepTheirOrder(t *testing.T) {
	w := newWorld(t)
	for range 300 {
		c, d := w.calendar(), calendar.DateOf(w.instants(t, 1)[0])
		last := d.In(c.Zone)
		for clock := calendar.Clock(0); clock <= 24*60; clock += 15 {
			now := d.At(clock, c.Zone)
			if now.Before(last) {
				t.Fatalf("%v %v in %v is %v, before %v", d, clock, c.Zone, now, last)
			}
			last = now
		}
	}
}

func TestTicksNeverRunBackward(t *testing.T) {
	w := newWorld(t)
	for range 1000 {
		line, i := randomLine(w.draw), w.instants(t, 2)
		series, err := calendar.ParseCron(line, w.calendar().Zone)
		if err != nil {
			t.Fatal(err)
		}
		first, second := series.Next(i[0]), series.Next(i[1])
		if first.IsZero() {
			continue
		}
		if !first.After(i[0]) || second.Before(first) {
			t.Fatalf("%s: after %v come %v and %v", line, i, first, second)
		}
	}
}
