package probes_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// TestPlayed: what is doubtful of a contact counts one way, and is played the
// other way too.
func TestPlayed(t *testing.T) {
	sent := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	in := func(d time.Duration) time.Time { return sent.Add(d) }
	contact := func(outcome probes.Outcome, readings ...probes.Reply) probes.Contact {
		return probes.Contact{
			ID: "c", Outcome: outcome, Provisional: true, Promise: 24 * time.Hour,
			Attempts: []probes.Attempt{{Number: 1, State: probes.AttemptSent, Sent: sent, Deadline: in(24 * time.Hour), Readings: readings}},
		}
	}
	answer := contact(probes.Answered, probes.Reply{At: in(time.Hour), Kind: reading.Answer, Doubtful: true})
	answer.Answer = in(time.Hour)
	held := contact(probes.Pending)
	held.Held, held.Letters = probes.HoldReview, []probes.Unopened{{Arrival: "a", At: in(2 * time.Hour)}}
	closed := contact(probes.Unanswered)
	closed.Letters = held.Letters
	refused := contact(probes.Unanswered)
	refused.Fault = fault.Policy
	for name, tt := range map[string]struct {
		contact         probes.Contact
		want, otherwise fairness.State
		wait            time.Duration
	}{
		"a doubtful answer":          {answer, fairness.Answered, fairness.Unanswered, 0},
		"a doubtful acknowledgement": {contact(probes.Unanswered, probes.Reply{At: in(3 * time.Hour), Kind: reading.Acknowledgement, Doubtful: true}), fairness.Unanswered, fairness.Answered, 3 * time.Hour},
		"held for a letter":          {held, fairness.Unanswered, fairness.Answered, 2 * time.Hour},
		"closed with a letter":       {closed, fairness.Unanswered, fairness.Answered, 2 * time.Hour},
		"a refusal":                  {refused, fairness.Unanswered, fairness.Contested, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, seen := (probes.Sample{Edition: &edition.Edition{}}).Played(tt.contact, in(48*time.Hour))
			if !seen || got.State != tt.want || got.Otherwise == nil || got.Otherwise.State != tt.otherwise {
				t.Fatalf("got %+v, otherwise %+v; want %s, %s", got, got.Otherwise, tt.want, tt.otherwise)
			}
			if wait := got.Otherwise.Tries[0].Wait.Calendar; wait != tt.wait {
				t.Errorf("got a wait of %v, want %v", wait, tt.wait)
			}
		})
	}
}

// TestUnamended: without what people have said, a contact counts as the reader read its
// letters, and without those that a person has linked; taps stay.
func TestUnamended(t *testing.T) {
	sent := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	in := func(d time.Duration) time.Time { return sent.Add(d) }
	letter := func(kind reading.Kind, doubtful bool, rule match.Rule) probes.Event {
		return probes.NewEvent(probes.Heard, 1, in(time.Hour), probes.Classification{
			Arrival: "a1", Kind: kind, Doubtful: doubtful, Rule: rule, Times: channels.Times{Arrived: in(time.Hour)},
		})
	}
	says := func(a probes.Amendment) probes.Event {
		a.By, a.Reason = "kari", "seen"
		return probes.NewEvent(probes.Amended, 0, in(2*time.Hour), a)
	}
	covered := probes.NewEvent(probes.Covered, 0, in(30*time.Hour), probes.Coverage{Until: in(30 * time.Hour)})
	for _, tt := range []struct {
		name  string
		story []probes.Event
		want  fairness.State // empty: nothing was said
	}{
		{"nothing said", []probes.Event{letter(reading.Answer, false, "thread"), covered}, ""},
		{"a doubtful letter read", []probes.Event{letter(reading.Answer, true, "thread"), says(probes.Amendment{Arrival: "a1", Kind: reading.Deflection}), covered}, fairness.Answered},
		{"a sure letter read", []probes.Event{letter(reading.Answer, false, "thread"), says(probes.Amendment{Arrival: "a1", Kind: reading.Deflection}), covered}, fairness.Answered},
		{"a letter linked", []probes.Event{says(probes.Amendment{Arrival: "a1", Kind: reading.Answer, Linked: true}), letter(reading.Answer, false, probes.RulePerson), covered}, fairness.Unanswered},
		{"an outcome", []probes.Event{letter(reading.Answer, false, "thread"), says(probes.Amendment{Outcome: probes.Void}), covered}, fairness.Answered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			story := append([]probes.Event{
				probes.NewEvent(probes.Planned, 1, sent, probes.Plan{Company: "kraft", Channel: "mail", Slot: sent, Within: "24h"}),
				probes.NewEvent(probes.Intended, 1, sent, probes.Intent{}),
				probes.NewEvent(probes.Sent, 1, sent, probes.Sending{}),
			}, tt.story...)
			for i := range story {
				story[i].Seq = i + 1
			}
			got := (probes.Sample{Edition: &edition.Edition{}}).Unamended("c", story, in(30*time.Hour))
			switch {
			case tt.want == "" && got != nil:
				t.Errorf("got %+v, want none", *got)
			case tt.want != "" && (got == nil || got.State != tt.want):
				t.Errorf("got %+v, want %s", got, tt.want)
			}
		})
	}
}
