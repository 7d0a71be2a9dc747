package letter

import (
	"encoding/base64"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
)

// longestWord is the most octets that one word of a header field should have:
// with a field's name before it, or an encoded-word's frame around it, it
// still fits a line of 76 (RFC 2047 section 2).
const longestWord = 54

// longestEncoded is the most octets of a line with an encoded-word in it (RFC 2047
// section 2).
const longestEncoded = 76

// subjectField returns the field for a subject, ready to be written.
func (s Style) subjectField(subject string) []byte {
	if isPlain(subject) {
		return []byte("Subject: " + strings.Join(fold76("Subject: ", subject), "\r\n ") + "\r\n")
	}
	return []byte("Subject: " + s.encodedWords(subject) + "\r\n")
}

// fromField returns the field for a sender, ready to be written.
func (s Style) fromField(name, address string) []byte {
	switch {
	case name == "":
		return []byte("From: " + address + "\r\n")
	case !isPlain(name) || len(name) > longestWord:
		field := "From: " + s.encodedWords(name)
		if last := field[strings.LastIndexByte(field, '\n')+1:]; len(last)+len(" <"+address+">") > longestEncoded {
			return []byte(field + "\r\n <" + address + ">\r\n")
		}
		return []byte(field + " <" + address + ">\r\n")
	case !s.quotes() && isAtoms(name):
		return []byte("From: " + name + " <" + address + ">\r\n")
	}
	return []byte("From: " + (&mail.Address{Name: name, Address: address}).String() + "\r\n")
}

// isAtoms reports whether a name needs no quotes (RFC 5322 section 3.2.3).
func isAtoms(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool {
		return r > unicode.MaxASCII || r != ' ' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) < 0
}

// isPlain reports whether s may stand in a field as it is: nothing in it needs
// encoding, would be read as if it were encoded, or is too long for a line.
func isPlain(s string) bool {
	for word := range strings.SplitSeq(s, " ") {
		if len(word) > longestWord || !IsASCII(word) || strings.Contains(word, "=?") {
			return false
		}
	}
	return true
}

// fold76 breaks text at its spaces into lines of at most 76 octets, the first
// of which has the field's name before it.
func fold76(field, text string) []string {
	lines, room := []string{""}, 76-len(field)
	for i, word := range strings.Split(text, " ") {
		last := len(lines) - 1
		switch {
		case i == 0:
			lines[last] = word
		case len(lines[last])+1+len(word) <= room:
			lines[last] += " " + word
		default:
			lines, room = append(lines, word), 75
		}
	}
	return lines
}

// encodedWords returns text as encoded-words of RFC 2047 in the persona's encoding, a
// line for each. Unlike package mime's they are always encoded, and never longer
// than a line that bears a field's name.
func (s Style) encodedWords(text string) string {
	begin, inBase64 := s.encodedWord()
	encode, longest := func(part string) string { return quotedWord(part) }, longestWord
	if inBase64 {
		encode, longest = func(part string) string { return base64.StdEncoding.EncodeToString([]byte(part)) }, longestWord-2
	}
	words := []string{""}
	for _, r := range text {
		last := len(words) - 1
		if longer := words[last] + string(r); len(encode(longer)) <= longest {
			words[last] = longer
			continue
		}
		words = append(words, string(r))
	}
	for i, word := range words {
		words[i] = begin + encode(word) + "?="
	}
	return strings.Join(words, "\r\n ")
}

// quotedWord returns a text as it is in an encoded-word of the Q encoding.
func quotedWord(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteString(quoted(r))
	}
	return b.String()
}

// quoted returns r as it is in an encoded-word of the most restricted place, a
// name before an address (RFC 2047 section 5, rule 3).
func quoted(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return string(r)
	}
	var b strings.Builder
	for _, octet := range []byte(string(r)) {
		fmt.Fprintf(&b, "=%02X", octet)
	}
	return b.String()
}
