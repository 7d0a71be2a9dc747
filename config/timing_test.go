package config

import (
	"reflect"
	"testing"
	"time"
)

// TestTiming reads every time, and warns of those that only a rehearsal should
// have.
func TestTiming(t *testing.T) {
	cfg := good(t, "timing")
	times := reflect.ValueOf(cfg.Timing)
	for _, f := range fieldsOf(times.Type()) {
		if times.FieldByIndex(f.index).Int() == 0 {
			t.Errorf("timing.%s was not read", f.key)
		}
	}
	if got := cfg.Rehearsing(); len(got) != len(floors()) {
		t.Errorf("got %d warnings, want one for each of %d times:\n%s", len(got), len(floors()), got.Error())
	}
	if got := good(t, "minimal").Rehearsing(); len(got) > 0 {
		t.Errorf("got %s, want nothing", got.Error())
	}
	if got := cfg.Probing().Rules.Retry; got != time.Second {
		t.Errorf("an opener that was put off is tried after %v, want 1s", got)
	}
}

// TestTimingAndRules folds history anew where a time changes what contacts are
// folded to, and nowhere else.
func TestTimingAndRules(t *testing.T) {
	digest := func(timing string) string {
		return with(t, "personas:", "timing: {"+timing+"}\n\npersonas:").RulesDigest()
	}
	without := good(t, "minimal").RulesDigest()
	if digest("plan: 1s, lost: 1m") != without {
		t.Error("the engine's times are no rules")
	}
	if digest("defer: 1s") == without || digest("defer: 1s") == digest("defer: 2s") {
		t.Error("contacts are folded with the time of timing.defer")
	}
}
