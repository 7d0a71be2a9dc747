package edition_test

import (
	"testing"

	"github.com/svartid/svartid/probes/edition"
)

// TestClosingOf: goodbye is said in the language of what was asked, where the probe has
// it, and else as it is for all.
func TestClosingOf(t *testing.T) {
	ed := edition.Edition{Scenarios: []edition.Scenario{
		{Name: "pris", Language: "nb"}, {Name: "pris-sv", Language: "sv"}, {Name: "hinta", Language: "fi"},
	}}
	both := edition.Probe{Closing: "Takk!", Closings: map[string]string{"sv": "Tack!", "fi": ""}}
	for _, tt := range []struct {
		name, scenario string
		probe          edition.Probe
		want           string
	}{
		{"in its language", "pris-sv", both, "Tack!"},
		{"as for all", "pris", both, "Takk!"},
		{"nothing in this language", "hinta", both, ""},
		{"a scenario that is gone", "gone", both, "Takk!"},
		{"one for all", "pris-sv", edition.Probe{Closing: "Takk!"}, "Takk!"},
		{"only in one", "pris", edition.Probe{Closings: map[string]string{"sv": "Tack!"}}, ""},
	} {
		if got := ed.ClosingOf(tt.probe, tt.scenario); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
