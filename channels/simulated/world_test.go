package simulated

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels/email"
)

// start runs a world until the test ends.
func start(t *testing.T, opt Options) *World {
	t.Helper()
	w := New(opt)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return w
}

func address(s email.Server) string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// dial connects to the submission server and logs in.
func dial(t *testing.T, w *World) *smtp.Client {
	t.Helper()
	server := w.Mailbox().SMTP
	c, err := smtp.Dial(address(server))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	password, err := server.Password.Reveal()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Auth(sasl.NewPlainClient("", server.Username, password)); err != nil {
		t.Fatal(err)
	}
	return c
}

// A question is an opener as a test writes it.
type question struct {
	from, to, id string
	mail         smtp.MailOptions
	rcpt         smtp.RcptOptions
}

// written is when all questions are written: the same each time that a message is made.
var written = time.Now().Format(time.RFC1123Z)

func (q question) message() string {
	return "From: Ola Hansen <" + q.from + ">\r\nTo: <" + q.to + ">\r\n" +
		"Subject: =?utf-8?q?Sp=C3=B8rsm=C3=A5l_om_pris?=\r\nMessage-ID: <" + q.id + ">\r\n" +
		"Date: " + written + "\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
		"Hei! Hva koster det å bytte?\r\nHilsen Ola\r\n"
}

// put hands in a question and a blind copy of it, and returns the server's
// last words.
func put(c *smtp.Client, q question) (string, error) {
	if err := c.Mail(q.from, &q.mail); err != nil {
		return "", err
	}
	if err := c.Rcpt(q.to, &q.rcpt); err != nil {
		return "", err
	}
	if err := c.Rcpt(q.from, nil); err != nil {
		return "", err
	}
	data, err := c.Data()
	if err != nil {
		return "", err
	}
	if _, err := io.WriteString(data, q.message()); err != nil {
		return "", err
	}
	response, err := data.CloseWithResponse()
	if err != nil {
		return "", err
	}
	return response.StatusText, nil
}

// ask puts the n-th question to a company.
func ask(t *testing.T, w *World, company Company, n int) question {
	t.Helper()
	q := question{
		from: fmt.Sprintf("ola.hansen%d.%s@%s", n, company.ID, w.Domain()),
		to:   company.Address,
		id:   fmt.Sprintf("%d.%s@%s", n, company.ID, w.Domain()),
	}
	if _, err := put(dial(t, w), q); err != nil {
		t.Fatalf("ask %s: %v", company.ID, err)
	}
	return q
}

// open connects to our mailbox and opens a folder.
func open(t *testing.T, w *World, folder string, options *imapclient.Options) *imapclient.Client {
	t.Helper()
	server := w.Mailbox().IMAP.Server
	c, err := imapclient.DialInsecure(address(server), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	password, err := server.Password.Reveal()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login(server.Username, password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select(folder, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// An arrival is a message as it lies in our mailbox.
type arrival struct {
	folder string
	date   time.Time // INTERNALDATE
	raw    []byte
	*mail.Message
}

// arrivals returns all that lies in our mailbox, by Message-ID without brackets.
func arrivals(t *testing.T, w *World) map[string]arrival {
	t.Helper()
	found := make(map[string]arrival)
	for _, folder := range w.Mailbox().IMAP.Folders {
		c := open(t, w, folder, nil)
		section := &imap.FetchItemBodySection{Peek: true}
		messages, err := c.Fetch(imap.UIDSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{
			InternalDate: true, UID: true, BodySection: []*imap.FetchItemBodySection{section},
		}).Collect()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			raw := m.FindBodySection(section)
			parsed, err := mail.ReadMessage(bytes.NewReader(raw))
			if err != nil {
				t.Fatalf("read %s: %v", raw, err)
			}
			a := arrival{folder: folder, date: m.InternalDate, raw: raw, Message: parsed}
			id := strings.Trim(parsed.Header.Get("Message-Id"), "<>")
			if _, twice := found[id]; twice {
				t.Errorf("%s lies in the mailbox twice", id)
			}
			found[id] = a
		}
		c.Close()
	}
	return found
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// settled reports whether every reply has been delivered.
func settled(w *World) func() bool {
	return func() bool {
		for _, turn := range w.Log() {
			for _, reply := range turn.Replies {
				if reply.Delivered.IsZero() {
					return false
				}
			}
		}
		return true
	}
}

// as returns a company of the given character.
func as(t *testing.T, w *World, c Character) Company {
	t.Helper()
	for _, company := range w.Companies() {
		if company.Character == c {
			return company
		}
	}
	t.Fatalf("no company is %s", c)
	return Company{}
}

func TestBlindCopyIsDeliveredAtOnce(t *testing.T) {
	w := start(t, Options{Cast: []Character{Silent}})
	q := ask(t, w, w.Companies()[0], 1)
	got, ok := arrivals(t, w)[q.id]
	if !ok {
		t.Fatal("no blind copy in the mailbox")
	}
	if want := "<" + q.from + ">"; got.Header.Get("Return-Path") != want || "<"+got.Header.Get("Delivered-To")+">" != want {
		t.Errorf("Return-Path %s, Delivered-To %s, want %s", got.Header.Get("Return-Path"), got.Header.Get("Delivered-To"), want)
	}
	if received := got.Header.Get("Received"); !strings.Contains(received, "by mx.kunder.example (Postfix)") || !strings.Contains(received, "for "+"<"+q.from+">") {
		t.Errorf("Received: %s", received)
	}
	if !strings.HasSuffix(string(got.raw), q.message()) {
		t.Errorf("the message itself was changed:\n%s", got.raw)
	}
	if log := w.Log(); len(log) != 1 || log[0].ID != q.id || log[0].Address != q.from || len(log[0].Replies) != 0 {
		t.Errorf("log: %+v", log)
	}
	if got := w.Accepted(); got[q.id] != 1 || len(got) != 1 {
		t.Errorf("accepted: %v", got)
	}
}

func TestIdleSeesEachReplyAtOnce(t *testing.T) {
	w := start(t, Options{Cast: []Character{Acknowledges}, Scale: 400 * time.Millisecond})
	exists := make(chan uint32, 16)
	c := open(t, w, inbox, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				exists <- *data.NumMessages
			}
		},
	}})
	// The blind copy comes between the last command and IDLE.
	ask(t, w, w.Companies()[0], 1)
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	for n := uint32(1); n <= 3; n++ {
		select {
		case got := <-exists:
			if got != n {
				t.Errorf("%d messages announced, want %d", got, n)
			}
			var delivered time.Time
			if log := w.Log(); n > 1 {
				delivered = log[0].Replies[n-2].Delivered
				if late := time.Since(delivered); late > 10*time.Second {
					t.Errorf("message %d was announced %v after it came", n, late)
				}
			}
		case <-time.After(time.Minute):
			t.Fatalf("message %d was never announced", n)
		}
	}
	if err := idle.Close(); err != nil {
		t.Error(err)
	}
	if err := idle.Wait(); err != nil {
		t.Error(err)
	}
}

func TestRunLeavesNothingBehind(t *testing.T) {
	w := New(Options{Cast: []Character{Quick}, Mischief: Mischief{Stall: 1, Pause: time.Hour}})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()

	idle, err := open(t, w, inbox, nil).Idle()
	if err != nil {
		t.Fatal(err)
	}
	stalled := make(chan error, 1)
	sender := dial(t, w)
	go func() { stalled <- sender.Mail("ola@"+w.Domain(), nil) }()
	time.Sleep(50 * time.Millisecond)

	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("run: %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("Run does not end")
	}
	<-stalled
	idle.Close()
	eventually(t, "every goroutine of the world ends", func() bool {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		for _, mine := range []string{"simulated.(*", "imapserver.", "go-smtp.(*Server)", "go-smtp.(*Conn)"} {
			if bytes.Contains(stacks, []byte(mine)) {
				return false
			}
		}
		return true
	})
	if _, err := net.Dial("tcp", address(w.Mailbox().SMTP)); err == nil {
		t.Error("the submission server still listens")
	}
}

func TestWorldIsPlayedOnce(t *testing.T) {
	w := New(Options{})
	if err := w.Run(context.Background()); err == nil {
		t.Error("a world ran that was not started")
	}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	if err := w.Start(); err == nil {
		t.Error("a world started twice")
	}
	ended := make(chan error, 1)
	go func() { ended <- w.Run(context.Background()) }()
	open(t, w, inbox, nil)
	if err := w.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("run, after close: %v", err)
	}
	if err := w.Run(context.Background()); err == nil {
		t.Error("a world ran twice")
	}
	if err := New(Options{}).Close(); err != nil {
		t.Errorf("close of a world that was not started: %v", err)
	}
}

func TestCloseWithoutRun(t *testing.T) {
	w := New(Options{})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Error(err)
	}
	if err := w.Run(context.Background()); err == nil {
		t.Error("a closed world ran")
	}
}

func TestClockIsTheWorlds(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 30, 15, 0, time.FixedZone("", 3600))
	w := start(t, Options{Cast: []Character{Quick}, Scale: 100 * time.Millisecond, Clock: func() time.Time { return now }})
	q := ask(t, w, w.Companies()[0], 1)
	eventually(t, "the reply comes", settled(w))
	turn := w.Log()[0]
	reply := turn.Replies[0]
	for what, at := range map[string]time.Time{
		"received": turn.Received, "delivered": reply.Delivered,
		"blind copy's INTERNALDATE": arrivals(t, w)[q.id].date, "reply's INTERNALDATE": arrivals(t, w)[reply.ID].date,
	} {
		if !at.Equal(now) {
			t.Errorf("%s at %v, want %v", what, at, now)
		}
	}
}
