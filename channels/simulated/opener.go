package simulated

import (
	"bytes"
	"io"
	"net/mail"
	"slices"
	"strings"
	"unicode"

	gomessage "github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
)

// An opener is a message that a company has got, as it reads it.
type opener struct {
	envelope envelope
	to       recipient
	nth      int // of those the company has got, from 1

	id      string       // without brackets
	writer  mail.Address // who wants the answer
	subject string
	text    string
}

// readOpener reads what it can of a message. What cannot be read is empty: a
// company answers that too.
func readOpener(raw []byte) opener {
	var o opener
	entity, _ := gomessage.Read(bytes.NewReader(raw)) // an unknown charset leaves it readable
	if entity == nil {
		return o
	}
	h := gomail.Header{Header: entity.Header}
	o.id = strings.Trim(h.Get("Message-Id"), "<> \t")
	for _, field := range []string{"Reply-To", "From"} {
		if list, err := h.AddressList(field); err == nil && len(list) > 0 {
			o.writer = *list[0]
			break
		}
	}
	o.subject, _ = h.Text("Subject")
	o.text = plainText(entity)
	return o
}

// plainText returns the first plain text of a message, lines ended by line feeds.
func plainText(entity *gomessage.Entity) string {
	var text string
	// A part that cannot be read is passed over.
	_ = entity.Walk(func(_ []int, part *gomessage.Entity, err error) error {
		if err != nil || text != "" {
			return nil
		}
		if kind, _, _ := part.Header.ContentType(); kind == "text/plain" || kind == "" {
			b, _ := io.ReadAll(part.Body)
			text = strings.ReplaceAll(string(b), "\r\n", "\n")
		}
		return nil
	})
	return strings.TrimSpace(text)
}

// answerTo is where a person's answer goes.
func (o *opener) answerTo() string {
	if o.writer.Address == "" {
		return o.envelope.from
	}
	return o.writer.Address
}

// customer is the first name that the company takes its customer to have.
func (o *opener) customer() string {
	if first, _, _ := strings.Cut(o.writer.Name, " "); first != "" {
		return first
	}
	local, _, _ := strings.Cut(o.answerTo(), "@")
	first := []rune(local)
	if end := slices.IndexFunc(first, func(r rune) bool { return !unicode.IsLetter(r) }); end > 0 {
		first = first[:end]
	}
	if len(first) > 0 {
		first[0] = unicode.ToUpper(first[0])
	}
	return string(first)
}

// wants reports whether the sender lets itself be told (RFC 3461 section 4.1).
// Only notices of the mail server can be declined.
func (o *opener) wants(kind Kind) bool {
	notify := o.to.options.Notify
	switch {
	case len(notify) == 0:
		return true
	case kind == Bounce:
		return slices.Contains(notify, smtp.DSNNotifyFailure)
	case kind == Delay:
		return slices.Contains(notify, smtp.DSNNotifyDelayed)
	}
	return true
}
