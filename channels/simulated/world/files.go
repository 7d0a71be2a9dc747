package world

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
)

// mark is the first line of a configuration that Write has written, by which
// it knows its own.
const mark = "# Written by svartid demo, which writes it anew when it is run in this folder again."

// days is how long the edition lasts.
const days = 30

// ErrTaken says that a folder holds a configuration that Write did not write.
var ErrTaken = errors.New("there is a svartid.yml that is not a demo's")

// A Serving is where svartid is to listen, each as host:port.
type Serving struct{ Board, Hooks string }

// Open reports whether the board is to be reached from other machines, which who
// names such an address accepts.
func (s Serving) Open() bool {
	host, _, err := net.SplitHostPort(s.Board)
	ip, notIP := netip.ParseAddr(host)
	return err == nil && host != "localhost" && (notIP != nil || !ip.IsLoopback())
}

// A file is one that Write writes: its name below the folder, and its text.
type file struct {
	name string
	text []byte
}

// Write writes the world's configuration into a folder, which it makes if need
// be: svartid.yml, the table of companies, and the secrets in a folder of their
// own. The ledger is to lie beside them. It returns where svartid.yml is. One
// that was written before is replaced; the error wraps [ErrTaken] if another
// is there. The world must have been started: the ports of its servers are in
// the configuration.
func (w *World) Write(dir string, at Serving) (config string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	config = filepath.Join(dir, "svartid.yml")
	switch before, err := os.ReadFile(config); {
	case err == nil && !bytes.HasPrefix(before, []byte(mark)):
		return "", ErrTaken
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		return "", err
	}
	yesterday := time.Now().AddDate(0, 0, -1)
	text, err := w.configuration(yesterday, at)
	if err != nil {
		return "", err
	}
	files, err := w.secrets()
	if err != nil {
		return "", err
	}
	files = append(files, file{"companies.csv", w.table(yesterday)}, file{"svartid.yml", text})
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.text, 0o600); err != nil {
			return "", err
		}
	}
	return config, nil
}

// secrets are what svartid proves itself by, a file each.
func (w *World) secrets() (files []file, err error) {
	for name, secret := range map[string]channels.Secret{
		"mail": w.mail.Mailbox().SMTP.Password, "canary": w.mail.Canary().IMAP.Password,
		"chatwoot": channels.Inline(w.keys.chatwoot), "rocketchat": channels.Inline(w.keys.rocketchat),
		"matrix": w.matrix.AccessToken(), "webhook": channels.Inline(w.keys.relay), "page": channels.Inline(w.keys.page),
		"meta_app": channels.Inline(w.keys.app), "meta_verify": channels.Inline(w.keys.verify),
	} {
		text, err := secret.Reveal()
		if err != nil {
			return nil, fmt.Errorf("secret %s: %w", name, err)
		}
		files = append(files, file{filepath.Join("secrets", name), []byte(text + "\n")})
	}
	return files, nil
}

// table is the participants' file: every company that is met without a page,
// with the day of its consent.
func (w *World) table(consent time.Time) []byte {
	columns := []string{"mail", "chatwoot", "rocketchat", "matrix", "webhook", "phone"}
	rows := [][]string{append([]string{"id", "name", "class", "language", "consent"}, columns...)}
	for _, co := range w.mail.Companies() {
		reach := map[string]string{"mail": co.Address}
		for _, r := range w.of(co) {
			reach[r.Channel] = r.Reach
		}
		if reach["messenger"] != "" {
			continue
		}
		row := []string{co.ID, co.Name, co.Class, co.Language, consent.Format(time.DateOnly)}
		for _, channel := range columns {
			row = append(row, reach[channel])
		}
		rows = append(rows, row)
	}
	var text bytes.Buffer
	_ = csv.NewWriter(&text).WriteAll(rows) // a buffer takes all
	return text.Bytes()
}

// of returns the roles of a company.
func (w *World) of(co simulated.Company) []Role {
	return slices.DeleteFunc(slices.Clone(w.roles), func(r Role) bool { return r.ID != co.ID })
}
