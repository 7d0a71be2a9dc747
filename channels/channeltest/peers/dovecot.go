package peers

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

const (
	dovecot    = "/usr/sbin/dovecot"
	dovecotLDA = "/usr/lib/dovecot/dovecot-lda"
)

// Options are the settings of a Dovecot. The zero value is one to use.
type Options struct {
	// Users are passwords by user name; the names are in lower case and without
	// a domain. None means shopper and canary, both with the password secret.
	Users map[string]string
	// CatchAll is the user who gets what is sent to any address that is no
	// user's. Empty means shopper.
	CatchAll string
	// Settings are lines to add at the end of dovecot.conf.
	Settings string
}

// Dovecot is a running IMAP server. Each user has an INBOX and a folder Junk,
// kept as files under Dir/mail/USER/Maildir.
type Dovecot struct {
	IMAP  string         // host:port; in the clear, with STARTTLS
	IMAPS string         // host:port; implicit TLS
	LMTP  string         // host:port; takes mail for any address
	SASL  string         // host:port; the auth protocol, for an SMTP server
	CA    string         // file, PEM: signs the certificate of every TLS port
	Roots *x509.CertPool // holds what is in CA
	Dir   string         // its folder, removed when the test ends

	t      testing.TB
	cert   certificate
	users  map[string]string
	all    string
	owner  account // whose files the mail is
	daemon *daemon
}

// StartDovecot starts an IMAP server and returns once it greets. It stops when
// the test ends.
func StartDovecot(t testing.TB, opt Options) *Dovecot {
	t.Helper()
	need(t, "Dovecot", dovecot, dovecotLDA, "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp")
	needVersion(t, "Dovecot", "2.3.", dovecot, "--version")
	d := &Dovecot{t: t, Dir: folder(t, "dovecot"), users: opt.Users, all: opt.CatchAll}
	if len(d.users) == 0 {
		d.users = map[string]string{"shopper": "secret", "canary": "secret"}
	}
	if d.all == "" {
		d.all = "shopper"
	}
	if err := d.configure(opt.Settings); err != nil {
		t.Fatalf("configure Dovecot: %v", err)
	}
	d.daemon = &daemon{
		name:  "Dovecot",
		argv:  []string{dovecot, "-F", "-c", d.conf()},
		log:   d.log(),
		ports: []string{d.IMAP, d.LMTP, d.SASL},
	}
	d.daemon.attend(t)
	return d
}

// Stop stops the server: connections end, mail stays. It may be called from
// any goroutine, and more than once.
func (d *Dovecot) Stop() {
	d.t.Helper()
	if err := d.daemon.stop(); err != nil {
		d.t.Error(err)
	}
}

// Start starts a stopped server on the same ports, with the same mail, and
// returns once it greets. It may be called from any goroutine.
func (d *Dovecot) Start() {
	d.t.Helper()
	if err := d.daemon.start(); err != nil {
		d.t.Error(err)
	}
}

// Deliver hands msg to the server by LMTP for rcpt, a user's name or any
// address. The envelope's sender is the address in Return-Path if msg has one,
// else the one in From, else none.
func (d *Dovecot) Deliver(msg []byte, rcpt string) error {
	conn, err := net.DialTimeout("tcp", d.LMTP, 5*time.Second)
	if err != nil {
		return fmt.Errorf("deliver to %s: %w", rcpt, err)
	}
	client := smtp.NewClientLMTP(conn)
	defer client.Close()
	if err := client.SendMail(sender(msg), []string{rcpt}, bytes.NewReader(msg)); err != nil {
		return fmt.Errorf("deliver to %s: %w", rcpt, err)
	}
	// The message is safe by now, whatever comes of the parting.
	_ = client.Quit()
	return nil
}

// File puts msg into a folder of user, as a server's filter would. The folder
// must be there.
func (d *Dovecot) File(msg []byte, user, folder string) error {
	cmd := exec.Command(dovecotLDA, "-c", d.conf(), "-d", user, "-m", folder, "-f", sender(msg))
	cmd.Stdin = bytes.NewReader(msg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("file into %s of %s: %w: %s", folder, user, err, out)
	}
	return nil
}

func (d *Dovecot) conf() string { return filepath.Join(d.Dir, "dovecot.conf") }
func (d *Dovecot) log() string  { return filepath.Join(d.Dir, "dovecot.log") }

// configure writes all that the server reads, and finds its ports.
func (d *Dovecot) configure(settings string) error {
	free, err := loopback(4)
	if err != nil {
		return err
	}
	d.IMAP, d.IMAPS, d.LMTP, d.SASL = free[0], free[1], free[2], free[3]
	if d.cert, err = certify(d.Dir); err != nil {
		return err
	}
	d.CA, d.Roots = d.cert.cert, d.cert.roots
	if d.owner, err = owner(); err != nil {
		return err
	}
	if err := d.writeUsers(); err != nil {
		return err
	}
	if err := journal(d.log()); err != nil {
		return err
	}
	return render(d.Dir, "dovecot.conf", map[string]any{
		"Dir": d.Dir, "Log": d.log(), "Cert": d.cert.cert, "Key": d.cert.key,
		"IMAP": d.IMAP, "IMAPS": d.IMAPS, "LMTP": d.LMTP, "SASL": d.SASL,
		"Root": os.Getuid() == 0, "Owner": d.owner, "CatchAll": d.all, "Settings": settings,
	})
}

// writeUsers writes the users' file and makes the folder of their mail.
func (d *Dovecot) writeUsers() error {
	if _, ok := d.users[d.all]; !ok {
		return fmt.Errorf("catch-all %q is no user", d.all)
	}
	home := filepath.Join(d.Dir, "mail")
	if err := os.Mkdir(home, 0o700); err != nil {
		return fmt.Errorf("make the folder of mail: %w", err)
	}
	if err := os.Chown(home, d.owner.UID, d.owner.GID); err != nil {
		return fmt.Errorf("give the folder of mail away: %w", err)
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.users)) {
		fmt.Fprintf(&lines, "%s:{PLAIN}%s:%d:%d::%s:\n",
			name, d.users[name], d.owner.UID, d.owner.GID, filepath.Join(home, name))
	}
	if err := os.WriteFile(filepath.Join(d.Dir, "users"), []byte(lines.String()), 0o644); err != nil {
		return fmt.Errorf("write the users: %w", err)
	}
	return nil
}

// owner returns the account that owns the mail: an unprivileged one if the
// test runs as root, else the test's own.
func owner() (account, error) {
	if os.Getuid() == 0 {
		return lookUp("mail", "nobody")
	}
	self, err := user.Current()
	if err != nil {
		return account{}, fmt.Errorf("who runs the test: %w", err)
	}
	return describe(self)
}

// sender returns the address that msg comes from, for the envelope.
func sender(msg []byte) string {
	parsed, err := mail.ReadMessage(bytes.NewReader(msg))
	if err != nil {
		return ""
	}
	for _, name := range []string{"Return-Path", "From"} {
		list, err := parsed.Header.AddressList(name)
		if err == nil {
			return list[0].Address
		}
		if !errors.Is(err, mail.ErrHeaderNotPresent) {
			return ""
		}
	}
	return ""
}
