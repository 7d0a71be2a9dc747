package email

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

// Ports of the protocol's own: RFC 8314 section 3.3, RFC 6409 section 3.1.
const (
	portImplicit   = 465
	portSubmission = 587
)

// longestDial is how long we wait for a connection.
const longestDial = 10 * time.Second

// Open submits o, with a blind copy to the sender's own address. It asks leave
// once the server waits for the message, before its first octet. The error wraps
// ErrRefused if a server said a final no, and ErrUnsure if the whole message may
// have reached it and no reply came back. After any other error nothing has
// left.
func (c *Channel) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	l, err := c.write(o)
	if err != nil {
		return channels.Receipt{}, err
	}
	return c.submit(ctx, l, leave)
}

// write returns the letter that o is sent as.
func (c *Channel) write(o channels.Opening) (letter.Letter, error) {
	l, err := letter.Compose(o, c.clock())
	if err != nil {
		return l, fmt.Errorf("compose: %w", &channels.Refusal{Text: err.Error(), Ours: true})
	}
	return c.sign(l)
}

// submit hands a letter to our submission server.
func (c *Channel) submit(ctx context.Context, l letter.Letter, leave channels.Leave) (channels.Receipt, error) {
	_, domain, _ := strings.Cut(l.From, "@")
	d, err := c.connect(ctx, domain)
	if err != nil {
		return channels.Receipt{}, ended(ctx, err)
	}
	defer d.release()
	receipt, err := d.send(ctx, l, leave)
	return receipt, ended(ctx, err)
}

// Prepare gives o an address and a Message-ID that no other attempt has. Both
// are drawn from the token alone, so the same opening gets the same ones. The
// caller must look whether the address is taken, and draw another token: up to
// the 3,000th attempt of one persona about one draw in ten is.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) { return letter.Prepare(o) }

// sign returns l with a signature of its domain, if one is configured.
func (c *Channel) sign(l letter.Letter) (letter.Letter, error) {
	d := c.cfg.DKIM
	if d == nil {
		return l, nil
	}
	key, err := d.signer()
	if err == nil {
		err = l.Sign(letter.Signature{Domain: d.Domain, Selector: d.Selector, Key: key})
	}
	if err != nil {
		return l, fmt.Errorf("dkim: %w", err)
	}
	return l, nil
}

// ended adds the reason why ctx ended to an error that this may have caused.
func ended(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, channels.ErrRefused) {
		return err
	}
	return fmt.Errorf("%w: %w", err, context.Cause(ctx))
}

// connect greets the submission server and logs in. The caller releases the
// dialogue.
func (c *Channel) connect(ctx context.Context, domain string) (*dialogue, error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, stepError(stepDial, err)
	}
	d := &dialogue{clock: c.clock, release: hangUp(ctx, conn)}
	d.conn = &smtpConn{Conn: conn, limit: c.timeout, transcript: &transcript{w: c.trace}}
	if err := c.greet(ctx, d, domain); err != nil {
		d.release()
		return nil, err
	}
	return d, nil
}

// greet protects the connection, says who we are and logs in.
func (c *Channel) greet(ctx context.Context, d *dialogue, domain string) error {
	helo := c.helo
	if helo == "" {
		helo = domain
	}
	if err := c.protect(ctx, d.conn, helo); err != nil {
		return stepError(stepTLS, err)
	}
	d.client = smtp.NewClient(d.conn)
	d.client.CommandTimeout = c.timeout
	d.client.SubmissionTimeout = 2 * c.timeout
	if err := d.client.Hello(helo); err != nil {
		return stepError(stepGreet, err)
	}
	return c.logIn(ctx, d)
}

// dial connects to the submission server.
func (c *Channel) dial(ctx context.Context) (net.Conn, error) {
	s := c.cfg.SMTP
	port := s.Port
	switch {
	case port == 0 && s.TLS == Implicit:
		port = portImplicit
	case port == 0:
		port = portSubmission
	}
	dialer := net.Dialer{Timeout: min(longestDial, c.timeout)}
	return dialer.DialContext(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(port)))
}

// hangUp closes conn when ctx ends or the func that it returns is called,
// which must be. Closing is all that stops a dialogue: it leaves nothing to
// end a half-written message with.
func hangUp(ctx context.Context, conn net.Conn) (release func()) {
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		conn.Close()
	})
	return func() {
		if !stop() {
			<-closed
		}
		conn.Close()
	}
}

// protect puts w inside of TLS as the configuration demands, and never does
// with less.
func (c *Channel) protect(ctx context.Context, w *smtpConn, helo string) error {
	s := c.cfg.SMTP
	w.transcript.note("connected to %s, tls %s", w.RemoteAddr(), s.TLS)
	if s.TLS == None {
		if !loopback(w) {
			return fmt.Errorf("none is for loopback alone, not for %s", w.RemoteAddr())
		}
		return nil
	}
	if s.TLS == StartTLS {
		if err := startTLS(w, helo); err != nil {
			return s.mend(err)
		}
	}
	cfg, err := s.tlsConfig()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	secure := tls.Client(w.Conn, cfg)
	if err := secure.HandshakeContext(ctx); err != nil {
		return s.mend(err)
	}
	w.Conn = secure
	w.transcript.note("%s, %s", tls.VersionName(secure.ConnectionState().Version), secure.ConnectionState().ServerName)
	return nil
}

// preface bounds what a server may say before TLS, in octets.
const preface = 64 << 10

// startTLS asks for TLS (RFC 3207) and leaves w as the handshake should find
// it. go-smtp's client could, but under the name "localhost" and unseen by the
// transcript. The greeting comes but once; w repeats it for that client.
func startTLS(w *smtpConn, helo string) error {
	if err := w.SetReadDeadline(time.Now().Add(w.limit)); err != nil {
		return err
	}
	r := textproto.NewReader(bufio.NewReader(io.LimitReader(w, preface)))
	if _, _, err := r.ReadResponse(220); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	offers, err := ask(w, r, "EHLO "+helo, 250)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(strings.Split(offers, "\n"), isStartTLS) {
		return errors.New("the server does not offer STARTTLS")
	}
	if _, err := ask(w, r, "STARTTLS", 220); err != nil {
		return err
	}
	// Whoever sits between could have slipped replies in before the handshake.
	if r.R.Buffered()+len(w.unread)+len(w.part) > 0 {
		return errors.New("the server spoke on before the handshake")
	}
	w.unread = []byte("220 inside TLS\r\n")
	return w.SetDeadline(time.Time{})
}

func isStartTLS(extension string) bool { return strings.EqualFold(extension, "STARTTLS") }

// ask sends one command and returns the text of the reply, which must have the
// wanted code.
func ask(w *smtpConn, r *textproto.Reader, command string, want int) (string, error) {
	verb, _, _ := strings.Cut(command, " ")
	if err := w.SetReadDeadline(time.Now().Add(w.limit)); err != nil {
		return "", fmt.Errorf("%s: %w", strings.ToLower(verb), err)
	}
	if _, err := io.WriteString(w, command+"\r\n"); err != nil {
		return "", fmt.Errorf("%s: %w", strings.ToLower(verb), err)
	}
	_, text, err := r.ReadResponse(want)
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.ToLower(verb), err)
	}
	return text, nil
}
