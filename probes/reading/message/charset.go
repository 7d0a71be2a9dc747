package message

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// inUTF8 takes octets out of the character set that a part names. UTF-8 and its subset are
// repaired octet by octet; an unknown name is no name.
func inUTF8(octets []byte, name string) string {
	name = strings.ToLower(strings.Trim(strings.TrimSpace(name), `"';`))
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso8859-1", "windows-1252", "cp1252":
		return unmangle(toUTF8(octets))
	}
	r, err := charset.Reader(name, bytes.NewReader(octets))
	if err != nil {
		return unmangle(toUTF8(octets))
	}
	text, err := io.ReadAll(r)
	if err != nil && len(text) < len(octets)/2 {
		return unmangle(toUTF8(octets))
	}
	return unmangle(strings.ToValidUTF8(string(text), "\ufffd"))
}

// toUTF8 takes octets whose character set is not known, or not kept to: what can be UTF-8 is, and
// each octet that cannot is one of Windows-1252.
func toUTF8(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	var out strings.Builder
	out.Grow(len(raw) + len(raw)/8)
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(raw[0])
		}
		out.WriteRune(r)
		raw = raw[size:]
	}
	return out.String()
}

// unmangle undoes UTF-8 that was declared to be Latin-1 on the way ("pÃ¥" for "på").
func unmangle(text string) string {
	if strings.Count(text, "Ã")+strings.Count(text, "Â") < 2 {
		return text
	}
	raw, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil || !utf8.ValidString(raw) {
		return mendPairs(text)
	}
	return raw
}

// mendPairs undoes it letter by letter where a text holds both, right and mangled.
func mendPairs(text string) string {
	return strings.NewReplacer("Ã¥", "å", "Ã¦", "æ", "Ã¸", "ø", "Ã¤", "ä", "Ã¶", "ö", "Ã¼", "ü", "Ã©", "é",
		"Ã…", "Å", "Ã†", "Æ", "Ã˜", "Ø", "Ã„", "Ä", "Ã–", "Ö", "Ã¨", "è", "Â ", " ", "Ã\u0085", "Å", "Ã\u0086", "Æ", "Ã\u0098", "Ø").Replace(text)
}
