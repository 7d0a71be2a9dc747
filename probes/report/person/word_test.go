package person

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// patterns are words and names of two parts as patterns have them, which say the same.
func patterns() (word, compound *regexp.Regexp) {
	return regexp.MustCompile(`\p{L}(?:[\p{L}\p{M}]|['’-]\p{L})*`), regexp.MustCompile(`(?i)^` + words(stems) + words(tails) + `$`)
}

// FuzzWords: a text is taken apart as the pattern of a word would.
func FuzzWords(f *testing.F) {
	word, compound := patterns()
	s := NewSpotter()
	for _, text := range []string{
		"", "Hei, Anne-Lise's hund - og O’Neill-", "a\u0301e\u0301 \u0301x", "\xff\xfeAb\xffc", "Ragnvald TORBJØRG ſolveig Ra\u212agnar",
		"Torbjørg-Ann ’a -b c- d'", "日本語 ǅungla", "Sigrid\u030a",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := word.FindAllString(text, -1)
		if got := wordsOf(text); !slices.Equal(got, want) {
			t.Fatalf("%q: got %q, want %q", text, got, want)
		}
		for _, w := range want {
			if got, want := s.compound(w), compound.MatchString(w); got != want {
				t.Errorf("%q is a name of two parts: got %t, want %t", w, got, want)
			}
		}
	})
}

// TestCompounds: each name that can be made of two parts is one, in whatever case, and nothing
// more or less of it.
func TestCompounds(t *testing.T) {
	_, compound := patterns()
	s := NewSpotter()
	for _, stem := range strings.Fields(stems) {
		for _, tail := range strings.Fields(tails) {
			for _, w := range []string{stem + tail, strings.ToUpper(stem + tail), stem + tail + "x", "x" + stem + tail, stem, stem + stem + tail} {
				if got, want := s.compound(w), compound.MatchString(w); got != want {
					t.Fatalf("%q: got %t, want %t", w, got, want)
				}
			}
		}
	}
}
