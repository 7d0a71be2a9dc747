package email

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/channeltest/peers"
)

// dovecotConfig returns the configuration that leads to a Dovecot by way of
// address, with STARTTLS.
func dovecotConfig(t testing.TB, d *peers.Dovecot, address string) Config {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		SMTP: Server{Host: host, Port: 9, TLS: None},
		IMAP: Mailbox{
			Server: Server{
				Host: host, Port: n, TLS: StartTLS, CAFile: d.CA,
				Username: "shopper", Password: channels.Inline("secret"),
			},
			Folders: []string{"INBOX", "Junk"},
			Poll:    50 * time.Millisecond,
		},
	}
}

// delivered hands a message to d that holds text.
func delivered(t testing.TB, d *peers.Dovecot, text string) time.Time {
	t.Helper()
	raw := fmt.Appendf(nil, "From: post@kraft.example\r\nTo: kari+x@shopper.example\r\nDate: %s\r\nSubject: x\r\n\r\n%s\r\n",
		time.Now().Format(time.RFC1123Z), text)
	if err := d.Deliver(raw, "shopper"); err != nil {
		t.Fatal(err)
	}
	return time.Now()
}

func TestSuiteOnDovecot(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a clock of seconds, case by case; TestSuite does so in this process")
	}
	d := peers.StartDovecot(t, peers.Options{})
	channeltest.Run(t, func(t *testing.T) channeltest.World {
		empty(t, d)
		r, submit := startRelay(t, func(rcpt string, raw []byte) {
			if err := d.Deliver(raw, rcpt); err != nil {
				t.Error(err)
			}
		})
		p := peers.Proxy(t, d.IMAP)
		cfg := dovecotConfig(t, d, p.Addr)
		cfg.SMTP = Server{Host: "127.0.0.1", Port: submit.Port, TLS: None, Username: imapUser, Password: channels.Inline(imapPassword)}
		c := newTestChannel(t, cfg)
		return channeltest.World{
			Opener: c, Listener: c, Settler: c,
			Opening: unprepared, Decide: r.decide, Got: r.count,
			Deliver: func(text string) { delivered(t, d, text) },
			Break:   p.Drop,
			Secrets: []string{imapPassword},
			Trouble: wrongly(t, cfg),
		}
	})
}

// client returns a connection to d of the test's own.
func client(t testing.TB, d *peers.Dovecot) *imapclient.Client {
	t.Helper()
	conn, err := net.Dial("tcp", d.IMAP)
	if err != nil {
		t.Fatal(err)
	}
	c := imapclient.New(conn, nil)
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login("shopper", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// empty takes all mail out of the inbox.
func empty(t testing.TB, d *peers.Dovecot) {
	t.Helper()
	c := client(t, d)
	data, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if data.NumMessages == 0 {
		return
	}
	all, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Store(all.All, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Expunge().Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDovecotRestarts(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, peers.Options{})
	c := newTestChannel(t, dovecotConfig(t, d, d.IMAP))
	h := newRecorder("INBOX")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		for ctx.Err() == nil {
			h.mu.Lock()
			from := h.mark
			h.mu.Unlock()
			_ = c.Listen(ctx, from, h.hear)
			time.Sleep(20 * time.Millisecond)
		}
	}()
	n := 0
	for range 3 {
		for range 20 {
			delivered(t, d, fmt.Sprintf("message-%d.", n))
			n++
		}
		d.Stop()
		d.Start()
	}
	h.readPast(t, time.Now())
	cancel()
	<-listening
	keys := map[string]bool{}
	for _, a := range h.arrivals {
		keys[a.Key] = true
	}
	if len(keys) != n || len(h.arrivals) != n {
		t.Errorf("heard %d arrivals, %d of them different; want %d", len(h.arrivals), len(keys), n)
	}
}

func TestDovecotFallsSilent(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, peers.Options{})
	p := peers.Proxy(t, d.IMAP)
	cfg := dovecotConfig(t, d, p.Addr)
	const patience = 500 * time.Millisecond
	c, err := New(cfg, Options{Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	h := newRecorder("INBOX")
	done := make(chan error, 1)
	go func() { done <- c.Listen(t.Context(), h.mark, h.hear) }()
	h.readPast(t, time.Now())
	p.Silence()
	select {
	case err := <-done:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Listen: %v, want a deadline", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("not found within a minute")
	}
	delivered(t, d, "meanwhile")
	p.Heal()
	listen(t, newTestChannel(t, cfg), h)
	if got := h.heard(t, 1); len(got) != 1 {
		t.Errorf("heard %d", len(got))
	}
}

func TestDovecotNumbersAnew(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, peers.Options{})
	file := func(text string) {
		if err := d.File([]byte("From: a@kraft.example\r\nSubject: x\r\n\r\n"+text+"\r\n"), "shopper", "Junk"); err != nil {
			t.Fatal(err)
		}
	}
	file("one")
	file("two")
	h := newRecorder("Junk")
	c := newTestChannel(t, dovecotConfig(t, d, d.IMAP))
	ctx, cancel := context.WithCancel(t.Context())
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		for ctx.Err() == nil {
			h.mu.Lock()
			from := h.mark
			h.mu.Unlock()
			_ = c.Listen(ctx, from, h.hear)
			time.Sleep(20 * time.Millisecond)
		}
	}()
	before := h.readPast(t, time.Now())
	other := client(t, d)
	if err := other.Delete("Junk").Wait(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // Dovecot's UIDVALIDITY is the time in seconds
	file("three")                       // makes the folder anew, if Listen has not done so by looking
	got := h.heard(t, 3)
	cancel()
	<-listening
	if len(got) != 3 || h.mark.Position == before.Position {
		t.Errorf("heard %d up to %s, before %s", len(got), h.mark.Position, before.Position)
	}
	for _, a := range got {
		if a.Flagged != "Junk" {
			t.Errorf("flagged %q", a.Flagged)
		}
	}
}

// BenchmarkDetectionOnDovecot measures the time from the end of delivery by
// LMTP to when the message is heard.
func BenchmarkDetectionOnDovecot(b *testing.B) {
	d := peers.StartDovecot(b, peers.Options{})
	cfg := dovecotConfig(b, d, d.IMAP)
	cfg.IMAP.Poll = time.Minute
	detect(b, cfg, func(n int) time.Time { return delivered(b, d, fmt.Sprintf("message-%d.", n)) })
}
