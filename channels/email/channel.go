package email

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
	"github.com/svartid/svartid/channels/email/internal/letter"
	"github.com/svartid/svartid/channels/email/internal/oauth"
)

// Options are what a channel needs beside its configuration. The zero value
// serves.
type Options struct {
	Clock func() time.Time // nil = time.Now
	// Trace takes the protocol's transcript, a line at a write, credentials
	// masked. It must bear concurrent writes if the channel is used so.
	Trace io.Writer
	Helo  string // the name we greet the server with; empty = the sender's domain
	// Timeout bounds the wait for one reply, and for one block of the message
	// to be taken; the reply to the whole message may take twice as long.
	// 0 = 5 minutes, as RFC 5321 section 4.5.3.2 would have it.
	Timeout time.Duration
	// Relogin is how long after one login to a mailbox the next may come while
	// something has failed there: more would lock the account. 0 = 1 minute.
	Relogin time.Duration
	// Tokens is the file that the tokens of OAuth2 are kept in, and with
	// ".canary" behind it those of the second mailbox. Empty = in memory alone.
	Tokens string
	Log    *slog.Logger // of what a mailbox refuses while it is listened to; nil = none
}

// A Channel writes to companies over SMTP and hears them over IMAP. Its methods
// may be called at once from several goroutines.
type Channel struct {
	cfg     Config
	clock   func() time.Time
	trace   io.Writer // nil = none
	log     *slog.Logger
	helo    string
	timeout time.Duration

	limiter     *imapconn.LoginLimiter // of the mailbox that we listen to
	history     *serverHistory         // what we have learnt of its server
	tokens      *oauth.Tokens          // nil = it takes passwords
	secondState *Channel               // what we have learnt of the second mailbox
}

var _ channels.Opener = (*Channel)(nil)

// New returns a channel on the mailbox pair of cfg. It connects nowhere yet.
func New(cfg Config, opt Options) (*Channel, error) {
	if err := cfg.SMTP.usable(); err != nil {
		return nil, fmt.Errorf("smtp: %w", err)
	}
	if opt.Helo != "" && !isHelo(opt.Helo) {
		return nil, fmt.Errorf("helo: %q is neither a host name nor an address in brackets", opt.Helo)
	}
	c := &Channel{cfg: cfg, clock: opt.Clock, trace: opt.Trace, helo: opt.Helo, timeout: opt.Timeout, log: opt.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.timeout == 0 {
		c.timeout = 5 * time.Minute
	}
	c.limiter, c.history = imapconn.NewLoginLimiter(opt.Relogin), newServerHistory()
	if cfg.OAuth2 != nil {
		c.tokens = oauth.NewTokens(*cfg.OAuth2, opt.Tokens, c.clock)
	}
	c.secondState = &Channel{limiter: imapconn.NewLoginLimiter(opt.Relogin), history: newServerHistory()}
	if cfg.Canary != nil && cfg.Canary.OAuth2 != nil {
		file := opt.Tokens
		if file != "" {
			file += ".canary"
		}
		c.secondState.tokens = oauth.NewTokens(*cfg.Canary.OAuth2, file, c.clock)
	}
	return c, nil
}

// isHelo reports whether a server can be greeted with name: a host name, or an
// address literal (RFC 5321 section 4.1.3).
func isHelo(name string) bool {
	literal, opened := strings.CutPrefix(name, "[")
	literal, closed := strings.CutSuffix(literal, "]")
	address := net.ParseIP(strings.TrimPrefix(literal, "IPv6:"))
	return letter.IsHostname(name) || opened && closed && address != nil
}

// usable says what keeps s from being connected to, if anything.
func (s Server) usable() error {
	if s.Host == "" {
		return errors.New("no host")
	}
	switch s.TLS {
	case Implicit, StartTLS, None:
		return nil
	}
	return fmt.Errorf("tls %q is none of %s, %s, %s", s.TLS, Implicit, StartTLS, None)
}

// secret returns the password, wherever it is kept.
func (s Server) secret() channels.Secret {
	return s.Password.Or(s.PasswordFile)
}

// largestAuthority is the most octets that a file of certificates may have: many
// times what the system's own has.
const largestAuthority = 8 << 20

// tlsConfig returns what s must prove: its name, by an authority of CAFile if
// there is one, by the system's otherwise.
func (s Server) tlsConfig() (*tls.Config, error) {
	cfg := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.CAFile == "" {
		return cfg, nil
	}
	pem, err := channels.ReadFile(s.CAFile, largestAuthority)
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read authority: %s holds no PEM certificate", s.CAFile)
	}
	return cfg, nil
}

// mend adds to an error of TLS the setting that would mend it, where that can be told.
func (s Server) mend(err error) error {
	var unknown x509.UnknownAuthorityError
	var misnamed x509.HostnameError
	var plain tls.RecordHeaderError
	var late net.Error
	switch {
	case errors.As(err, &unknown) && s.CAFile == "":
		return fmt.Errorf("%w; if it is of an authority of your own, name that one's certificate by ca_file", err)
	case errors.As(err, &unknown):
		return fmt.Errorf("%w; ca_file %s is not the authority's", err, s.CAFile)
	case errors.As(err, &misnamed):
		return fmt.Errorf("%w; host must be a name that the certificate has", err)
	case errors.As(err, &plain) && s.TLS == Implicit:
		return fmt.Errorf("%w; the server does not begin with TLS: want tls: starttls, or the port of implicit TLS", err)
	case s.TLS == StartTLS && errors.As(err, &late) && late.Timeout():
		return fmt.Errorf("%w; a server that says nothing waits for TLS: want tls: implicit, or the port of STARTTLS", err)
	}
	return err
}

// loopback reports whether conn goes no further than this machine, where alone
// a connection may be unprotected.
func loopback(conn net.Conn) bool {
	peer, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && peer.IP.IsLoopback()
}
