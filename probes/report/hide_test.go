package report

import (
	"regexp"
	"testing"
)

// FuzzHideNames: names are taken out as a pattern of words with a capital letter would.
func FuzzHideNames(f *testing.F) {
	word := regexp.MustCompile(`\p{Lu}[\p{L}'’-]*`)
	who := Names{"lise": true, "moe": true, "ål": true, "kraft": false}
	for _, text := range []string{"Lise Moe, iLise, Lises hund", "LISE-Moe Ål's", "\xffLise\xff Kraft", "", "lise", "Lise", "Moe’"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := word.ReplaceAllStringFunc(text, func(w string) string {
			if who.has(w) {
				return aName
			}
			return w
		})
		if got := who.hide(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	})
}
