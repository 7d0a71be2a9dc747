package idle_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine/idle"
)

// contact returns one whose current attempt is due at an instant.
func contact(id string, due int, state probes.State) probes.Contact {
	outcome := probes.Pending
	if state == probes.AttemptRefused {
		outcome = probes.Contested
	}
	return probes.Contact{ID: id, Outcome: outcome, Attempts: []probes.Attempt{{Number: 1, Due: at(due), State: state}}}
}

// TestDue: what has been kept from look to look is what a look at everything finds,
// whatever has happened in between.
func TestDue(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		all := map[string]probes.Contact{}
		var kept idle.Due
		changes := int64(0)
		last := map[string]int64{}
		for now := 0; now < 4000; now += r.IntN(100) {
			for range r.IntN(4) {
				id := fmt.Sprint("c", r.IntN(30))
				changes++
				state := []probes.State{probes.AttemptPlanned, probes.AttemptSent, probes.AttemptRefused}[r.IntN(3)]
				all[id], last[id] = contact(id, r.IntN(5000), state), changes
			}
			horizon := at(now + 600)
			since, from := kept.Since(changes, at(now), horizon)
			var changed, come, due []probes.Contact
			for id, c := range all {
				planned := c.Current().State == probes.AttemptPlanned && c.Current().Due.Before(horizon)
				if planned {
					due = append(due, c)
				}
				if since > 0 && last[id] > since {
					changed = append(changed, c)
				}
				if planned && !c.Current().Due.Before(from) {
					come = append(come, c)
				}
			}
			if since > 0 {
				kept.Add(append(changed, come...), changes, horizon)
			} else {
				kept.Fill(due, changes, at(now), horizon)
			}
			var fresh idle.Due
			fresh.Fill(due, changes, at(now), horizon)
			if !slices.Equal(kept.Jobs(), fresh.Jobs()) || len(kept.Jobs()) != len(due) {
				t.Fatalf("seed %d at %d: kept %v, there are %v", seed, now, kept.Jobs(), fresh.Jobs())
			}
		}
	}
}

// TestDueFromTheStart: everything is read where what is kept cannot be relied on.
func TestDueFromTheStart(t *testing.T) {
	for name, tt := range map[string]struct {
		changes      int64
		now, horizon int
		since        int64
	}{
		"soon after":              {8, 110, 210, 7},
		"nothing has changed":     {7, 110, 210, 7},
		"an hour later":           {8, 3700, 3800, 0},
		"changes are not counted": {-3, 110, 210, 0},
		"another ledger":          {5, 110, 210, 0},
		"the clock has gone back": {8, 90, 210, 0},
		"a nearer horizon":        {8, 110, 190, 0},
	} {
		var kept idle.Due
		if since, _ := kept.Since(7, at(100), at(200)); since != 0 {
			t.Errorf("%s: there is something from the start", name)
		}
		kept.Fill(nil, 7, at(100), at(200))
		if since, _ := kept.Since(tt.changes, at(tt.now), at(tt.horizon)); since != tt.since {
			t.Errorf("%s: got %d, want %d", name, since, tt.since)
		}
	}
}
