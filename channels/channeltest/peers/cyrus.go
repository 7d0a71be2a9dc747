package peers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	cyrus         = "/usr/sbin/cyrmaster"
	cyrusPassword = "/usr/sbin/saslpasswd2"
)

// Cyrus is a running Cyrus IMAP server, the other one that large providers run.
// The user shopper with the password secret has an INBOX and a folder Junk.
type Cyrus struct {
	IMAP string // host:port; in the clear
	Dir  string // its folder, removed when the test ends

	t      testing.TB
	daemon *daemon
}

// StartCyrus starts a server and returns once it greets. It stops when the test
// ends. Only root may run one.
func StartCyrus(t testing.TB) *Cyrus {
	t.Helper()
	need(t, "Cyrus", cyrus, cyrusPassword)
	if os.Getuid() != 0 {
		absent(t, "Cyrus runs for root alone")
	}
	c := &Cyrus{Dir: folder(t, "cyrus"), t: t}
	if err := c.configure(); err != nil {
		t.Fatalf("start Cyrus: %v", err)
	}
	c.daemon = &daemon{
		name:  "Cyrus",
		argv:  []string{cyrus, "-C", c.conf(), "-M", filepath.Join(c.Dir, "cyrus.conf"), "-p", filepath.Join(c.Dir, "master.pid")},
		log:   filepath.Join(c.Dir, "log"),
		ports: []string{c.IMAP},
	}
	c.daemon.attend(t)
	return c
}

// Stop stops the server: connections end, mail stays.
func (c *Cyrus) Stop() {
	c.t.Helper()
	if err := c.daemon.stop(); err != nil {
		c.t.Error(err)
	}
}

// Start starts a stopped server on the same port, with the same mail.
func (c *Cyrus) Start() {
	c.t.Helper()
	if err := c.daemon.start(); err != nil {
		c.t.Error(err)
	}
}

// File puts msg into a folder.
func (c *Cyrus) File(msg []byte, folder string) error {
	client, err := imapclient.DialInsecure(c.IMAP, nil)
	if err != nil {
		return fmt.Errorf("file into %s: %w", folder, err)
	}
	defer client.Close()
	if err := client.Login("shopper", "secret").Wait(); err != nil {
		return fmt.Errorf("file into %s: %w", folder, err)
	}
	cmd := client.Append(folder, int64(len(msg)), &imap.AppendOptions{})
	_, err = cmd.Write(msg)
	if err = errors.Join(err, cmd.Close()); err == nil {
		_, err = cmd.Wait()
	}
	if err != nil {
		return fmt.Errorf("file into %s: %w", folder, err)
	}
	return nil
}

func (c *Cyrus) conf() string { return filepath.Join(c.Dir, "cyrus-imapd.conf") }

// configure writes all that the server reads, and finds its port.
func (c *Cyrus) configure() error {
	free, err := loopback(1)
	if err != nil {
		return err
	}
	c.IMAP = free[0]
	for _, name := range []string{"cyrus.conf", "cyrus-imapd.conf"} {
		if err := render(c.Dir, name, map[string]any{"Dir": c.Dir, "IMAP": c.IMAP}); err != nil {
			return err
		}
	}
	for _, name := range []string{"spool", "sock", "conf/db", "conf/socket", "conf/log", "conf/msg", "conf/proc", "conf/lock"} {
		if err := os.MkdirAll(filepath.Join(c.Dir, name), 0o750); err != nil {
			return err
		}
	}
	if err := journal(filepath.Join(c.Dir, "log")); err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	cmd := exec.Command(cyrusPassword, "-p", "-c", "-f", filepath.Join(c.Dir, "sasldb2"), "-u", host, "shopper")
	cmd.Stdin = strings.NewReader("secret")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make the user: %w: %s", err, out)
	}
	return c.handOver()
}

// handOver gives all files to the account that the server runs as.
func (c *Cyrus) handOver() error {
	account, err := lookUp("cyrus")
	if err != nil {
		return err
	}
	return filepath.WalkDir(c.Dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, account.UID, account.GID)
	})
}
