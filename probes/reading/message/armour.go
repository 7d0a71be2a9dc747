package message

import "strings"

// The lines around what is encrypted in the text itself (RFC 9580 section 6.2).
const (
	armourBegins = "-----BEGIN PGP MESSAGE-----"
	armourEnds   = "-----END PGP MESSAGE-----"
)

// withoutArmour returns a text without what is encrypted in it, and whether
// anything was: its letters are no words of a person's.
func withoutArmour(text string) (rest string, sealed bool) {
	before, after, found := strings.Cut(text, armourBegins)
	if !found || before != "" && !strings.HasSuffix(before, "\n") {
		return text, false
	}
	_, after, _ = strings.Cut(after, armourEnds)
	after, _ = withoutArmour(strings.TrimPrefix(after, "\n"))
	return before + after, true
}
