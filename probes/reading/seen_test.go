package reading

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes/reading/message"
)

// TestSeenIsWeighed holds that the same text met before makes a machine likelier, and no more: canned
// answers of people sound alike, too.
func TestSeenIsWeighed(t *testing.T) {
	m := message.Parse([]byte("From: post@firma.example\nSubject: Re: Pris\n\nAbonnementet koster 299 kroner i måneden, og du kan si det opp når du vil.\n\nMvh Kari"))
	for _, seen := range []int{0, 1, 3, 1000} {
		r := Read(m, Asked{Seen: seen}, time.Time{})
		if r.Kind != Answer {
			t.Errorf("seen %d times: %s", seen, r.Kind)
		}
		weight := 0
		for _, because := range r.Because {
			if because.Signal == "the same voice before" {
				weight = because.Weight
			}
		}
		if want := -min(seen, 3); weight != want {
			t.Errorf("seen %d times: weighs %d, want %d", seen, weight, want)
		}
	}
}
