package report

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
)

func TestHMS(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0:00:00", time.Second: "0:00:01", 59*time.Minute + 59*time.Second: "0:59:59", 171*time.Hour + 56750*time.Millisecond: "171:00:56.75",
		time.Microsecond: "0:00:00.000001", -90 * time.Minute: "-1:30:00", 25 * time.Hour: "25:00:00",
	} {
		if got := hms(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

// TestShift: in autumn the wall clock shows an hour less than has gone, in
// spring an hour more.
func TestShift(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month, day int) time.Time { return time.Date(2027, month, day, 12, 0, 0, 0, oslo) }
	for _, tt := range []struct {
		from, to time.Time
		want     string
	}{
		{at(3, 1), at(3, 3), ""},
		{at(3, 27), at(3, 29), " = 48:00:00 on the wall clock - 1:00:00 by which it was set forward on Sun 2027-03-28"},
		{at(10, 30), at(11, 1), " = 48:00:00 on the wall clock + 1:00:00 by which it was set back on Sun 2027-10-31"},
	} {
		if got := (textWriter{zone: oslo}).shift(calendar.Span{From: tt.from, To: tt.to}); got != tt.want {
			t.Errorf("from %v: got %q, want %q", tt.from, got, tt.want)
		}
	}
}

func TestOpenOverMidnight(t *testing.T) {
	from := time.Date(2027, 3, 1, 22, 0, 0, 0, time.UTC)
	got := textWriter{zone: time.UTC}.open(calendar.Span{From: from, To: from.Add(4 * time.Hour)})
	if want := "Mon 2027-03-01 22:00:00 to Tue 2027-03-02 02:00:00 UTC = 4:00:00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrintable(t *testing.T) {
	if got, want := printable("a\x1b[31mb\u202e\tå\x00"), "a[31mb\tå"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestScoreSums: each policy says how its score is made.
func TestScoreSums(t *testing.T) {
	w := Worth{State: fairness.Answered, Wait: 25, Promise: 100, Share: 0.25}
	sums := map[fairness.Policy]string{
		fairness.CappedWait:   "1 - wait ÷ promise; wait ÷ promise = 25 s ÷ 100 s = 0.2500",
		fairness.AnsweredOnly: "1 - wait ÷ promise; wait ÷ promise = 25 s ÷ 100 s = 0.2500",
		fairness.WithinThird:  "wait ÷ promise = 25 s ÷ 100 s = 0.2500; 1 if that is a third at most, else 0",
		fairness.ReachGate:    "1 towards the share that must be answered; above it speed counts: wait ÷ promise = 25 s ÷ 100 s = 0.2500",
		fairness.Award:        "0.95 + 0.05 × (1 - wait ÷ promise); wait ÷ promise = 25 s ÷ 100 s = 0.2500",
	}
	for _, policy := range fairness.Policies() {
		w.Policy = policy
		if got, want := w.sum(), sums[policy]; got != want {
			t.Errorf("%s: got %q, want %q", policy, got, want)
		}
	}
	w.State = fairness.Late
	if got, want := w.sum(), "0: a person's answer in time scores, and this is late"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
