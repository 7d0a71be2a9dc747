package simulated

import (
	"errors"
	"fmt"
	"io"
	"log"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// maxMessage is the most octets that a message may have.
const maxMessage = 1 << 20

// submissionServer is where svartid hands in its openers.
func (w *World) submissionServer() *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &submission{world: w, conn: c}, nil
	}))
	server.Domain = w.host()
	server.MaxMessageBytes = maxMessage
	server.AllowInsecureAuth = true // the loopback is all it listens on
	server.EnableDSN = true
	server.EnableSMTPUTF8 = true
	server.ReadTimeout = 5 * time.Minute // RFC 5321 section 4.5.3.2.7
	server.WriteTimeout = time.Minute
	server.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

// A submission is one connection that hands in mail.
type submission struct {
	world         *World
	conn          *smtp.Conn
	authenticated bool
	envelope      envelope
}

// An envelope is what SMTP says of a message, and the message.
type envelope struct {
	from       string
	options    smtp.MailOptions
	recipients []recipient
	queue      string // its id in our server
	at         time.Time
	message    []byte
}

// A recipient is a company or, as the zero company, ourselves.
type recipient struct {
	address string
	options smtp.RcptOptions
	company Company
}

// AuthMechanisms names the ways to log in.
func (*submission) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth logs in the one user there is.
func (s *submission) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(identity, user, password string) error {
		if identity != "" && identity != user || user != username || password != s.world.password {
			return smtp.ErrAuthFailed
		}
		s.authenticated = true
		return nil
	}), nil
}

// Mail takes the sender, who must be logged in and write from our domain.
func (s *submission) Mail(from string, options *smtp.MailOptions) error {
	s.world.imp.stall()
	switch {
	case !s.authenticated:
		return answer(530, "5.7.0 Authentication required")
	case !s.world.ours(from):
		return answer(553, "5.7.1 <%s>: Sender address rejected: not owned by user %s", from, username)
	}
	s.envelope = envelope{from: from, options: *options, queue: s.world.queueID()}
	return nil
}

// Rcpt takes a recipient: an address of ours, or a company's.
func (s *submission) Rcpt(to string, options *smtp.RcptOptions) error {
	s.world.imp.stall()
	company, known := find(s.world.companies, to)
	switch {
	case known && company.Character == Refuses:
		s.world.record.add(Turn{
			Company: company.ID, Address: s.envelope.from, Received: s.world.opt.Clock(), Refused: true,
		})
		return answer(550, "5.7.1 <%s>: Recipient address rejected: undeliverable address: "+
			"host mail.%s[192.0.2.25] said: 554 5.7.1 Message refused for policy reasons (in reply to RCPT TO command)", to, company.domain())
	case !known && !s.world.ours(to):
		return answer(550, "5.1.1 <%s>: Recipient address rejected: User unknown", to)
	}
	s.envelope.recipients = append(s.envelope.recipients, recipient{to, *options, company})
	return nil
}

// Data takes the message itself. Once it returns 250, or cuts the connection
// in mischief, what is taken stays taken.
func (s *submission) Data(r io.Reader) error {
	message, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	fate := s.world.imp.fate()
	if fate == lost {
		return errors.Join(io.ErrUnexpectedEOF, s.conn.Conn().Close())
	}
	s.envelope.message, s.envelope.at = message, s.world.opt.Clock()
	if err := s.world.accept(s.envelope); err != nil {
		return fmt.Errorf("accept message: %w", err)
	}
	if fate == dropped {
		return errors.Join(io.ErrUnexpectedEOF, s.conn.Conn().Close())
	}
	s.world.imp.stall()
	// The library answers in the words of an error, be it none.
	return answer(250, "2.0.0 Ok: queued as %s", s.envelope.queue)
}

// Reset forgets the message in the making.
func (s *submission) Reset() { s.envelope = envelope{} }

// Logout ends the session.
func (*submission) Logout() error { return nil }

// accept delivers our copies, and lets the companies read theirs.
func (w *World) accept(e envelope) error {
	read := readOpener(e.message)
	for _, to := range e.recipients {
		if to.company.ID == "" {
			if err := w.keep(e, to.address); err != nil {
				return err
			}
			continue
		}
		o := read
		o.envelope, o.to = e, to
		w.hear(&o)
	}
	return nil
}

// keep puts a message that is for ourselves into the mailbox it is for.
func (w *World) keep(e envelope, address string) error {
	traced := w.trace(message{sender: e.from, host: "localhost", bytes: e.message}, address, e.at)
	if address == canary+"@"+w.opt.Domain {
		return w.mailbox.watch(traced, e.at)
	}
	return w.mailbox.deliver(inbox, traced, e.at)
}

// hear lets a company read an opener, and settles what comes of it.
func (w *World) hear(o *opener) {
	company := o.to.company
	o.nth = w.record.count(company.ID, o.id)
	cues := company.Character.cues(o.nth, w.opt.Scale, draws(w.opt.Seed, company.ID, o.nth))
	cues = slices.DeleteFunc(cues, func(c cue) bool { return !o.wants(c.kind) })
	turn := Turn{Company: company.ID, Address: o.envelope.from, ID: o.id, Received: o.envelope.at}
	for _, c := range cues {
		turn.Replies = append(turn.Replies, Reply{Kind: c.kind, Due: o.envelope.at.Add(c.after)})
	}
	number := w.record.add(turn)
	now := time.Now() // waiting goes by the real clock
	for i, c := range cues {
		w.schedule.add(errand{at: now.Add(c.after), turn: number, reply: i, kind: c.kind, from: o})
	}
}

// queueID returns an id such as Postfix gives to each message.
func (w *World) queueID() string {
	return fmt.Sprintf("%010X", draws(w.opt.Seed, "queue", w.queued.Add(1)).Uint64()>>24)
}

// answer is a reply of the server: a code and a text that begins with the
// enhanced status (RFC 3463).
func answer(code int, format string, args ...any) *smtp.SMTPError {
	status, text, _ := strings.Cut(fmt.Sprintf(format, args...), " ")
	var enhanced smtp.EnhancedCode
	for i, digit := range strings.SplitN(status, ".", len(enhanced)) {
		enhanced[i] = int(digit[0] - '0')
	}
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}
