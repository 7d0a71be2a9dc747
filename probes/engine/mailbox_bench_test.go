package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/queue"
)

// BenchmarkMailbox reads a mailbox of a Dovecot server to its end: of each opener its
// copy, a confirmation and an answer, durable, matched and judged. Beside it stands
// mbsync, which copies the same letters into a Maildir and syncs each.
func BenchmarkMailbox(b *testing.B) {
	dovecot := peers.StartDovecot(b, peers.Options{})
	at := time.Now().Add(-time.Hour)
	ed := pastSeason(b, at)
	l, err := ledger.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "svartid.db"), ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	s := feeding{ledger: l, at: at}
	openings := s.ask(b, 192, 3)
	letters := arrivals(openings)
	for _, letter := range letters {
		if err := dovecot.Deliver(letter.Raw, "shopper"); err != nil {
			b.Fatal(err)
		}
	}
	began, used := time.Now(), cpuTime(b)
	s.hearAll(b, mailbox(b, dovecot), len(openings))
	b.ReportMetric(float64(len(letters))/time.Since(began).Seconds(), "mails/s")
	b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/float64(len(letters)), "cpu-µs/mail")
	s.check(b, len(openings))
	b.ReportMetric(0, "ns/op")

	program, err := exec.LookPath("mbsync")
	if err != nil {
		b.Log("mbsync is not installed: run `make peers`")
		return
	}
	cmd := exec.Command(program, "-c", mbsyncConfig(b, dovecot), "-a")
	began = time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("mbsync: %v\n%s", err, out)
	}
	took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	b.ReportMetric(float64(len(letters))/time.Since(began).Seconds(), "mbsync-mails/s")
	b.ReportMetric(float64(took.Microseconds())/float64(len(letters)), "mbsync-cpu-µs/mail")
}

// mailbox is a channel on what Dovecot has for the shopper.
func mailbox(b *testing.B, dovecot *peers.Dovecot) *email.Channel {
	b.Helper()
	host, port, err := net.SplitHostPort(dovecot.IMAP)
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		b.Fatal(err)
	}
	channel, err := email.New(email.Config{
		SMTP: email.Server{Host: host, Port: 9, TLS: email.None},
		IMAP: email.Mailbox{
			Server:  email.Server{Host: host, Port: n, TLS: email.None, Username: "shopper", Password: channels.Inline("secret")},
			Folders: []string{"INBOX"},
		},
	}, email.Options{Timeout: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	return channel
}

// hearAll has an engine hear a channel until so many contacts are answered.
func (s feeding) hearAll(b *testing.B, channel any, want int) {
	b.Helper()
	log := slog.New(slog.DiscardHandler)
	e := &engine.Engine{
		Edition: pastSeason(b, s.at), Channels: map[string]any{"mail": channel}, Ledger: s.ledger,
		Queue: queue.New(queue.Options{Log: log}), Log: log,
	}
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := e.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	defer running.Wait()
	defer stop()
	for late := time.Now().Add(10 * time.Minute); time.Now().Before(late); time.Sleep(250 * time.Millisecond) {
		answered := 0
		err := s.ledger.View(b.Context(), func(tx probes.Tx) error {
			totals, err := tx.Totals(b.Context(), 0)
			for _, t := range totals.Tallies {
				answered += t.Outcomes[probes.Answered]
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if answered == want {
			return
		}
	}
	b.Error("not all are answered within ten minutes")
}

// mbsyncConfig has mbsync copy the same folder.
func mbsyncConfig(b *testing.B, dovecot *peers.Dovecot) string {
	b.Helper()
	host, port, err := net.SplitHostPort(dovecot.IMAP)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	text := fmt.Sprintf(`FSync yes
IMAPAccount shopper
Host %s
Port %s
User shopper
Pass secret
SSLType None
AuthMechs LOGIN

IMAPStore far
Account shopper

MaildirStore near
Path %s/
Inbox %s/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull New
SyncState *
`, host, port, dir, dir)
	file := filepath.Join(dir, "mbsyncrc")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}
