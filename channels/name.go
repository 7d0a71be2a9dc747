package channels

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName is that of a key or a name in octets.
const longestName = 255

// IsName reports whether what a platform sends can be the key of an arrival or
// one of its names, in any ledger: not endless, and without what some
// databases will not keep.
func IsName(s string) bool {
	return s != "" && len(s) <= longestName && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
