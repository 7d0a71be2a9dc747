package email

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/svartid/svartid/channels"
)

const (
	imapUser     = "shopper"
	imapPassword = "hemmelig-27"
)

// A mailboxServer is an IMAP server in this process with one user.
type mailboxServer struct {
	*imapmemserver.User
	addr   *net.TCPAddr
	server *imapserver.Server
	listed func(*imapserver.ListWriter, string) error // answers LIST in the user's place
	tls    *tls.Config

	implicit bool // TLS from the start
}

// listing is a session whose LIST may be answered by the test.
type listing struct {
	*imapmemserver.UserSession
	answer func(*imapserver.ListWriter, string) error
}

func (l listing) List(w *imapserver.ListWriter, ref string, patterns []string, options *imap.ListOptions) error {
	if l.answer != nil && len(patterns) == 1 {
		return l.answer(w, patterns[0])
	}
	return l.UserSession.List(w, ref, patterns, options)
}

// startMailbox starts a server with the given folders, which ends with t.
func startMailbox(t testing.TB, folders ...string) *mailboxServer {
	t.Helper()
	m := newMailbox(t, folders...)
	m.start(t)
	return m
}

// newMailbox returns a server that has not been started.
func newMailbox(t testing.TB, folders ...string) *mailboxServer {
	t.Helper()
	m := &mailboxServer{User: imapmemserver.NewUser(imapUser, imapPassword)}
	for _, folder := range folders {
		m.create(t, folder)
	}
	return m
}

// start serves on the port that it had before, or on a free one.
func (m *mailboxServer) start(t testing.TB) {
	t.Helper()
	address := "127.0.0.1:0"
	if m.addr != nil {
		address = m.addr.String()
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	m.addr = listener.Addr().(*net.TCPAddr)
	m.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return listing{imapmemserver.NewUserSession(m.User), m.listed}, nil, nil
		},
		InsecureAuth: true,
		TLSConfig:    m.tls,
		Logger:       log.New(io.Discard, "", 0),
	})
	server := m.server
	if m.implicit {
		listener = tls.NewListener(listener, m.tls)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(m.stop)
}

func (m *mailboxServer) stop() { _ = m.server.Close() }

func (m *mailboxServer) create(t testing.TB, folder string) {
	t.Helper()
	if err := m.Create(folder, nil); err != nil {
		t.Fatal(err)
	}
}

// put appends raw to folder and returns when the server held it.
func (m *mailboxServer) put(t testing.TB, folder string, raw []byte) time.Time {
	t.Helper()
	if _, err := m.Append(folder, textLiteral{strings.NewReader(string(raw))}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
	return time.Now()
}

type textLiteral struct{ *strings.Reader }

func (l textLiteral) Size() int64 { return l.Reader.Size() }

// imapConfig returns the configuration that leads to the server at addr.
func imapConfig(addr *net.TCPAddr, folders ...string) Config {
	return Config{
		SMTP: Server{Host: "127.0.0.1", Port: 9, TLS: None},
		IMAP: Mailbox{
			Server: Server{
				Host: "127.0.0.1", Port: addr.Port, TLS: None,
				Username: imapUser, Password: channels.Inline(imapPassword),
			},
			Folders: folders,
			Poll:    20 * time.Millisecond,
		},
	}
}

// newTestChannel returns a channel that hears what cfg says and waits for no answer
// longer than five seconds.
func newTestChannel(t testing.TB, cfg Config) *Channel {
	t.Helper()
	c, err := New(cfg, Options{Timeout: 5 * time.Second, Relogin: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// recorder keep what is heard, and the mark.
type recorder struct {
	mu       sync.Mutex
	mark     channels.Checkpoint
	arrivals []channels.Arrival // each time it was offered
	counts   []int              // arrivals in each batch
	deny     func() error       // asked before anything is kept
	changed  chan struct{}
}

func newRecorder(source string) *recorder {
	return &recorder{mark: channels.Checkpoint{Source: source}, changed: make(chan struct{}, 1)}
}

func (h *recorder) hear(_ context.Context, what channels.Batch) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.deny != nil {
		if err := h.deny(); err != nil {
			return err
		}
	}
	h.arrivals = append(h.arrivals, what.Arrivals...)
	h.counts = append(h.counts, len(what.Arrivals))
	until := h.mark.Until
	h.mark = what.Checkpoint
	if what.Checkpoint.Until.IsZero() {
		h.mark.Until = until
	}
	select {
	case h.changed <- struct{}{}:
	default:
	}
	return nil
}

// await waits until ok holds.
func (h *recorder) await(t testing.TB, what string, ok func(*recorder) bool) {
	t.Helper()
	limit := time.After(patienceOfTests)
	for {
		h.mu.Lock()
		done := ok(h)
		h.mu.Unlock()
		if done {
			return
		}
		select {
		case <-h.changed:
		case <-limit:
			t.Fatalf("no %s in time; heard %d arrivals, mark %+v", what, len(h.arrivals), h.mark)
		}
	}
}

// heard waits for n arrivals and returns them.
func (h *recorder) heard(t testing.TB, n int) []channels.Arrival {
	t.Helper()
	h.await(t, fmt.Sprintf("%d arrivals", n), func(h *recorder) bool { return len(h.arrivals) >= n })
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.arrivals
}

// readPast waits until all that had arrived by now is heard, and returns the mark.
func (h *recorder) readPast(t testing.TB, at time.Time) channels.Checkpoint {
	t.Helper()
	h.await(t, "mark", func(h *recorder) bool { return h.mark.Until.After(at) })
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mark
}

// listen runs Listen beside the test, which may wait for its end with the
// function returned. It ends with the test at the latest.
func listen(t testing.TB, c *Channel, h *recorder) (end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	h.mu.Lock()
	from := h.mark
	h.mu.Unlock()
	go func() { done <- c.Listen(ctx, from, h.hear) }()
	var once sync.Once
	var err error
	end = func() error {
		once.Do(func() {
			cancel()
			select {
			case err = <-done:
			case <-time.After(time.Minute):
				err = errors.New("Listen did not end within a minute")
			}
		})
		return err
	}
	t.Cleanup(func() { _ = end() })
	return end
}

// note returns a small message with a Message-ID and an own text.
func note(n int) []byte {
	return fmt.Appendf(nil, "Message-ID: <%d@kraft.example>\r\nDate: Mon, 11 Jan 2027 10:00:00 +0100\r\nSubject: note %d\r\n\r\nNote %d.\r\n", n, n, n)
}

// A proxy stands between a channel and its server.
type proxy struct {
	addr   *net.TCPAddr
	target net.Addr
	mu     sync.Mutex
	mute   bool
	conns  []net.Conn
}

// startProxy forwards to target until t ends.
func startProxy(t testing.TB, target net.Addr) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().(*net.TCPAddr), target: target}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.forward(conn)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); p.cut() })
	return p
}

func (p *proxy) forward(client net.Conn) {
	server, err := net.Dial("tcp", p.target.String())
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	pump := func(to, from net.Conn) {
		defer to.Close()
		b := make([]byte, 4096)
		for {
			n, err := from.Read(b)
			if err != nil {
				return
			}
			if p.silent() {
				continue
			}
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
	}
	go pump(server, client)
	go pump(client, server)
}

func (p *proxy) silent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mute
}

// hush swallows all that either side says from now on, or stops doing so.
func (p *proxy) hush(mute bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = mute
}

// cut closes every connection.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		_ = conn.Close()
	}
	p.conns = nil
}

// greeting is how a script usually begins.
const greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready"

// A script is a server that answers commands by rote. A command without a rule
// is just OK. An answer that begins with NUL is the tagged one; one that does
// not end in a line's end breaks off there.
type script map[string]func(args string) string

// start serves the script on loopback until t ends.
func (s script) start(t testing.TB, greeting string) *net.TCPAddr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, greeting)
		}
	}()
	return l.Addr().(*net.TCPAddr)
}

func (s script) serve(conn net.Conn, greeting string) {
	defer conn.Close()
	_, _ = io.WriteString(conn, greeting+"\r\n")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		tag, command, _ := strings.Cut(lines.Text(), " ")
		verb, args, _ := strings.Cut(command, " ")
		if verb == "UID" {
			var second string
			second, args, _ = strings.Cut(args, " ")
			verb += " " + second
		}
		answer := ""
		switch rule := s[verb]; {
		case rule != nil:
			answer = rule(args)
		case verb == "CAPABILITY":
			answer = "* CAPABILITY IMAP4rev1\r\n"
		case verb == "EXAMINE":
			answer = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n"
		}
		if refusal, ok := strings.CutPrefix(answer, "\x00"); ok {
			fmt.Fprintf(conn, "%s %s\r\n", tag, refusal)
			continue
		}
		if !strings.HasSuffix(answer, "\n") && answer != "" {
			_, _ = io.WriteString(conn, answer) // breaks off
			return
		}
		if _, err := fmt.Fprintf(conn, "%s%s OK done\r\n", answer, tag); err != nil {
			return
		}
	}
}

// response is a FETCH response that bears text.
func fetchResponse(uid int, text string) string {
	return fmt.Sprintf("* 1 FETCH (UID %d INTERNALDATE \"11-Jan-2027 10:00:00 +0100\" RFC822.SIZE %d BODY[]<0> {%d}\r\n%s)\r\n",
		uid, len(text), len(text), text)
}

// settled counts the goroutines once those of a server have started.
func settled() int {
	time.Sleep(50 * time.Millisecond)
	return runtime.NumGoroutine()
}

// awaitGoroutines waits until no more of them run than before, and says which do.
func awaitGoroutines(t testing.TB, before int) {
	t.Helper()
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}
