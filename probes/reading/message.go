package reading

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
	header   header
	text     string   // the sender's text as plain text, quotes and all
	types    []string // the media type of each part, outermost first
	report   report
	returned header // the header of the first message that this one carries
	opened   bool   // whether text is that of the message it carries, because it has none itself
	sealed   bool   // whether something in it is encrypted
	mail     bool
	failed   string // what stopped the taking apart, if anything did
}

// Parse takes a mail (RFC 5322, MIME) as it is found in the wild. It never fails: what
// cannot be understood is left out, and what has no header at all becomes plain text.
func Parse(raw []byte) (m Message) {
	defer func() {
		if fault := recover(); fault != nil {
			m.failed = fmt.Sprint(fault)
		}
	}()
	raw = raw[:min(len(raw), maxRaw)]
	h, body := splitHeader(unixLines(raw))
	if !h.looksLikeMail() {
		return Plain(toUTF8(raw[:min(len(raw), maxText)]))
	}
	m = Message{header: h, mail: true}
	w := walker{message: &m, budget: maxText}
	m.text = printable(w.letter(w.walk(h, body, 0), 0))
	m.sealed = w.sealed
	return m
}

// Plain wraps a chat line or the text of a webhook, which has no headers.
func Plain(text string) (m Message) {
	defer func() {
		if fault := recover(); fault != nil {
			m.failed = fmt.Sprint(fault)
		}
	}()
	text = strings.ToValidUTF8(text[:min(len(text), maxText)], "")
	return Message{text: printable(string(unixLines([]byte(text))))}
}

// ID returns the message's own Message-ID without brackets, or the empty string.
func (m Message) ID() string {
	ids := messageIDs(m.header.first("Message-Id"))
	if len(ids) == 0 {
		return strings.Trim(m.header.first("Message-Id"), " <>")
	}
	return ids[0]
}

// Subject returns the decoded subject.
func (m Message) Subject() string { return m.header.text("Subject") }

// From returns the bare address of the sender in lower case, or the empty string.
func (m Message) From() string {
	for _, name := range []string{"From", "Sender", "Return-Path"} {
		for _, value := range m.header.all(name) {
			if found := addresses(value); len(found) > 0 {
				return found[len(found)-1]
			}
		}
	}
	return ""
}

// Date returns the sender's own date, or the zero time where it makes no sense.
func (m Message) Date() time.Time { return parseDate(m.header.first("Date")) }

// Header returns the decoded values of the named field, in the order in which they stand.
// The name is matched without regard to case.
func (m Message) Header(name string) []string {
	var values []string
	for _, value := range m.header.all(name) {
		values = append(values, decodeWords(value))
	}
	return values
}

// carriesFile reports whether m has a part that is neither text nor a container: case systems
// send their answers as a PDF under an empty text.
func (m Message) carriesFile() bool {
	return slices.ContainsFunc(m.types, func(kind string) bool {
		return strings.HasPrefix(kind, "application/") || strings.HasPrefix(kind, "image/")
	})
}

// unixLines turns CR LF and lone CR into LF, so that one rule splits all mail.
func unixLines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
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
