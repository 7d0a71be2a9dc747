package person_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/report/person"
)

// A tally counts words of letters that are names, of those who answer and of all, and
// those that are none, with how many of each are found.
type tally struct{ own, ownFound, names, found, other, wrong int }

// labelled takes letters apart in which a name stands in braces, if it is of one who
// answers, or else in angles: each letter without these, and its names.
func labelled(text string) (letters []string, own, all [][]string) {
	mark := regexp.MustCompile(`[{<]([^}>]*)[}>]`)
	for _, letter := range strings.Split(text, "\n==\n") {
		var mine, names []string
		for _, m := range mark.FindAllStringSubmatch(letter, -1) {
			names = append(names, m[1])
			if m[0][0] == '{' {
				mine = append(mine, m[1])
			}
		}
		letters, own, all = append(letters, mark.ReplaceAllString(letter, "$1")), append(own, mine), append(all, names)
	}
	return letters, own, all
}

// count counts what is found in a letter. Particles such as af are neither.
func (c *tally) count(t *testing.T, letter string, own, names []string) {
	t.Helper()
	got := found(person.NewSpotter(), letter)
	rest := slices.Clone(got)
	take := func(name string) bool {
		i := slices.Index(rest, name)
		if i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
		return i >= 0
	}
	for _, name := range names {
		c.names++
		mine := slices.Contains(own, name)
		if mine {
			c.own++
		}
		switch {
		case take(name):
			c.found++
			if mine {
				c.ownFound++
			}
		default:
			t.Logf("%s is not found in %q", name, letter)
		}
	}
	c.other += len(strings.Fields(letter)) - len(names)
	for _, word := range rest {
		if !slices.Contains([]string{"af", "ap", "van", "den", "de", "von"}, word) {
			c.wrong++
			t.Logf("%s is no name in %q", word, letter)
		}
	}
}

// TestLabelled measures letters in which each name is marked. Those of both files were
// written before the rules that find the names in them, and are of the kinds that are hard:
// signatures in small letters, initials, double and foreign names. The rules before found
// 86.4 and 87.6 % of the names of those who answer. hard.txt taught the rules; with that
// 95.9 % of those in unseen.txt were found, which then taught the rest.
func TestLabelled(t *testing.T) {
	for _, tt := range []struct {
		file  string
		least float64 // of the names of those who answer
	}{{"hard.txt", 0.98}, {"unseen.txt", 0.98}} {
		text, err := os.ReadFile("testdata/" + tt.file)
		if err != nil {
			t.Fatal(err)
		}
		var c tally
		letters, own, all := labelled(string(text))
		for i, letter := range letters {
			c.count(t, letter, own[i], all[i])
		}
		share := func(a, b int) float64 { return 100 * float64(a) / float64(b) }
		t.Logf("%s, %d letters: %d of %d names (%.1f %%), of those who answer %d of %d (%.1f %%), %d of %d other words (%.2f %%)", tt.file,
			len(letters), c.found, c.names, share(c.found, c.names), c.ownFound, c.own, share(c.ownFound, c.own), c.wrong, c.other, share(c.wrong, c.other))
		if len(letters) < 60 || float64(c.ownFound) < tt.least*float64(c.own) || float64(c.wrong) > 0.01*float64(c.other) {
			t.Errorf("%s: want %.0f %% of the names and 1 %% of the other words at most", tt.file, 100*tt.least)
		}
	}
}
