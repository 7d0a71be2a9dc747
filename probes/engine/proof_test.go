package engine_test

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
