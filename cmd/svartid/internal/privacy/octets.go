package privacy

import (
	"bytes"
	"encoding/base64"
	"html"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"
)

// textsIn returns every text that octets may hold: as they are, without the encodings
// of mail (RFC 2045, RFC 2047), and without the marks of HTML. It does not follow the
// parts of a letter, so that it finds what a letter holds whose parts are broken, in
// every alternative and every attachment that is text.
func textsIn(raw []byte) (all []string) {
	const deepest = 3 // letters in letters
	return textsWithin(raw, deepest)
}

func textsWithin(raw []byte, depth int) (all []string) {
	plain := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	for _, octets := range [][]byte{plain, unquoted(plain)} {
		text := textOf(octets)
		all = append(all, text, withoutMarks(text))
	}
	all = append(all, words(plain))
	if depth == 0 {
		return all
	}
	for _, block := range blocks(plain) {
		all = append(all, textsWithin(block, depth-1)...)
	}
	return all
}

// textOf reads octets as UTF-8, or as ISO 8859-1 where they are not.
func textOf(octets []byte) string {
	if utf8.Valid(octets) {
		return string(octets)
	}
	var text strings.Builder
	for _, octet := range octets {
		text.WriteRune(rune(octet))
	}
	return text.String()
}

// unquoted undoes quoted-printable wherever it may stand.
func unquoted(octets []byte) []byte {
	octets = bytes.ReplaceAll(octets, []byte("=\n"), nil)
	return regexp.MustCompile(`=[0-9A-Fa-f]{2}`).ReplaceAllFunc(octets, func(code []byte) []byte {
		return []byte{nibble(code[1])<<4 | nibble(code[2])}
	})
}

// nibble returns the value of a hexadecimal digit.
func nibble(digit byte) byte {
	const letters = 'a' - 10
	switch {
	case digit <= '9':
		return digit - '0'
	case digit <= 'F':
		return digit - 'A' + 10
	}
	return digit - letters
}

// withoutMarks undoes HTML: a mark may stand inside a name.
func withoutMarks(text string) string {
	text = regexp.MustCompile(`(?i)<(br|p|div|td|tr|li|/p|/div|/td)\b[^<>]*>`).ReplaceAllString(text, " ")
	text = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`).ReplaceAllString(text, "")
	return html.UnescapeString(text)
}

// words decodes the encoded words of headers.
func words(octets []byte) string {
	unfolded := regexp.MustCompile(`\n[ \t]+`).ReplaceAll(octets, []byte(" "))
	decoder := mime.WordDecoder{}
	var text strings.Builder
	for line := range strings.Lines(textOf(unfolded)) {
		decoded, err := decoder.DecodeHeader(line)
		if err != nil {
			decoded = line
		}
		text.WriteString(decoded)
	}
	return text.String()
}

// blocks decodes what may be base64: lines of its letters alone.
func blocks(octets []byte) (all [][]byte) {
	for _, lines := range regexp.MustCompile(`(?m)(?:^[A-Za-z0-9+/]{4,}={0,2}\n?)+`).FindAll(octets, -1) {
		text := strings.TrimRight(strings.ReplaceAll(string(lines), "\n", ""), "=")
		for len(text)%4 == 1 {
			text = text[:len(text)-1]
		}
		if block, err := base64.RawStdEncoding.DecodeString(text); err == nil && len(block) >= 4 {
			all = append(all, block)
		}
	}
	return all
}
