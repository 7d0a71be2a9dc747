package peers

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const patience = time.Minute

// letter returns a message with its subject.
func letter(from, to, subject string) []byte {
	return []byte(strings.Join([]string{
		"From: " + from,
		"To: " + to,
		"Subject: " + subject,
		"Date: Mon, 22 Apr 2024 09:00:00 +0200",
		"Message-ID: <" + subject + "@shopper.test>",
		"",
		"Hei, hva koster frakt til Bodø?",
		"",
	}, "\r\n"))
}

// login opens a mailbox of shopper by the IMAP server at address.
func login(t *testing.T, address, folder string, options *imapclient.Options) *imapclient.Client {
	t.Helper()
	client, err := imapclient.DialInsecure(address, options)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Login("shopper", "secret").Wait(); err != nil {
		t.Fatalf("log in: %v", err)
	}
	if _, err := client.Select(folder, nil).Wait(); err != nil {
		t.Fatalf("select %s: %v", folder, err)
	}
	return client
}

// await returns the header of the newest message in the folder, once it holds
// n messages.
func await(t *testing.T, client *imapclient.Client, n uint32) mail.Header {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		// Mailbox may be nil until an answer after that to SELECT has been read.
		if err := client.Noop().Wait(); err != nil {
			t.Fatalf("noop: %v", err)
		}
		got := client.Mailbox().NumMessages
		if got >= n {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %d messages, want %d", got, n)
		}
	}
	section := &imap.FetchItemBodySection{}
	fetched, err := client.Fetch(imap.SeqSetNum(n), &imap.FetchOptions{
		BodySection: []*imap.FetchItemBodySection{section},
	}).Collect()
	if err != nil || len(fetched) != 1 {
		t.Fatalf("fetch: got %d messages, %v", len(fetched), err)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(fetched[0].FindBodySection(section)))
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return parsed.Header
}

// submit logs in to the submission port and hands msg over.
func submit(p *Postfix, password, from, to string, msg []byte) error {
	conn, err := net.Dial("tcp", p.Submission)
	if err != nil {
		return err
	}
	client, err := smtp.NewClientStartTLS(conn, &tls.Config{RootCAs: p.Roots, ServerName: "localhost"})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Auth(sasl.NewPlainClient("", "shopper", password)); err != nil {
		return err
	}
	if err := client.Mail(from, &smtp.MailOptions{EnvelopeID: "envid-1"}); err != nil {
		return err
	}
	if err := client.Rcpt(to, &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyFailure, smtp.DSNNotifyDelayed}}); err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := data.Write(msg); err != nil {
		return err
	}
	return data.Close()
}

// company is an SMTP server that plays the companies: it takes what is sent to
// anyone but nobody@.
type company struct{ took chan []byte }

// openCompany starts a company and returns its address.
func openCompany(t *testing.T) (*company, string) {
	t.Helper()
	c := &company{took: make(chan []byte, 10)}
	server := smtp.NewServer(c)
	server.Domain = "company.test"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		// A server that is closed before it serves would serve all the same.
		_ = listener.Close()
		_ = server.Close()
		<-done
	})
	return c, listener.Addr().String()
}

func (c *company) NewSession(*smtp.Conn) (smtp.Session, error) { return c, nil }
func (c *company) Reset()                                      {}
func (c *company) Logout() error                               { return nil }
func (c *company) Mail(string, *smtp.MailOptions) error        { return nil }
func (c *company) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	return nil
}

func (c *company) Data(r io.Reader) error {
	msg, err := io.ReadAll(r)
	c.took <- msg
	return err
}
