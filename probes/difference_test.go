package probes_test

import (
	"testing"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// TestChangedTerms: a changed, new or missing rule of the season is a difference that needs
// no acceptance; a baseline that an earlier version kept without rules has none.
func TestChangedTerms(t *testing.T) {
	terms := func(pairs ...string) (all []edition.Term) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, edition.Term{Name: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	for _, tt := range []struct {
		name    string
		was, is []edition.Term
		want    []string
	}{
		{"the same", terms("score", "award"), terms("score", "award"), nil},
		{"another policy", terms("score", "award"), terms("score", "within-third"), []string{"score was award, and is within-third"}},
		{"a weight more, a floor less", terms("score", "award", "floor", "0.5"), terms("score", "award", "weight of phone", "0.01"), []string{
			"floor was 0.5, and is not set", "weight of phone was not set, and is 0.01",
		}},
		{"of an earlier version", nil, terms("score", "award"), nil},
	} {
		h := probes.Holding{Base: map[string]probes.Baseline{"spring": probes.BaselineOf(&edition.Edition{Name: "spring", Terms: tt.was})}}
		got := h.Differences(probes.BaselineOf(&edition.Edition{Name: "spring", Terms: tt.is}))
		if len(got) != len(tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, got, tt.want)
			continue
		}
		for i, want := range tt.want {
			want = "the rule " + want + ": a result is refused by other rules than those of its plan"
			if got[i].What != "rules" || got[i].Text != want || got[i].Contestable {
				t.Errorf("%s: got %+v, want %s", tt.name, got[i], want)
			}
		}
	}
}
