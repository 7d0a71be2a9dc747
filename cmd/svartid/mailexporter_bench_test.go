package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// mailExporter is the prober of mail servers that Debian has; `make peers` installs it.
const mailExporter = "/usr/bin/mailexporter"

// watchByMailExporter has mail_exporter send 192 mails every ten seconds and look for
// each where it is delivered, and reports what that takes. It reads no mail, keeps
// nothing and judges nothing.
func watchByMailExporter(b *testing.B) {
	b.Helper()
	if _, err := os.Stat(mailExporter); err != nil {
		b.Log("mail_exporter is not installed: run `make peers`")
		return
	}
	dir := b.TempDir()
	delivered := &maildirs{dir: dir}
	server := smtp.NewServer(delivered)
	server.Domain, server.AllowInsecureAuth = "localhost", true
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(socket) }()
	b.Cleanup(func() { _ = server.Close(); <-served })
	cmd := exec.Command(mailExporter, "-config.file", delivered.configure(b, socket.Addr().(*net.TCPAddr).Port), "-web.listen-address", freeAddress(b))
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	time.Sleep(20 * time.Second)
	before, began, sent := cpu(b, cmd.Process.Pid), time.Now(), delivered.count.Load()
	time.Sleep(40 * time.Second)
	if n := delivered.count.Load() - sent; n < 3*192 {
		b.Errorf("mail_exporter has sent %d mails in 40 seconds", n)
	}
	b.ReportMetric((cpu(b, cmd.Process.Pid)-before)/time.Since(began).Seconds()*100, "mailexporter-cpu-%")
	b.ReportMetric(memory(b, cmd.Process.Pid, "VmRSS"), "mailexporter-RSS-MB")
}

// maildirs is a mail server that files each mail where its recipient's is looked for.
type maildirs struct {
	dir   string
	count atomic.Int64
}

// configure writes the configuration of mail_exporter, and makes the folders.
func (m *maildirs) configure(b *testing.B, port int) string {
	b.Helper()
	text := "monitoringinterval: 10s\nmailchecktimeout: 8s\nservers:\n"
	for n := range 192 {
		folder := filepath.Join(m.dir, fmt.Sprint("company", n))
		if err := os.Mkdir(folder, 0o700); err != nil {
			b.Fatal(err)
		}
		text += fmt.Sprintf("  - {name: company%d, server: 127.0.0.1, port: %d, login: '', passphrase: '', from: kari@shopper.example, "+
			"to: company%d@example.com, detectiondir: %q}\n", n, port, n, folder)
	}
	file := filepath.Join(m.dir, "mailexporter.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

// NewSession implements smtp.Backend.
func (m *maildirs) NewSession(*smtp.Conn) (smtp.Session, error) { return &filing{maildirs: m}, nil }

// A filing is one mail that is taken.
type filing struct {
	*maildirs
	to string
}

func (f *filing) Reset()                                    {}
func (f *filing) Logout() error                             { return nil }
func (f *filing) Mail(string, *smtp.MailOptions) error      { return nil }
func (f *filing) Rcpt(to string, _ *smtp.RcptOptions) error { f.to = to; return nil }

// Data files the mail as a server does: under another name first.
func (f *filing) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	folder, _, _ := strings.Cut(f.to, "@")
	name := fmt.Sprint(f.count.Add(1))
	if err := os.WriteFile(filepath.Join(f.dir, name), text, 0o600); err != nil {
		return err
	}
	return os.Rename(filepath.Join(f.dir, name), filepath.Join(f.dir, folder, name))
}
