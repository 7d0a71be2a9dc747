package calendar_test

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

func TestNarrow(t *testing.T) {
	oslo, helsinki := zone(t, "Europe/Oslo"), zone(t, "Europe/Helsinki")
	finnish := calendar.Calendar{Zone: helsinki, Country: "FI"}
	at := func(s string) time.Time {
		t.Helper()
		when, err := time.ParseInLocation("2006-01-02 15:04", s, oslo)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	span := func(from, to string) calendar.Span { return calendar.Span{From: at(from), To: at(to)} }
	for _, tt := range []struct {
		name  string
		hours string
		spans []calendar.Span
		want  []calendar.Span
	}{
		{
			"hours are those of its own zone", "Mon-Fri 09:00-12:00",
			[]calendar.Span{span("2027-01-11 07:00", "2027-01-11 15:00")},
			[]calendar.Span{span("2027-01-11 08:00", "2027-01-11 11:00")},
		},
		{
			"a gap stays a gap", "Mon-Fri 09:00-12:00",
			[]calendar.Span{span("2027-01-11 07:00", "2027-01-11 08:30"), span("2027-01-11 09:00", "2027-01-11 15:00")},
			[]calendar.Span{span("2027-01-11 08:00", "2027-01-11 08:30"), span("2027-01-11 09:00", "2027-01-11 11:00")},
		},
		{"its own holiday closes", "Mon-Fri 09:00-12:00", []calendar.Span{span("2027-12-06 09:00", "2027-12-06 15:00")}, nil},
		{
			"to hours that are always open too, from its own midnight on", "always",
			[]calendar.Span{span("2027-12-05 22:00", "2027-12-06 23:30")},
			[]calendar.Span{span("2027-12-05 22:00", "2027-12-05 23:00"), span("2027-12-06 23:00", "2027-12-06 23:30")},
		},
		{"nothing of nothing", "always", nil, nil},
	} {
		hours, err := calendar.ParseHours(tt.hours)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Collect(finnish.Narrow(slices.Values(tt.spans), hours))
		same := func(a, b calendar.Span) bool { return a.From.Equal(b.From) && a.To.Equal(b.To) }
		if !slices.EqualFunc(got, tt.want, same) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
