package peers

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"net/smtp"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const postfixDaemons = "/usr/lib/postfix/sbin"

// Delivery is how Postfix gives the mail of its own domain to Dovecot.
type Delivery string

const (
	// LMTP passes each message on with the address it was sent to, and Dovecot
	// knows whose it is: Delivered-To bears that address. It is the zero value.
	LMTP Delivery = ""
	// Pipe rewrites the address to the user's (virtual_alias_maps), then runs
	// Dovecot's own delivery agent: X-Original-To bears the address the message
	// was sent to, Delivered-To the user's.
	Pipe Delivery = "pipe"
)

// PostfixOptions are the settings of a Postfix. Only Dovecot is required.
type PostfixOptions struct {
	// Dovecot holds the mailboxes and checks the passwords.
	Dovecot *Dovecot
	// Domain is our own: every address in it has a mailbox, the catch-all's if
	// no other. Empty means shopper.test.
	Domain string
	// Companies is the host:port on 127.0.0.1 of an SMTP server that gets the
	// mail for every other domain. Empty means that such mail bounces.
	Companies string
	// Routes are host:port on 127.0.0.1 of SMTP servers by domain, for domains
	// that have their own.
	Routes map[string]string
	// Delivery is how mail reaches Dovecot.
	Delivery Delivery
	// Settings are lines to add at the end of main.cf, for instance
	// "delay_warning_time = 2s".
	Settings string
}

// Postfix is a running mail server. It tries deferred mail again every one or
// two seconds.
type Postfix struct {
	Submission  string         // host:port; STARTTLS, then SASL PLAIN or LOGIN
	Submissions string         // host:port; the same with implicit TLS
	SMTP        string         // host:port; from anyone to our own domain, without TLS
	CA          string         // file, PEM: the Dovecot's
	Roots       *x509.CertPool // holds what is in CA
	Dir         string         // its folder, removed when the test ends

	t      testing.TB
	daemon *daemon
}

// StartPostfix starts a mail server and returns once it greets. It stops when
// the test ends. It needs root, as Postfix does: to anyone else it is missing.
func StartPostfix(t testing.TB, opt PostfixOptions) *Postfix {
	t.Helper()
	master := filepath.Join(postfixDaemons, "master")
	need(t, "Postfix", master)
	if os.Getuid() != 0 {
		absent(t, "Postfix runs only as root")
	}
	if opt.Domain == "" {
		opt.Domain = "shopper.test"
	}
	p := &Postfix{t: t, Dir: folder(t, "postfix"), CA: opt.Dovecot.CA, Roots: opt.Dovecot.Roots}
	if err := p.configure(opt); err != nil {
		t.Fatalf("configure Postfix: %v", err)
	}
	p.daemon = &daemon{
		name:  "Postfix",
		argv:  []string{master, "-d", "-c", p.Dir},
		log:   p.log(),
		ports: []string{p.SMTP, p.Submission},
	}
	p.daemon.attend(t)
	return p
}

// Stop stops the server: its queue stays. It may be called from any goroutine,
// and more than once.
func (p *Postfix) Stop() {
	p.t.Helper()
	if err := p.daemon.stop(); err != nil {
		p.t.Error(err)
	}
}

// Start starts a stopped server on the same ports, with the same queue, and
// returns once it greets. It may be called from any goroutine.
func (p *Postfix) Start() {
	p.t.Helper()
	if err := p.daemon.start(); err != nil {
		p.t.Error(err)
	}
}

// Deliver hands msg to the server as another mail server would, from the
// envelope's sender to rcpt, an address of our own domain. An empty sender
// makes it a bounce's.
func (p *Postfix) Deliver(msg []byte, sender, rcpt string) error {
	if err := smtp.SendMail(p.SMTP, nil, sender, []string{rcpt}, msg); err != nil {
		return fmt.Errorf("deliver to %s: %w", rcpt, err)
	}
	return nil
}

func (p *Postfix) log() string { return filepath.Join(p.Dir, "postfix.log") }

// configure writes all that the server reads, and finds its ports.
func (p *Postfix) configure(opt PostfixOptions) error {
	free, err := loopback(3)
	if err != nil {
		return err
	}
	p.Submission, p.Submissions, p.SMTP = free[0], free[1], free[2]
	owner, err := lookUp("postfix")
	if err != nil {
		return err
	}
	if err := p.makeQueue(owner); err != nil {
		return err
	}
	if err := p.writeMaps(opt); err != nil {
		return err
	}
	d := opt.Dovecot
	settings := map[string]any{
		"Dir": p.Dir, "Daemons": postfixDaemons, "Log": p.log(), "Owner": owner,
		"Cert": d.cert.cert, "Key": d.cert.key,
		"Submission": p.Submission, "Submissions": p.Submissions, "SMTP": p.SMTP,
		"Domain": opt.Domain, "Companies": opt.Companies, "Settings": opt.Settings,
		"Pipe": opt.Delivery == Pipe,
		"Dovecot": map[string]string{
			"SASL": d.SASL, "LMTP": d.LMTP, "Conf": d.conf(), "LDA": dovecotLDA, "User": d.owner.Name,
		},
	}
	for _, name := range []string{"main.cf", "master.cf"} {
		if err := render(p.Dir, name, settings); err != nil {
			return err
		}
	}
	return p.age("main.cf", "master.cf", "transport", "virtual")
}

// age makes the files look old. Postfix reads a file again and again until it
// is more than a second old, lest it be half written.
func (p *Postfix) age(names ...string) error {
	old := time.Now().Add(-time.Minute)
	for _, name := range names {
		if err := os.Chtimes(filepath.Join(p.Dir, name), old, old); err != nil {
			return fmt.Errorf("age %s: %w", name, err)
		}
	}
	return nil
}

// makeQueue makes the folders that Postfix's own start script would make, with
// the owners and modes of its postfix-files.
func (p *Postfix) makeQueue(owner account) error {
	postdrop, err := user.LookupGroup("postdrop")
	if err != nil {
		return fmt.Errorf("the group of the queue: %w", err)
	}
	dropGID, err := strconv.Atoi(postdrop.Gid)
	if err != nil {
		return fmt.Errorf("the group of the queue: %w", err)
	}
	type made struct {
		path     string
		uid, gid int
		mode     os.FileMode
	}
	folders := []made{
		{"data", owner.UID, owner.GID, 0o700},
		{"queue", 0, 0, 0o755},
		{"queue/pid", 0, 0, 0o755},
		{"queue/public", owner.UID, dropGID, 0o710 | os.ModeSetgid},
		{"queue/maildrop", owner.UID, dropGID, 0o730 | os.ModeSticky},
	}
	for _, name := range []string{
		"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace",
	} {
		folders = append(folders, made{"queue/" + name, owner.UID, owner.GID, 0o700})
	}
	for _, f := range folders {
		path := filepath.Join(p.Dir, f.path)
		if err := os.Mkdir(path, 0o700); err != nil {
			return fmt.Errorf("make the queue: %w", err)
		}
		if err := os.Chown(path, f.uid, f.gid); err != nil {
			return fmt.Errorf("make the queue: %w", err)
		}
		if err := os.Chmod(path, f.mode); err != nil {
			return fmt.Errorf("make the queue: %w", err)
		}
	}
	return journal(p.log())
}

// writeMaps writes where other domains' mail goes, and for Pipe whose mail our
// own domain's is.
func (p *Postfix) writeMaps(opt PostfixOptions) error {
	var transport bytes.Buffer
	for _, domain := range slices.Sorted(maps.Keys(opt.Routes)) {
		_, port, err := net.SplitHostPort(opt.Routes[domain])
		if err != nil {
			return fmt.Errorf("route to %s: %w", domain, err)
		}
		fmt.Fprintf(&transport, "%s smtp:[127.0.0.1]:%s\n", domain, port)
	}
	if err := os.WriteFile(filepath.Join(p.Dir, "transport"), transport.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the routes: %w", err)
	}
	var virtual strings.Builder
	for _, name := range slices.Sorted(maps.Keys(opt.Dovecot.users)) {
		fmt.Fprintf(&virtual, "%s@%s %[1]s@%[2]s\n", name, opt.Domain)
	}
	fmt.Fprintf(&virtual, "@%s %s@%[1]s\n", opt.Domain, opt.Dovecot.all)
	if err := os.WriteFile(filepath.Join(p.Dir, "virtual"), []byte(virtual.String()), 0o644); err != nil {
		return fmt.Errorf("write the aliases: %w", err)
	}
	return nil
}
