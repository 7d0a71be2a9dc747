package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"slices"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/probes/reading"
)

// BenchmarkDetection measures the time from when a reply is handed to the
// mailbox's server to when its heard event is durable, in an edition that runs:
// IDLE, fetch, match, read, commit. Replies come one by one. The time that the
// server itself takes to take the reply is part of it, and told beside. Dovecot
// announces what it has half a second late, so run it with -benchtime 200x.
func BenchmarkDetection(b *testing.B) {
	b.Run("imapmemserver", func(b *testing.B) {
		world := openerWorld(b)
		detect(b, world.Mailbox(), world, appending(b, world.Mailbox().IMAP.Server))
	})
	b.Run("dovecot", func(b *testing.B) {
		world := openerWorld(b)
		dovecot := peers.StartDovecot(b, peers.Options{})
		settings := world.Mailbox()
		host, port, err := net.SplitHostPort(dovecot.IMAPS)
		if err != nil {
			b.Fatal(err)
		}
		settings.IMAP.Server = email.Server{
			Host: host, TLS: email.Implicit, CAFile: dovecot.CA, Username: "shopper", Password: channels.Inline("secret"),
		}
		if _, err := fmt.Sscan(port, &settings.IMAP.Port); err != nil {
			b.Fatal(err)
		}
		detect(b, settings, world, dovecot.Deliver)
	})
}

// openerWorld is a world whose companies take openers and never write.
func openerWorld(b *testing.B) *simulated.World {
	world := simulated.New(simulated.Options{Companies: len(behaviours()), Cast: []simulated.Character{simulated.Silent}, Seed: "detection"})
	startWorld(b, world)
	return world
}

// appending returns what puts a message into a mailbox by IMAP.
func appending(b *testing.B, s email.Server) func(msg []byte, rcpt string) error {
	password, err := s.Password.Reveal()
	if err != nil {
		b.Fatal(err)
	}
	client, err := imapclient.DialInsecure(fmt.Sprintf("%s:%d", s.Host, s.Port), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Close() })
	if err := client.Login(s.Username, password).Wait(); err != nil {
		b.Fatal(err)
	}
	return func(msg []byte, _ string) error {
		cmd := client.Append("INBOX", int64(len(msg)), &imap.AppendOptions{Time: time.Now()})
		if _, err := bytes.NewReader(msg).WriteTo(cmd); err != nil {
			return err
		}
		if err := cmd.Close(); err != nil {
			return err
		}
		_, err := cmd.Wait()
		return err
	}
}

// A stopwatch is a mail channel that tells when arrivals have become durable.
type stopwatch struct {
	*email.Channel
	heard chan time.Time
}

// Listen implements channels.Listener.
func (s stopwatch) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	return s.Channel.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		err := hear(ctx, h)
		if err == nil {
			for range h.Arrivals {
				s.heard <- time.Now()
			}
		}
		return err
	})
}

// detect runs an edition, waits until it has opened all its contacts, and
// measures replies to them.
func detect(b *testing.B, settings email.Config, world *simulated.World, deliver func(msg []byte, rcpt string) error) {
	settings.IMAP.Poll = time.Minute
	channel, err := email.New(settings, email.Options{})
	if err != nil {
		b.Fatal(err)
	}
	watch := stopwatch{channel, make(chan time.Time, 1000)}
	records := openAll(b, watch, world)
	var waits, deliveries []time.Duration
	for n := 0; b.Loop(); n++ {
		time.Sleep(5 * time.Millisecond) // it idles again
		record := records[n%len(records)]
		reply := letter{firm: n % len(records), kind: reading.Answer, opener: mail.Header{
			"From": {record.Current().Intent.Address}, "Message-Id": {"<" + record.opener() + ">"}, "Subject": {"Pris"},
		}}
		begun := time.Now()
		if err := deliver(reply.compose(fmt.Sprint(n, ".", record.opener())), reply.customer()); err != nil {
			b.Fatal(err)
		}
		deliveries = append(deliveries, time.Since(begun))
		select {
		case at := <-watch.heard:
			waits = append(waits, at.Sub(begun))
		case <-time.After(30 * time.Second):
			b.Fatal("not heard within 30 s")
		}
	}
	figures(b, waits, "")
	figures(b, deliveries, "-delivery")
}

// openAll runs an edition until the benchmark ends, and returns its contacts
// once all their openers have left and their copies, if any, are heard.
func openAll(b *testing.B, watch stopwatch, world *simulated.World) []contactRecord {
	file, dsn := outline{
		Mail:   "{type: email, smtp: {host: 127.0.0.1, tls: none}, imap: {host: 127.0.0.1, tls: none, username: x, password: x}}",
		Domain: world.Domain(), Scenarios: demoScenarios(), Within: time.Hour, Spread: time.Second,
		Rounds: []time.Time{time.Now()}, Companies: companiesOf(world),
	}.write(b, b.TempDir())
	cfg, err := load(file)
	if err != nil {
		b.Fatal(err)
	}
	fast := timed(b, "hasty")
	p := &program{
		edition: cfg.Probing(), channels: map[string]any{"mail": watch},
		pace: timingOf(fast), log: slog.New(slog.DiscardHandler),
	}
	if err := p.open(b.Context(), dsn, cfg.RulesDigest()); err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- p.run(ctx, listeners{board: l}, webOptions{log: p.log}) }()
	b.Cleanup(func() {
		end()
		if err := <-over; err != nil {
			b.Error(err)
		}
		if err := p.ledger.Close(); err != nil {
			b.Error(err)
		}
	})
	for len(world.Accepted()) < len(world.Companies()) {
		time.Sleep(50 * time.Millisecond)
	}
	for quiet := false; !quiet; {
		select {
		case <-watch.heard:
		case <-time.After(2 * time.Second):
			quiet = true
		}
	}
	return openArchive(b, dsn).contactRecords(b)
}

// figures gives the middle, the end and the very end of some times.
func figures(b *testing.B, times []time.Duration, of string) {
	slices.Sort(times)
	for _, part := range []struct {
		part float64
		unit string
	}{{0.50, "ms-p50"}, {0.99, "ms-p99"}, {1, "ms-max"}} {
		at := times[int(part.part*float64(len(times)-1))]
		b.ReportMetric(float64(at.Microseconds())/1000, part.unit+of)
	}
}
