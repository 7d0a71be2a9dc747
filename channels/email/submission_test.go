package email

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// Credentials of the tests. The password is nowhere else in what they send.
const (
	testUser     = "shopper"
	testPassword = "correct-horse-7"
)

// An action is what a scripted server does instead of its usual reply at one of
// the steps: greet, ehlo, starttls, auth, mail, rcpt, copy, data, body, dot,
// quit. It returns false to leave.
type action func(s *scriptedSession) bool

// A scriptedSession is one connection to a scripted server.
type scriptedSession struct {
	net.Conn
	r      *bufio.Reader
	server *scriptedServer
}

// A scriptedServer is a submission server that does at each step what it is told.
type scriptedServer struct {
	actions  map[string]action
	offers   []string      // extensions; nil = AUTH PLAIN and 8BITMIME
	reached  chan struct{} // closed when an action begins
	left     chan struct{} // told when a connection is over
	once     sync.Once
	open     sync.WaitGroup
	mu       sync.Mutex
	commands []string
	messages [][]byte // that ended in a dot
	accepted int      // for which a 250 was written, or would have been
}

// impatience is the time out of the tests that wait for it.
const impatience = 300 * time.Millisecond

// startScripted starts a scripted server and returns a channel on it.
func startScripted(t *testing.T, server *scriptedServer) *Channel {
	t.Helper()
	server.reached, server.left = make(chan struct{}), make(chan struct{}, 32)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close(); server.open.Wait() })
	server.open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			server.open.Go(func() { server.serve(conn); server.left <- struct{}{} })
		}
	})
	return channelTo(t, listener.Addr(), None, Options{Timeout: 10 * time.Second})
}

// channelTo returns a channel that submits to addr.
func channelTo(t *testing.T, addr net.Addr, protection TLS, opt Options) *Channel {
	t.Helper()
	port := addr.(*net.TCPAddr).Port
	cfg := Config{SMTP: Server{
		Host: "127.0.0.1", Port: port, TLS: protection,
		Username: testUser, Password: channels.Inline(testPassword),
	}}
	c, err := New(cfg, opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// opening returns a prepared opening.
func opening(t *testing.T, c *Channel) channels.Opening {
	t.Helper()
	o, err := c.Prepare(channels.Opening{
		Attempt: "a-1", Token: "x7f3", Reach: "post@kraft.example",
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari.nordmann@example.no", Tag: "plus"},
		Subject: "Spørsmål om pris", Body: "Hei!\n\n.Hva koster det?\n.\nMvh Kari\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (h *scriptedServer) serve(conn net.Conn) {
	defer conn.Close()
	s := &scriptedSession{Conn: conn, r: bufio.NewReader(conn), server: h}
	if !s.at("greet", "220 mx.example.no ESMTP") {
		return
	}
	copies := 0
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			return
		}
		h.note(line)
		if !s.answer(strings.ToUpper(line), &copies) {
			return
		}
	}
}

// answer replies to a command, and reports whether to go on.
func (s *scriptedSession) answer(line string, recipients *int) bool {
	switch {
	case strings.HasPrefix(line, "EHLO"):
		offers := s.server.offers
		if offers == nil {
			offers = []string{"8BITMIME", "AUTH PLAIN"}
		}
		return s.at("ehlo", "250-mx.example.no\r\n250-"+strings.Join(offers, "\r\n250-")+"\r\n250 HELP")
	case strings.HasPrefix(line, "STARTTLS"):
		return s.at("starttls", "220 2.0.0 go ahead")
	case strings.HasPrefix(line, "AUTH"):
		return s.at("auth", "235 2.7.0 welcome")
	case strings.HasPrefix(line, "MAIL"):
		return s.at("mail", "250 2.1.0 ok")
	case strings.HasPrefix(line, "RCPT"):
		if *recipients++; *recipients == 2 {
			return s.at("copy", "250 2.1.5 ok")
		}
		return s.at("rcpt", "250 2.1.5 ok")
	case strings.HasPrefix(line, "DATA"):
		return s.at("data", "354 go on") && s.at("body", "") && s.message()
	case strings.HasPrefix(line, "QUIT"):
		s.at("quit", "221 2.0.0 bye")
		return false
	}
	return say("502 5.5.2 unknown: " + line)(s)
}

// at does what the script has for a step, or gives the usual reply.
func (s *scriptedSession) at(step, usual string) bool {
	p, ok := s.server.actions[step]
	if !ok {
		return usual == "" || say(usual)(s)
	}
	s.server.once.Do(func() { close(s.server.reached) })
	return p(s)
}

// message reads to the dot.
func (s *scriptedSession) message() bool {
	var message bytes.Buffer
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		message.WriteString(strings.TrimPrefix(line, "."))
	}
	s.server.mu.Lock()
	s.server.messages = append(s.server.messages, message.Bytes())
	s.server.mu.Unlock()
	if _, scripted := s.server.actions["dot"]; !scripted {
		s.server.accept()
	}
	return s.at("dot", "250 2.0.0 Ok: queued as 4F2B1C0D")
}

// leave waits until the server has seen the end of the connection.
func (h *scriptedServer) leave(t *testing.T) {
	t.Helper()
	select {
	case <-h.left:
	case <-time.After(time.Minute):
		t.Error("the connection is still open")
	}
}

func (h *scriptedServer) accept() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.accepted++
}

func (h *scriptedServer) note(command string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commands = append(h.commands, strings.TrimSpace(command))
}

// heard returns the commands so far.
func (h *scriptedServer) heard() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.commands, "\n")
}

// took returns how many messages ended in a dot, and how many were accepted.
func (h *scriptedServer) took() (whole, accepted int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.messages), h.accepted
}

// say replies and goes on.
func say(reply string) action {
	return func(s *scriptedSession) bool {
		_, err := io.WriteString(s, reply+"\r\n")
		return err == nil
	}
}

// then replies with bytes as they are, and drops the connection.
func thenDrop(reply string) action {
	return func(s *scriptedSession) bool {
		_, _ = io.WriteString(s, reply)
		return false
	}
}

// slowly replies a byte at a time.
func slowly(reply string, pause time.Duration) action {
	return func(s *scriptedSession) bool {
		for _, b := range []byte(reply + "\r\n") {
			if _, err := s.Write([]byte{b}); err != nil {
				return false
			}
			time.Sleep(pause)
		}
		return true
	}
}

// accepting takes the message before it actions on.
func accepting(p action) action {
	return func(s *scriptedSession) bool {
		s.server.accept()
		return p(s)
	}
}

// drop leaves without a word.
func drop(*scriptedSession) bool { return false }

// reset leaves so that the peer's next write fails.
func reset(s *scriptedSession) bool {
	_ = s.Conn.(*net.TCPConn).SetLinger(0)
	return false
}

// endless says a line for ever.
func endless(line string) action {
	return func(s *scriptedSession) bool {
		for {
			if _, err := io.WriteString(s, line+"\r\n"); err != nil {
				return false
			}
		}
	}
}

// stall says nothing until the peer leaves, and reads nothing but its end.
func stall(s *scriptedSession) bool {
	_, _ = io.Copy(io.Discard, s.r)
	return false
}

// hasSecret reports whether text holds the tests' password in any shape.
func hasSecret(text string) bool {
	for _, shape := range []string{testPassword, "\x00" + testUser + "\x00" + testPassword} {
		if strings.Contains(text, shape) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(shape))) {
			return true
		}
	}
	return false
}
