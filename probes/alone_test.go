package probes_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
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

// TestUnread: without what one person alone has said, a look at a doubtful letter and a
// linked letter do not count; what two people say does.
func TestUnread(t *testing.T) {
	sent := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	letter := func(rule match.Rule) probes.Event {
		return probes.NewEvent(probes.Heard, 1, sent.Add(time.Hour), probes.Classification{
			Arrival: "a1", Kind: reading.Answer, Doubtful: rule != probes.RulePerson, Rule: rule, Times: channels.Times{Arrived: sent.Add(time.Hour)},
		})
	}
	says := func(by string, linked bool, kind reading.Kind) probes.Amendment {
		return probes.Amendment{Arrival: "a1", Kind: kind, Linked: linked, By: by, Reason: "seen"}
	}
	for _, tt := range []struct {
		name string
		said []any          // amendments and letters, in order
		want fairness.State // empty: nothing is one person's alone
	}{
		{"nothing is said", []any{letter("thread")}, ""},
		{"one looks", []any{letter("thread"), says("kari", false, reading.Deflection)}, fairness.Answered},
		{"two look", []any{letter("thread"), says("kari", false, reading.Deflection), says("ola", false, reading.Deflection)}, ""},
		{"one links", []any{says("kari", true, reading.Answer), letter(probes.RulePerson)}, fairness.Pending},
		{"two link", []any{says("kari", true, reading.Answer), letter(probes.RulePerson), says("ola", false, reading.Answer)}, ""},
	} {
		story := []probes.Event{
			probes.NewEvent(probes.Planned, 1, sent, probes.Plan{Company: "kraft", Channel: "mail", Slot: sent, Within: "24h"}),
			probes.NewEvent(probes.Intended, 1, sent, probes.Intent{}),
			probes.NewEvent(probes.Sent, 1, sent, probes.Sending{}),
		}
		for _, said := range tt.said {
			e, letter := said.(probes.Event)
			if !letter {
				e = probes.NewEvent(probes.Amended, 0, sent.Add(2*time.Hour), said.(probes.Amendment).Confirmed(story))
			}
			e.Seq = len(story) + 1
			story = append(story, e)
		}
		got := (probes.Sample{Edition: &edition.Edition{}}).Unread("c", story, sent.Add(3*time.Hour))
		if (got == nil) != (tt.want == "") || got != nil && got.State != tt.want {
			t.Errorf("%s: got %+v, want %q", tt.name, got, tt.want)
		}
	}
}
