package fairness

import (
	"slices"
	"strings"
	"testing"
)

// saidAlone gives each contact what it would be without what one person has said.
func saidAlone(all, before []Contact) []Contact {
	for i := range all {
		if all[i].State != before[i].State || all[i].Tries[0].Wait != before[i].Tries[0].Wait {
			all[i].Alone = &before[i]
		}
	}
	return all
}

// lookedAt gives each contact what it would be without one person's look at it.
func lookedAt(all, before []Contact) []Contact {
	for i := range all {
		all[i].ID += "-look"
		all[i].Unread = &before[i]
	}
	return all
}

// TestConfirmed: what one person alone has said changes no winner, and all else
// that they said counts.
func TestConfirmed(t *testing.T) {
	said := func(company, now, before string) []Contact {
		return saidAlone(contacts(company, "mail", now), contacts(company, "mail", before))
	}
	for _, tt := range []struct {
		name    string
		class   [][]Contact
		winner  string
		waiting string
	}{
		{"nothing is said", [][]Contact{said("a", "0 0", "0 0"), said("b", "50 50", "50 50")}, "a", ""},
		{"the winner falls", [][]Contact{said("a", "0 s", "0 0"), said("b", "40 40", "40 40")}, "a", "a-mail-01"},
		{"the winner falls, and wins", [][]Contact{said("a", "0 s", "0 0"), said("b", "60 60", "60 60")}, "a", ""},
		{"a loser rises to win", [][]Contact{said("a", "40 40", "40 40"), said("b", "0 0", "0 s")}, "a", "b-mail-01"},
		{"a loser draws level", [][]Contact{said("a", "50 50", "50 50"), said("b", "0 s", "s s")}, "a", "b-mail-00"},
		{"a third is amended, too", [][]Contact{said("a", "0 s", "0 0"), said("b", "40 40", "40 40"), said("c", "s s", "90 90")}, "a", "a-mail-01"},
		{
			"together alone they change it",
			[][]Contact{said("a", "0 0 0 s s", "0 0 0 0 0"), said("b", "30 30 30 30 30", "30 30 30 30 30")},
			"a", "a-mail-03 a-mail-04",
		},
		{"one who is next wins, when the first waits", [][]Contact{said("a", "50 50", "50 50"), said("b", "0 0", "s s"), said("c", "10 10", "s s")}, "a", "b-mail-00 b-mail-01 c-mail-00 c-mail-01"},
		{
			"looks make the winner, and the amendment follows",
			[][]Contact{
				slices.Concat(lookedAt(contacts("a", "mail", "s s s"), contacts("a", "mail", "0 0 0")), said("a", "s", "0")),
				said("b", "10 10", "10 10"),
			},
			"b", "a-mail-00",
		},
		{
			"looks that make no winner",
			[][]Contact{
				slices.Concat(lookedAt(contacts("b", "mail", "s s"), contacts("b", "mail", "40 40")), said("b", "s", "40")), said("a", "0 0", "0 0"),
			},
			"a", "",
		},
		{"the winner made void", [][]Contact{said("a", "v v", "0 0"), said("b", "40 40", "40 40")}, "a", "a-mail-00 a-mail-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules := Rules{MinCompanies: 1}
			counted, waiting := rules.Confirmed(slices.Concat(tt.class...))
			if got := strings.Join(waiting, " "); got != tt.waiting {
				t.Errorf("got waiting %q, want %q", got, tt.waiting)
			}
			if got := strings.Join(rules.contest(counted).winners(), " "); got != tt.winner {
				t.Errorf("got the winner %q, want %q", got, tt.winner)
			}
		})
	}
}

// TestConfirmedPlaces: where a third company's void contacts leave too few to rank,
// they wait, for they take the winner away.
func TestConfirmedPlaces(t *testing.T) {
	class := slices.Concat(contacts("a", "mail", "0 0"), contacts("b", "mail", "40 40"),
		saidAlone(contacts("c", "mail", "v v"), contacts("c", "mail", "50 50")))
	rules := Rules{MinCompanies: 3}
	counted, waiting := rules.Confirmed(class)
	if !slices.Equal(waiting, []string{"c-mail-00", "c-mail-01"}) || !slices.Equal(rules.contest(counted).winners(), []string{"a"}) {
		t.Errorf("got waiting %v, and the winners %v", waiting, rules.contest(counted).winners())
	}
}
