package email

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// BenchmarkDetection measures the time from when the server holds a message to
// when it is heard, with IDLE.
func BenchmarkDetection(b *testing.B) {
	m := startMailbox(b, "INBOX")
	cfg := imapConfig(m.addr)
	cfg.IMAP.Poll = time.Minute
	detect(b, cfg, func(n int) time.Time { return m.put(b, "INBOX", note(n)) })
}

// detect puts one message after the other, each when the one before is heard
// and the channel idles again, and reports the waits between.
func detect(b *testing.B, cfg Config, put func(n int) time.Time) {
	b.Helper()
	heard := make(chan time.Time, 1)
	ctx, cancel := context.WithCancel(b.Context())
	c, err := New(cfg, Options{})
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		mark := channels.Checkpoint{Source: "INBOX"}
		done <- c.Listen(ctx, mark, func(_ context.Context, h channels.Batch) error {
			if len(h.Arrivals) > 0 {
				heard <- time.Now()
			} else if ready != nil {
				close(ready)
				ready = nil
			}
			return nil
		})
	}()
	select {
	case <-ready:
	case err := <-done:
		b.Fatal(err)
	}
	var waits []time.Duration
	for n := range b.N {
		time.Sleep(5 * time.Millisecond)
		at := put(n)
		select {
		case t := <-heard:
			waits = append(waits, t.Sub(at))
		case err := <-done:
			b.Fatal(err)
		case <-time.After(time.Minute):
			b.Fatal("not heard within a minute")
		}
	}
	cancel()
	<-done
	slices.Sort(waits)
	report := func(part float64, unit string) {
		b.ReportMetric(float64(waits[int(part*float64(len(waits)-1))].Microseconds())/1000, unit)
	}
	report(0.50, "ms-p50")
	report(0.99, "ms-p99")
	report(1, "ms-max")
}
