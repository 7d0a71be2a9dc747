package email

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"github.com/svartid/svartid/channels/email/internal/imapconn"
	"github.com/svartid/svartid/channels/email/internal/oauth"
)

// imapLimit is how long an IMAP server may keep an answer, and each part of it.
const imapLimit = 30 * time.Second

// A session is one IMAP connection that has logged in. Its end is close; the
// end of the context that it was made with breaks it.
type session struct {
	*imapclient.Client
	timed   *imapconn.TimedConn
	conn    *imapconn.Conn
	history *serverHistory
	release func() // closes the connection and unties it from the context

	news chan struct{} // holds one: the folder holds more messages than before
}

// login returns a session on the mailbox, for a purpose such as the name of a
// folder. After failures it waits for its turn.
func (c *Channel) login(ctx context.Context, purpose string) (*session, error) {
	if err := c.limiter.Wait(ctx); err != nil {
		return nil, err
	}
	s, err := c.connectIMAP(ctx)
	c.limiter.Done()
	if err != nil && ctx.Err() == nil {
		c.limiter.Failed(purpose)
	}
	return s, err
}

// connectIMAP connects and logs in.
func (c *Channel) connectIMAP(ctx context.Context) (*session, error) {
	server := c.cfg.IMAP.Server
	s, err := c.dialIMAP(ctx, server)
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", server.Host, err)
	}
	if c.history != nil {
		s.history = c.history
	}
	err = c.authenticate(ctx, s)
	if err == nil {
		err = s.enableUTF8()
	}
	if err != nil {
		err = s.timed.Cause(ctx, err)
		s.close()
		return nil, fmt.Errorf("login: %w", err)
	}
	return s, nil
}

// enableUTF8 says that we read UTF-8 to a server that speaks with no others (RFC 6855
// section 6). One that says no to that may show its folders all the same.
func (s *session) enableUTF8() error {
	if !s.Caps().Has(imap.CapUTF8Only) || s.history.skips(optionalEnable) {
		return nil
	}
	_, err := s.Enable(imap.CapUTF8Accept).Wait()
	if refused := (*imap.Error)(nil); errors.As(err, &refused) {
		err = nil
	}
	s.history.record(optionalEnable, err)
	return err
}

// dialIMAP dials server and protects the connection as it says.
func (c *Channel) dialIMAP(ctx context.Context, server Server) (*session, error) {
	if err := server.usable(); err != nil {
		return nil, err
	}
	l := imapconn.NewTimedConn(min(imapLimit, c.timeout))
	dialer := net.Dialer{Timeout: min(imapLimit, c.timeout)}
	var err error
	if l.Conn, err = dialer.DialContext(ctx, "tcp", server.imapAddress()); err != nil {
		return nil, err
	}
	release := hangUp(ctx, l)
	l.Await()
	conn, err := server.protect(ctx, l)
	if err != nil {
		release()
		return nil, l.Cause(ctx, err)
	}
	return newSession(conn, l, release), nil
}

func newSession(conn net.Conn, l *imapconn.TimedConn, release func()) *session {
	s := &session{timed: l, release: release, history: newServerHistory(), news: make(chan struct{}, 1)}
	s.conn = imapconn.NewConn(conn, l, s.announce)
	s.Client = imapclient.New(s.conn, nil)
	return s
}

// The ports of IMAP, with TLS from the start and without.
const (
	portIMAPS = 993
	portIMAP  = 143
)

// imapAddress returns where to dial: port 993 with TLS from the start, else 143.
func (s Server) imapAddress() string {
	port := s.Port
	switch {
	case port != 0:
	case s.TLS == Implicit:
		port = portIMAPS
	default:
		port = portIMAP
	}
	return net.JoinHostPort(s.Host, strconv.Itoa(port))
}

// protect returns conn as the server wants it protected. It never settles for less.
func (s Server) protect(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if s.TLS == None {
		if !loopback(conn) {
			return nil, fmt.Errorf("tls %s is for loopback alone, and %s is not", None, conn.RemoteAddr())
		}
		return conn, nil
	}
	cfg, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	if s.TLS == StartTLS {
		if err := upgrade(conn); err != nil {
			return nil, fmt.Errorf("starttls: %w", s.mend(err))
		}
	}
	protected := tls.Client(conn, cfg)
	if err := protected.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("tls: %w", s.mend(err))
	}
	if s.TLS == StartTLS {
		return replayedConn{protected, io.MultiReader(strings.NewReader("* OK again\r\n"), protected)}, nil
	}
	return protected, nil
}

// longestPreface is how many lines a server may say before its reply to
// STARTTLS. None is the rule.
const longestPreface = 100

// upgrade speaks the lines before the handshake (RFC 9051 section 6.2.1). The
// library's own way would wait for ever on a reply that breaks off. A server
// that has logged us in without being asked (PREAUTH), or that sends anything
// in the clear behind its reply, is not believed.
func upgrade(conn net.Conn) error {
	lines := bufio.NewReaderSize(conn, 4096)
	greeting, err := lines.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	if !strings.HasPrefix(strings.ToUpper(string(greeting)), "* OK") {
		return fmt.Errorf("greeting was %q", greeting)
	}
	if _, err := io.WriteString(conn, "S1 STARTTLS\r\n"); err != nil {
		return err
	}
	reply := []byte("* ")
	for n := 0; strings.HasPrefix(string(reply), "* "); n++ {
		if n > longestPreface {
			return errors.New("server does not come to its reply")
		}
		if reply, err = lines.ReadSlice('\n'); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(strings.ToUpper(string(reply)), "S1 OK") {
		return fmt.Errorf("refused: %q", reply)
	}
	if lines.Buffered() > 0 {
		return errors.New("server went on in the clear")
	}
	return nil
}

// replayedConn is a connection whose greeting was read before its protection began.
// The client is shown another one in its place.
type replayedConn struct {
	net.Conn
	r io.Reader
}

func (g replayedConn) Read(b []byte) (int, error) { return g.r.Read(b) }

// authenticate logs in with our token, or with our password.
func (c *Channel) authenticate(ctx context.Context, s *session) error {
	server := c.cfg.IMAP.Server
	if err := s.WaitGreeting(); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	if s.State() == imap.ConnStateAuthenticated {
		return nil
	}
	if c.tokens != nil {
		return c.bearTo(ctx, s)
	}
	return s.logInByPassword(server)
}

// logInByPassword logs in with a password, in the first way that the server offers and knows
// of AUTHENTICATE PLAIN and LOGIN. Where it has refused the first of them in two
// sessions, or ended them, the next takes LOGIN: some mean the way, and not the
// password.
func (s *session) logInByPassword(server Server) error {
	password, err := server.secret().Reveal()
	if err != nil {
		return err
	}
	mask := hide(server.Username, password)
	caps := s.Caps() // nil: the server does not say; LOGIN is for all
	plain := caps.Has(imap.AuthCap("PLAIN")) && (caps.Has(imap.CapLoginDisabled) || !s.history.skips(optionalPlain))
	if plain {
		err := s.Authenticate(sasl.NewPlainClient("", server.Username, password))
		if refused := (*imap.Error)(nil); !errors.As(err, &refused) || refused.Type != imap.StatusResponseTypeBad {
			s.history.record(optionalPlain, err)
			return unsaid(err, mask)
		}
		// It offers what it cannot do. The password has not been judged.
	}
	if caps.Has(imap.CapLoginDisabled) {
		if !caps.Has(imap.AuthCap(sasl.Login)) {
			return errors.New("server offers neither LOGIN nor AUTHENTICATE PLAIN or LOGIN")
		}
		return unsaid(s.Authenticate(loginAtOnce{server.Username, password}), mask)
	}
	err = s.Login(server.Username, password).Wait()
	if err != nil {
		s.history.record(optionalPlain, nil) // which has its turn again
	}
	return unsaid(err, mask)
}

// bearTo logs in with a token.
func (c *Channel) bearTo(ctx context.Context, s *session) error {
	s.timed.Rest() // the authorization server has its own time
	token, err := c.tokens.Bearer(ctx)
	s.timed.Await()
	if err != nil {
		return err
	}
	caps := s.Caps()
	client, err := oauth.NewBearer(func(name string) bool { return caps.Has(imap.AuthCap(name)) }, c.cfg.IMAP.Username, token)
	if err != nil {
		return err
	}
	err = s.Authenticate(client)
	var refused *imap.Error
	switch {
	case err == nil:
		c.tokens.Accepted()
		return nil
	case !errors.As(err, &refused):
		return err
	}
	c.tokens.Reject(token)
	return oauth.Refused(unsaid(err, hide(c.cfg.IMAP.Username, token)), s.conn.Challenge())
}

// unsaid returns err without what a server may have repeated of a password.
func unsaid(err error, mask *strings.Replacer) error {
	if err == nil {
		return nil
	}
	if text := mask.Replace(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// announce notes that the folder holds more than before. It is called
// while responses are read, so it does not block.
func (s *session) announce() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// abandon breaks the connection in the midst of cmd, and waits until the
// library has let go of it. What it still holds is taken first: it waits for
// that before it notices that the connection is gone.
func (s *session) abandon(cmd *imapclient.FetchCommand) {
	_ = s.timed.Close()
	_ = cmd.Close()
	<-s.Closed()
}

// close ends the session and all that runs for it.
func (s *session) close() {
	s.release()
	_ = s.Client.Close()
}
