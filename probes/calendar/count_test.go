package calendar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

func TestCount(t *testing.T) {
	off := norway(t)
	off.DaysOff = []calendar.Date{date(t, "2027-02-02")}
	half := norway(t)
	half.HalfDays = map[calendar.Date]calendar.Clock{date(t, "2027-02-01"): 11 * 60}
	three := calendar.Within{WorkingDays: 3}
	tests := []struct {
		name     string
		calendar calendar.Calendar
		sent     string
		within   calendar.Within
		want     []string
	}{
		{"Friday, before noon", norway(t), "2027-02-05 11:59 +01:00", three, []string{
			"2027-02-05 1 sent 11:59:00, before 12:00", "2027-02-06 0 Saturday", "2027-02-07 0 Sunday", "2027-02-08 2 ", "2027-02-09 3 ",
		}},
		{"Friday, at noon", norway(t), "2027-02-05 12:00 +01:00", three, []string{
			"2027-02-05 0 sent 12:00:00, not before 12:00", "2027-02-06 0 Saturday", "2027-02-07 0 Sunday",
			"2027-02-08 1 ", "2027-02-09 2 ", "2027-02-10 3 ",
		}},
		{"over Easter and the change to summer time", norway(t), "2024-03-26 10:00 +01:00", three, []string{
			"2024-03-26 1 sent 10:00:00, before 12:00", "2024-03-27 2 ", "2024-03-28 0 skjærtorsdag", "2024-03-29 0 langfredag",
			"2024-03-30 0 Saturday", "2024-03-31 0 første påskedag", "2024-04-01 0 annen påskedag", "2024-04-02 3 ",
		}},
		{"on a holiday", norway(t), "2027-05-17 09:00 +02:00", calendar.Within{WorkingDays: 1}, []string{"2027-05-17 0 grunnlovsdagen", "2027-05-18 1 "}},
		{"a day off", off, "2027-02-01 09:00 +01:00", calendar.Within{WorkingDays: 2}, []string{
			"2027-02-01 1 sent 09:00:00, before 12:00", "2027-02-02 0 day off", "2027-02-03 2 ",
		}},
		{"a half day that had ended", half, "2027-02-01 11:30 +01:00", calendar.Within{WorkingDays: 1}, []string{
			"2027-02-01 0 sent 11:30:00, not before 11:00", "2027-02-02 1 ",
		}},
		{"real time", norway(t), "2027-02-01 09:00 +01:00", calendar.Within{Duration: time.Hour}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range tt.calendar.Count(at(t, tt.sent), tt.within) {
				got = append(got, fmt.Sprintf("%s %d %s", s.Date, s.Day, s.Why))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestCountEndsAtTheDeadline: whatever is counted ends on the deadline's day,
// with as many days as were promised, and a day for every one between.
func TestCountEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	c := norway(t)
	c.DaysOff = []calendar.Date{date(t, "2024-05-10"), date(t, "2025-12-24")}
	c.HalfDays = map[calendar.Date]calendar.Clock{date(t, "2024-03-27"): 12 * 60, date(t, "2025-12-23"): 10 * 60}
	begin := time.Date(2024, 1, 1, 0, 0, 0, 0, c.Zone)
	for range 5000 {
		sent := begin.Add(time.Duration(r.Int64N(int64(2 * 366 * 24 * time.Hour))))
		w := calendar.Within{WorkingDays: 1 + r.IntN(9), Before: calendar.Clock(8*60 + r.IntN(600))}
		steps := c.Count(sent, w)
		last, counted := steps[len(steps)-1], 0
		for i, s := range steps {
			if s.Day > 0 {
				counted++
			}
			if s.Date != calendar.DateOf(sent).AddDays(i) || s.Day > 0 && s.Day != counted || s.Day == 0 && s.Why == "" {
				t.Fatalf("sent %v: step %d is %+v", sent, i, s)
			}
		}
		want := c.Deadline(sent, w)
		if got := last.Date.At(16*60, c.Zone); !got.Equal(want) || last.Day != w.WorkingDays {
			t.Fatalf("sent %v within %+v: got day %d at %v, want %v", sent, w, last.Day, got, want)
		}
	}
}
