package email

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/letter"
)

// A companyServer is a server of go-smtp's that keeps what it gets.
type companyServer struct {
	mu       sync.Mutex
	secure   bool // the session asked last was inside of TLS
	helo     string
	from     string
	mail     *smtp.MailOptions
	to       []string
	rcpts    []*smtp.RcptOptions
	messages [][]byte
}

func (d *companyServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, d.secure = c.TLSConnectionState()
	d.helo = c.Hostname()
	return d, nil
}

func (d *companyServer) AuthMechanisms() []string { return []string{sasl.Plain} }

func (d *companyServer) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != testUser || password != testPassword {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (d *companyServer) Mail(from string, opts *smtp.MailOptions) error {
	d.from, d.mail = from, opts
	return nil
}

func (d *companyServer) Rcpt(to string, opts *smtp.RcptOptions) error {
	d.to, d.rcpts = append(d.to, to), append(d.rcpts, opts)
	return nil
}

func (d *companyServer) Data(r io.Reader) error {
	message, err := io.ReadAll(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.messages = append(d.messages, message)
	return err
}

// kept returns the messages so far.
func (d *companyServer) kept() [][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.messages)
}

func (d *companyServer) Reset()        {}
func (d *companyServer) Logout() error { return nil }

// submission starts go-smtp's server with the given protection and extensions,
// and returns it, its address and the file that holds its authority.
func submission(t *testing.T, protection TLS, extensions ...string) (*companyServer, net.Addr, string) {
	t.Helper()
	certificate, authority := issue(t)
	d := &companyServer{}
	server := smtp.NewServer(d)
	server.Domain = "mx.example.no"
	server.EnableDSN = slices.Contains(extensions, "DSN")
	server.EnableSMTPUTF8 = slices.Contains(extensions, "SMTPUTF8")
	server.AllowInsecureAuth = protection == None
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := listener
	switch cfg := (&tls.Config{Certificates: []tls.Certificate{certificate}}); protection {
	case Implicit:
		served = tls.NewListener(listener, cfg)
	case StartTLS:
		server.TLSConfig = cfg
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(served) }()
	t.Cleanup(func() { server.Close(); <-done })
	return d, listener.Addr(), authority
}

// issue makes a certificate for 127.0.0.1, and a file that vouches for it.
func issue(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}

func TestProtections(t *testing.T) {
	for _, protection := range []TLS{Implicit, StartTLS, None} {
		t.Run(string(protection), func(t *testing.T) {
			d, addr, authority := submission(t, protection, "DSN", "SMTPUTF8")
			var trace bytes.Buffer
			c := channelTo(t, addr, protection, Options{Timeout: 5 * time.Second, Trace: &trace, Helo: "probe.example.no"})
			c.cfg.SMTP.CAFile = authority
			o := opening(t, c)
			if _, err := c.Open(t.Context(), o, channels.Unrecorded); err != nil {
				t.Fatal(err)
			}
			if d.secure != (protection != None) || d.helo != "probe.example.no" {
				t.Errorf("got tls %v from %q", d.secure, d.helo)
			}
			if d.from != o.Address || strings.Join(d.to, " ") != o.Reach+" "+o.Address {
				t.Errorf("got from %q to %q", d.from, d.to)
			}
			if d.mail.EnvelopeID == o.Token || d.mail.UTF8 || d.mail.Body != smtp.Body8BitMIME {
				t.Errorf("got %+v", d.mail)
			}
			if got := d.rcpts[1].Notify; len(got) != 1 || got[0] != smtp.DSNNotifyNever {
				t.Errorf("got %v", got)
			}
			if hasSecret(trace.String()) || !strings.Contains(trace.String(), "C: EHLO probe.example.no\n") {
				t.Errorf("got %s", trace.String())
			}
			want, _ := letter.Compose(o, time.Time{})
			if _, text, _ := bytes.Cut(want.Message, []byte("\r\n\r\n")); !bytes.HasSuffix(d.messages[0], text) {
				t.Errorf("got %q, want it to end in %q", d.messages[0], text)
			}
		})
	}
}

func TestProtectionsThatFail(t *testing.T) {
	_, strange := issue(t)
	for name, tt := range map[string]struct {
		protection, offered TLS
		authority           func(proper string) string
		want, mend          string
	}{
		"not offered":          {StartTLS, None, func(p string) string { return p }, "tls: the server does not offer STARTTLS", ""},
		"system's authorities": {Implicit, Implicit, func(string) string { return "" }, "tls: tls: failed to verify certificate", "name that one's certificate by ca_file"},
		"starttls, the same":   {StartTLS, StartTLS, func(string) string { return "" }, "tls: tls: failed to verify certificate", "name that one's certificate by ca_file"},
		"another authority":    {Implicit, Implicit, func(string) string { return strange }, "tls: tls: failed to verify certificate", "is not the authority's"},
		"no such authority":    {Implicit, Implicit, func(p string) string { return p + "x" }, "tls: read authority: ", ""},
		"plain server":         {Implicit, None, func(p string) string { return p }, "tls: tls: first record does not look like a TLS handshake", "want tls: starttls"},
		"waits for TLS":        {StartTLS, Implicit, func(p string) string { return p }, "tls: ", "want tls: implicit"},
	} {
		t.Run(name, func(t *testing.T) {
			d, addr, authority := submission(t, tt.offered)
			patience := 5 * time.Second
			if tt.protection == StartTLS && tt.offered == Implicit {
				patience = impatience
			}
			c := channelTo(t, addr, tt.protection, Options{Timeout: patience})
			c.cfg.SMTP.CAFile = tt.authority(authority)
			_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
			if verdict(err) != "again" || !strings.HasPrefix(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.mend) {
				t.Errorf("got %v, want %s … %s", err, tt.want, tt.mend)
			}
			if len(d.messages) != 0 || d.from != "" {
				t.Errorf("the server got as far as %q", d.from)
			}
		})
	}
}

// Nothing that happens before the handshake may lead on without it.
func TestStartTLSGoesWrong(t *testing.T) {
	for name, actions := range map[string]map[string]action{
		"refused":             {"starttls": say("554 5.7.3 no")},
		"later":               {"starttls": say("454 4.7.0 later")},
		"dropped":             {"starttls": drop},
		"stalls":              {"starttls": stall},
		"slips replies in":    {"starttls": say("220 go\r\n250-mx\r\n250 AUTH PLAIN")},
		"slips half a one in": {"starttls": thenDrop("220 go\r\n250")},
		"no handshake":        {"starttls": func(s *scriptedSession) bool { return say("220 go")(s) && stall(s) }},
		"greeting 554":        {"greet": say("554 no service")},
		"endless greeting":    {"greet": endless("220-and another line")},
		"ehlo unknown":        {"ehlo": say("502 5.5.1 what")},
		"hidden in a word":    {"ehlo": say("250-mx\r\n250 XSTARTTLS")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &scriptedServer{actions: actions, offers: []string{"STARTTLS", "AUTH PLAIN"}}
			c := startScripted(t, server)
			c.cfg.SMTP.TLS, c.timeout = StartTLS, impatience
			_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
			if verdict(err) != "again" || !strings.HasPrefix(err.Error(), "tls: ") {
				t.Errorf("got %v, want a tls error", err)
			}
			if heard := server.heard(); strings.Contains(heard, "AUTH") || strings.Contains(heard, "MAIL") {
				t.Errorf("the server heard %q in the clear", heard)
			}
		})
	}
}

func TestNoneIsForLoopback(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	c := channelTo(t, &net.TCPAddr{Port: 25}, None, Options{})
	err := c.protect(t.Context(), &smtpConn{Conn: ours, transcript: &transcript{}}, "example.no")
	if err == nil {
		t.Error("got no error from what is not a loopback connection")
	}
}

// TestForeignAddresses writes to addresses that are not in ASCII. A domain has
// A-labels that every server can take; a local part needs SMTPUTF8, and where
// that is not offered the refusal is ours and says so.
func TestForeignAddresses(t *testing.T) {
	for name, tt := range map[string]struct {
		reach   string
		offered []string
		to      string // as the server saw it; empty = refused
		utf8    bool
	}{
		"domain":                   {"post@blåkraft.example", []string{"DSN"}, "post@xn--blkraft-fxa.example", false},
		"domain, although offered": {"post@blåkraft.example", []string{"DSN", "SMTPUTF8"}, "post@xn--blkraft-fxa.example", false},
		"domain in capitals":       {"Post@BLÅKRAFT.example", []string{"DSN"}, "Post@xn--blkraft-fxa.example", false},
		"both":                     {"spørsmål@blåkraft.example", []string{"DSN", "SMTPUTF8"}, "spørsmål@blåkraft.example", true},
		"both, not offered":        {"spørsmål@blåkraft.example", []string{"DSN"}, "", false},
		"local part, not offered":  {"spørsmål@kraft.example", []string{"DSN"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			d, addr, _ := submission(t, None, tt.offered...)
			c := channelTo(t, addr, None, Options{Timeout: 5 * time.Second})
			o := opening(t, c)
			o.Reach = tt.reach
			_, err := c.Open(t.Context(), o, channels.Unrecorded)
			if tt.to == "" {
				want := "rcpt to: refused: 553 5.6.7 our submission server does not offer SMTPUTF8, which " + tt.reach + " needs"
				if verdict(err) != "ours" || err.Error() != want || d.from != "" {
					t.Errorf("got %v, want %s, and nothing said", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d.to[0] != tt.to || d.mail.UTF8 != tt.utf8 {
				t.Errorf("got %q, %+v", d.to, d.mail)
			}
			to := regexp.MustCompile(`(?m)^To: (?:"[^"]*" )?<?` + regexp.QuoteMeta(tt.to) + `>?\r$`)
			if !to.Match(d.messages[0]) {
				t.Errorf("got %s", d.messages[0])
			}
		})
	}
}

func TestLogInWhenItCannot(t *testing.T) {
	for name, tt := range map[string]struct {
		change     func(*Server)
		want, text string
	}{
		"wrong password":  {func(s *Server) { s.Password = channels.Inline("wrong") }, "refused at auth", "auth: refused: 535"},
		"no such file":    {func(s *Server) { s.Password, s.PasswordFile = channels.Secret{}, "/nowhere" }, "again", "auth: read secret: "},
		"anybody is in":   {func(s *Server) { s.Username = "" }, "sent", ""},
		"from a file too": {nil, "sent", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, addr, _ := submission(t, None)
			c := channelTo(t, addr, None, Options{Timeout: 5 * time.Second})
			if tt.change == nil {
				path := filepath.Join(t.TempDir(), "password")
				if err := os.WriteFile(path, []byte(testPassword+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				tt.change = func(s *Server) { s.Password, s.PasswordFile = channels.Secret{}, path }
			}
			tt.change(&c.cfg.SMTP)
			_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
			if got := verdict(err); got != tt.want || err != nil && !strings.HasPrefix(err.Error(), tt.text) {
				t.Errorf("got %s (%v), want %s (%s)", got, err, tt.want, tt.text)
			}
		})
	}
}

func TestNoMechanism(t *testing.T) {
	c := startScripted(t, &scriptedServer{offers: []string{"AUTH CRAM-MD5 XOAUTH2"}})
	_, err := c.Open(t.Context(), opening(t, c), channels.Unrecorded)
	if verdict(err) != "again" || err.Error() != "auth: the server offers neither PLAIN nor LOGIN" {
		t.Errorf("got %v", err)
	}
}
