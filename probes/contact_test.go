package probes_test

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

func TestByRecency(t *testing.T) {
	at := func(id string, after time.Duration) probes.Contact {
		return probes.Contact{ID: id, Plan: probes.Plan{Slot: slot.Add(after)}}
	}
	all := []probes.Contact{at("b", 0), at("a", 0), at("c", time.Hour)}
	slices.SortFunc(all, probes.ByRecency)
	if all[0].ID != "c" || all[1].ID != "a" || all[2].ID != "b" {
		t.Errorf("got %s, %s, %s; want the newest first, then by id", all[0].ID, all[1].ID, all[2].ID)
	}
}

// TestOutcomesValid: only what is decided and was put to the company counts.
func TestOutcomesValid(t *testing.T) {
	valid := []probes.Outcome{probes.Answered, probes.Deflected, probes.Unanswered, probes.Late}
	for _, o := range probes.Outcomes() {
		if got := o.Valid(); got != slices.Contains(valid, o) {
			t.Errorf("%s: got valid %t", o, got)
		}
	}
	if len(probes.Outcomes()) != 8 {
		t.Errorf("got %d outcomes, want 8", len(probes.Outcomes()))
	}
}

func TestSourceHealthNil(t *testing.T) {
	var health *probes.SourceHealth
	if got := health.Up(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	var senses probes.SourceHealth
	up := senses.Up()
	up[probes.Source{Channel: "mail", Name: channels.Mail}] = true
	if got := senses.Up(); len(got) != 0 {
		t.Errorf("got %v: what is told is not a copy", got)
	}
}
