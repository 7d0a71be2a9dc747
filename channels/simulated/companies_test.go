package simulated

import (
	"regexp"
	"slices"
	"testing"
)

func TestCompaniesAreDrawnFromTheSeed(t *testing.T) {
	names := func(seed string) []string {
		var names []string
		for _, c := range New(Options{Seed: seed}).Companies() {
			names = append(names, c.ID+" "+c.Class+" "+c.Address+" "+string(c.Character)+" "+c.Language)
		}
		return names
	}
	if !slices.Equal(names("a"), names("a")) {
		t.Error("the same seed drew other companies")
	}
	if slices.Equal(names("a"), names("b")) {
		t.Error("another seed drew the same companies")
	}
}

func TestCompanies(t *testing.T) {
	id := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, n := range []int{1, 3, 24, 200, 2000} {
		companies := New(Options{Companies: n}).Companies()
		if len(companies) != n {
			t.Fatalf("%d companies, want %d", len(companies), n)
		}
		seen, classes, languages := make(map[string]bool), make(map[string]int), make(map[string]int)
		for _, c := range companies {
			if seen[c.ID] || seen[c.Name] || seen[c.Address] {
				t.Errorf("%+v is there twice", c)
			}
			seen[c.ID], seen[c.Name], seen[c.Address] = true, true, true
			classes[c.Class]++
			languages[c.Language]++
			if !id.MatchString(c.ID) || c.domain() != c.ID+".example" {
				t.Errorf("id %q, address %q", c.ID, c.Address)
			}
		}
		for class, members := range classes {
			if members < n/4 || members > n/4+1 {
				t.Errorf("of %d companies %d are %s", n, members, class)
			}
		}
		if n >= 24 && (len(classes) != 4 || len(languages) != 4 || languages["nb"] <= n/2) {
			t.Errorf("classes %v, languages %v", classes, languages)
		}
	}
}

func TestCompaniesIsACopy(t *testing.T) {
	w := New(Options{})
	w.Companies()[0].Address = "nobody@example.org"
	if w.Companies()[0].Address == "nobody@example.org" {
		t.Error("a caller changed the world's companies")
	}
}
