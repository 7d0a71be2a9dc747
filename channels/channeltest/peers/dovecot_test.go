package peers

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
)

func TestDovecot(t *testing.T) {
	d := StartDovecot(t, Options{})

	t.Run("delivers to the user of an address", func(t *testing.T) {
		inbox := login(t, d.IMAP, "INBOX", nil)
		for i, rcpt := range []string{"shopper", "shopper+oak@shopper.test", "kari.holm27@shopper.test"} {
			if err := d.Deliver(letter("per@butikk.test", rcpt, "svar"), rcpt); err != nil {
				t.Fatal(err)
			}
			header := await(t, inbox, uint32(i+1))
			if got := header.Get("Delivered-To"); got != rcpt {
				t.Errorf("Delivered-To: got %q, want %q", got, rcpt)
			}
			if got, want := header.Get("Return-Path"), "<per@butikk.test>"; got != want {
				t.Errorf("Return-Path: got %q, want %q", got, want)
			}
		}
	})

	t.Run("files into Junk", func(t *testing.T) {
		if err := d.File(letter("per@butikk.test", "shopper@shopper.test", "tilbud"), "shopper", "Junk"); err != nil {
			t.Fatal(err)
		}
		header := await(t, login(t, d.IMAP, "Junk", nil), 1)
		if got, want := header.Get("Subject"), "tilbud"; got != want {
			t.Errorf("subject: got %q, want %q", got, want)
		}
	})

	t.Run("speaks TLS with a certificate of its roots", func(t *testing.T) {
		trust := &imapclient.Options{TLSConfig: &tls.Config{RootCAs: d.Roots}}
		implicit, err := imapclient.DialTLS(d.IMAPS, trust)
		if err != nil {
			t.Fatalf("implicit: %v", err)
		}
		_ = implicit.Close()
		explicit, err := imapclient.DialStartTLS(d.IMAP, trust)
		if err != nil {
			t.Fatalf("STARTTLS: %v", err)
		}
		_ = explicit.Close()
	})

	t.Run("refuses a wrong password", func(t *testing.T) {
		client, err := imapclient.DialInsecure(d.IMAP, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if err := client.Login("shopper", "guess").Wait(); err == nil {
			t.Error("got a login, want an error")
		}
	})
}

func TestDovecotTellsAnIdlerAtOnce(t *testing.T) {
	d := StartDovecot(t, Options{})
	heard := make(chan uint32, 10)
	inbox := login(t, d.IMAP, "INBOX", &imapclient.Options{
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{
			Mailbox: func(data *imapclient.UnilateralDataMailbox) {
				if data.NumMessages != nil {
					heard <- *data.NumMessages
				}
			},
		},
	})
	idle, err := inbox.Idle()
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if err := d.Deliver(letter("per@butikk.test", "shopper@shopper.test", "svar"), "shopper"); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-heard:
		if got != 1 {
			t.Errorf("got %d messages, want 1", got)
		}
	case <-time.After(patience):
		t.Error("got nothing, want a notice")
	}
}

func TestDovecotKeepsMailWhenRestarted(t *testing.T) {
	d := StartDovecot(t, Options{})
	if err := d.Deliver(letter("per@butikk.test", "shopper@shopper.test", "svar"), "shopper"); err != nil {
		t.Fatal(err)
	}
	before, err := login(t, d.IMAP, "INBOX", nil).Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}

	d.Stop()
	d.Stop()
	if err := d.Deliver(letter("per@butikk.test", "shopper@shopper.test", "svar"), "shopper"); err == nil {
		t.Error("deliver to a stopped server: got no error")
	}
	d.Start()

	after, err := login(t, d.IMAP, "INBOX", nil).Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := after.NumMessages, before.NumMessages; got != want {
		t.Errorf("messages: got %d, want %d", got, want)
	}
	if got, want := after.UIDValidity, before.UIDValidity; got != want {
		t.Errorf("UIDVALIDITY: got %d, want %d", got, want)
	}
}
