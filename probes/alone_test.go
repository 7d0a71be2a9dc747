package probes_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// TestWithoutLone: a correction counts as one person's until another has said the
// same, and a look at what was doubtful is no correction.
func TestWithoutLone(t *testing.T) {
	at := time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC)
	heard := func(doubtful bool) probes.Event {
		return probes.NewEvent(probes.Heard, 1, at, probes.Classification{Arrival: "a1", Kind: reading.Other, Doubtful: doubtful})
	}
	as := func(outcome probes.Outcome, by string) probes.Amendment {
		return probes.Amendment{Outcome: outcome, Reason: "said by " + by, By: by}
	}
	reads := func(by string) probes.Amendment {
		return probes.Amendment{Arrival: "a1", Kind: reading.Answer, Reason: "said by " + by, By: by}
	}
	late := as(probes.Answered, "ola")
	late.Answered = at.Add(time.Minute)
	for _, tt := range []struct {
		name     string
		doubtful bool
		said     []probes.Amendment
		left     int // amendments that stay
	}{
		{"one person", false, []probes.Amendment{as(probes.Void, "kari")}, 0},
		{"two people", false, []probes.Amendment{as(probes.Void, "kari"), as(probes.Void, "ola")}, 2},
		{"one person twice", false, []probes.Amendment{as(probes.Void, "kari"), as(probes.Void, " Kari ")}, 0},
		{"one person, with an accent", false, []probes.Amendment{as(probes.Void, "kari"), as(probes.Void, "Kári")}, 0},
		{"two who differ", false, []probes.Amendment{as(probes.Void, "kari"), as(probes.Unanswered, "ola")}, 0},
		{"two who differ in the time", false, []probes.Amendment{as(probes.Answered, "kari"), late}, 0},
		{"a third who differs", false, []probes.Amendment{as(probes.Void, "kari"), as(probes.Void, "ola"), as(probes.Late, "kari")}, 2},
		{"back to what one said alone", false, []probes.Amendment{as(probes.Void, "kari"), as(probes.Late, "ola"), as(probes.Late, "kari")}, 2},
		{"a sure reading", false, []probes.Amendment{reads("kari")}, 0},
		{"a sure reading, by two", false, []probes.Amendment{reads("kari"), reads("ola")}, 2},
		{"a look at a doubtful reading", true, []probes.Amendment{reads("kari")}, 1},
		{"an erased name", false, []probes.Amendment{{Outcome: probes.Void}, as(probes.Void, "ola")}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			story := []probes.Event{heard(tt.doubtful)}
			for _, a := range tt.said {
				story = append(story, probes.NewEvent(probes.Amended, 0, at, a.Confirmed(story)))
			}
			without, lone := probes.WithoutLone(story)
			if len(without) != 1+tt.left || lone != (tt.left < len(tt.said)) {
				t.Errorf("%d amendments stay, alone: %v; want %d", len(without)-1, lone, tt.left)
			}
		})
	}
}
