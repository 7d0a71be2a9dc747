package probes_test

import (
	"strings"
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

// TestReturned: a company that is reached where another was asked is that one under a new
// id, however the place is written and whatever was run in between: that has to be accepted
// by name, once.
func TestReturned(t *testing.T) {
	run := func(companies ...edition.Company) *edition.Edition {
		return &edition.Edition{Name: "spring", Companies: companies}
	}
	co := func(id, channel, reach string) edition.Company {
		return edition.Company{ID: id, Name: id, Reach: map[string]string{channel: reach}}
	}
	beta := co("beta", "mail", "post@beta.example")
	for _, tt := range []struct {
		name  string
		runs  []*edition.Edition // one after the other; the last is the configuration
		asked string
		want  string // whose, and where
	}{
		{"a new id", []*edition.Edition{run(co("alfa", "mail", "post@alfa.example"), beta), run(co("omega", "mail", "post@alfa.example"), beta)}, "alfa", "omega"},
		{"after a while", []*edition.Edition{
			run(co("alfa", "mail", "post@alfa.example"), beta), run(beta), run(co("omega", "mail", "post@alfa.example"), beta),
		}, "alfa", "omega"},
		{"in capitals and with a tag", []*edition.Edition{
			run(co("alfa", "mail", "post@alfa.example"), beta), run(co("omega", "mail", "Post+x@Alfa.example"), beta),
		}, "alfa", "omega"},
		{"another way to write a telephone", []*edition.Edition{run(co("alfa", "phone", "+47 22 33 44 55")), run(co("omega", "phone", "+47 2233-4455"))}, "alfa", "omega"},
		{"a page with a slash", []*edition.Edition{run(co("alfa", "chat", "https://alfa.example/chat")), run(co("omega", "chat", "https://alfa.example/chat/"))}, "alfa", "omega"},
		{"by the id of another that is there", []*edition.Edition{
			run(co("alfa", "mail", "post@alfa.example"), beta), run(co("beta", "mail", "post@alfa.example")),
		}, "alfa", "beta"},
		{"elsewhere", []*edition.Edition{run(co("alfa", "mail", "post@alfa.example")), run(co("omega", "mail", "post@omega.example"))}, "alfa", ""},
		{"on another channel", []*edition.Edition{run(co("alfa", "mail", "post@alfa.example")), run(co("omega", "letters", "post@alfa.example"))}, "alfa", ""},
		{"of one that was never asked", []*edition.Edition{run(co("alfa", "mail", "post@alfa.example")), run(co("omega", "mail", "post@alfa.example"))}, "", ""},
		{"accepted before", []*edition.Edition{
			run(co("alfa", "mail", "post@alfa.example")), run(co("omega", "mail", "post@alfa.example")), run(co("omega", "mail", "post@alfa.example")),
		}, "alfa", ""},
	} {
		h := probes.Holding{Base: map[string]probes.Baseline{}, Asked: map[string]bool{tt.asked: true}}
		last := len(tt.runs) - 1
		for _, ed := range tt.runs[:last] {
			b := probes.BaselineOf(ed)
			h.Base["spring"], h.Earlier = b, append(h.Earlier, b.Companies...)
		}
		got := ""
		for _, d := range h.Differences(probes.BaselineOf(tt.runs[last])) {
			if d.Contestable {
				got += d.Text
			}
		}
		if tt.want == "" && got != "" || tt.want != "" && !strings.HasPrefix(got, "company "+tt.want+" is reached over ") {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
