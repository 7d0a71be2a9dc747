package message

import (
	"bytes"
	"mime"
	"strings"

	"github.com/emersion/go-message/charset"
)

const (
	maxFields = 1000     // fields of one header
	maxValue  = 64 << 10 // bytes of one field
)

// A field is one header field, unfolded but not decoded.
type field struct{ name, value string }

// A Header is the fields of a message in the order in which they stand.
type Header []field

// First returns the First value of the named field, or the empty string.
func (h Header) First(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// All returns every value of the named field.
func (h Header) All(name string) []string {
	var values []string
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

// Has reports whether the named field is there, empty or not.
func (h Header) Has(name string) bool {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// Text returns the first value of the named field with its encoded words decoded.
func (h Header) Text(name string) string { return decodeWords(h.First(name)) }

// Texts returns every value of the named field with its encoded words decoded.
func (h Header) Texts(name string) []string {
	var values []string
	for _, value := range h.All(name) {
		values = append(values, decodeWords(value))
	}
	return values
}

// looksLikeMail reports whether any field is one that mail has: "One: here is what I got"
// is the first line of a text, not of a header.
func (h Header) looksLikeMail() bool {
	for _, f := range h {
		switch strings.ToLower(f.name) {
		case "from", "to", "date", "subject", "received", "return-path", "message-id", "mime-version",
			"content-type", "delivered-to", "x-original-to", "auto-submitted", "precedence", "reply-to":
			return true
		}
	}
	return false
}

// splitHeader cuts raw, whose lines end in LF, into its header and its body. Separator lines
// of an mbox file and lines that are no field (RFC 5322 section 2.2) are skipped; a header
// that runs into a text without an empty line between ends at that text.
func splitHeader(raw []byte) (Header, []byte) {
	var h Header
	var folded []byte // the value of the last field, while lines are added to it
	rest := bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), "\n")
	for len(rest) > 0 && len(h) < maxFields {
		line, after := cutLine(rest)
		name, value, ok := splitField(line)
		switch {
		case h.endsAt(line, after):
			return h.closed(folded), after
		case (line[0] == ' ' || line[0] == '\t') && len(h) > 0:
			folded = unfold(folded, line)
		case ok:
			h = append(h.closed(folded), field{name: name})
			folded = []byte(value)
		case bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")):
		case len(h) == 0 || !fieldFollows(after):
			return h.closed(folded), rest
		}
		rest = after
	}
	if len(h) >= maxFields { // what is left of the header is not kept, and is no text
		_, rest, _ = bytes.Cut(append([]byte{'\n'}, rest...), []byte("\n\n"))
	}
	return h.closed(folded), rest
}

// endsAt reports whether a line ends the header: it is empty, or all blanks and no field goes on
// behind it.
func (h Header) endsAt(line, after []byte) bool {
	blank := len(bytes.TrimRight(line, " \t")) == 0
	return blank && !(len(line) > 0 && len(h) > 0 && goesOn(after))
}

// closed gives the last field its whole value.
func (h Header) closed(value []byte) Header {
	if len(h) > 0 {
		h[len(h)-1].value = OneLine(toUTF8(value))
	}
	return h
}

// unfold adds a continuation line (RFC 5322 section 2.2.3) to the value of a field.
func unfold(value, line []byte) []byte {
	if len(value) >= maxValue {
		return value
	}
	return append(append(value, ' '), bytes.TrimSpace(line)...)
}

// cutLine cuts raw after its first line.
func cutLine(raw []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(raw, []byte("\n"))
	return line, rest
}

// splitField cuts a line into the name and value of a field.
func splitField(line []byte) (name, value string, ok bool) {
	colon := bytes.IndexByte(line[:min(len(line), 80)], ':')
	if colon <= 0 {
		return "", "", false
	}
	trimmed := bytes.TrimRight(line[:colon], " \t")
	for _, c := range trimmed {
		if c <= ' ' || c > '~' {
			return "", "", false
		}
	}
	rest := line[colon+1:]
	return string(trimmed), string(bytes.TrimSpace(rest[:min(len(rest), maxValue)])), len(trimmed) > 0
}

// goesOn reports whether a header goes on after a line of blanks, which some programs fold a long
// field with (RFC 5322 section 4.2): with the rest of that field, and other fields below.
func goesOn(rest []byte) bool {
	line, after := cutLine(rest)
	return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && len(bytes.TrimSpace(line)) > 0 && fieldFollows(after)
}

// fieldFollows reports whether the next lines still hold a field before an empty line.
func fieldFollows(rest []byte) bool {
	for range 3 {
		line, after := cutLine(rest)
		if len(line) == 0 {
			return false
		}
		if _, _, ok := splitField(line); ok {
			return true
		}
		rest = after
	}
	return false
}

// decodeWords decodes the encoded words of RFC 2047; words it cannot decode stay as they are.
func decodeWords(value string) string {
	if !strings.Contains(value, "=?") {
		return OneLine(toUTF8([]byte(value)))
	}
	decoder := mime.WordDecoder{CharsetReader: charset.Reader}
	if decoded, err := decoder.DecodeHeader(value); err == nil {
		value = decoded
	}
	return OneLine(toUTF8([]byte(value)))
}

// Addresses returns the addresses in value, bare and in lower case. What has nothing before its @, or nothing
// behind it, is none.
func Addresses(value string) []string {
	if !strings.Contains(value, "@") && !strings.Contains(value, "=?") {
		return nil
	}
	var found []string
	for _, one := range patterns().address.FindAllString(decodeWords(value), 100) {
		one = strings.Trim(one, "'.")
		if at := strings.IndexByte(one, '@'); at > 0 && at < len(one)-1 {
			found = append(found, Normal(one))
		}
	}
	return found
}

// MessageIDs returns the ids in value without their brackets.
func MessageIDs(value string) []string {
	found := patterns().id.FindAllString(value, 200)
	for i := range found {
		found[i] = strings.Trim(found[i], "<>")
	}
	return found
}
