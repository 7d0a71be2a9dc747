package probes_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/reading"
)

// What proves that an opener left, and when, must not depend on the order in
// which the proofs are heard: an answer may come in one folder while the copy
// waits in another.
func TestProofsOfSendingInAnyOrder(t *testing.T) {
	intended := time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC)
	copied := intended.Add(3 * time.Second)
	answered := intended.Add(time.Minute)
	of := func(kind probes.EventKind, at time.Time, payload any) probes.Event {
		data, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		return probes.Event{Contact: "c", Attempt: 1, Kind: kind, At: at, Data: data}
	}
	begin := []probes.Event{
		of(probes.Planned, intended, probes.Plan{Within: "1h"}),
		of(probes.Intended, intended, probes.Intent{Token: "x", ID: "x@shopper.example"}),
		of(probes.Unsure, intended, probes.Failure{Reason: "stopped"}),
	}
	trace := of(probes.Copied, copied, probes.Sending{ID: "key", Response: "blind copy in Junk"})
	answer := of(probes.Heard, answered, probes.Classification{Kind: reading.Answer, Times: channels.Times{Arrived: answered}})
	receipt := of(probes.Sent, copied.Add(time.Second), probes.Sending{Response: "250 OK"})
	tests := []struct {
		name   string
		proofs []probes.Event
		want   time.Time
	}{
		{"a copy, then an answer", []probes.Event{trace, answer}, copied},
		{"an answer, then a copy", []probes.Event{answer, trace}, copied},
		{"an answer alone", []probes.Event{answer}, time.Time{}},
		{"an answer, then a receipt, then a copy", []probes.Event{answer, receipt, trace}, receipt.At},
		{"a copy, then a receipt, then an answer", []probes.Event{trace, receipt, answer}, receipt.At},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := probes.Rules{Calendar: calendar.Calendar{Zone: time.UTC}}
			c := rules.Fold("c", append(begin[:len(begin):len(begin)], tt.proofs...))
			if got := c.Current().Sent; !got.Equal(tt.want) || c.Wait != answered.Sub(tt.want) && c.Outcome == probes.Answered {
				t.Errorf("got sent %v and a wait of %v, want sent %v", got, c.Wait, tt.want)
			}
		})
	}
}

// Whether an opener that is unsure counts is decided by a trace of our own, not
// by what the company does: with an answer and without one it comes to the same.
func TestUntracedCountsForNeither(t *testing.T) {
	const m, h = time.Minute, time.Hour
	lost := probes.Failure{Reason: "no trace of it", Ours: true}
	story := func(more ...probes.Event) []probes.Event {
		return append(leaving(failed(probes.Unsure, time.Second, lost)), append(more, failed(probes.Unsent, h, lost), covered(48*h))...)
	}
	for name, tt := range map[string]struct {
		story []probes.Event
		want  probes.Outcome
	}{
		"silence":                      {story(), probes.Void},
		"an answer":                    {story(heard(m, reading.Answer)), probes.Void},
		"an answer after the search":   {append(story(), heard(2*h, reading.Answer)), probes.Void},
		"a deflection":                 {story(heard(m, reading.Deflection)), probes.Void},
		"a bounce":                     {story(heard(m, reading.Bounce)), probes.Void},
		"a copy, and silence":          {story(copied(m)), probes.Unanswered},
		"a copy, and an answer":        {story(copied(m), heard(h, reading.Answer)), probes.Answered},
		"a copy that comes too late":   {append(story(heard(h, reading.Answer)), copied(2*m)), probes.Answered},
		"an answer, before any search": {leaving(failed(probes.Unsure, time.Second, lost), heard(m, reading.Answer)), probes.Pending},
	} {
		t.Run(name, func(t *testing.T) {
			c := probes.Rules{}.Fold("c", tt.story)
			if c.Outcome != tt.want || c.Wait < 0 || c.Wait > 24*h || c.AckWait != 0 {
				t.Errorf("got %s after %v, want %s", c.Outcome, c.Wait, tt.want)
			}
		})
	}
}
