package fairness_test

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/fairness"
)

// TestDoubt: a doubtful contact plays both ways, for its own company and against
// the others.
func TestDoubt(t *testing.T) {
	day := fairness.Span{Calendar: 24 * time.Hour}
	contact := func(id, company string, state fairness.State, wait time.Duration) fairness.Contact {
		return fairness.Contact{ID: id, Company: company, Channel: "mail", State: state, Tries: []fairness.Try{{
			Deadline: day, Wait: fairness.Span{Calendar: wait},
		}}}
	}
	doubt := func(c, otherwise fairness.Contact) fairness.Contact {
		c.Otherwise = &otherwise
		return c
	}
	quick, silent := 1*time.Hour, 24*time.Hour
	a1, a2 := contact("a1", "a", fairness.Answered, quick), contact("a2", "a", fairness.Answered, quick)
	b1, b2 := contact("b1", "b", fairness.Answered, 2*time.Hour), contact("b2", "b", fairness.Answered, 2*time.Hour)
	noA, noB := contact("a2", "a", fairness.Unanswered, silent), contact("b2", "b", fairness.Unanswered, silent)
	for _, tt := range []struct {
		name     string
		contacts []fairness.Contact
		want     fairness.Doubt
	}{
		{"nothing is doubtful", []fairness.Contact{a1, a2, b1, b2}, fairness.Doubt{Winners: []string{"a"}}},
		{"the winner's answer is", []fairness.Contact{a1, doubt(a2, noA), b1, b2}, fairness.Doubt{Contacts: 1, Winners: []string{"a", "b"}, Changes: true}},
		{"the loser's answer is", []fairness.Contact{a1, a2, b1, doubt(b2, noB)}, fairness.Doubt{Contacts: 1, Winners: []string{"a"}}},
		{"the loser's silence is", []fairness.Contact{a1, noA, b1, doubt(noB, b2)}, fairness.Doubt{Contacts: 1, Winners: []string{"a", "b"}, Changes: true}},
		{"the winner's silence is", []fairness.Contact{a1, doubt(noA, a2), b1, noB}, fairness.Doubt{Contacts: 1, Winners: []string{"a"}}},
	} {
		got := fairness.Rules{MinCompanies: 1}.Doubt(tt.contacts)
		if got.Contacts != tt.want.Contacts || got.Changes != tt.want.Changes || !slices.Equal(got.Winners, tt.want.Winners) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
