package head

import (
	"bytes"
	"encoding/base64"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/svartid/svartid/probes/signature"
)

// Lines returns the lines of a text that are heads by their form, as they were published:
// a file that an editor has saved with another line end or a byte order mark; a mail as it
// came, in base64 or quoted-printable, with long lines folded, or as HTML; and what was
// quoted in an answer to it. A line that is no whole head is returned as it stands.
func Lines(text []byte) []string {
	plain := unfoldBase64(unix(text))
	lines, whole := headsIn(plain)
	decoded := printable(plain)
	for _, other := range []string{decoded, unmarkup(plain), unmarkup(decoded)} {
		if more, better := headsIn(other); better > whole {
			lines, whole = more, better
		}
	}
	return lines
}

// unmarkup returns the text of HTML: what begins a line anew there does, other tags go, and
// characters that are written by name or number are themselves.
func unmarkup(text string) string {
	breaks := regexp.MustCompile(`(?i)<(?:br|/?(?:p|div|pre|li|tr|td|blockquote|h[1-6]))(?:[ \t\n/][^<>]*)?>`)
	text = breaks.ReplaceAllString(text, "\n")
	text = regexp.MustCompile(`</?[A-Za-z][^<>]*>`).ReplaceAllString(text, "")
	return strings.ReplaceAll(html.UnescapeString(text), "\u00a0", " ")
}

// unix returns a text in UTF-8 without a byte order mark, with line feeds.
func unix(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		text = fromUTF16(text[2:], 0)
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		text = fromUTF16(text[2:], 1)
	}
	return strings.NewReplacer("\ufeff", "", "\r\n", "\n", "\r", "\n", "\u00a0", " ").Replace(string(text))
}

// fromUTF16 decodes UTF-16 whose lower byte is the one at low, 0 or 1, of each two.
func fromUTF16(text []byte, low int) []byte {
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = uint16(text[2*i+low]) | uint16(text[2*i+1-low])<<8
	}
	return []byte(string(utf16.Decode(units)))
}

// unfoldBase64 returns a text with each block of base64 that holds a head decoded.
func unfoldBase64(text string) string {
	blocks := regexp.MustCompile(`(?m)^(?:[A-Za-z0-9+/]{4,}={0,2}[ \t]*\n?)+$`)
	return blocks.ReplaceAllStringFunc(text, func(block string) string {
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(block), ""))
		if err != nil || !bytes.Contains(decoded, []byte("svartid-head-")) {
			return block
		}
		return unix(decoded) + "\n"
	})
}

// printable decodes quoted-printable (RFC 2045, section 6.7), and leaves what is none.
func printable(text string) string {
	text = regexp.MustCompile(`=[ \t]*\n`).ReplaceAllString(text, "")
	return regexp.MustCompile(`=[0-9A-F]{2}`).ReplaceAllStringFunc(text, func(code string) string {
		b, err := strconv.ParseUint(code[1:], 16, 8)
		if err != nil {
			return code
		}
		return string([]byte{byte(b)})
	})
}

// headsIn returns the heads in a text, and how many of them are whole.
func headsIn(text string) (lines []string, whole int) {
	rows := strings.Split(text, "\n")
	for i := range rows {
		rows[i] = strings.TrimSpace(strings.TrimLeft(rows[i], "> |\t"))
	}
	for i, row := range rows {
		if !begins(row) {
			continue
		}
		line, complete := gathered(row, rows[i+1:])
		if complete {
			whole++
		}
		lines = append(lines, line)
	}
	return lines, whole
}

// begins reports whether a line begins as heads do.
func begins(row string) bool {
	first, _, _ := strings.Cut(row, " ")
	return first == form || first == oldForm
}

// gathered returns the head that begins with a line and goes on in the next ones, if it
// was folded; the line alone if they make none.
func gathered(first string, next []string) (line string, whole bool) {
	const most = 40 // lines into which a head is folded
	cut, broken := first, first
	for i := 0; ; i++ {
		for _, text := range []string{cut, respaced(broken)} {
			if isWhole(text) {
				return text, true
			}
		}
		if i == most || i == len(next) || next[i] == "" || begins(next[i]) {
			return first, false
		}
		cut, broken = cut+next[i], broken+" "+next[i]
	}
}

// isWhole reports whether a text is a head with a signature of full length, whether that
// holds or not.
func isWhole(text string) bool {
	before, signed := cutLast(text)
	_, err := parse(before)
	raw, encoded := base64.StdEncoding.DecodeString(signed)
	return err == nil && encoded == nil && len(raw) == signature.Size
}

// respaced joins what was broken of the last fields of a head: digests have 64 digits, and
// the signature is all the rest.
func respaced(text string) string {
	fields := strings.Fields(text)
	before := 7
	if fields[0] == oldForm {
		before = 6
	}
	if len(fields) <= before {
		return text
	}
	head, rest := fields[:before:before], strings.Join(fields[before:], "")
	for range 2 {
		size := min(64, len(rest))
		if strings.HasPrefix(rest, none) {
			size = len(none)
		}
		head, rest = append(head, rest[:size]), rest[size:]
	}
	return strings.Join(append(head, rest), " ")
}
