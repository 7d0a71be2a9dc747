package probes_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
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
