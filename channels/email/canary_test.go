package email

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

// An mailPair is a relay between two mailboxes.
type mailPair struct {
	relay         *relay
	first, second *mailboxServer
	taken         atomic.Int32 // messages for the second mailbox that the relay has taken
	loses         string       // the recipient whose mail it loses
	files         string       // the folder of the second mailbox that mail comes to
	cfg           Config
}

func startMailPair(t *testing.T) *mailPair {
	a := &mailPair{first: startMailbox(t, "INBOX"), second: startMailbox(t, "INBOX", "Junk"), files: "INBOX"}
	var submit *net.TCPAddr
	a.relay, submit = startRelay(t, func(rcpt string, raw []byte) {
		m, folder := a.first, "INBOX"
		if rcpt == "canary@other.example" {
			m, folder = a.second, a.files
			a.taken.Add(1)
		}
		if rcpt != a.loses {
			_, _ = m.Append(folder, textLiteral{strings.NewReader(string(raw))}, &imap.AppendOptions{})
		}
	})
	a.cfg = imapConfig(a.first.addr)
	a.cfg.SMTP = Server{Host: "127.0.0.1", Port: submit.Port, TLS: None, Username: imapUser, Password: channels.Inline(imapPassword)}
	a.cfg.Canary = &Canary{Address: "canary@other.example", IMAP: imapConfig(a.second.addr, "INBOX", "Junk").IMAP}
	return a
}

// testCanary is what the engine asks for.
func testCanary() channels.Opening {
	o := unprepared("hjx1k2m3n4abcdefgh")
	o.Attempt, o.ID, o.Reach, o.Subject, o.Body = "canary", "canary-"+o.Token, "", "", ""
	return o
}

func TestSendCanary(t *testing.T) {
	for name, tt := range map[string]struct {
		edit  func(*mailPair)
		fate  channeltest.Fate
		taken int32
		want  error // nil: it lies there
		where string
	}{
		"it comes":              {taken: 1},
		"to Junk":               {edit: func(a *mailPair) { a.files = "Junk" }, taken: 1},
		"unsure, and it left":   {fate: channeltest.UnsureLeft, taken: 1},
		"unsure, and it is not": {fate: channeltest.UnsureLost, want: channels.ErrNotFound, where: "look in the second mailbox"},
		"lost under way": {
			edit:  func(a *mailPair) { a.loses = "canary@other.example" },
			taken: 1, want: channels.ErrNotFound, where: "look in the second mailbox: settle canary",
		},
		"put where we do not look": {
			edit: func(a *mailPair) {
				a.files, a.cfg.Canary.IMAP.Folders = "Junk", nil
			},
			taken: 1, want: channels.ErrNotFound, where: "look in the second mailbox",
		},
		"refused":         {fate: channeltest.Refused, want: channels.ErrRefused, where: "send to the second mailbox"},
		"never taken":     {fate: channeltest.Failing, want: context.DeadlineExceeded, where: "send to the second mailbox: rcpt"},
		"mailbox is down": {edit: func(a *mailPair) { a.second.stop() }, taken: 1, want: context.DeadlineExceeded, where: "look in the second mailbox: settle canary"},
		"wrong password": {
			edit:  func(a *mailPair) { a.cfg.Canary.IMAP.Password = channels.Inline("feil-" + imapPassword) },
			taken: 1, want: context.DeadlineExceeded, where: "look in the second mailbox: settle canary: login",
		},
		"no second mailbox": {edit: func(a *mailPair) { a.cfg.Canary = nil }, want: channels.ErrRefused, where: "there is no second mailbox"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// How long a look takes is the machine's affair: where the end came
			// before what is looked for, it is tried anew with twice the time.
			for patience := time.Second; ; patience *= 2 {
				a := startMailPair(t)
				if tt.edit != nil {
					tt.edit(a)
				}
				a.relay.decide(tt.fate)
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				c := newTestChannel(t, a.cfg)
				err := c.SendCanary(ctx, testCanary())
				cancel()
				if err != nil && strings.Contains(err.Error(), imapPassword) {
					t.Fatalf("error tells the password: %v", err)
				}
				if got := c.HasCanary(); got != (a.cfg.Canary != nil) {
					t.Fatalf("HasCanary: got %t", got)
				}
				taken := a.taken.Load()
				if errors.Is(err, tt.want) && (err == nil || strings.Contains(err.Error(), tt.where)) && taken == tt.taken {
					return
				}
				if patience > 30*time.Second {
					t.Fatalf("got %v, want %v with %q; the relay took %d, want %d", err, tt.want, tt.where, taken, tt.taken)
				}
			}
		})
	}
}

// A server that is busy is tried again, as nothing has left.
func TestSendCanaryAgain(t *testing.T) {
	a := startMailPair(t)
	a.relay.decide(channeltest.Failing)
	go func() {
		time.Sleep(100 * time.Millisecond)
		a.relay.decide(channeltest.Taken)
	}()
	if err := newTestChannel(t, a.cfg).SendCanary(t.Context(), testCanary()); err != nil || a.taken.Load() != 1 {
		t.Errorf("got %v, taken %d times", err, a.taken.Load())
	}
}

// The canary looks as a person's mail does, and its copy is heard.
func TestCanaryReadsAsAPersonsMail(t *testing.T) {
	a := startMailPair(t)
	c := newTestChannel(t, a.cfg)
	h := newRecorder("INBOX")
	listen(t, c, h)
	if err := c.SendCanary(t.Context(), testCanary()); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(h.heard(t, 1)[0].Raw))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Message-ID": "<canary-hjx1k2m3n4abcdefgh@example.no>",
		"From":       `"Kari Nordmann" <kari+` + letter.PlusTag("hjx1k2m3n4abcdefgh") + `@example.no>`,
		"To":         "canary@other.example",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	delete(m.Header, "Message-Id")
	delete(m.Header, "To")
	var body bytes.Buffer
	if _, err := body.ReadFrom(m.Body); err != nil {
		t.Fatal(err)
	}
	for _, values := range m.Header {
		body.WriteString(strings.Join(values, " "))
	}
	if text := body.String(); strings.Contains(strings.ToLower(text), "canary") || !strings.Contains(text, "Kari Nordmann") || m.Header.Get("Subject") == "" {
		t.Errorf("got %s", text)
	}
}

func TestCheckTriesTheSecondMailbox(t *testing.T) {
	a := startMailPair(t)
	if err := newTestChannel(t, a.cfg).Check(t.Context()); err != nil {
		t.Errorf("got %v", err)
	}
	a.second.stop()
	if err := newTestChannel(t, a.cfg).Check(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "canary: imap: connect") {
		t.Errorf("got %v, want the second mailbox at fault", err)
	}
}

// TestPostfixCanary goes both ways through real servers.
func TestPostfixCanary(t *testing.T) {
	t.Parallel()
	dovecot := peers.StartDovecot(t, peers.Options{})
	postfix := peers.StartPostfix(t, peers.PostfixOptions{Dovecot: dovecot})
	at, err := net.ResolveTCPAddr("tcp", postfix.Submission)
	if err != nil {
		t.Fatal(err)
	}
	c := channelTo(t, at, StartTLS, Options{Timeout: 10 * time.Second})
	c.cfg.SMTP.CAFile = postfix.CA
	c.cfg.SMTP.Username, c.cfg.SMTP.Password = "shopper@shopper.test", channels.Inline("secret")
	c.cfg.IMAP = Mailbox{Server: mailboxOf(t, dovecot), Poll: time.Second}
	c.cfg.Canary = &Canary{Address: "canary@shopper.test", IMAP: c.cfg.IMAP}
	c.cfg.Canary.IMAP.Username = "canary"
	h := newRecorder("INBOX")
	listen(t, c, h)
	o := testCanary()
	o.Persona.Address = "kari@shopper.test"
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := c.SendCanary(ctx, o); err != nil {
		t.Fatal(err)
	}
	heard := h.heard(t, 1)
	if !slices.ContainsFunc(heard, func(a channels.Arrival) bool {
		return bytes.Contains(a.Raw, []byte("Message-ID: <"+o.ID+"@shopper.test>"))
	}) {
		t.Errorf("got %s", heard[0].Raw)
	}
	// Nobody is there: the server takes it, or says so at once.
	c.cfg.Canary.Address = "canary@nowhere.test"
	ctx, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	o.Token, o.ID = "hjx1k2m3n5abcdefgh", "canary-hjx1k2m3n5abcdefgh"
	if err := c.SendCanary(ctx, o); err == nil {
		t.Error("found where it was never sent")
	}
}
