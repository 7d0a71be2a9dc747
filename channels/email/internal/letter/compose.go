package letter

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/svartid/svartid/channels"
)

// A Letter is an opening made ready for the wire.
type Letter struct {
	From, To string
	UTF8     bool   // an address needs SMTPUTF8 (RFC 6531)
	Envelope string // ENVID, which bounces give back (RFC 3461 section 4.4); empty: none
	Reports  Reports
	Message  []byte // RFC 5322, lines end in CRLF
	Alone    bool   // without a copy to ourselves

	style Style
}

// envelope returns the ENVID of a message, if one is to be given.
func (r Reports) envelope(id string) string {
	if !r.Envelope || len(id) > longestEnvelope {
		return ""
	}
	return id
}

// longestEnvelope is the most characters of an ENVID (RFC 3461 section 4.4).
const longestEnvelope = 100

// longestLine is the most octets that a line of text should have, CRLF apart
// (RFC 5322 section 2.1.1).
const longestLine = 78

// Compose writes o as a message of the given date. The same opening and date
// give the same bytes.
//
// It looks like what a person's mail program sends, in the persona's [Style], with
// none of the fields that make a help desk hold a message for a machine's
// (Auto-Submitted, Precedence, X-Auto-Response-Suppress, List-*, X-Mailer).
// Control characters are dropped from the text and become spaces in a name or
// a subject, so that neither can start a field of its own.
func Compose(o channels.Opening, date time.Time) (Letter, error) {
	s := Style{o.Persona.Address}
	l := Letter{From: o.Address, Reports: s.Reports(), style: s}
	l.Envelope = l.Reports.envelope(o.ID)
	if err := checkPrepared(o); err != nil {
		return l, err
	}
	to, err := OnTheWire(o.Reach)
	if err != nil {
		return l, err
	}
	l.To, l.UTF8 = to, !IsASCII(to)
	body := s.body(plainText(o.Body), o.Token)
	var b bytes.Buffer
	for _, name := range s.fields() {
		switch name {
		case "From":
			b.Write(s.fromField(oneLine(o.Persona.Name), o.Address))
		case "To":
			b.WriteString("To: " + s.recipient(l.To) + "\r\n")
		case "Subject":
			b.Write(s.subjectField(oneLine(o.Subject)))
		case "Date":
			b.WriteString("Date: " + date.Format(s.date()) + "\r\n")
		case "Message-ID":
			b.WriteString("Message-ID: <" + o.ID + ">\r\n")
		case "MIME-Version":
			b.WriteString("MIME-Version: 1.0\r\n")
		case "Content-Type":
			b.WriteString(body.header)
		}
	}
	b.WriteString("\r\n" + body.text)
	l.Message = b.Bytes()
	return l, nil
}

// checkPrepared says what keeps o from being written, if anything.
func checkPrepared(o channels.Opening) error {
	if o.Address == "" || o.ID == "" {
		return errors.New("opening is not prepared")
	}
	if _, _, err := splitSender(o.Address); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if _, _, err := splitSender(o.ID); err != nil {
		return fmt.Errorf("message id: %w", err)
	}
	if err := checkToken(o.Token); err != nil {
		return err
	}
	return checkReach(o.Reach)
}

// plainText returns body with line feeds as its only line ends, one at the end
// of it, and tabs as its only other control characters.
func plainText(body string) string {
	body = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(body, "\uFFFD"), "\r\n", "\n"), "\r", "\n")
	body = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, body)
	return strings.TrimRight(body, "\n") + "\n"
}

// oneLine returns s with a single space for each run of white space and
// control characters.
func oneLine(s string) string {
	words := strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	})
	return strings.Join(words, " ")
}
