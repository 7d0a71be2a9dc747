package probes_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// Whether an opener that is unsure counts is decided by a trace of our own, not
// by what the company does: with an answer and without one it comes to the same.
func TestUntracedCountsForNeither(t *testing.T) {
	const m, h = time.Minute, time.Hour
	lost := probes.Failure{Reason: "no trace of it", Fault: fault.Ours}
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
