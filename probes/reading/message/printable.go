package message

import (
	"strings"
	"unicode"
)

// Printable drops control characters, which no text needs and databases refuse. Line breaks and
// tabs stay.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

// OneLine is printable text of a header: what would break the line becomes a space.
func OneLine(value string) string {
	if !strings.ContainsFunc(value, unicode.IsControl) {
		return value
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, value)
}
