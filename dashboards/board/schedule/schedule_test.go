package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/dashboards/board/schedule"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// entries are those of the turn of two months, over a change of the clock.
func entries(t *testing.T) []schedule.Entry {
	return []schedule.Entry{
		{ID: "a", Company: "nordlys", At: at(t, "2026-03-27T08:00:00Z"), Asked: true, Outcome: "answered"},
		{ID: "b", Company: "nordlys", At: at(t, "2026-03-30T07:00:00Z"), Asked: true, Outcome: "void", Moved: "day off"},
		{ID: "c", Company: "fjord", At: at(t, "2026-03-31T22:30:00Z"), Moved: "day off"}, // it is April in Oslo
		{ID: "d", Company: "nordlys", At: at(t, "2026-04-02T07:00:00Z"), Replaces: "b"},
		{ID: "e", Company: "fjord", At: at(t, "2026-04-02T07:00:00Z"), Asked: true, Outcome: "broken_off", Moved: "paused"},
	}
}

func TestMonths(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	all := schedule.Months(entries(t), zone)
	got := ""
	days := 0
	for _, m := range all {
		for _, w := range m.Weeks {
			for i, d := range w.Days {
				if d.At.IsZero() {
					continue
				}
				days++
				if (int(d.At.Weekday())+6)%7 != i || d.At.Hour() != 0 {
					t.Errorf("%s stands on day %d of week %d", d.At, i, w.Number)
				}
				if d.Contacts > 0 {
					got += fmt.Sprintf("%s: %d, %d asked, %d moved, %d void, %d in place (week %d); ", d.Key(), d.Contacts, d.Asked, d.Moved, d.Void, d.Replaced, w.Number)
				}
			}
		}
	}
	want := "2026-03-27: 1, 1 asked, 0 moved, 0 void, 0 in place (week 13); 2026-03-30: 1, 1 asked, 1 moved, 1 void, 0 in place (week 14); " +
		"2026-04-01: 1, 0 asked, 1 moved, 0 void, 0 in place (week 14); 2026-04-02: 2, 1 asked, 1 moved, 1 void, 1 in place (week 14); "
	if got != want || days != 31+30 {
		t.Errorf("got %d days and %s\nwant %s", days, got, want)
	}
	if len(schedule.Months(nil, zone)) != 0 {
		t.Error("nothing has months")
	}
	if on := schedule.On(entries(t), all[1].First.AddDate(0, 0, 1), zone); fmt.Sprintf("%s %s %d", on[0].ID, on[1].ID, len(on)) != "e d 2" {
		t.Errorf("got %v", on)
	}
}

func TestCauses(t *testing.T) {
	if got, want := fmt.Sprint(schedule.Causes(entries(t))), "[{day off 2 2} {paused 1 1}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var got []string
	for _, r := range schedule.Replacements(entries(t)) {
		got = append(got, r.ID+" by "+r.By.ID)
	}
	if fmt.Sprint(got) != "[e by  b by d]" {
		t.Errorf("got %q", got)
	}
}
