package header

import (
	"bytes"
	"net/mail"
	"strings"
	"time"
)

// ReceivedAt returns the time of a Received line, behind its last semicolon.
// It is zero if there is none.
func ReceivedAt(received string) time.Time {
	return ParseDate(received[strings.LastIndexByte(received, ';')+1:])
}

// ParseDate reads a date as mail has it, and a little worse. It is zero if
// that is of no use.
func ParseDate(s string) time.Time {
	s = strings.Join(strings.Fields(Uncommented(s)), " ")
	if t, err := mail.ParseDate(s); err == nil {
		return t
	}
	for _, layout := range []string{
		"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04:05 Z07:00",
		"Mon, 2 Jan 2006 15.04.05 -0700", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 -0700 2006",
		"Mon Jan 2 15:04:05 MST 2006", time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// Uncommented returns s without its comments in parentheses, which nest (RFC
// 5322 section 3.2.2).
func Uncommented(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '(':
			depth++
			return -1
		case r == ')' && depth > 0:
			depth--
			return -1
		case depth > 0:
			return -1
		}
		return r
	}, s)
}

// Fields yields the header fields of raw from the top, names in lower case and
// values unfolded. Lines that are no field are passed over.
func Fields(raw []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		var name, value string
		for line := range bytes.Lines(raw) {
			text := strings.TrimRight(string(line), "\r\n")
			if text == "" {
				break
			}
			if text[0] == ' ' || text[0] == '\t' {
				value += " " + strings.TrimSpace(text)
				continue
			}
			if name != "" && !yield(name, value) {
				return
			}
			before, after, _ := strings.Cut(text, ":")
			name, value = strings.ToLower(strings.TrimSpace(before)), strings.TrimSpace(after)
		}
		if name != "" {
			yield(name, value)
		}
	}
}
