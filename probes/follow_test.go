package probes_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/long"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// TestFollow: a story that is followed at once leaves the tally that it leaves
// event by event, however it goes.
func TestFollow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	rules := probes.Rules{DeflectionAnswers: true}
	for round := range long.Tries(300, 60) {
		whole, steps := probes.NewTally(probes.Plan{}), probes.NewTally(probes.Plan{})
		for _, id := range []string{"a", "b", "c"} {
			story := ruledStory(rules, lived(r))
			got := whole.Follow(id, story, rules.Fold)
			var c probes.Contact
			for i, e := range story {
				after := rules.Fold(id, story[:i+1])
				steps.Take(c, after, []probes.Event{e})
				c = after
			}
			if !reflect.DeepEqual(got, c) {
				t.Fatalf("round %d: got contact %+v, want %+v", round, got, c)
			}
		}
		if !reflect.DeepEqual(whole, steps) {
			t.Fatalf("round %d: got %+v, want %+v", round, whole, steps)
		}
	}
}

// ruledStory adds rulings where the engine would write them down.
func ruledStory(rules probes.Rules, story []probes.Event) (ruled []probes.Event) {
	for _, e := range story {
		ruled = append(ruled, e)
		if c := rules.Fold("c", ruled); c.Outcome != probes.Pending && c.Outcome != c.Ruled && len(c.Attempts) > 0 {
			ruled = append(ruled, ev(probes.Ruled, 0, c.Ruling()))
		}
	}
	return ruled
}

// lived draws what happens to a contact: acts in order, arrivals anywhere.
func lived(r *rand.Rand) []probes.Event {
	lives := eventfulLives()
	life := lives[r.IntN(len(lives))]
	var arrivals []probes.Event
	for range r.IntN(6) {
		arrivals = append(arrivals, keyed(r, life.attempts))
	}
	return interleaved(r, life.acts, arrivals)
}

// keyed makes up an arrival of one of some attempts, with a key that amendments
// may name.
func keyed(r *rand.Rand, attempts int) probes.Event {
	e := arrival(r)
	if e.Kind == probes.Heard {
		kind := reading.Kinds()[r.IntN(len(reading.Kinds()))]
		j := probes.Classification{Kind: kind, Arrival: []string{"a", "b", "c"}[r.IntN(3)], Centre: "own", Doubtful: r.IntN(2) == 0, SelfReported: r.IntN(4) == 0}
		if r.IntN(4) == 0 {
			j.Arrival, j.Reported = "", &probes.Reported{Report: "a person answered", By: "kari"}
		}
		e = classification(time.Duration(r.IntN(72))*time.Hour, j)
	}
	e.Attempt = 1 + r.IntN(attempts)
	return e
}

// A life is what was done because of a contact, in order.
type life struct {
	acts     []probes.Event
	attempts int
}

// eventfulLives are lives with corrections of readings, gaps, taps and second
// attempts.
func eventfulLives() []life {
	const s, h = time.Second, time.Hour
	attempt2 := func(e probes.Event) probes.Event { e.Attempt = 2; return e }
	reads := func(arrival string, kind reading.Kind) probes.Event {
		return ev(probes.Amended, 90*h, probes.Amendment{Arrival: arrival, Kind: kind, Reason: "heard again", By: "kari"})
	}
	gap := failed(probes.Broken, 5*h, probes.Failure{Reason: "deaf", Fault: fault.Ours, Until: slot.Add(9 * h)})
	tapped := ev(probes.Sent, s, probes.Sending{Precision: 5 * s, Reported: &probes.Reported{Report: "sent"}})
	asTwice := func(more ...probes.Event) []probes.Event {
		again := planned()
		again.Attempt = 2
		acts := asked(covered(25*h), again, attempt2(intended(48*h)), attempt2(sent(48*h)))
		return append(acts, more...)
	}
	lost := probes.Failure{Reason: "connection lost"}
	return []life{
		{asked(covered(30*h), reads("a", reading.Answer)), 1},
		{asked(reads("a", reading.Answer), covered(30*h), reads("a", reading.Bot), reads("b", reading.Acknowledgement)), 1},
		{asked(gap, covered(30*h), reads("b", reading.Deflection)), 1},
		{[]probes.Event{planned(), intended(0), ev(probes.Prompted, 0, probes.Prompting{How: "messenger", Heard: true, Seen: true}), tapped, covered(30 * h)}, 1},
		{leaving(failed(probes.Unsure, s, lost), failed(probes.Unsent, 2*h, lost), reads("c", reading.Answer)), 1},
		{asTwice(covered(80*h), reads("a", reading.Answer), reads("c", reading.Other)), 2},
		{asTwice(attempt2(gap), reads("b", reading.Bot)), 2},
		{asTwice(covered(80*h), amended(probes.Answered, "proven by the company"), reads("a", reading.Answer)), 2},
	}
}

// TestFoldAnyOrderOfEventfulLives: corrections, taps, gaps and second attempts
// change nothing in that arrivals may be heard in any order. What is said of an
// arrival may be said before it is known.
func TestFoldAnyOrderOfEventfulLives(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	rules := []probes.Rules{
		{}, {DeflectionAnswers: true}, {BotAnswers: true, LateEnds: map[string]bool{"email": true}},
	}
	for round := range 600 {
		life := eventfulLives()[round%8]
		var arrivals []probes.Event
		for range 1 + r.IntN(6) {
			arrivals = append(arrivals, keyed(r, life.attempts))
		}
		for _, rules := range rules {
			want := rules.Fold("c", slices.Concat(life.acts, arrivals))
			for range 5 {
				story := interleaved(r, life.acts, arrivals)
				if got := rules.Fold("c", story); !reflect.DeepEqual(got, want) {
					t.Fatalf("got %+v\nwant %+v\nof %v", got, want, kinds(story))
				}
			}
		}
	}
}
