package simulated

import (
	"bytes"
	"fmt"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-smtp"
)

// What Postfix tells people. A reader of theirs knows the notices by it.
const (
	undelivered = `This is the mail system at host %s.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

%s
`
	delayed = `This is the mail system at host %s.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for a while. It will be retried
until it is 5 days old.

%s
`
)

// report writes the notice of our own mail server that an opener could not be
// delivered, or not yet (RFC 3464), as Postfix words it.
func (w *World) report(o *opener, kind Kind, at time.Time) (message, error) {
	m := message{folder: inbox, host: w.host()}
	m.id = fmt.Sprintf("%s.%s@%s", at.UTC().Format("20060102150405"), w.queueID(), w.host())
	subject, said := "Undelivered Mail Returned to Sender", undelivered
	if kind == Delay {
		subject, said = "Delayed Mail (still being retried)", delayed
	}
	h := header{boundary: o.envelope.queue + "." + at.UTC().Format("150405") + "/" + w.host()}
	h.add("Return-Path", "<>")
	h.add("Received", fmt.Sprintf("by %s (Postfix) id %s; %s", w.host(), w.queueID(), at.Format(rfc5322)))
	h.address("From", mail.Address{Name: "Mail Delivery System", Address: "MAILER-DAEMON@" + w.host()})
	h.add("To", o.envelope.from)
	h.add("Subject", subject)
	h.add("Date", at.Format(rfc5322))
	h.add("Message-ID", "<"+m.id+">")
	h.add("Auto-Submitted", "auto-replied")

	f := failureOf(o, kind)
	media, returned := o.returned(kind)
	var err error
	m.bytes, err = h.report([]section{
		{"Notification", "text/plain; charset=us-ascii", fmt.Sprintf(said, w.host(), f.sentence(o))},
		{"Delivery report", "message/delivery-status", w.status(o, f)},
		{"Undelivered Message", media, returned},
	})
	return m, err
}

// A section is a part of a report.
type section struct{ description, media, body string }

// wide reports whether the section has octets above 127.
func (s section) wide() bool {
	return strings.ContainsFunc(s.body, func(r rune) bool { return r > unicode.MaxASCII })
}

func (s section) header() textproto.MIMEHeader {
	h := textproto.MIMEHeader{"Content-Description": {s.description}, "Content-Type": {s.media}}
	if s.wide() {
		h.Set("Content-Transfer-Encoding", "8bit")
	}
	return h
}

// report writes the last fields and the sections, and returns the message.
func (h *header) report(sections []section) ([]byte, error) {
	h.add("MIME-Version", "1.0")
	if slices.ContainsFunc(sections, section.wide) {
		h.add("Content-Transfer-Encoding", "8bit")
	}
	parts, err := h.parts("multipart/report; report-type=delivery-status")
	if err != nil {
		return nil, err
	}
	h.WriteString("\r\nThis is a MIME-encapsulated message.\r\n\r\n")
	for _, s := range sections {
		w, err := parts.CreatePart(s.header())
		if err != nil {
			return nil, fmt.Errorf("write report: %w", err)
		}
		if _, err := w.Write(crlf(s.body)); err != nil {
			return nil, fmt.Errorf("write report: %w", err)
		}
	}
	if err := parts.Close(); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return h.Bytes(), nil
}

// A failure is why a message is not where it should be.
type failure struct {
	action, status, diagnosis string
	retry                     time.Duration // 0 = never
}

// failureOf returns how an opener failed: the company's server is down, or it
// does not know the recipient.
func failureOf(o *opener, kind Kind) failure {
	if kind == Delay {
		host := "mail." + o.to.company.domain()
		return failure{
			action: "delayed", status: "4.4.1", retry: 5 * 24 * time.Hour,
			diagnosis: "X-Postfix; connect to " + host + "[192.0.2.25]:25: Connection timed out",
		}
	}
	return failure{
		action: "failed", status: "5.1.1",
		diagnosis: "smtp; 550 5.1.1 <" + o.to.address + ">: Recipient address rejected: User unknown",
	}
}

// sentence says it to a person.
func (f failure) sentence(o *opener) string {
	_, said, _ := strings.Cut(f.diagnosis, "; ")
	if f.retry > 0 {
		return "<" + o.to.address + ">: " + said
	}
	host := "mail." + o.to.company.domain()
	return "<" + o.to.address + ">: host " + host + "[192.0.2.25] said:\n    " + said +
		"\n    (in reply to RCPT TO command)"
}

// status writes the fields for machines: of the message (RFC 3464 section
// 2.2), and of its one recipient (section 2.3).
func (w *World) status(o *opener, f failure) string {
	var b strings.Builder
	field := func(name, value string) { b.WriteString(name + ": " + value + "\n") }
	field("Reporting-MTA", "dns; "+w.host())
	if id := o.envelope.options.EnvelopeID; id != "" {
		field("Original-Envelope-Id", id)
	}
	field("X-Postfix-Queue-ID", o.envelope.queue)
	field("X-Postfix-Sender", "rfc822; "+o.envelope.from)
	field("Arrival-Date", o.envelope.at.Format(rfc5322))
	b.WriteString("\n")
	field("Final-Recipient", "rfc822; "+o.to.address)
	if original := o.to.options.OriginalRecipient; original != "" {
		kind := strings.ToLower(string(o.to.options.OriginalRecipientType))
		field("Original-Recipient", kind+"; "+original)
	}
	field("Action", f.action)
	field("Status", f.status)
	if f.retry == 0 {
		field("Remote-MTA", "dns; mail."+o.to.company.domain())
	}
	field("Diagnostic-Code", f.diagnosis)
	if f.retry > 0 {
		field("Will-Retry-Until", o.envelope.at.Add(f.retry).Format(rfc5322))
	}
	return b.String()
}

// returned is as much of the opener as its sender wants back (RFC 3461
// section 4.3), after its media type. A delay returns the header alone.
func (o *opener) returned(kind Kind) (media, text string) {
	if kind == Bounce && o.envelope.options.Return != smtp.DSNReturnHeaders {
		return "message/rfc822", string(o.envelope.message)
	}
	head, _, _ := bytes.Cut(o.envelope.message, []byte("\r\n\r\n"))
	return "text/rfc822-headers", string(head) + "\r\n"
}

// crlf returns text with the line ends of mail.
func crlf(text string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n"))
}
