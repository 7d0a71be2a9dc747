package email

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
)

// A relay is a submission server that hands blind copies to a mailbox, and
// treats each message as its fate will have it.
type relay struct {
	mu   sync.Mutex
	fate channeltest.Fate
	got  []string                      // messages that companies got
	keep func(rcpt string, raw []byte) // takes what is for ourselves
}

func startRelay(t testing.TB, keep func(rcpt string, raw []byte)) (*relay, *net.TCPAddr) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{keep: keep}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &relaySession{relay: r, conn: c}, nil
	}))
	server.AllowInsecureAuth = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return r, l.Addr().(*net.TCPAddr)
}

func (r *relay) decide(fate channeltest.Fate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fate = fate
}

func (r *relay) fated() channeltest.Fate {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fate
}

func (r *relay) count(o channels.Opening) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, raw := range r.got {
		if strings.Contains(raw, o.ID) {
			n++
		}
	}
	return n
}

// A relaySession is one connection to a relay.
type relaySession struct {
	relay *relay
	conn  *smtp.Conn
	rcpts []string
}

func (*relaySession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (*relaySession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != imapUser || password != imapPassword {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *relaySession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch s.relay.fated() {
	case channeltest.Refused:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case channeltest.Failing:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	}
	s.rcpts = append(s.rcpts, to)
	return nil
}

func (s *relaySession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	fate := s.relay.fated()
	if fate != channeltest.UnsureLost {
		s.deliver(raw)
	}
	if fate == channeltest.UnsureLeft || fate == channeltest.UnsureLost {
		_ = s.conn.Conn().Close()
	}
	return nil
}

func (s *relaySession) deliver(raw []byte) {
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	for _, rcpt := range s.rcpts {
		if strings.HasSuffix(rcpt, "@kraft.example") {
			s.relay.got = append(s.relay.got, string(raw))
		} else {
			s.relay.keep(rcpt, raw)
		}
	}
}

func (*relaySession) Reset()        {}
func (*relaySession) Logout() error { return nil }

// unprepared returns an opening with the given token.
func unprepared(token string) channels.Opening {
	return channels.Opening{
		Attempt: "a-" + token, Token: token, Reach: "post@kraft.example",
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari@example.no", Tag: "plus"},
		Subject: "Spørsmål om pris", Body: "Hei!\n\nHva koster det?\n\nKari\n",
	}
}

// wrongly returns the errors that the channel of cfg makes of wrong passwords.
func wrongly(t *testing.T, cfg Config) func(context.Context) []error {
	return func(ctx context.Context) []error {
		cfg.SMTP.Password = channels.Inline("feil-" + imapPassword)
		cfg.IMAP.Password = cfg.SMTP.Password
		c := newTestChannel(t, cfg)
		o, err := c.Prepare(unprepared("x7f3"))
		if err != nil {
			return nil
		}
		_, open := c.Open(ctx, o, channels.Unrecorded)
		_, settle := c.Reconcile(ctx, o)
		listen := c.Listen(ctx, channels.Checkpoint{Source: "INBOX"}, newRecorder("INBOX").hear)
		return []error{open, settle, listen}
	}
}

func TestSuite(t *testing.T) {
	channeltest.RunParallel(t, func(t *testing.T) channeltest.World {
		m := startMailbox(t, "INBOX")
		r, submit := startRelay(t, func(_ string, raw []byte) {
			_, _ = m.Append("INBOX", textLiteral{strings.NewReader(string(raw))}, &imap.AppendOptions{})
		})
		p := startProxy(t, m.addr)
		cfg := imapConfig(p.addr)
		cfg.SMTP = Server{Host: "127.0.0.1", Port: submit.Port, TLS: None, Username: imapUser, Password: channels.Inline(imapPassword)}
		c := newTestChannel(t, cfg)
		return channeltest.World{
			Opener: c, Listener: c, Settler: c,
			Opening: unprepared, Decide: r.decide, Got: r.count,
			Deliver: func(text string) {
				m.put(t, "INBOX", fmt.Appendf(nil, "Date: %s\r\nSubject: x\r\n\r\n%s\r\n", time.Now().Format(time.RFC1123Z), text))
			},
			Break:   p.cut,
			Secrets: []string{imapPassword},
			Trouble: wrongly(t, cfg),
		}
	})
}
