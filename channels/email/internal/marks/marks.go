package marks

import (
	"bytes"
	"fmt"
	"math/bits"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/svartid/svartid/channels/email/internal/header"
)

// Of returns the marks of a message, each once and in order. What the servers on
// the way have written is left out, and so is what only an answer has: neither
// tells one first letter from another.
func Of(message []byte) []string {
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return nil
	}
	var all set
	all.fields(fieldNames(message))
	all.messageID(m.Header)
	all.date(m.Header.Get("Date"))
	all.sender(m.Header.Get("From"))
	all.recipient(m.Header.Get("To"))
	all.subject(m.Header.Get("Subject"))
	all.content(m.Header)
	parts := read(m)
	all.html(parts.html)
	all.text(parts.text)
	slices.Sort(all)
	return slices.Compact(all)
}

// A set gathers marks.
type set []string

func (s *set) add(mark string) { *s = append(*s, mark) }

// addTrue adds the marks that hold.
func (s *set) addTrue(marks map[string]bool) {
	for mark, holds := range marks {
		if holds {
			s.add(mark)
		}
	}
}

// writersFields are the header fields that a mail program writes; all others come
// from servers, lists and desks, or belong to an answer.
func writersFields() []string {
	return []string{
		"from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding",
		"user-agent", "x-mailer", "content-language", "reply-to", "cc", "sender", "x-priority", "importance",
	}
}

// fieldNames returns the names of a writer's fields, in their order.
func fieldNames(message []byte) (names []string) {
	for name := range header.Fields(message) {
		if slices.Contains(writersFields(), name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// fields marks which fields there are, and which comes before which.
func (s *set) fields(names []string) {
	for i, name := range names {
		s.addTrue(map[string]bool{"header: first is " + name: i == 0})
		s.addTrue(map[string]bool{"header: last is " + name: i == len(names)-1})
		s.addTrue(map[string]bool{"header: has " + name: slices.Index(writersFields(), name) > 7})
		for _, later := range names[i+1:] {
			s.add("header: " + name + " before " + later)
		}
	}
}

// shape returns s with each run of digits, capitals and small letters made one.
func shape(s string) string {
	for _, alike := range []struct{ pattern, as string }{{"[0-9]+", "9"}, {"[A-Z]+", "A"}, {"[a-z]+", "a"}, {"[^9Aa@.-]", "?"}} {
		s = regexp.MustCompile(alike.pattern).ReplaceAllString(s, alike.as)
	}
	return s
}

func (s *set) messageID(h mail.Header) {
	local, domain, _ := strings.Cut(strings.Trim(h.Get("Message-Id"), "<> "), "@")
	if local == "" {
		s.add("message-id: none")
		return
	}
	s.add(fmt.Sprintf("message-id: %d octets", len(local)/4*4))
	for _, kind := range []string{"[a-z]", "[A-Z]", "[0-9]", "[.]", "-", "_", "[+=/$]"} {
		s.addTrue(map[string]bool{"message-id: holds " + kind: regexp.MustCompile(kind).MatchString(local)})
	}
	s.addTrue(map[string]bool{"message-id: is a UUID": regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-`).MatchString(local)})
	from, err := h.AddressList("From")
	own := err == nil && strings.HasSuffix(strings.ToLower(from[0].Address), "@"+strings.ToLower(domain))
	s.addTrue(map[string]bool{"message-id: at the sender's domain": own})
}

func (s *set) date(date string) {
	s.addTrue(map[string]bool{"date: names its zone": strings.Contains(date, "(")})
	s.addTrue(map[string]bool{"date: day of two digits": regexp.MustCompile(`\b0\d [A-Z]`).MatchString(date)})
	s.addTrue(map[string]bool{"date: two spaces": strings.Contains(date, "  ")})
	s.addTrue(map[string]bool{"date: no weekday": !strings.Contains(date, ",")})
}

func (s *set) sender(from string) {
	switch name, _, found := strings.Cut(from, "<"); {
	case !found:
		s.add("sender: no name")
	case strings.HasPrefix(from, `"`):
		s.add("sender: name in quotes")
	case strings.HasPrefix(from, "=?"):
		s.add("sender: name encoded " + strings.ToLower(encodingOf(from)))
	case strings.TrimSpace(name) == "":
		s.add("sender: address in brackets alone")
	default:
		s.add("sender: plain name")
	}
	one, err := mail.ParseAddress(from)
	if err != nil {
		return
	}
	local, _, _ := strings.Cut(one.Address, "@")
	s.addTrue(map[string]bool{"sender: plus in the address": strings.Contains(local, "+")})
	s.addTrue(map[string]bool{"sender: dot in the address": strings.Contains(local, ".")})
	s.addTrue(map[string]bool{"sender: digits in the address": strings.ContainsAny(local, "0123456789")})
	s.addTrue(map[string]bool{"sender: four digits in the address": regexp.MustCompile(`\d{4}`).MatchString(local)})
	s.add(fmt.Sprintf("sender: %d octets before the @", len(local)/5*5))
}

// encodingOf returns the encoding of an encoded-word, Q or B, with its charset.
func encodingOf(s string) string {
	found := regexp.MustCompile(`=\?([^?]*)\?([^?]*)\?`).FindStringSubmatch(s)
	if found == nil {
		return ""
	}
	return found[1] + " " + found[2]
}

// recipient marks how the address is written. One with a name is an answer's.
func (s *set) recipient(to string) {
	name, _, found := strings.Cut(to, "<")
	switch name = strings.TrimSpace(name); {
	case to == "":
		s.add("recipient: none")
	case !found:
		s.add("recipient: bare")
	case name == "":
		s.add("recipient: in brackets")
	case strings.Contains(name, "@"):
		s.add("recipient: its address as its name")
	}
}

func (s *set) subject(subject string) {
	s.addTrue(map[string]bool{"subject: encoded " + encodingOf(subject): strings.Contains(subject, "=?")})
	s.addTrue(map[string]bool{"subject: several encoded words": strings.Contains(subject, "?= =?")})
	subject = subjectOf(subject)
	s.add(fmt.Sprintf("subject: %d words", min(8, len(strings.Fields(subject)))))
	s.addTrue(map[string]bool{"subject: a question": strings.HasSuffix(subject, "?")})
	s.addTrue(map[string]bool{"subject: begins small": subject != "" && strings.ToLower(subject[:1]) == subject[:1]})
}

func (s *set) content(h mail.Header) {
	kind, parameters, _ := mime.ParseMediaType(h.Get("Content-Type"))
	s.add("content: " + kind)
	written := regexp.MustCompile(`charset=[^;\s]+`).FindString(h.Get("Content-Type"))
	s.addTrue(map[string]bool{"content: " + written: written != ""})
	switch encoding := strings.ToLower(h.Get("Content-Transfer-Encoding")); encoding {
	case "8bit", "quoted-printable":
		s.add("content: 8bit or quoted-printable") // a server on the way makes one of the other (RFC 6152 section 3)
	case "":
		s.add("content: no transfer encoding of the whole")
	default:
		s.add("content: " + encoding)
	}
	if boundary := parameters["boundary"]; boundary != "" {
		s.add(fmt.Sprintf("boundary: %d octets", len(boundary)/8*8))
		s.add("boundary: begins " + shape(boundary[:min(3, len(boundary))]))
	}
}

func (s *set) html(html string) {
	if html == "" {
		return
	}
	for _, tag := range []string{"<html", "<head", "<meta", "<style", "<body", "<div", "<p", "<br", "<span", "dir=", "style=", "<!DOCTYPE"} {
		s.addTrue(map[string]bool{"html: " + tag: strings.Contains(strings.ToLower(html), strings.ToLower(tag))})
	}
}

// text marks sizes, typing and words of what the person wrote.
func (s *set) text(text string) {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n ")
	lines := strings.Split(text, "\n")
	longest := 0
	for _, line := range lines {
		longest = max(longest, len(line))
	}
	s.add(fmt.Sprintf("size: 2^%d octets of text", bits.Len(uint(len(text)))))
	s.add(fmt.Sprintf("size: 2^%d lines", bits.Len(uint(len(lines)))))
	s.add(fmt.Sprintf("size: longest line 2^%d octets", bits.Len(uint(longest))))
	s.add(fmt.Sprintf("typing: %d question marks", min(4, strings.Count(text, "?"))))
	s.add(fmt.Sprintf("typing: %d exclamation marks", min(4, strings.Count(text, "!"))))
	s.addTrue(map[string]bool{"typing: two empty lines": strings.Contains(text, "\n\n\n")})
	s.addTrue(map[string]bool{"typing: no empty line": !strings.Contains(text, "\n\n")})
	s.addTrue(map[string]bool{"typing: two spaces": strings.Contains(text, ".  ")})
	s.addTrue(map[string]bool{"typing: space at a line's end": regexp.MustCompile(`(?m)[ \t]+$`).MatchString(text)})
	s.addTrue(map[string]bool{"typing: a smiley": regexp.MustCompile(`[:;]-?[)(D]`).MatchString(text)})
	if greeting := strings.TrimSpace(lines[0]); greeting != "" && len(greeting) < 40 {
		end, _ := utf8.DecodeLastRuneInString(greeting)
		if unicode.IsLetter(end) || unicode.IsDigit(end) {
			s.add("typing: greeting ends in a word")
		} else {
			s.add("typing: greeting ends in " + string(end))
		}
	}
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		s.add(fmt.Sprintf("typing: last line of %d words", min(5, len(strings.Fields(last)))))
	}
	for _, word := range regexp.MustCompile(`\p{L}+`).FindAllString(strings.ToLower(text), -1) {
		s.add("word: " + word)
	}
}

// subjectOf returns a subject in plain letters, without what only an answer's has.
func subjectOf(subject string) string {
	if plain, err := new(mime.WordDecoder).DecodeHeader(subject); err == nil {
		subject = plain
	}
	for _, prefix := range []string{"re:", "sv:", "vs:", "aw:", "fwd:"} {
		if len(subject) > len(prefix) && strings.EqualFold(subject[:len(prefix)], prefix) {
			subject = strings.TrimSpace(subject[len(prefix):])
		}
	}
	return subject
}
