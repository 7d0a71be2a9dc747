package message

import (
	"bytes"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// maxRaw is how much of a message is looked at; whatever follows is not read.
const maxRaw = 64 << 20

// A Message is a mail, or any text, ready to be read. The zero value is an empty message.
type Message struct {
	// Header is the message's own header; none of a chat line.
	Header Header
	// Text is the sender's text as plain text, quotes and all.
	Text string
	// Types are the media types of all parts, outermost first.
	Types []string
	// Report is what the machine-readable parts say.
	Report Report
	// Returned is the header of the first message that this one carries, or nil.
	Returned Header
	// Opened says that Text is that of the message it carries, because it has none itself.
	Opened bool
	// Sealed says that something in it is encrypted.
	Sealed bool
	// Uncut says that something in it is said to have parts, and has none that can be told
	// apart, so that Text may be anything.
	Uncut bool
	// Binary says that the text holds octets that no text has, so that it may be of a file.
	Binary bool
	// Mail tells a mail from a chat line.
	Mail bool
	// Failed is what stopped the parsing, or empty.
	Failed string

	letter *letterOnce // of Text as it was parsed; nil: it is cut each time
}

// Parse takes a mail (RFC 5322, MIME) as it is found in the wild. It never fails: what
// cannot be understood is left out, and what has no header at all becomes plain text.
func Parse(raw []byte) (m Message) {
	defer func() {
		if fault := recover(); fault != nil {
			m.Failed = fmt.Sprint(fault)
		}
	}()
	raw = raw[:min(len(raw), maxRaw)]
	h, body := splitHeader(unixLines(raw))
	if !h.looksLikeMail() {
		return Plain(toUTF8(raw[:min(len(raw), maxText)]))
	}
	m = Message{Header: h, Mail: true}
	w := walker{message: &m, budget: maxText}
	whole := w.letter(w.walk(h, body, 0), 0)
	m.Text, m.Binary = Printable(whole), holdsOctets(whole)
	text, sealed := withoutArmour(m.Text)
	m.Text, m.Sealed = text, sealed || w.sealed
	m.letter = &letterOnce{text: m.Text}
	return m
}

// Plain wraps a chat line or the text of a webhook, which has no headers.
func Plain(text string) (m Message) {
	defer func() {
		if fault := recover(); fault != nil {
			m.Failed = fmt.Sprint(fault)
		}
	}()
	text = text[:min(len(text), maxText)]
	octets := holdsOctets(text)
	text = Printable(string(unixLines([]byte(strings.ToValidUTF8(text, "")))))
	return Message{Text: text, Binary: octets, letter: &letterOnce{text: text}}
}

// holdsOctets reports whether a text holds octets that no text has: zeros, or the byte order mark of UTF-16 (RFC 2781
// section 3.2), also where it was taken for two letters.
func holdsOctets(text string) bool {
	if strings.IndexByte(text, 0) >= 0 {
		return true
	}
	marks := []string{"\xff\xfe", "\xfe\xff", "ÿþ", "þÿ"}
	return slices.ContainsFunc(marks, func(mark string) bool { return strings.HasPrefix(text, mark) })
}

// ID returns the message's own Message-ID without brackets, or the empty string.
func (m Message) ID() string {
	ids := MessageIDs(m.Header.First("Message-Id"))
	if len(ids) == 0 {
		return strings.Trim(m.Header.First("Message-Id"), " <>")
	}
	return ids[0]
}

// Subject returns the decoded subject.
func (m Message) Subject() string { return m.Header.Text("Subject") }

// From returns the bare address of the sender in lower case, or the empty string.
func (m Message) From() string {
	for _, name := range []string{"From", "Sender", "Return-Path"} {
		for _, value := range m.Header.All(name) {
			if found := Addresses(value); len(found) > 0 {
				return found[len(found)-1]
			}
		}
	}
	return ""
}

// Date returns the sender's own date, or the zero time where it makes no sense.
func (m Message) Date() time.Time { return parseDate(m.Header.First("Date")) }

// CarriesFile reports whether m has a part that is neither text nor a container: case systems
// send their answers as a PDF under an empty text.
func (m Message) CarriesFile() bool {
	return slices.ContainsFunc(m.Types, func(kind string) bool {
		return strings.HasPrefix(kind, "application/") || strings.HasPrefix(kind, "image/")
	})
}

// CarriesDocument reports whether m has a file in which words may stand: no picture, and
// nothing that mail programs add to sign or to invite.
func (m Message) CarriesDocument() bool {
	return slices.ContainsFunc(m.Types, func(kind string) bool {
		name, found := strings.CutPrefix(kind, "application/")
		return found && !strings.Contains(name, "signature") && !strings.HasPrefix(name, "pgp-") && name != "ics"
	})
}

// Blank reports whether m holds no text at all.
func (m Message) Blank() bool { return strings.TrimSpace(m.Text) == "" }

// unixLines turns CR LF and lone CR into LF, so that one rule splits all mail.
func unixLines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
}

// parseDate reads the date forms of RFC 5322 section 3.3, and the slips that are common.
func parseDate(value string) time.Time {
	value, _, _ = strings.Cut(value, "(")
	value = strings.Join(strings.Fields(value), " ")
	if at, err := mail.ParseDate(value); err == nil {
		return at
	}
	layouts := []string{
		"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05",
		"Mon, 2 Jan 2006 15:04:05 MST", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006",
		"Monday, 2 January 2006 15:04:05 -0700", time.RFC3339, "2006-01-02 15:04:05",
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, value); err == nil {
			return at
		}
	}
	return time.Time{}
}

// EmptyReturnPath reports whether m came from the null sender (RFC 5321 section 4.5.5).
func (m Message) EmptyReturnPath() bool {
	return m.Header.Has("Return-Path") && strings.Trim(m.Header.First("Return-Path"), " <>") == ""
}
