package edition_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// TestBarred: consent and pauses, by their first and last day, are asked here
// for every sender.
func TestBarred(t *testing.T) {
	day := func(d int) calendar.Date { return calendar.Date{Year: 2027, Month: time.March, Day: d} }
	co := edition.Company{Consent: day(3), Pauses: []edition.Pause{
		{From: day(10), To: day(12), Reason: "moves"}, {From: day(15), To: day(16), Reason: "new chat", Channel: "chat"},
	}}
	for _, tt := range []struct {
		name, channel string
		on            int
		want          string
	}{
		{"before its consent", "mail", 2, "no consent"},
		{"on the day of its consent", "mail", 3, ""},
		{"the day before a pause", "mail", 9, ""},
		{"the first day", "mail", 10, "paused: moves"},
		{"the last day", "chat", 12, "paused: moves"},
		{"the day after", "mail", 13, ""},
		{"a channel that is paused", "chat", 15, "paused: new chat"},
		{"one that is not", "mail", 15, ""},
	} {
		bar, barred := co.Barred(day(tt.on), tt.channel)
		if got := map[bool]string{true: bar.String()}[barred]; got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, tt := range []struct {
		name            string
		consent, leaves int
		on              int
		want            bool // may be asked
	}{
		{"the day before it withdraws", 3, 10, 9, true},
		{"the day on which it withdraws", 3, 10, 10, false},
		{"long after", 3, 10, 30, false},
		{"a consent of the same day", 10, 10, 10, false},
		{"before a new consent", 12, 10, 11, false},
		{"a new consent", 12, 10, 12, true},
	} {
		co := edition.Company{Consent: day(tt.consent), Withdrawn: day(tt.leaves)}
		if _, barred := co.Barred(day(tt.on), "mail"); barred == tt.want {
			t.Errorf("%s: barred is %t", tt.name, barred)
		}
	}
	if _, barred := (edition.Company{}).Barred(day(20), "mail"); !barred {
		t.Error("who never consented may be asked")
	}
}
