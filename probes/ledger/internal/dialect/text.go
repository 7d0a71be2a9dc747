package dialect

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// escape begins a text that is kept in hexadecimal digits: a character that no
// text of ours begins with.
const escape = "\x1b"

// Storable returns s as PostgreSQL can hold it, which knows neither NUL nor octets
// that are no UTF-8, while what servers and people write has both. Restored undoes
// it. All but such texts stay as they are, so that they can be compared and sorted.
func Storable(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && !strings.HasPrefix(s, escape) {
		return s
	}
	return escape + hex.EncodeToString([]byte(s))
}

// Restored returns what Storable was given.
func Restored(s string) string {
	digits, escaped := strings.CutPrefix(s, escape)
	if !escaped {
		return s
	}
	octets, err := hex.DecodeString(digits)
	if err != nil {
		return s // not of our making: it was tampered with, and is shown as it is
	}
	return string(octets)
}
