package channeltest

import (
	"fmt"
	"mime"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// A Letter writes one RFC 5322 message, dated and received at the given time.
type Letter func(at time.Time) []byte

// draft is a letter before it is dated.
type draft struct {
	kind    string // tells the Message-IDs of one opening's letters apart
	from    string
	path    string // the envelope's sender; "-" = empty
	subject string
	threads bool
	headers []string // more of them
	body    string
	media   string // "" = text/plain in UTF-8
}

// Answer is what a person at the company writes. An empty text is a plausible
// answer in Norwegian; the opener is quoted below it.
func Answer(o channels.Opening, text string) Letter {
	if text == "" {
		text = "Hei!\n\nPrisen er 349 kr i måneden det første året, og det er ingen bindingstid.\n" +
			"Du kan bestille når som helst, så ordner vi resten.\n\nVennlig hilsen\nIngrid Moe"
	}
	return draft{kind: "answer", from: person(o), subject: "Re: " + o.Subject, threads: true, body: text + quoted(o)}.of(o)
}

// Unthreaded is an answer as case systems send it: a new subject, another
// sender, and nothing that points at the opener but the address it comes to.
func Unthreaded(o channels.Opening, text string) Letter {
	if text == "" {
		text = "Hei,\n\nvi kan tilby deg fastpris på 349 kr i måneden. Avtalen gjelder fra den første i neste måned.\n\nHilsen\nLars Dahl"
	}
	from := "Lars Dahl <lars.dahl@saker.example>"
	return draft{kind: "unthreaded", from: from, subject: "Din henvendelse", body: text}.of(o)
}

// Deflection is a person who only sends the customer elsewhere.
func Deflection(o channels.Opening) Letter {
	body := "Hei,\n\nvi svarer dessverre ikke på slike spørsmål på e-post. Ring oss på 815 00 000, så hjelper vi deg.\n\nVennlig hilsen\nIngrid Moe"
	return draft{kind: "deflection", from: person(o), subject: "Re: " + o.Subject, threads: true, body: body + quoted(o)}.of(o)
}

// Acknowledgement is the machine's "we have received your message".
func Acknowledgement(o channels.Opening) Letter {
	body := "Takk for din henvendelse.\n\nVi har mottatt e-posten din og svarer så snart vi kan, normalt innen to virkedager.\n\n" +
		"Dette er en automatisk melding som ikke kan besvares."
	return draft{
		kind: "ack", from: "Kundeservice <" + o.Reach + ">", path: "-", subject: "Autosvar: " + o.Subject, threads: true,
		headers: []string{"Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"}, body: body,
	}.of(o)
}

// OutOfOffice is the absence of the one who reads the company's mail.
func OutOfOffice(o channels.Opening) Letter {
	body := "Hei,\n\njeg er på ferie og tilbake mandag 14. juli. E-post blir ikke lest i mellomtiden.\n\nMvh\nIngrid Moe"
	return draft{
		kind: "absence", from: person(o), path: "-", subject: "Automatisk svar: " + o.Subject, threads: true,
		headers: []string{"Auto-Submitted: auto-replied (vacation)"}, body: body,
	}.of(o)
}

// Bounce is a final delivery report (RFC 3464, action failed).
func Bounce(o channels.Opening) Letter {
	return report(o, "failed", "5.1.1", "Undelivered Mail Returned to Sender")
}

// Delay is a delivery report that promises further tries (RFC 3464, action delayed).
func Delay(o channels.Opening) Letter {
	return report(o, "delayed", "4.4.1", "Delayed Mail (still being retried)")
}

// ownServer is who writes the reports of our own submission server.
const ownServer = "<MAILER-DAEMON@smtp.shopper.example>"

// Returned makes final delivery reports of our own submission server, which
// tell what the company's has said.
func Returned(said string) func(channels.Opening) Letter {
	return func(o channels.Opening) Letter {
		bounce := report(o, "failed", "5.0.0", "Undelivered Mail Returned to Sender")
		return func(at time.Time) []byte {
			text := strings.ReplaceAll(string(bounce(at)), "MAILER-DAEMON@mx.company.example", strings.Trim(ownServer, "<>"))
			return []byte(strings.Replace(text, "Status: 5.0.0\r\n",
				"Status: 5.0.0\r\nRemote-MTA: dns; mx.company.example\r\nDiagnostic-Code: smtp; "+said+"\r\n", 1))
		}
	}
}

// TookIt makes reports of our own submission server that the company's took an opener;
// where to is empty, that its own copy was delivered.
func TookIt(to string) func(channels.Opening) Letter {
	return func(o channels.Opening) Letter {
		report := report(o, "relayed", "2.0.0", "Successful Mail Delivery Report")
		return func(at time.Time) []byte {
			text := strings.ReplaceAll(string(report(at)), "MAILER-DAEMON@mx.company.example", strings.Trim(ownServer, "<>"))
			text = strings.Replace(text, "Reporting-MTA: dns; mx.company.example", "Reporting-MTA: dns; smtp.shopper.example", 1)
			if to == "" {
				return []byte(strings.NewReplacer("rfc822; "+o.Reach, "rfc822; "+o.Address, "relayed", "delivered").Replace(text))
			}
			return []byte(strings.Replace(text, "Status: 2.0.0\r\n", "Status: 2.0.0\r\nRemote-MTA: dns; "+to+"\r\n", 1))
		}
	}
}

// Copy is the blind copy of an opener in our own mailbox.
func Copy(o channels.Opening) Letter {
	return func(at time.Time) []byte {
		return fmt.Appendf(nil, "Return-Path: <%s>\r\nDelivered-To: %s\r\n"+
			"Received: from smtp.shopper.example by mx.shopper.example; %s\r\n"+
			"Date: %s\r\nFrom: %s <%s>\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: %s\r\n%s\r\n%s\r\n",
			o.Address, own(o), stamp(at), stamp(at), worded(o.Persona.Name), o.Address,
			o.Reach, worded(o.Subject), angled(o.ID), plain, crlf(o.Body))
	}
}

// queued has the first server of a letter name the how manieth it has taken.
func queued(l Letter, n int) Letter {
	return func(at time.Time) []byte {
		return []byte(strings.Replace(string(l(at)), " by mx.shopper.example;", fmt.Sprintf(" by mx.shopper.example id Q%d;", n), 1))
	}
}

const plain = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"

func report(o channels.Opening, action, status, subject string) Letter {
	const boundary = "=_report"
	body := strings.Join([]string{
		"--" + boundary, "Content-Type: text/plain; charset=us-ascii", "",
		"This is the mail system at host mx.company.example.", "",
		"--" + boundary, "Content-Type: message/delivery-status", "",
		"Reporting-MTA: dns; mx.company.example", "Original-Envelope-Id: " + o.Token, "",
		"Final-Recipient: rfc822; " + o.Reach, "Action: " + action, "Status: " + status, "",
		"--" + boundary, "Content-Type: text/rfc822-headers", "",
		"From: " + o.Address, "To: " + o.Reach, "Subject: " + o.Subject, "Message-ID: " + angled(o.ID), "",
		"--" + boundary + "--", "",
	}, "\n")
	return draft{
		kind: action, from: "Mail Delivery System <MAILER-DAEMON@mx.company.example>", path: "-", subject: subject,
		headers: []string{"Auto-Submitted: auto-replied"}, body: body,
		media: "multipart/report; report-type=delivery-status; boundary=\"" + boundary + "\"",
	}.of(o)
}

// of addresses d to the sender of o.
func (d draft) of(o channels.Opening) Letter {
	return func(at time.Time) []byte {
		var b strings.Builder
		line := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
		line("Return-Path", d.sender(o))
		line("Delivered-To", o.Address)
		line("Received", fmt.Sprintf("from mx.company.example by mx.shopper.example for <%s>; %s", o.Address, stamp(at)))
		line("Date", stamp(at))
		line("From", d.from)
		line("To", o.Address)
		line("Subject", worded(d.subject))
		line("Message-ID", fmt.Sprintf("<%s.%s.%d@company.example>", d.kind, o.Token, at.UnixNano()))
		if d.threads {
			line("In-Reply-To", angled(o.ID))
			line("References", angled(o.ID))
		}
		for _, h := range d.headers {
			b.WriteString(h + "\r\n")
		}
		if d.media == "" {
			b.WriteString(plain)
		} else {
			line("MIME-Version", "1.0")
			line("Content-Type", d.media)
		}
		return []byte(b.String() + "\r\n" + crlf(d.body) + "\r\n")
	}
}

func (d draft) sender(o channels.Opening) string {
	switch d.path {
	case "-":
		return "<>"
	case "":
		return "<" + o.Reach + ">"
	default:
		return "<" + d.path + ">"
	}
}

func person(o channels.Opening) string { return "Ingrid Moe <" + o.Reach + ">" }

// own is the mailbox behind o's unique address.
func own(o channels.Opening) string {
	if o.Persona.Address != "" {
		return o.Persona.Address
	}
	return o.Address
}

func quoted(o channels.Opening) string {
	return fmt.Sprintf("\n\nDen skrev %s <%s>:\n> %s\n", o.Persona.Name, o.Address, strings.ReplaceAll(o.Body, "\n", "\n> "))
}

// angled returns a Message-ID as it stands in a header.
func angled(id string) string { return "<" + strings.Trim(id, "<>") + ">" }

// worded encodes what is not ASCII (RFC 2047).
func worded(s string) string { return mime.QEncoding.Encode("utf-8", s) }

func stamp(at time.Time) string { return at.Format(time.RFC1123Z) }

func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}
