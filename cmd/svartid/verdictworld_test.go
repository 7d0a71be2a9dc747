package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// A mailHost is where the letters of a verdict's world lie: Dovecot where it is
// installed, else a server in this process.
type mailHost struct {
	t        testing.TB
	settings string // how the program reaches it, in flow style, without the user
	dial     func() (*imapclient.Client, error)
	mu       sync.Mutex
}

// newMailHost starts one with users, whose password is secret.
func newMailHost(t testing.TB, users ...string) *mailHost {
	t.Helper()
	passwords := map[string]string{}
	for _, user := range users {
		passwords[user] = "secret"
	}
	if _, err := os.Stat("/usr/sbin/dovecot"); err == nil || os.Getenv("SVARTID_PEERS") == "1" {
		d := peers.StartDovecot(t, peers.Options{Users: passwords, CatchAll: users[0]})
		roots := x509.NewCertPool()
		pem, err := os.ReadFile(d.CA)
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			t.Fatalf("read %s: %v", d.CA, err)
		}
		return &mailHost{
			t: t, settings: fmt.Sprintf("host: 127.0.0.1, port: %s, tls: implicit, ca_file: %s", portOf(t, d.IMAPS), d.CA),
			dial: func() (*imapclient.Client, error) {
				return imapclient.DialTLS(d.IMAPS, &imapclient.Options{TLSConfig: &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}})
			},
		}
	}
	server := imapmemserver.New()
	for user := range passwords {
		u := imapmemserver.NewUser(user, "secret")
		if err := errors.Join(u.Create("INBOX", nil), u.Create("Junk", nil)); err != nil {
			t.Fatal(err)
		}
		server.AddUser(u)
	}
	listener := listenLocal(t)
	s := imapserver.New(&imapserver.Options{InsecureAuth: true, Logger: log.New(io.Discard, "", 0), NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
		return server.NewSession(), nil, nil
	}})
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close() })
	address := listener.Addr().String()
	return &mailHost{
		t: t, settings: fmt.Sprintf("host: 127.0.0.1, port: %s, tls: none", portOf(t, address)),
		dial: func() (*imapclient.Client, error) { return imapclient.DialInsecure(address, nil) },
	}
}

func listenLocal(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// put puts a letter into a user's inbox, dated as the mailbox's clock is ahead.
func (h *mailHost) put(user, letter string, ahead time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	raw := []byte(strings.ReplaceAll(letter, "\n", "\r\n"))
	err := func() error {
		c, err := h.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.Login(user, "secret").Wait(); err != nil {
			return err
		}
		appending := c.Append("INBOX", int64(len(raw)), &imap.AppendOptions{Time: time.Now().Add(ahead)})
		_, err = appending.Write(raw)
		err = errors.Join(err, appending.Close())
		_, done := appending.Wait()
		return errors.Join(err, done, c.Logout().Wait())
	}()
	if err != nil {
		h.t.Errorf("put a letter into the mailbox of %s: %v", user, err)
	}
}

// A submitter is our submission server for one mail channel, which delivers to
// companies by what their rows say.
type submitter struct {
	name    string // of the channel, and of the mailbox's user
	mails   *mailHost
	copies  bool          // our own copies come home
	lag     time.Duration // after which they do
	ahead   time.Duration // of the mailbox's clock
	refuses time.Duration // how long the password is wrong, from the first try
	rows    map[string]mailRow

	mu      sync.Mutex
	port    int
	first   time.Time
	openers map[string]int // by company
	home    int            // copies that have come home
	working sync.WaitGroup
}

// A mailRow is what becomes of a company's opener: what our own server says of it
// at a step, or what the company does once it has it.
type mailRow struct {
	rcpt, data string
	then       func(*submitter, sentLetter)
}

// A sentLetter is an opener that left.
type sentLetter struct {
	company, text string
	head          mail.Header
}

// customer is the address that it came from.
func (l sentLetter) customer() string {
	from, err := mail.ParseAddress(l.head.Get("From"))
	if err != nil {
		return ""
	}
	return from.Address
}

// start serves until the test ends.
func (s *submitter) start(t testing.TB) {
	listener := listenLocal(t)
	s.port, s.openers = listener.Addr().(*net.TCPAddr).Port, map[string]int{}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &submission{server: s}, nil }))
	server.AllowInsecureAuth = true
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		s.working.Wait()
	})
}

// settings are the channel's, in flow style.
func (s *submitter) settings() string {
	return fmt.Sprintf("{type: email, trusted_hops: [mx.shopper.test], reports_from: [127.0.0.1, smarthost.shopper.test], smtp: {host: 127.0.0.1, port: %d, tls: none, username: svartid, "+
		"password: secret}, imap: {%s, username: %s, password: secret, folders: [INBOX], poll: 300ms}}", s.port, s.mails.settings, s.name)
}

// asked returns how often a company got an opener.
func (s *submitter) asked(company string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.openers[company]
}

// copied returns how many copies have come home.
func (s *submitter) copied() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.home
}

// put puts a letter into the channel's mailbox.
func (s *submitter) put(letter string) { s.mails.put(s.name, letter, s.ahead) }

// A submission is one connection to a submitter.
type submission struct {
	server *submitter
	to     []string
}

var _ smtp.AuthSession = (*submission)(nil)

func (c *submission) Reset()                               { c.to = nil }
func (c *submission) Logout() error                        { return nil }
func (c *submission) Mail(string, *smtp.MailOptions) error { return nil }
func (c *submission) AuthMechanisms() []string             { return []string{sasl.Plain} }

func (c *submission) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, _ string) error {
		s := c.server
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.first.IsZero() {
			s.first = time.Now()
		}
		if time.Since(s.first) < s.refuses {
			return saidRow{said: "535 5.7.8 authentication credentials invalid"}.reply()
		}
		return nil
	}), nil
}

// company is the row of an address; empty: it is our own.
func (c *submission) company(to string) string {
	_, domain, _ := strings.Cut(to, "@")
	row, found := strings.CutSuffix(domain, ".example")
	if !found {
		return ""
	}
	return row
}

func (c *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	if said := c.server.rows[c.company(to)].rcpt; said != "" {
		return saidRow{said: said}.reply()
	}
	c.to = append(c.to, to)
	return nil
}

func (c *submission) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s := c.server
	for _, to := range c.to {
		if said := s.rows[c.company(to)].data; said != "" {
			return saidRow{said: said}.reply()
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for _, to := range c.to {
		l := sentLetter{company: c.company(to), text: strings.ReplaceAll(string(raw), "\r\n", "\n"), head: m.Header}
		s.working.Go(func() { s.arrive(l) })
	}
	return nil
}

// arrive brings an opener to its company, or our own copy home.
func (s *submitter) arrive(l sentLetter) {
	if l.company == "" {
		if s.copies {
			time.Sleep(s.lag)
			s.put(handedOver("relay.shopper.test (localhost [127.0.0.1])") + l.text)
			s.mu.Lock()
			s.home++
			s.mu.Unlock()
		}
		return
	}
	s.mu.Lock()
	s.openers[l.company]++
	s.mu.Unlock()
	if then := s.rows[l.company].then; then != nil {
		then(s, l)
	}
}

// handedOver is what our mailbox's server writes above a message.
func handedOver(from string) string {
	return fmt.Sprintf("Received: from %s\n\tby mx.shopper.test (Postfix) with ESMTP id AB12;\n\t%s\n", from, time.Now().Format(time.RFC1123Z))
}

// replyTo writes what a company's person answers. Change changes its head.
func replyTo(l sentLetter, change func(head map[string]string)) string {
	head := map[string]string{
		"From": "Eva Berg <eva@" + l.company + ".example>", "To": l.customer(), "Subject": "SV: " + l.head.Get("Subject"),
		"Message-ID": fmt.Sprintf("<r%d@%s.example>", time.Now().UnixNano(), l.company), "Date": time.Now().Format(time.RFC1123Z),
		"In-Reply-To": l.head.Get("Message-ID"), "References": l.head.Get("Message-ID"), "Content-Type": "text/plain; charset=utf-8",
	}
	if change != nil {
		change(head)
	}
	text := handedOver(fmt.Sprintf("mx.%s.example (mx.%s.example [203.0.113.9])", l.company, l.company))
	for _, name := range []string{"From", "To", "Subject", "Message-ID", "Date", "In-Reply-To", "References", "Content-Type"} {
		if head[name] != "" {
			text += name + ": " + head[name] + "\n"
		}
	}
	body := letter{}.text()
	if head["body"] != "" {
		body = head["body"]
	}
	return text + "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n\n" + body
}

// ownReport is the trace of what our own submission server makes.
func ownReport() string {
	return handedOver("relay.shopper.test (localhost [127.0.0.1])") +
		"Received: by relay.shopper.test (Postfix)\n\tid 77; " + time.Now().Format(time.RFC1123Z) + "\n"
}

// returned writes a report on an opener, below the trace by which it came. Remote is the
// server that it says has spoken, if any.
func returned(l sentLetter, trace, said, remote string) string {
	status := strings.Fields(said)[1]
	if remote != "" {
		said += "\nRemote-MTA: dns; " + remote
	}
	return fmt.Sprintf(`Return-Path: <>
%sFrom: Mail Delivery System <MAILER-DAEMON@relay.shopper.test>
To: %s
Subject: Undelivered Mail Returned to Sender
Message-ID: <d%d@relay.shopper.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

Your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.shopper.test

Final-Recipient: rfc822; post@%s.example
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--b1
Content-Type: message/rfc822

%s
--b1--
`, trace, l.customer(), time.Now().UnixNano(), l.company, status, said, l.text)
}

// A hookHost is the other end of a webhook, where each company does what its row
// says.
type hookHost struct {
	hook string // where replies go
	rows map[string]func(*hookHost, http.ResponseWriter, hookOpener)

	mu      sync.Mutex
	tries   map[string]int
	working sync.WaitGroup
}

// A hookOpener is an opener as it comes, and the how manieth of its attempt.
type hookOpener struct {
	Attempt string `json:"attempt"`
	Reach   string `json:"reach"`
	try     int
	first   time.Time
}

// start serves until the test ends.
func (h *hookHost) start(t testing.TB) (url string) {
	h.tries = map[string]int{}
	firsts := map[string]time.Time{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var said struct{ Data hookOpener }
		if json.NewDecoder(r.Body).Decode(&said) != nil || h.rows[said.Data.Reach] == nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		h.mu.Lock()
		h.tries[said.Data.Attempt]++
		if firsts[said.Data.Attempt].IsZero() {
			firsts[said.Data.Attempt] = time.Now()
		}
		said.Data.try, said.Data.first = h.tries[said.Data.Attempt], firsts[said.Data.Attempt]
		h.mu.Unlock()
		h.rows[said.Data.Reach](h, w, said.Data)
	}))
	t.Cleanup(func() {
		server.Close()
		h.working.Wait()
	})
	return server.URL
}

// reply answers an attempt after a while, dated as its clock has it.
func (h *hookHost) reply(o hookOpener, after, dated time.Duration) {
	h.working.Go(func() {
		time.Sleep(after)
		body, err := json.Marshal(map[string]any{"type": "svartid.reply", "timestamp": time.Now().UTC(), "data": map[string]any{
			"attempt": o.Attempt, "responder": "human", "text": letter{}.text(), "occurred_at": time.Now().Add(dated).UTC(),
		}})
		if err != nil {
			return
		}
		c := &courier.Courier{Signature: hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline(relaySecret)}}}
		within, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		c.Bring(within, h.hook, courier.Parcel{ID: "msg_" + o.Attempt, Body: body})
	})
}
