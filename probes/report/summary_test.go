package report

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// TestSummarise: companies stand channel by channel, in the edition's order, and
// each channel is added up. What is of another edition, or of a company that has
// left, is left out.
func TestSummarise(t *testing.T) {
	ed := &edition.Edition{
		Name:      "spring",
		Probes:    []edition.Probe{{Channel: "mail"}, {Channel: "chat"}, {Channel: "mail"}},
		Companies: []edition.Company{{ID: "vind"}, {ID: "kraft"}},
	}
	tally := func(edition, company, channel string, answered, silent int) probes.Tally {
		t := probes.NewTally(probes.Plan{Edition: edition, Class: "power", Company: company, Channel: channel})
		t.Attempts = answered + 2*silent // the silent ones were asked twice
		t.Open = map[string]time.Time{"open of " + company + channel: noon}
		t.Outcomes[probes.Pending], t.Outcomes[probes.Void] = 2, 1 // one of the two has not left yet
		if answered > 0 {
			t.Answered[90], t.Outcomes[probes.Answered] = answered, answered
		}
		if silent > 0 {
			t.Silent[600], t.Outcomes[probes.Unanswered] = silent, silent
		}
		return t
	}
	s := Summarise(ed, probes.Totals{Tallies: []probes.Tally{
		tally("spring", "kraft", "mail", 2, 0), tally("spring", "kraft", "chat", 0, 1), tally("spring", "vind", "mail", 1, 3),
		tally("autumn", "vind", "mail", 9, 9), tally("spring", "gone", "mail", 9, 9),
	}}, noon)
	var out strings.Builder
	if err := s.Print(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := [][]string{
		{"channel", "class", "company", "asked"},
		{"mail", "power", "vind", "5", "1", "3", "2", "1", "never"},
		{"mail", "power", "kraft", "3", "2", "2", "1", "1m30s"},
		{"chat", "power", "kraft", "2", "1", "2", "1", "never"},
		{"mail", "all", "8", "3", "3", "4", "2", "1m30s"},
		{"chat", "all", "2", "1", "2", "1", "never"},
	}
	if len(lines) != len(want) {
		t.Fatalf("got\n%s", &out)
	}
	for i, words := range want {
		if got := strings.Join(strings.Fields(lines[i]), " "); !strings.HasPrefix(got, strings.Join(words, " ")) {
			t.Errorf("got %q, want %q", got, words)
		}
	}
}
