package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
)

// A behaviour is how a firm treats who writes to it.
type behaviour string

const (
	ready     behaviour = "ready"     // answers
	confirms  behaviour = "confirms"  // confirms by machine, and answers later
	elsewhere behaviour = "elsewhere" // answers from another address, outside the thread
	tardy     behaviour = "tardy"     // answers after the deadline
	mute      behaviour = "mute"      // never answers
	unknown   behaviour = "unknown"   // its server knows no such user
	gone      behaviour = "gone"      // its server no longer listens
)

// behaviours are those of the twenty firms.
func behaviours() []behaviour {
	return []behaviour{
		ready, confirms, elsewhere, mute, ready, confirms, elsewhere, tardy, ready, unknown,
		ready, confirms, elsewhere, mute, ready, confirms, elsewhere, tardy, gone, unknown,
	}
}

// Firms are the companies of the real run behind one SMTP server, and the log
// of what they did.
type surveyed struct {
	t       *testing.T
	deliver func(msg []byte, sender, rcpt string) error
	within  time.Duration
	addr    string

	mu      sync.Mutex
	turns   map[string]*turn // by the opener's Message-ID
	refused map[string]int   // by the envelope's sender
	writing sync.WaitGroup   // replies that are still to be delivered
}

// A turn is an opener that a firm took.
type turn struct {
	firm    int
	took    time.Time
	copies  int
	replies []scripted
}

// A scripted is a reply, with when it was handed to our mail server.
type scripted struct {
	id          string
	kind        reading.Kind
	begun, done time.Time
}

// openSurveyed opens the firms' server. It closes with the test, when all replies
// are written.
func openSurveyed(t *testing.T, within time.Duration) *surveyed {
	t.Helper()
	f := &surveyed{t: t, within: within, turns: map[string]*turn{}, refused: map[string]int{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.addr = listener.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &smtpSession{firms: f}, nil }))
	server.Domain = "mx.firms.example"
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close()
		_ = server.Close()
		<-done
		f.writing.Wait()
	})
	return f
}

// companies lists the firms as svartid knows them.
func (f *surveyed) companies() []edition.Company {
	var all []edition.Company
	for n, behaviour := range behaviours() {
		id := firmID(n)
		all = append(all, edition.Company{
			ID: id, Name: "Firma " + id, Class: "power", Language: "nb",
			Reach: map[string]string{"mail": string(behaviour) + "@" + id + ".example"},
		})
	}
	return all
}

func firmID(n int) string { return fmt.Sprintf("firm-%02d", n+1) }

// routes sends the mail for companies without a server to a closed port.
func (f *surveyed) routes() map[string]string {
	all := map[string]string{}
	for n, behaviour := range behaviours() {
		if behaviour == gone {
			all[firmID(n)+".example"] = "127.0.0.1:9" // discard: no machine has it open
		}
	}
	return all
}

// An smtpSession is one connection to the firms' server.
type smtpSession struct {
	firms *surveyed
	from  string
	firm  int // that the last recipient belongs to
}

func (r *smtpSession) Reset()        { r.from = "" }
func (r *smtpSession) Logout() error { return nil }

func (r *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	r.from = from
	return nil
}

func (r *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	local, domain, _ := strings.Cut(to, "@")
	if _, err := fmt.Sscanf(domain, "firm-%02d.example", &r.firm); err != nil {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 2}, Message: "no such firm"}
	}
	r.firm--
	if behaviour(local) != unknown {
		return nil
	}
	r.firms.mu.Lock()
	defer r.firms.mu.Unlock()
	r.firms.refused[r.from]++
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "User unknown"}
}

// Data takes an opener. Notices about the firms' own mail are ignored.
func (r *smtpSession) Data(body io.Reader) error {
	raw, err := io.ReadAll(body)
	took := time.Now()
	if err != nil || r.from == "" {
		return err
	}
	opener, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	r.firms.read(r.firm, opener.Header, took)
	return nil
}

// read lets a firm read an opener, and settles what it will write.
func (f *surveyed) read(firm int, opener mail.Header, took time.Time) {
	id := strings.Trim(opener.Get("Message-ID"), "<>")
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := f.turns[id]; t != nil {
		t.copies++
		return
	}
	f.turns[id] = &turn{firm: firm, took: took, copies: 1}
	for _, beat := range f.script(firm, len(f.turns)) {
		f.writing.Go(func() {
			time.Sleep(time.Until(took.Add(beat.after)))
			f.write(id, letter{firm: firm, opener: opener, kind: beat.kind})
		})
	}
}

type beat struct {
	kind  reading.Kind
	after time.Duration
}

// script returns what a firm does with the n-th opener of all: answers come at
// all times, but none near the deadline.
func (f *surveyed) script(firm, n int) []beat {
	answer := beat{reading.Answer, 2*time.Second + time.Duration(n*7919)*time.Millisecond%(f.within-5*time.Second)}
	switch behaviours()[firm] {
	case ready, elsewhere:
		return []beat{answer}
	case confirms:
		answer.after += time.Second
		return []beat{{reading.Acknowledgement, 700 * time.Millisecond}, answer}
	case tardy:
		return []beat{{reading.Answer, f.within + 4*time.Second}}
	}
	return nil
}

// write hands a reply to our mail server, and writes down when.
func (f *surveyed) write(opener string, l letter) {
	s := scripted{id: fmt.Sprintf("%s.%s", l.kind, opener), kind: l.kind, begun: time.Now()}
	sender := "post@" + firmID(l.firm) + ".example"
	if err := f.deliver(l.compose(s.id), sender, l.customer()); err != nil {
		f.t.Errorf("%s of %s: %v", l.kind, firmID(l.firm), err)
		return
	}
	s.done = time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turns[opener].replies = append(f.turns[opener].replies, s)
}

// expected returns how many replies have been delivered, and are to come.
func (f *surveyed) expected() (delivered, due int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, t := range f.turns {
		n++
		delivered += len(t.replies)
		due += len(f.script(t.firm, n))
	}
	return delivered, due
}
