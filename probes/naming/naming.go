// Package naming tells whether two names that people typed are one person's.
package naming

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Key returns one form of a person's name: without letter case, accents, spaces and
// signs, and with the Nordic letters as those write them who do not have them. Names with
// equal keys may be one person's, and are taken for it where two people are asked for.
func Key(name string) string {
	var key strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKC.String(name))) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			key.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.NewReplacer(
		"aa", "a", "ae", "a", "æ", "a", "oe", "o", "œ", "o", "ø", "o", "ð", "d", "đ", "d", "þ", "th", "ł", "l", "ß", "ss", "ı", "i", "ς", "σ",
	).Replace(key.String())
}

// Fold returns a login's name as names of logins are compared: without what looks alike in
// all of them, which is letter case, width, ligatures, spaces around and what is not seen
// (Unicode's compatibility forms, NFKC, and its format characters).
func Fold(name string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name))))
	return strings.TrimSpace(seen)
}

// Same reports whether two names may be one person's.
func Same(a, b string) bool { return Key(a) == Key(b) }
