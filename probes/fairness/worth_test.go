package fairness

import (
	"math"
	"testing"

	"github.com/svartid/svartid/probes/fairness/survival"
)

func TestWorth(t *testing.T) {
	night := Contact{State: Answered, Clock: OpeningTime, Tries: []Try{{Deadline: Span{4 * hour, 0}, Wait: Span{hour, 0}}}}
	opened := Contact{State: Answered, Clock: OpeningTime, Tries: []Try{{Deadline: Span{72 * hour, 20 * hour}, Wait: Span{36 * hour, 5 * hour}}}}
	for _, tt := range []struct {
		name    string
		contact Contact
		rules   Rules
		clock   Clock
		want    float64 // NaN: none
	}{
		{"answered", contacts("a", "mail", "25")[0], Rules{}, CalendarTime, 0.75},
		{"answered, by the award", contacts("a", "mail", "20")[0], Rules{Policy: Award}, CalendarTime, 0.99},
		{"within a third", contacts("a", "mail", "33")[0], Rules{Policy: WithinThird}, CalendarTime, 1},
		{"not within a third", contacts("a", "mail", "34")[0], Rules{Policy: WithinThird}, CalendarTime, 0},
		{"through the gate", contacts("a", "mail", "34")[0], Rules{Policy: ReachGate}, CalendarTime, 1},
		{"silent", contacts("a", "mail", "s")[0], Rules{}, CalendarTime, 0},
		{"silent is left out of answers", contacts("a", "mail", "s")[0], Rules{Policy: AnsweredOnly}, CalendarTime, math.NaN()},
		{"deflected", contacts("a", "mail", "d")[0], Rules{}, CalendarTime, 0},
		{"deflected, which counts", contacts("a", "mail", "d")[0], Rules{DeflectionAnswers: true}, CalendarTime, 0.9},
		{"void", contacts("a", "mail", "v")[0], Rules{}, CalendarTime, math.NaN()},
		{"pending", contacts("a", "mail", "p40")[0], Rules{}, CalendarTime, math.NaN()},
		{"in opening time", opened, Rules{}, OpeningTime, 0.75},
		{"by the calendar all the same", opened, Rules{Clock: CalendarTime}, CalendarTime, 0.5},
		{"no opening time to the deadline", night, Rules{}, CalendarTime, 0.75},
	} {
		w := tt.rules.Worth(tt.contact)
		if got := float64(w.Score); math.Abs(got-tt.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		if w.Clock != tt.clock || w.Policy == "" || w.Promise == 0 {
			t.Errorf("%s: got %+v, want it by %s", tt.name, w, tt.clock)
		}
	}
}

// TestWorthsAddUp: where all is decided, a company's score is the mean of what
// its contacts give.
func TestWorthsAddUp(t *testing.T) {
	class := contacts("a", "mail", "0 12 50 99 100 s l d b v c 33")
	for _, p := range []Policy{CappedWait, WithinThird, AnsweredOnly, Award} {
		rules := Rules{Policy: p}
		sum, n := 0.0, 0
		for _, c := range class {
			if w := rules.Worth(c); w.Score.Known() {
				sum, n = sum+float64(w.Score), n+1
			}
		}
		if got, want := sum/float64(n), float64(rules.Standings(class)[0].Score); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: got a mean of %v, want %v", p, got, want)
		}
	}
}

func TestWaiting(t *testing.T) {
	obs := Rules{}.Waiting(append(contacts("b", "mail", "40 s d v p30 x10"), contacts("a", "chat", "5")...))
	want := []survival.Observation{
		{Time: 0.05, Cause: Human, Group: "a", Stratum: "chat"},
		{Time: 0.4, Cause: Human, Group: "b", Stratum: "mail"},
		{Time: 1, Group: "b", Stratum: "mail"},
		{Time: 1, Group: "b", Stratum: "mail"},
		{Time: 0.3, Group: "b", Stratum: "mail"},
		{Time: 0.1, Group: "b", Stratum: "mail"},
	}
	if len(obs) != len(want) {
		t.Fatalf("got %+v, want %+v", obs, want)
	}
	for i := range want {
		if obs[i] != want[i] {
			t.Errorf("got %+v, want %+v", obs[i], want[i])
		}
	}
	// Without anything open, the area above the curve is the score.
	closed := contacts("b", "mail", "0 12 50 99 s d l")
	left, _ := survival.KaplanMeier(Rules{}.Waiting(closed)).RestrictedMean(1)
	if score := float64(Rules{}.Standings(closed)[0].Score); math.Abs(1-left-score) > 1e-9 {
		t.Errorf("got an area of %v, want the score %v", 1-left, score)
	}
}
