package email

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"

	"github.com/svartid/svartid/channels"
)

// A letter is an opening made ready for the wire.
type letter struct {
	from, to string
	utf8     bool   // an address needs SMTPUTF8 (RFC 6531)
	envelope string // ENVID, which bounces give back (RFC 3461 section 4.4)
	message  []byte // RFC 5322, lines end in CRLF
	alone    bool   // without a copy to ourselves
}

// longestLine is the most octets that a line of text should have, CRLF apart
// (RFC 5322 section 2.1.1).
const longestLine = 78

// compose writes o as a message of the given date. The same opening and date
// give the same bytes.
//
// It looks like what a person's mail program sends: plain text in one part,
// and none of the fields that make a help desk hold a message for a machine's
// (Auto-Submitted, Precedence, X-Auto-Response-Suppress, List-*, X-Mailer).
// Control characters are dropped from the text and become spaces in a name or
// a subject, so that neither can start a field of its own.
func compose(o channels.Opening, date time.Time) (letter, error) {
	l := letter{from: o.Address, envelope: o.Token}
	if err := checkPrepared(o); err != nil {
		return l, err
	}
	to, err := onTheWire(o.Reach)
	if err != nil {
		return l, err
	}
	l.to, l.utf8 = to, !isASCII(to)
	text := plainText(o.Body)
	// Fields are put on top of one another: the last here is the first there.
	var h gomail.Header
	h.Set("Content-Transfer-Encoding", encoding(text))
	h.SetContentType("text/plain", map[string]string{"charset": "UTF-8"})
	h.AddRaw(subjectField(oneLine(o.Subject)))
	h.Set("To", l.to)
	h.AddRaw(fromField(oneLine(o.Persona.Name), o.Address))
	h.AddRaw([]byte("MIME-Version: 1.0\r\n"))
	h.SetDate(date)
	h.AddRaw([]byte("Message-ID: <" + o.ID + ">\r\n"))

	var b bytes.Buffer
	w, err := message.CreateWriter(&b, h.Header)
	if err != nil {
		return l, fmt.Errorf("write header: %w", err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return l, fmt.Errorf("write text: %w", err)
	}
	if err := w.Close(); err != nil {
		return l, fmt.Errorf("write text: %w", err)
	}
	l.message = b.Bytes()
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

// encoding returns the transfer encoding that any server can carry text in.
func encoding(text string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > longestLine || !isASCII(line) {
			return "quoted-printable"
		}
	}
	return "7bit"
}

// plainText returns body with line feeds as its only line ends, one at the end
// of it, and tabs as its only other control characters.
func plainText(body string) string {
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(body, "\uFFFD"))
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
