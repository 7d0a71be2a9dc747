package simulation_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/svartid/svartid/channels/channeltest/cputime"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/probes"
)

// simulate plays one season, and returns what was wrong with it.
func simulate(t *testing.T, seed uint64, p plant) (w *world) {
	t.Helper()
	t.Run(fmt.Sprint(seed), func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w = newWorld(t, seed, p)
			w.play()
			w.check()
			if err := w.ledger.Close(); err != nil {
				t.Fatal(err)
			}
		})
	})
	return w
}

// seeds returns how many seasons to play: as many as SVARTID_SEEDS asks for, else some
// or, in a short run, few.
func seeds(t *testing.T, some, few int) int {
	t.Helper()
	asked := os.Getenv("SVARTID_SEEDS")
	switch {
	case asked != "":
		n, err := strconv.Atoi(asked)
		if err != nil {
			t.Fatalf("SVARTID_SEEDS: %v", err)
		}
		return n
	case testing.Short():
		return few
	}
	return some
}

// situations returns what has to have been reached for a pass to say anything.
func situations() []string {
	all := []string{
		"a call is answered", "a prompt is left", "a company joins", "a contact is corrected", "a contact replaces another",
		"a second attempt leaves", "a source breaks", "a source falls silent", "a stranger writes", "an opener fails for now",
		"an opener is unsure", "an unsure opener did not leave", "an update fails", "down for long", "listening was lost",
		"our clock steps", "read its configuration again", "stopped in good order",
		"killed before an update", "killed after an update", "killed before leave is asked",
		"killed after leave was given, before anything left", "killed after an opener left, before it was written down",
	}
	for _, kind := range []letterKind{answers, confirms, deflects, isAway, unrelated} {
		all = append(all, "a letter comes: "+string(kind))
	}
	for _, o := range []probes.Outcome{probes.Answered, probes.Deflected, probes.Unanswered, probes.Late, probes.BrokenOff, probes.Void} {
		all = append(all, "outcome "+string(o))
	}
	return all
}

// TestSeasons plays seasons in which everything goes wrong, and asks that everything
// that can has.
func TestSeasons(t *testing.T) {
	race.Skip(t, "it winds weeks forward; what runs side by side is watched in the engine's own tests")
	const enough = 12 // seasons in which every situation is reached
	n, kills, reached := seeds(t, enough, 2), 0, map[string]int{}
	before := cputime.Used(t)
	for seed := range n {
		w := simulate(t, uint64(seed), plant{})
		for _, f := range w.faults {
			t.Errorf("seed %d: %s", seed, f)
		}
		kills += w.spent
		for what, n := range w.counts {
			reached[what] += n
		}
	}
	for _, what := range situations() {
		if reached[what] == 0 && n >= enough {
			t.Errorf("never reached in %d seasons: %s", n, what)
		}
	}
	t.Logf("%d seasons, %d kills, %.2f CPU-s a season", n, kills, (cputime.Used(t)-before).Seconds()/float64(n))
	for _, what := range slices.Sorted(maps.Keys(reached)) {
		t.Logf("%6d %s", reached[what], what)
	}
}
