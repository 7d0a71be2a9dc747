package board

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

func TestAxis(t *testing.T) {
	for _, tt := range []struct {
		name              string
		shortest, longest time.Duration
		low, high         time.Duration
	}{
		{"the demo", time.Second, 8 * time.Second, 100 * time.Millisecond, 10 * time.Second},
		{"mail", 7 * time.Minute, 76 * time.Hour, time.Minute, 7 * day},
		{"chat", 3 * time.Second, 5 * time.Minute, time.Second, 10 * time.Minute},
		{"chat and mail", 3 * time.Second, 76 * time.Hour, time.Second, 7 * day},
		{"all waits alike", time.Hour, time.Hour, time.Minute, time.Hour},
		{"longer than any step", time.Hour, 400 * day, time.Hour, 30 * day},
		{"nothing", 0, 0, 100 * time.Millisecond, time.Second},
	} {
		a := newAxis(tt.shortest, tt.longest, 100)
		if a.Low != tt.low || a.High != tt.high {
			t.Errorf("%s: got %v to %v, want %v to %v", tt.name, a.Low, a.High, tt.low, tt.high)
		}
	}
}

func TestAxisPlaces(t *testing.T) {
	a := axis{Low: time.Second, High: 100 * time.Second, Width: 200}
	for wait, want := range map[time.Duration]int{
		0: 0, time.Second: 0, 10 * time.Second: 100, 100 * time.Second: 200, day: 200, report.Forever: 200,
	} {
		if got := a.X(wait); got != want {
			t.Errorf("%v: got %d, want %d", wait, got, want)
		}
	}
	var names []time.Duration
	for _, tick := range a.Ticks(20) {
		names = append(names, tick.Wait)
	}
	if len(names) != 3 || names[0] != time.Second || names[2] != time.Minute {
		t.Errorf("got ticks %v", names)
	}
	if got := len(a.Ticks(150)); got != 2 {
		t.Errorf("got %d ticks that far apart", got)
	}
}

// TestAxisInAddress: an axis comes back as it was written, and nonsense is none.
func TestAxisInAddress(t *testing.T) {
	a := axis{time.Minute, 7 * day, 90}
	if got, ok := parseAxis(a.String(), 90); !ok || got != a {
		t.Errorf("%s: got %v", a, got)
	}
	for _, s := range []string{"", "-", "1000", "1000-", "5-5", "9-3", "0-5", "a-b", "1-99999999999999"} {
		if got, ok := parseAxis(s, 90); ok {
			t.Errorf("%q: got %v", s, got)
		}
	}
}

func TestAxisOfMarks(t *testing.T) {
	marks := []mark{
		{Outcome: probes.Answered, Wait: 4 * time.Minute, Promise: 3 * time.Hour},
		{Outcome: probes.Pending, Since: noon.Add(-time.Second)}, // has only begun
		{Outcome: probes.Unanswered, Promise: 50 * time.Hour},
	}
	if got, want := axisOf(marks, noon, 100), (axis{time.Minute, 3 * day, 100}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := axisOf(nil, noon, 100), (axis{time.Second, 7 * day, 100}); got != want {
		t.Errorf("of nothing: got %v, want %v", got, want)
	}
}

// TestStrip: an answer stands where its wait is, a silence past the end.
func TestStrip(t *testing.T) {
	a := axis{time.Second, 100 * time.Second, 100}
	m := func(o probes.Outcome, wait time.Duration) mark {
		return mark{Outcome: o, Wait: wait, Since: noon.Add(-wait), Channel: "mail"}
	}
	for _, tt := range []struct {
		name string
		mark mark
		want strip
	}{
		{"answered", m(probes.Answered, 10*time.Second), strip{Answered: "M54 7h0"}},
		{"late", m(probes.Late, 100*time.Second), strip{Late: "M104 5l2.5 2.5l-2.5 2.5l-2.5-2.5z"}},
		{"waits", m(probes.Pending, 10*time.Second), strip{Pending: "M52 7a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0"}},
		{"waits and has not left", mark{Outcome: probes.Pending}, strip{}},
		{"unanswered", m(probes.Unanswered, 0), strip{Unanswered: "M114 7v8"}},
		{"deflected", m(probes.Deflected, 0), strip{Deflected: "M113 15l3-8"}},
		{"contested", m(probes.Contested, 0), strip{Contested: "M113 7l3 8m0-8l-3 8"}},
		{"void is no wait", m(probes.Void, 0), strip{}},
	} {
		tt.want.Height = rowHeight
		if got := newStrip([]mark{tt.mark}, []string{"mail"}, a, noon); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	many := make([]mark, 40)
	for i := range many {
		many[i] = m(probes.Unanswered, 0)
	}
	got := newStrip(many[:2], []string{"chat", "mail"}, a, noon).Unanswered
	if want := "M114 12v8M118 12v8"; got != want {
		t.Errorf("two silences in the lower lane: got %q, want %q", got, want)
	}
	crowd := newStrip(many, []string{"mail"}, a, noon)
	holds(t, crowd.Unanswered, "M158 7v8") // the last place at the edge, which the rest share
}
