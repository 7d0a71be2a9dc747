package transcript

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// marks returns one mark a letter.
func marks(letters string) (all []Mark) {
	for _, l := range letters {
		all = append(all, Mark(l))
	}
	return all
}

func letters(all []Mark) string {
	var b strings.Builder
	for _, m := range all {
		b.WriteString(string(m))
	}
	return b.String()
}

func TestMerge(t *testing.T) {
	const own = Mark("O")
	for _, tt := range []struct{ name, known, shown, merged, fresh string }{
		{"the first look", "", "GOa", "GOa", "GOa"},
		{"nothing new", "GOa", "GOa", "GOa", ""},
		{"one more", "GOa", "GOab", "GOab", "b"},
		{"the same words again", "GOa", "GOaa", "GOaa", "a"},
		{"the opener is drawn before the greeting", "OG", "GO", "OG", ""},
		{"the opener is drawn before the greeting, and more", "OG", "GOa", "OGa", "a"},
		{"the opener is drawn before the greeting, and one again", "OGa", "GOaa", "OGaa", "a"},
		{"the opener is drawn below what answers it", "GOa", "GaO", "GOa", ""},
		{"the end alone, and one again", "GOab", "ba", "GOaba", "a"},
		{"drawn in part", "GOab", "GO", "GOab", ""},
		{"the oldest are not shown any more", "GOab", "ab", "GOab", ""},
		{"wiped", "GOab", "", "GOab", ""},
		{"wiped, with a closing line", "GOab", "z", "GOabz", "z"},
		{"missed while the page was offline", "GOac", "GOabc", "GOabc", "b"},
		{"drawn twice", "GOab", "GOabGOab", "GOab", ""},
		{"drawn twice, and one more", "GOab", "GOabGOabc", "GOabc", "c"},
		{"drawn twice from our own on", "GOab", "GOabOabc", "GOabc", "c"},
		{"three times", "GHOa", "GHOaGHOaGHOab", "GHOab", "b"},
		{"a greeting that comes again is said again", "GOa", "GOaG", "GOaG", "G"},
		{"another order is another saying", "Oab", "Oba", "Oaba", "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shown := marks(tt.shown)
			merged, fresh := Merge(marks(tt.known), own, shown)
			got := ""
			for _, i := range fresh {
				got += string(shown[i])
			}
			if letters(merged) != tt.merged || got != tt.fresh {
				t.Errorf("got %s with %q new, want %s with %q", letters(merged), got, tt.merged, tt.fresh)
			}
			if len(merged) != len(tt.known)+len(fresh) {
				t.Errorf("%d known and %d new make %d", len(tt.known), len(fresh), len(merged))
			}
		})
	}
}

// TestMergeLaws draws conversations with few different words, so that many
// messages are alike, in which our opener is said once.
func TestMergeLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 20))
	for range 3000 {
		said := make([]Mark, 1+r.IntN(12))
		for i := range said {
			said[i] = Mark("abc"[r.IntN(3)])
		}
		at := r.IntN(len(said))
		said[at] = "O"
		none := func(what string, shown []Mark) {
			t.Helper()
			if merged, fresh := Merge(said, "O", shown); len(fresh) > 0 || !slices.Equal(merged, said) {
				t.Fatalf("%s of %s, shown as %s: %v new, %s known", what, letters(said), letters(shown), fresh, letters(merged))
			}
		}
		none("the whole", said)
		from := r.IntN(len(said))
		none("the beginning", said[:from])
		none("the end", said[from:])
		none("two drawings", slices.Concat(said, said))
		none("three drawings, the last in part", slices.Concat(said, said, said[:max(at+1, from)]))
		part := slices.DeleteFunc(slices.Clone(said), func(Mark) bool { return r.IntN(3) == 0 })
		none("some", part)

		more := make([]Mark, r.IntN(4))
		for i := range more {
			more[i] = Mark("abc"[r.IntN(3)])
		}
		shown := slices.Concat(said, more)
		merged, fresh := Merge(said, "O", shown)
		if len(fresh) != len(more) || !slices.Equal(merged, shown) {
			t.Fatalf("%s and then %s: %v new, %s known", letters(said), letters(more), fresh, letters(merged))
		}
		var other []Mark
		for range r.IntN(5) {
			other = append(other, Mark("abcxy"[r.IntN(5)]))
		}
		merged, _ = Merge(said, "O", other)
		if again, fresh := Merge(merged, "O", other); len(fresh) > 0 || !slices.Equal(again, merged) {
			t.Fatalf("%s with %s is %s, and then %s", letters(said), letters(other), letters(merged), letters(again))
		}
	}
}

func TestMarkOf(t *testing.T) {
	seen := map[Mark]bool{}
	for _, parts := range [][3]string{{"c", "bot", "ja"}, {"d", "bot", "ja"}, {"c", "human", "ja"}, {"c", "bot", "nei"}, {"c", "botj", "a"}} {
		seen[MarkOf(parts[0], parts[1], parts[2])] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d marks of 5 messages", len(seen))
	}
}
