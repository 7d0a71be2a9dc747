package probes_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
)

// TestFoldVersion: what is made of the same histories, and what contacts and
// tallies consist of, does not change unless the version does. A ledger that
// was folded before would else show a new figure as zero for all that was
// before.
func TestFoldVersion(t *testing.T) {
	const version, digest = 17, "d50e71af25d75a31bf5944176d63f454b94db5edda23dc76adf4a6737dc4d55b"
	if got := foldDigest(t); probes.FoldVersion != version || got != digest {
		t.Errorf("the fold, or the shape of Contact or Tally, makes another digest than that of version %d, and FoldVersion is %d: "+
			"raise FoldVersion if it is still %d, and write it here with the digest %s", version, probes.FoldVersion, version, got)
	}
}

// foldDigest is of all that the fold makes of the histories in testdata, by two
// sets of rules, and of the shape of what it makes.
func foldDigest(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	for _, v := range []any{probes.Contact{}, probes.Tally{}} {
		fmt.Fprintln(sum, strings.Join(shape(reflect.TypeOf(v), map[reflect.Type]bool{}), "\n"))
	}
	told := histories(t)
	for _, rules := range foldRules(t) {
		tallies := map[string]*probes.Tally{}
		for _, id := range slices.Sorted(maps.Keys(told)) {
			plan := probes.Payload[probes.Plan](told[id][0])
			place := plan.Company + " " + plan.Channel
			if tallies[place] == nil {
				tally := probes.NewTally(plan)
				tallies[place] = &tally
			}
			writeJSON(t, sum, tallies[place].Follow(id, told[id], rules.Fold))
			writeJSON(t, sum, rules.Fold(id, told[id]))
		}
		writeJSON(t, sum, tallies)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// foldRules are rules that do, and do not, count what policies may count.
func foldRules(t *testing.T) []probes.Rules {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	opening, err := calendar.ParseHours("Mon-Fri 08:00-16:00")
	if err != nil {
		t.Fatal(err)
	}
	strict := probes.Rules{
		Calendar: calendar.Calendar{Zone: oslo, Country: "NO"}, Opening: opening,
		Within: map[string]calendar.Within{"probe-1": {WorkingDays: 3}}, LateEnds: map[string]bool{"probe-2": true},
	}
	lenient := strict
	lenient.DeflectionAnswers, lenient.BotAnswers, lenient.Retry = true, true, time.Hour
	return []probes.Rules{strict, lenient}
}

// histories are those of made-up contacts, by their ids: as an earlier version
// wrote them, with their words, and without.
func histories(t *testing.T) map[string][]probes.Event {
	t.Helper()
	packed, err := os.Open("testdata/histories.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	text, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string][]probes.Event
	if err := json.NewDecoder(text).Decode(&all); err != nil {
		t.Fatal(err)
	}
	for id, history := range maps.Clone(all) {
		bare := slices.Clone(history)
		for i, e := range bare {
			bare[i] = kept{}.keep(t, e)
		}
		all[id+" bare"] = bare
	}
	return all
}

func writeJSON(t *testing.T, to io.Writer, v any) {
	t.Helper()
	if err := json.NewEncoder(to).Encode(v); err != nil {
		t.Fatal(err)
	}
}

// shape lists what a type consists of, with the names under which it is stored.
func shape(of reflect.Type, seen map[reflect.Type]bool) (all []string) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice:
		return shape(of.Elem(), seen)
	case reflect.Map:
		return append(shape(of.Key(), seen), shape(of.Elem(), seen)...)
	case reflect.Struct:
		if seen[of] || of == reflect.TypeFor[time.Time]() {
			return nil
		}
		seen[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			all = append(all, fmt.Sprintf("%s %s %s", f.Name, f.Type.Kind(), f.Tag.Get("json")))
			all = append(all, shape(f.Type, seen)...)
		}
	}
	return all
}
