package simulated

import (
	"fmt"
	"math/rand/v2"
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// A message is mail on its way to our mailbox, with no trace of the way yet.
type message struct {
	id     string // without brackets
	sender string // the envelope's; empty: the null sender of machines
	folder string
	host   string // that hands it over
	bytes  []byte
}

// A letter is a company's reply in the making.
type letter struct {
	opener *opener
	kind   Kind
	at     time.Time
	r      *rand.Rand
	book   phrasebook

	agent  string // who works on the case
	number string // of the case
	fill   *strings.Replacer
}

// deliver writes a reply that is due, and puts it into our mailbox. What a
// reply says depends on the seed, the company and its place in the log alone.
func (w *World) deliver(e errand) error {
	at, company := w.opt.Clock(), e.from.to.company
	r := draws(w.opt.Seed, company.ID, e.from.nth, e.reply)
	var (
		m   message
		err error
	)
	if e.kind == Bounce || e.kind == Delay {
		m, err = w.report(e.from, e.kind, at)
	} else {
		m, err = newLetter(e, at, w.books[company.Language], r).message()
	}
	if err != nil {
		return fmt.Errorf("write %s of %s: %w", e.kind, company.ID, err)
	}
	to := e.from.answerTo()
	if m.sender == "" {
		to = e.from.envelope.from // machines answer the envelope (RFC 3834 section 4)
	}
	noted := Reply{Kind: e.kind, Delivered: at, ID: m.id, Folder: m.folder}
	return w.record.deliver(e, noted, func() error {
		return w.mailbox.deliver(m.folder, w.trace(m, to, at), at)
	})
}

// newLetter settles who writes, and what the texts are filled in with.
func newLetter(e errand, at time.Time, book phrasebook, r *rand.Rand) *letter {
	l := &letter{opener: e.from, kind: e.kind, at: at, r: r, book: book}
	o, company := e.from, e.from.to.company
	l.agent = pick(r, strings.Split(book.draw("agents", r), "\n"))
	l.number = strconv.Itoa(100_000 + r.IntN(900_000))
	l.fill = strings.NewReplacer(
		"{customer}", o.customer(),
		"{writer}", o.answerTo(),
		"{subject}", o.subject,
		"{company}", company.Name,
		"{address}", company.Address,
		"{phone}", company.phone,
		"{agent}", l.agent,
		"{case}", l.number,
		"{matter}", book.draw("matter "+company.Class, r),
		"{date}", o.envelope.at.Format("02.01.2006 15:04"),
		"{day}", at.AddDate(0, 0, 3+r.IntN(10)).Format("02.01.2006"),
	)
	return l
}

// human reports whether a person writes the letter.
func (l *letter) human() bool { return l.kind == Answer || l.kind == Deflection }

// phrase returns a variant of a section, filled in.
func (l *letter) phrase(section string) string { return l.fill.Replace(l.book.draw(section, l.r)) }

// words returns the letter's own text, and its subject if it has one of its own.
func (l *letter) words() (subject, text string) {
	section := string(l.kind)
	if l.kind == Answer && l.desk() == casework {
		section = "elsewhere"
	}
	text = l.phrase(section)
	if first, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(first, "Subject: ") {
		subject, text = strings.TrimPrefix(first, "Subject: "), rest
	}
	return subject, text
}

// desk is what the letter is written with.
func (l *letter) desk() desk { return l.opener.to.company.desk }

// message writes the letter as the company's help desk would.
func (l *letter) message() (message, error) {
	company := l.opener.to.company
	subject, text := l.words()
	from := l.from()
	code := l.r.Uint64()
	m := message{
		id:     fmt.Sprintf("%016x.%s@%s", code, l.number, company.domain()),
		sender: from.Address,
		folder: inbox,
		host:   "mail." + company.domain(),
	}
	if !l.human() && l.desk() != zendesk {
		m.sender = ""
	}
	if l.desk() == casework && l.r.IntN(3) == 0 {
		m.folder = junk // an unknown sender and no thread: filters take it for spam
	}

	h := header{boundary: fmt.Sprintf("----=_%016x", ^code)}
	h.address("From", from)
	h.address("To", mail.Address{Name: l.opener.writer.Name, Address: l.opener.answerTo()})
	h.text("Subject", l.subject(subject))
	h.add("Date", l.at.Format(time.RFC1123Z))
	h.add("Message-ID", "<"+m.id+">")
	l.thread(&h)
	l.mark(&h)
	var err error
	m.bytes, err = h.close(l.content(text))
	return m, err
}

// from is whom the letter says that it comes from.
func (l *letter) from() mail.Address {
	company := l.opener.to.company
	from := mail.Address{Name: company.Name, Address: company.Address}
	switch {
	case l.desk() == casework:
		domain := company.domain()
		if l.r.IntN(2) == 0 {
			domain = "kundesvar.example" // who answers for several companies
		}
		from = mail.Address{Name: l.agent, Address: strings.ReplaceAll(slug(l.agent), "-", ".") + "@" + domain}
	case l.human() && l.desk() == zendesk:
		from.Name = l.agent + " (" + company.Name + ")"
	case l.human() && l.desk() == mailer, l.kind == Absence:
		from.Name = l.agent
	}
	return from
}

// subject is the letter's own, or the opener's with a prefix.
func (l *letter) subject(own string) string {
	switch {
	case !l.human() && l.desk() == exchange:
		return l.book.draw("prefix", l.r) + l.opener.subject
	case own != "":
		return own
	case l.desk() == exchange:
		return "SV: " + l.opener.subject
	}
	return "Re: " + l.opener.subject
}
