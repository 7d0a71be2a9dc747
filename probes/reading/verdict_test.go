package reading

import (
	"slices"
	"testing"
)

// TestJudge weighs bare findings against each other.
func TestJudge(t *testing.T) {
	type f = finding
	found := func(list ...finding) evidence { return evidence{found: list, written: true, signed: true} }
	of := func(to side, signal string, weight int) f { return f{to, Reason{signal, weight, ""}} }
	tests := map[string]struct {
		evidence evidence
		want     Kind
		firm     bool
	}{
		"nothing":                         {evidence{}, Other, false},
		"nothing but written":             {found(), Answer, false},
		"matter":                          {found(of(person, "says something of its own", 4)), Answer, true},
		"matter in an unknown language":   {evidence{found: []f{of(person, "says something of its own", 4)}, signed: true, foreign: true}, Answer, false},
		"matter that is not signed":       {evidence{found: []f{of(person, "says something of its own", 4)}}, Answer, false},
		"matter that names a place":       {evidence{found: []f{of(person, "says something of its own", 4)}, signed: true, points: true}, Answer, false},
		"matter with a fact":              {evidence{found: []f{of(person, "says something of its own", 4), of(person, "fact", 2)}, points: true}, Answer, true},
		"a disclosed machine":             {found(of(discloses, "bot", 8), of(person, "fact", 2)), Bot, true},
		"a person who denies it":          {found(of(discloses, "bot", 8), of(discloses, "human", -8), of(person, "fact", 3)), Answer, true},
		"a survey":                        {found(of(unconcerns, "other", 5)), Other, true},
		"a survey that asks the customer": {found(of(unconcerns, "other", 5), of(person, "asks the customer", 4)), Answer, true},
		"an absence":                      {found(of(absent, "absence", 6), of(machine, "auto-replied", 7)), Absence, true},
		"an answer from a holiday":        {found(of(absent, "absence", 6), of(person, "says something of its own", 6), of(person, "fact", 2)), Answer, true},
		"a receipt":                       {found(of(receipt, "receipt", 4), of(receipt, "promise", 3)), Acknowledgement, true},
		"a receipt and an answer":         {found(of(receipt, "receipt", 4), of(person, "says something of its own", 7)), Answer, true},
		"a deflection":                    {found(of(elsewhere, "deflection", 5)), Deflection, true},
		"a deflection by a named agent":   {found(of(elsewhere, "deflection", 5), of(author, "block of a named agent", 4)), Deflection, true},
		"a deflection within an answer":   {found(of(elsewhere, "deflection", 5), of(person, "says something of its own", 6)), Answer, true},
		"a deflection within a receipt":   {found(of(elsewhere, "deflection", 5), of(receipt, "receipt", 4), of(receipt, "promise", 3)), Acknowledgement, true},
		"a machine that says nothing":     {found(of(machine, "auto-replied", 7)), Acknowledgement, false},
		"a prefix that says nothing":      {found(of(machine, "subject-automatic", 6)), Absence, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := tt.evidence.judge()
			if v.kind != tt.want || (v.margin >= 2) != tt.firm {
				t.Errorf("got %s by %d, want %s, firm %v", v.kind, v.margin, tt.want, tt.firm)
			}
		})
	}
}

// TestBecause holds that what spoke against a reading is negative, and the strongest first.
func TestBecause(t *testing.T) {
	e := evidence{found: []finding{
		{machine, Reason{"auto-replied", 7, ""}},
		{person, Reason{"fact", 2, ""}},
		{author, Reason{"block of a named agent", 4, ""}},
		{receipt, Reason{"receipt", 4, ""}},
		{elsewhere, Reason{"deflection", 5, ""}},
	}}
	tests := map[Kind][]int{
		Acknowledgement: {7, 5, 4, -2, -4},
		Absence:         {7, 5, 4, -2, -4},
		Answer:          {5, 4, 2, -4, -7},
		Deflection:      {5, 4, 2, -4, -7},
	}
	for kind, want := range tests {
		var got []int
		for _, r := range e.because(kind) {
			got = append(got, r.Weight)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", kind, got, want)
		}
	}
}

func TestEvidence(t *testing.T) {
	var e evidence
	e.add(person, "nothing", 0, "x")
	e.add(person, "fact", 2, "kr")
	e.add(author, "agent", 5, "")
	if len(e.found) != 2 || e.people() != 7 || e.sum(person) != 2 || e.met("fact") != 2 || e.met("other") != 0 {
		t.Errorf("got %+v, people %d", e.found, e.people())
	}
}

func TestKindsAreAll(t *testing.T) {
	kinds := Kinds()
	if len(kinds) != 8 || slices.Index(kinds, Answer) != 0 || len(slices.Compact(slices.Sorted(slices.Values(kinds)))) != 8 {
		t.Errorf("got %v", kinds)
	}
}
