package lexicon

import (
	"slices"
	"strings"
)

// A spelling is a way of writing that only some of the languages have.
type spelling struct {
	holds     []string // a word shows it that holds any of these
	ends      []string // or is longer than five letters and ends in any of these
	languages []string // a language that stands twice counts twice
	marked    bool     // whether no word shows it that has nothing beyond ASCII
}

// shows reports whether w is written so.
func (s spelling) shows(w string) bool {
	for _, part := range s.holds {
		if strings.Contains(w, part) {
			return true
		}
	}
	for _, end := range s.ends {
		if len(w) > 5 && strings.HasSuffix(w, end) {
			return true
		}
	}
	return false
}

// spellings are the ways of writing, in the order in which they are tried: what leaves fewest
// languages stands first.
func spellings() []spelling {
	var list []spelling
	for _, s := range [][3]string{
		{"ß ü", "", ""},
		{"øj æg", "", "da da"},
		{"øy øk", "", "nb nn"},
		{"æ ø", "", "nb nn da"},
		{"ää yö yy", "ssa ssä lla llä mme sti", "fi"},
		{"för äck öck änn", "", "sv sv"},
		{"ä ö", "", "sv fi"},
		{"å", "", "nb nn da sv"},
		{"ikkj kvar", "heit heita leg lege ingane arane ane kje", "nn"},
		{"", "hed heden ede", "da"},
		{"", "ade ades orna arna erna", "sv"},
		{"", "sjon sjonen", "nb nn"},
		{"", "elsen elser erne", "nb da"},
		{"", "het heten", "nb sv"},
		{"", "tionen igt", "da sv"},
		{"", "tion", "da sv en"},
		{"", "ly", "en"},
	} {
		one := spelling{holds: strings.Fields(s[0]), ends: strings.Fields(s[1]), languages: strings.Fields(s[2])}
		one.marked = !slices.ContainsFunc(slices.Concat(one.holds, one.ends), folded)
		list = append(list, one)
	}
	return list
}
