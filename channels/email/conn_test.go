package email

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// authority makes a certificate for 127.0.0.1 and the file that vouches for it.
func authority(t *testing.T) (cert tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func TestListenOverTLS(t *testing.T) {
	cert, ca := authority(t)
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	for name, tt := range map[string]struct {
		protection TLS
		ca         string
		want       string
	}{
		"implicit":           {Implicit, ca, ""},
		"starttls":           {StartTLS, ca, ""},
		"implicit, stranger": {Implicit, "", "connect 127.0.0.1: tls: "},
		"starttls, stranger": {StartTLS, "", "connect 127.0.0.1: tls: "},
		"no authority":       {Implicit, "/nonexistent", "connect 127.0.0.1: read authority: "},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMailbox(t, "INBOX")
			m.tls, m.implicit = config, tt.protection == Implicit
			m.start(t)
			m.put(t, "INBOX", note(1))
			cfg := imapConfig(m.addr)
			cfg.IMAP.TLS, cfg.IMAP.CAFile = tt.protection, tt.ca
			c := newTestChannel(t, cfg)
			if tt.want != "" {
				err := c.checkIMAP(t.Context())
				if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
					t.Errorf("checkIMAP: %v, want %s…", err, tt.want)
				}
				return
			}
			h := newRecorder("INBOX")
			listen(t, c, h)
			h.heard(t, 1)
		})
	}
}

func TestStartTLSIsNotTalkedOutOfIt(t *testing.T) {
	for name, tt := range map[string]struct{ greeting, reply, want string }{
		"refused":        {"* OK hi", "S1 NO not today\r\n", "starttls: refused"},
		"preauth":        {"* PREAUTH welcome", "", "starttls: greeting was"},
		"bye":            {"* BYE full", "", "starttls: greeting was"},
		"injected":       {"* OK hi", "* OK wait\r\nS1 OK go\r\n* OK [CAPABILITY IMAP4rev1] forged\r\n", "starttls: server went on in the clear"},
		"breaks off":     {"* OK hi", "S1 OK", "starttls: "},
		"endless line":   {"* OK hi", "S1 " + strings.Repeat("x", 10_000), "starttls: "},
		"falls silent":   {"* OK hi", "…", "silent for 100ms: "},
		"not even hello": {"…", "", "silent for 100ms: "},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				say := func(s string) {
					if s == "…" {
						_, _ = io.Copy(io.Discard, conn)
					}
					_, _ = io.WriteString(conn, s)
				}
				say(strings.TrimSuffix(tt.greeting+"\r\n", "…\r\n"))
				if tt.greeting == "…" {
					say("…")
				}
				if _, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
					say(tt.reply)
				}
			}()
			cfg := imapConfig(l.Addr().(*net.TCPAddr))
			cfg.IMAP.TLS = StartTLS
			c, err := New(cfg, Options{Timeout: 100 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.checkIMAP(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "connect 127.0.0.1: "+tt.want) {
				t.Errorf("checkIMAP: %v, want %s…", err, tt.want)
			}
		})
	}
}

type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 143} }

func TestUnprotectedIsForLoopback(t *testing.T) {
	_, err := Server{TLS: None}.protect(t.Context(), elsewhere{})
	if err == nil || !strings.Contains(err.Error(), "tls none is for loopback alone") {
		t.Errorf("protect: %v", err)
	}
}

func TestIMAPAddress(t *testing.T) {
	for want, s := range map[string]Server{
		"h:993": {Host: "h", TLS: Implicit},
		"h:143": {Host: "h", TLS: StartTLS},
		"h:77":  {Host: "h", TLS: StartTLS, Port: 77},
	} {
		if got := s.imapAddress(); got != want {
			t.Errorf("address of %+v is %s, want %s", s, got, want)
		}
	}
}

func TestLogin(t *testing.T) {
	for name, tt := range map[string]struct {
		greeting string
		rules    script
		want     string
	}{
		"authenticate": {"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi", script{}, ""},
		"login":        {"* OK [CAPABILITY IMAP4rev1] hi", script{}, ""},
		"preauth":      {"* PREAUTH [CAPABILITY IMAP4rev1] hi", script{}, ""},
		"neither":      {"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi", script{}, "login: server offers neither LOGIN nor AUTHENTICATE PLAIN"},
		"echo": {"* OK [CAPABILITY IMAP4rev1] hi", script{
			"LOGIN": func(args string) string { return "\x00BAD unknown command LOGIN " + args },
		}, "login: imap: BAD unknown command LOGIN shopper ***"},
		"echo, encoded": {"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi", script{
			"AUTHENTICATE": func(args string) string { return "\x00BAD unknown command AUTHENTICATE " + args },
		}, ""},
		"echo, encoded and refused": {"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi", script{
			"AUTHENTICATE": func(args string) string { return "\x00NO not by AUTHENTICATE " + args },
		}, "login: imap: NO not by AUTHENTICATE PLAIN ***"},
		"no capabilities": {"* OK hi", script{
			"CAPABILITY": func(string) string { return "\x00BAD what" },
		}, ""},
		"drops": {"* OK [CAPABILITY IMAP4rev1] hi", script{"LOGIN": func(string) string { return "* BYE" }}, "login: "},
		"bye":   {"* BYE too many", script{}, "login: greeting: imap: BYE too many"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := imapConfig(tt.rules.start(t, tt.greeting))
			cfg.IMAP.Password = channels.Inline("hemmelig27")
			err := newTestChannel(t, cfg).checkIMAP(t.Context())
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), `"`, ""), tt.want) {
				t.Errorf("checkIMAP: %v, want %s", err, tt.want)
			}
			if strings.Contains(fmt.Sprint(err), "hemmelig") {
				t.Errorf("error holds the password: %v", err)
			}
		})
	}
}
