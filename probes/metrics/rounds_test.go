package metrics_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// TestRoundsMissed: what svartid was down for is read from the ledger, for
// probes that are no longer in the configuration too.
func TestRoundsMissed(t *testing.T) {
	f := newFixture(t, pair())
	if m := find(f.scrape(t)["svartid_rounds_missed_total"], map[string]string{"probe": "email"}); m == nil || value(m) != 0 {
		t.Errorf("at the start: got %v, want 0", m)
	}
	err := f.ledger.Update(t.Context(), func(tx probes.Tx) error {
		for probe, n := range map[string]string{"email": "3", "gone": "1"} {
			if err := tx.Advance(t.Context(), probes.Missed, channels.Checkpoint{Source: probe, Position: n, Until: time.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	families := f.scrape(t)
	for probe, want := range map[string]float64{"email": 3, "gone": 1} {
		m := find(families["svartid_rounds_missed_total"], map[string]string{"probe": probe})
		if m == nil || value(m) != want {
			t.Errorf("%s: got %v, want %v", probe, m, want)
		}
	}
}
