package simulated

import (
	"fmt"
	"html"
	"strings"
)

// A desk is the program that a company answers its mail with. It shows in the
// headers, in how it keeps the thread, and in what it quotes.
type desk string

const (
	mailer   desk = "mailer"   // a person's mail program; its machine is vacation(1), which marks little
	exchange desk = "exchange" // Outlook and its rules: automatic mail is well marked
	zendesk  desk = "zendesk"  // marks an agent's answer as automatic, like its own
	casework desk = "casework" // a case system: no thread, its own subject, a personal sender
)

// desks are those that are dealt, in the proportions that they are met in.
// The case system belongs to the character that answers from elsewhere.
func desks() []desk {
	return []desk{mailer, mailer, mailer, exchange, exchange, exchange, zendesk, zendesk}
}

// thread writes the fields that tie the letter to its opener. A person's mail
// program, Exchange and Zendesk keep them; vacation(1) keeps the first.
func (l *letter) thread(h *header) {
	if l.desk() == casework || l.opener.id == "" {
		return
	}
	id := "<" + l.opener.id + ">"
	h.add("In-Reply-To", id)
	if l.human() || l.desk() != mailer {
		h.add("References", id)
	}
}

// mark writes the fields by which the desk shows itself, and those that say
// that a machine wrote the letter, where the desk sets them.
func (l *letter) mark(h *header) {
	switch l.desk() {
	case mailer:
		l.markMailer(h)
	case exchange:
		l.markExchange(h)
	case zendesk:
		h.add("X-Mailer", "Zendesk Mailer")
		h.add("X-Zendesk-From-Account-Id", fmt.Sprintf("%x", l.r.Uint32()))
		h.add("Auto-Submitted", "auto-generated")
		h.add("X-Auto-Response-Suppress", "All")
	}
}

// markMailer writes what mail programs show of themselves. Most of what their
// machines send says nothing of a machine.
func (l *letter) markMailer(h *header) {
	switch {
	case l.human():
		h.add("User-Agent", "Mozilla Thunderbird")
		h.add("Content-Language", l.opener.to.company.Language)
	case l.kind == Absence && l.r.IntN(2) == 0:
		h.add("Auto-Submitted", "auto-replied (vacation)")
	case l.r.IntN(2) == 0:
		h.add("Precedence", "bulk")
	}
}

// markExchange writes what Outlook adds, and what the server adds to mail of
// its own: an absence, or the answer of a rule.
func (l *letter) markExchange(h *header) {
	h.text("Thread-Topic", l.opener.subject)
	h.add("Accept-Language", "nb-NO, en-US")
	h.add("X-MS-Has-Attach", "")
	if l.human() {
		return
	}
	h.add("X-Auto-Response-Suppress", "All")
	h.add("Auto-Submitted", "auto-generated")
	if l.kind == Absence {
		h.add("X-MS-Exchange-Inbox-Rules-Loop", l.opener.to.company.Address)
		return
	}
	h.add("x-ms-exchange-generated-message-source", "Mailbox Rules Agent")
	if l.opener.id != "" {
		h.add("x-ms-exchange-parent-message-id", "<"+l.opener.id+">")
	}
}

// content lays out the letter's text as its desk does.
func (l *letter) content(text string) content {
	if l.human() {
		text += "\n\n" + l.phrase("signature")
	}
	switch l.desk() {
	case exchange:
		if l.human() {
			text += "\n\n" + l.phrase("original") + "\n\n" + l.opener.text
		}
		return content{text: text, html: page(text), charset: "utf-8", encoding: "base64"}
	case zendesk:
		text = l.ticket(text)
		return content{text: text, html: page(text), charset: "utf-8", encoding: "quoted-printable"}
	case casework:
		return content{text: text, charset: "iso-8859-1", encoding: "quoted-printable"}
	}
	if l.human() {
		text += "\n\n" + l.phrase("wrote") + "\n" + quoted(l.opener.text)
	}
	return content{text: text, charset: "utf-8", encoding: "8bit"}
}

// ticket lays out text as Zendesk does. Only what an agent wrote stands under
// a rule, a name and a time.
func (l *letter) ticket(text string) string {
	rule := strings.Repeat("-", 46)
	if l.human() {
		text = rule + "\n\n" + l.agent + ", " + l.at.Format("Jan 2, 2006, 15:04 MST") + "\n\n" + text
	}
	code := fmt.Sprintf("[%06X-%04X]", l.r.Uint32()>>8, l.r.Uint32()>>16)
	return strings.Join([]string{l.phrase("above"), "", text, "", rule, l.phrase("footer"), "", code}, "\n")
}

// quoted puts a mark before each line.
func quoted(text string) string {
	return "> " + strings.ReplaceAll(text, "\n", "\n> ")
}

// page is text as a page of HTML.
func page(text string) string {
	lines := strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n")
	return "<html><body style=\"font-family:Calibri,sans-serif\">\n<div>" + lines + "</div>\n</body></html>\n"
}
