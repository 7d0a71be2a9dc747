package peers

import (
	"bytes"
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// self is one of the shopper's addresses.
const self = "kari.holm27@shopper.test"

func TestPostfixSubmission(t *testing.T) {
	d := StartDovecot(t, Options{})
	companies, companiesAddr := openCompany(t)
	bank, bankAddr := openCompany(t)
	p := StartPostfix(t, PostfixOptions{
		Dovecot:   d,
		Companies: companiesAddr,
		Routes:    map[string]string{"bank.test": bankAddr},
	})

	t.Run("a submission reaches its company", func(t *testing.T) {
		for domain, there := range map[string]*company{"butikk.test": companies, "bank.test": bank} {
			to := "post@" + domain
			if err := submit(p, "secret", self, to, letter(self, to, "frakt")); err != nil {
				t.Fatal(err)
			}
			there.expect(t, "To: "+to)
		}
	})

	t.Run("a submission by implicit TLS and LOGIN is taken", func(t *testing.T) {
		client, err := smtp.DialTLS(p.Submissions, &tls.Config{RootCAs: p.Roots})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if err := client.Auth(sasl.NewLoginClient("shopper@shopper.test", "secret")); err != nil {
			t.Fatal(err)
		}
		to := "post@butikk.test"
		if err := client.SendMail(self, []string{to}, bytes.NewReader(letter(self, to, "frakt"))); err != nil {
			t.Fatal(err)
		}
		companies.expect(t, "To: "+to)
	})

	t.Run("a wrong password is refused", func(t *testing.T) {
		if err := submit(p, "guess", self, "post@butikk.test", letter(self, "post@butikk.test", "frakt")); err == nil {
			t.Error("got no error")
		}
	})
}

func TestPostfix(t *testing.T) {
	d := StartDovecot(t, Options{})
	_, companies := openCompany(t)
	p := StartPostfix(t, PostfixOptions{Dovecot: d, Companies: companies})
	inbox := login(t, d.IMAP, "INBOX", nil)

	t.Run("mail to our own domain reaches its mailbox", func(t *testing.T) {
		if err := p.Deliver(letter("per@butikk.test", self, "svar"), "per@butikk.test", self); err != nil {
			t.Fatal(err)
		}
		header := await(t, inbox, 1)
		if got, want := header.Get("Delivered-To"), self; got != want {
			t.Errorf("Delivered-To: got %q, want %q", got, want)
		}
	})

	t.Run("a stranger cannot relay", func(t *testing.T) {
		err := p.Deliver(letter("per@butikk.test", "post@bank.test", "frakt"), "per@butikk.test", "post@bank.test")
		if err == nil || !strings.Contains(err.Error(), "Relay access denied") {
			t.Errorf("got %v, want Relay access denied", err)
		}
	})

	t.Run("a refusal comes back as a bounce", func(t *testing.T) {
		to := "nobody@butikk.test"
		if err := submit(p, "secret", self, to, letter(self, to, "frakt")); err != nil {
			t.Fatal(err)
		}
		header := await(t, inbox, 2)
		if got, want := header.Get("Content-Type"), "multipart/report; report-type=delivery-status"; !strings.HasPrefix(got, want) {
			t.Errorf("Content-Type: got %q, want %q", got, want)
		}
		if got, want := header.Get("Delivered-To"), self; got != want {
			t.Errorf("Delivered-To: got %q, want %q", got, want)
		}
	})

	t.Run("mail waits for a stopped Dovecot and Postfix", func(t *testing.T) {
		d.Stop()
		if err := p.Deliver(letter("per@butikk.test", self, "senere"), "per@butikk.test", self); err != nil {
			t.Fatal(err)
		}
		p.Stop()
		p.Start()
		d.Start()
		header := await(t, login(t, d.IMAP, "INBOX", nil), 3)
		if got, want := header.Get("Subject"), "senere"; got != want {
			t.Errorf("subject: got %q, want %q", got, want)
		}
	})
}

func TestPostfixPipesToDovecot(t *testing.T) {
	d := StartDovecot(t, Options{})
	p := StartPostfix(t, PostfixOptions{Dovecot: d, Delivery: Pipe})
	inbox := login(t, d.IMAP, "INBOX", nil)
	for i, rcpt := range []string{"kari.holm27@shopper.test", "shopper+oak@shopper.test"} {
		if err := p.Deliver(letter("per@butikk.test", rcpt, "svar"), "per@butikk.test", rcpt); err != nil {
			t.Fatal(err)
		}
		header := await(t, inbox, uint32(i+1))
		if got := header.Get("X-Original-To"); got != rcpt {
			t.Errorf("X-Original-To: got %q, want %q", got, rcpt)
		}
		if got, want := header.Get("Delivered-To"), "shopper"; !strings.HasPrefix(got, want) {
			t.Errorf("Delivered-To of %s: got %q, want %q", rcpt, got, want)
		}
		if got, want := header.Get("Return-Path"), "<per@butikk.test>"; got != want {
			t.Errorf("Return-Path: got %q, want %q", got, want)
		}
	}
}

func TestPostfixWarnsOfDelay(t *testing.T) {
	d := StartDovecot(t, Options{})
	closed, err := loopback(1)
	if err != nil {
		t.Fatal(err)
	}
	p := StartPostfix(t, PostfixOptions{
		Dovecot:   d,
		Companies: closed[0],
		Settings:  "delay_warning_time = 1s",
	})
	const to = "post@butikk.test"
	if err := submit(p, "secret", self, to, letter(self, to, "frakt")); err != nil {
		t.Fatal(err)
	}
	header := await(t, login(t, d.IMAP, "INBOX", nil), 1)
	if got, want := header.Get("Subject"), "Delayed Mail (still being retried)"; got != want {
		t.Errorf("subject: got %q, want %q", got, want)
	}
}

// expect fails the test unless the company takes a message with that line.
func (c *company) expect(t *testing.T, line string) {
	t.Helper()
	select {
	case msg := <-c.took:
		if !bytes.Contains(msg, []byte(line+"\r\n")) {
			t.Errorf("got %q, want the line %q", msg, line)
		}
	case <-time.After(patience):
		t.Errorf("got no message, want one with %q", line)
	}
}
