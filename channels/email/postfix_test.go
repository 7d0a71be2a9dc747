package email

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

// TestPostfix submits through a real server: the company gets the message as
// it was written, the copy reaches our mailbox, and the receipt names what the
// server's log does.
func TestPostfix(t *testing.T) {
	t.Parallel()
	dovecot := peers.StartDovecot(t, peers.Options{})
	company, addr, _ := submission(t, None)
	postfix := peers.StartPostfix(t, peers.PostfixOptions{Dovecot: dovecot, Companies: addr.String()})
	for protection, address := range map[TLS]string{StartTLS: postfix.Submission, Implicit: postfix.Submissions} {
		t.Run(string(protection), func(t *testing.T) {
			at, err := net.ResolveTCPAddr("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			var trace bytes.Buffer
			c := channelTo(t, at, protection, Options{Timeout: 10 * time.Second, Trace: &trace})
			c.cfg.SMTP.CAFile = postfix.CA
			c.cfg.SMTP.Username, c.cfg.SMTP.Password = "shopper@shopper.test", channels.Inline("secret")
			c.cfg.IMAP.Server = mailboxOf(t, dovecot)
			o := opening(t, c)
			o.Token, o.Persona.Address, o.Reach = "x7f3"+string(protection), "kari@shopper.test", "post@butikk.test"
			if o, err = c.Prepare(o); err != nil {
				t.Fatal(err)
			}
			receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
			if err != nil {
				t.Fatalf("%v\n%s", err, &trace)
			}
			if !regexp.MustCompile(`^250 2\.0\.0 Ok: queued as `+receipt.ID+`$`).MatchString(receipt.Response) || receipt.ID == "" {
				t.Errorf("got %+v", receipt)
			}
			awaitLetter(t, company, o)
			if _, err := awaitCopy(t, c, o); err != nil {
				t.Errorf("the copy: %v", err)
			}
		})
	}
}

// A wrong password is ours, and is in no error.
func TestPostfixRefusesLogin(t *testing.T) {
	t.Parallel()
	dovecot := peers.StartDovecot(t, peers.Options{})
	postfix := peers.StartPostfix(t, peers.PostfixOptions{Dovecot: dovecot})
	at, err := net.ResolveTCPAddr("tcp", postfix.Submission)
	if err != nil {
		t.Fatal(err)
	}
	c := channelTo(t, at, StartTLS, Options{Timeout: 10 * time.Second})
	c.cfg.SMTP.CAFile = postfix.CA
	if _, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded); verdict(err) != "refused at auth" || hasSecret(err.Error()) {
		t.Errorf("got %v, want ours", err)
	}
}

// mailboxOf returns where the shopper's mail is read.
func mailboxOf(t *testing.T, dovecot *peers.Dovecot) Server {
	t.Helper()
	at, err := net.ResolveTCPAddr("tcp", dovecot.IMAPS)
	if err != nil {
		t.Fatal(err)
	}
	return Server{
		Host: "127.0.0.1", Port: at.Port, TLS: Implicit, CAFile: dovecot.CA,
		Username: "shopper", Password: channels.Inline("secret"),
	}
}

// awaitLetter waits for the company to have o, and holds it against what was written.
func awaitLetter(t *testing.T, company *companyServer, o channels.Opening) {
	t.Helper()
	want, err := letter.Compose(o, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := bytes.Cut(want.Message, []byte("\r\n\r\n"))
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		for _, message := range company.kept() {
			if !bytes.Contains(message, []byte("<"+o.ID+">")) {
				continue
			}
			from := "\r\nFrom: \"Kari Nordmann\" <" + o.Address + ">\r\n"
			if !bytes.HasSuffix(message, text) || !strings.Contains(string(message), from) {
				t.Errorf("the company got\n%s", message)
			}
			return
		}
	}
	t.Errorf("the company got nothing with %s", o.ID)
}

// awaitCopy waits for the copy of o.
func awaitCopy(t *testing.T, c *Channel, o channels.Opening) (channels.Receipt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		receipt, err := c.Reconcile(ctx, o)
		if !errors.Is(err, channels.ErrNotFound) && !errors.Is(err, os.ErrDeadlineExceeded) {
			return receipt, err
		}
		time.Sleep(50 * time.Millisecond)
	}
}
