package probes_test

import (
	"maps"
	"testing"

	"github.com/svartid/svartid/probes"
)

// TestSourceHealth: what another run has heard holds until this one has tried it.
func TestSourceHealth(t *testing.T) {
	inbox, junk, sync := probes.Source{Channel: "mail", Name: "INBOX"}, probes.Source{Channel: "mail", Name: "Junk"}, probes.Source{Channel: "matrix", Name: "sync"}
	var h probes.SourceHealth
	before := map[probes.Source]bool{inbox: true, junk: true, sync: false}
	h.Assume(before)
	before[sync] = true // is the caller's
	h.MarkDown(junk)
	if got, want := h.Up(), (map[probes.Source]bool{inbox: true, junk: false, sync: false}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := h.Tried(), (map[probes.Source]bool{junk: false}); !maps.Equal(got, want) {
		t.Errorf("tried: got %v, want %v", got, want)
	}
	h.MarkUp(sync)
	if !h.Up()[sync] || !h.Tried()[sync] {
		t.Error("what is heard is not up")
	}
	var none *probes.SourceHealth
	if len(none.Up())+len(none.Tried()) > 0 {
		t.Error("a nil one tells something")
	}
}
