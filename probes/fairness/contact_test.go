package fairness

import (
	"testing"
	"time"
)

const hour = time.Hour

// both is a span that is the same by both clocks.
func both(d time.Duration) Span { return Span{d, d} }

func at(d time.Duration) *Span { s := both(d); return &s }

// try is one that had ten hours.
func try(wait time.Duration) Try { return Try{Deadline: both(10 * hour), Wait: both(wait)} }

func TestEnds(t *testing.T) {
	forwarded := Try{Deadline: both(10 * hour), Deflected: at(2 * hour)}
	followed := Try{Deadline: both(10 * hour), Wait: both(6 * hour), Deflected: at(2 * hour), Bot: at(hour)}
	twoClocks := Try{Deadline: Span{72 * hour, 24 * hour}, Wait: Span{36 * hour, 6 * hour}}
	night := Try{Deadline: Span{2 * hour, 0}, Wait: Span{hour, 0}}
	deflection, bot, opening := Rules{DeflectionAnswers: true}, Rules{BotAnswers: true}, Rules{Clock: OpeningTime}
	for _, tt := range []struct {
		name    string
		contact Contact
		rules   Rules
		state   State
		wait    time.Duration
		share   float64
	}{
		{"answered", Contact{State: Answered, Tries: []Try{try(3 * hour)}}, Rules{}, Answered, 3 * hour, 0.3},
		{"answered at once", Contact{State: Answered, Tries: []Try{try(0)}}, Rules{}, Answered, 0, 0},
		{"answered at the last moment", Contact{State: Answered, Tries: []Try{try(10 * hour)}}, Rules{}, Answered, 10 * hour, 1},
		{"answered on the second try: waits and deadlines add up", Contact{State: Answered, Tries: []Try{try(0), try(5 * hour)}}, Rules{}, Answered, 15 * hour, 0.75},
		{"second try answered at once: half of the promised time is gone", Contact{State: Answered, Tries: []Try{try(0), try(0)}}, Rules{}, Answered, 10 * hour, 0.5},
		{"silent", Contact{State: Unanswered, Tries: []Try{try(0)}}, Rules{}, Unanswered, 10 * hour, 1},
		{"silent twice", Contact{State: Unanswered, Tries: []Try{try(0), try(0)}}, Rules{}, Unanswered, 20 * hour, 1},
		{"late", Contact{State: Late, Tries: []Try{try(12 * hour)}}, Rules{}, Late, 10 * hour, 1},
		{"pending as far as it is covered", Contact{Tries: []Try{try(4 * hour)}}, Rules{}, Pending, 4 * hour, 0.4},
		{"pending on the second try", Contact{State: Pending, Tries: []Try{try(0), try(4 * hour)}}, Rules{}, Pending, 14 * hour, 0.7},
		{"broken off", Contact{State: BrokenOff, Tries: []Try{try(hour)}}, Rules{}, BrokenOff, hour, 0.1},
		{"not sent yet", Contact{}, Rules{}, Pending, 0, 0},
		{"deflected", Contact{State: Deflected, Tries: []Try{forwarded}}, Rules{}, Deflected, 2 * hour, 0.2},
		{"deflected, which counts", Contact{State: Deflected, Tries: []Try{forwarded}}, deflection, Answered, 2 * hour, 0.2},
		{"deflected on the first try, silent on the second", Contact{State: Deflected, Tries: []Try{forwarded, try(0)}}, Rules{}, Deflected, 2 * hour, 0.1},
		{"deflected on the first try, which counts: there is no second", Contact{State: Deflected, Tries: []Try{forwarded, try(0)}}, deflection, Answered, 2 * hour, 0.2},
		{"deflected when nobody knows", Contact{State: Deflected, Tries: []Try{try(0)}}, Rules{}, Deflected, 10 * hour, 1},
		{"deflected and followed up", Contact{State: Answered, Tries: []Try{followed}}, Rules{}, Answered, 6 * hour, 0.6},
		{"deflected and followed up, and the first counts", Contact{State: Answered, Tries: []Try{followed}}, deflection, Answered, 2 * hour, 0.2},
		{"a machine before both", Contact{State: Answered, Tries: []Try{followed}}, bot, Answered, hour, 0.1},
		{"answered, and sent elsewhere after", Contact{State: Answered, Tries: []Try{{Deadline: both(10 * hour), Wait: both(hour), Deflected: at(2 * hour)}}}, deflection, Answered, hour, 0.1},
		{"pending, with a deflection that counts", Contact{Tries: []Try{{Deadline: both(10 * hour), Wait: both(5 * hour), Deflected: at(2 * hour)}}}, deflection, Answered, 2 * hour, 0.2},
		{"void stays void", Contact{State: Void, Tries: []Try{forwarded}}, deflection, Void, 10 * hour, 1},
		{"its own clock is the calendar", Contact{State: Answered, Tries: []Try{twoClocks}}, Rules{}, Answered, 36 * hour, 0.5},
		{"its own clock is opening time", Contact{State: Answered, Clock: OpeningTime, Tries: []Try{twoClocks}}, Rules{}, Answered, 6 * hour, 0.25},
		{"opening time for all", Contact{State: Answered, Tries: []Try{twoClocks}}, opening, Answered, 6 * hour, 0.25},
		{"calendar for all", Contact{State: Answered, Clock: OpeningTime, Tries: []Try{twoClocks}}, Rules{Clock: CalendarTime}, Answered, 36 * hour, 0.5},
		{"a deadline while all are closed", Contact{State: Answered, Tries: []Try{night}}, opening, Answered, hour, 0.5},
		{"answered after all: no more than the deadline", Contact{State: Answered, Tries: []Try{try(11 * hour)}}, Rules{}, Answered, 11 * hour, 1},
		{"clocks that disagree by a moment", Contact{State: Answered, Tries: []Try{try(-time.Second)}}, Rules{}, Answered, -time.Second, 0},
		{"no deadline", Contact{State: Answered, Tries: []Try{{Wait: both(hour)}}}, Rules{}, Answered, hour, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.contact.end(tt.rules)
			if got.state != tt.state || got.wait != tt.wait || got.share() != tt.share {
				t.Errorf("got %s after %v, %v; want %s after %v, %v", got.state, got.wait, got.share(), tt.state, tt.wait, tt.share)
			}
		})
	}
}
