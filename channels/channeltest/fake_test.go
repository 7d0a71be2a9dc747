package channeltest

import (
	"bytes"
	"context"
	"errors"
	"net/mail"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
)

func opening(token string) channels.Opening {
	return channels.Opening{
		Attempt: "a-" + token, Token: token, Reach: "post@kraft.example",
		Persona: channels.Persona{Name: "Kari Nordmann", Address: "kari@shopper.example", Tag: "plus"},
		Subject: "Spørsmål om pris", Body: "Hei! Hva koster det?\nKari",
	}
}

func open(t *testing.T, f *Fake, token string) (channels.Opening, channels.Receipt, error) {
	t.Helper()
	o, err := f.Prepare(opening(token))
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := f.Open(t.Context(), o, channels.Unrecorded)
	return o, receipt, err
}

func TestFakeAnswersInItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFake(Acknowledging(time.Minute, Answering(26*time.Hour)))
		f.WithoutCopies = true
		var heard []channels.Arrival
		var until time.Time
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- f.Listen(ctx, channels.Checkpoint{Source: Inbox}, func(_ context.Context, h channels.Batch) error {
				heard, until = append(heard, h.Arrivals...), h.Checkpoint.Until
				return nil
			})
		}()
		_, receipt, err := open(t, f, "x7f3")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(72 * time.Hour)
		synctest.Wait()
		if len(heard) != 2 {
			t.Fatalf("heard %d arrivals, want 2", len(heard))
		}
		if got, want := heard[1].Times.Arrived.Sub(receipt.At), 26*time.Hour; got != want {
			t.Errorf("answer after %v, want %v", got, want)
		}
		if lag := time.Since(until); lag > time.Minute {
			t.Errorf("listened until %v ago, want at most a poll", lag)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Listen ended with %v", err)
		}
	})
}

func TestFakeFates(t *testing.T) {
	for name, c := range map[string]struct {
		company Company
		want    error
		left    bool
	}{
		"taken":       {Company{}, nil, true},
		"refused":     {Company{Fate: Refused}, channels.ErrRefused, false},
		"unsure left": {Company{Fate: UnsureLeft}, channels.ErrUnsure, true},
		"unsure lost": {Company{Fate: UnsureLost}, channels.ErrUnsure, false},
		"failing":     {Company{Fate: Failing}, errTemporary, false},
		"for now":     {Company{Failures: 1}, errTemporary, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := NewFake(Unresponsive)
			f.Put("post@kraft.example", c.company)
			o, _, err := open(t, f, "x7f3")
			if !errors.Is(err, c.want) {
				t.Errorf("Open: %v, want %v", err, c.want)
			}
			_, err = f.Reconcile(t.Context(), o)
			if got := err == nil; got != c.left {
				t.Errorf("Settle: %v, but left is %v", err, c.left)
			}
			if err != nil && !errors.Is(err, channels.ErrNotFound) {
				t.Errorf("Settle: %v, want ErrNotFound", err)
			}
		})
	}
}

func TestFakeFailsAsOftenAsTold(t *testing.T) {
	f := NewFake(Unresponsive)
	f.Put("", Company{Failures: 2})
	for i, want := range []bool{false, false, true} {
		if _, _, err := open(t, f, "x7f3"); (err == nil) != want {
			t.Errorf("try %d: %v", i, err)
		}
	}
}

func TestFakeIsBlindUntilRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFake(Answering(time.Hour))
		open(t, f, "x7f3")
		gone := errors.New("gone")
		f.Break(gone)
		hear := func(context.Context, channels.Batch) error { t.Error("heard while blind"); return nil }
		if err := f.Listen(t.Context(), channels.Checkpoint{Source: Inbox}, hear); !errors.Is(err, gone) {
			t.Errorf("Listen: %v", err)
		}
		f.Stall()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
		defer cancel()
		if err := f.Listen(ctx, channels.Checkpoint{Source: Inbox}, hear); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Listen: %v", err)
		}
		f.Restore()
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		heard := 0
		_ = f.Listen(ctx, channels.Checkpoint{Source: Inbox}, func(_ context.Context, h channels.Batch) error {
			heard += len(h.Arrivals)
			return nil
		})
		if heard != 2 {
			t.Errorf("heard %d after the blindness, want the copy and the answer", heard)
		}
	})
}

func TestLettersAreMail(t *testing.T) {
	o, err := NewFake(Unresponsive).Prepare(opening("x7f3"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2027, 1, 11, 10, 0, 0, 0, time.UTC)
	for name, letter := range map[string]struct {
		write   Letter
		threads bool
	}{
		"answer":     {Answer(o, ""), true},
		"unthreaded": {Unthreaded(o, ""), false},
		"ack":        {Acknowledgement(o), true},
		"absence":    {OutOfOffice(o), true},
		"deflection": {Deflection(o), true},
		"bounce":     {Bounce(o), false},
		"delay":      {Delay(o), false},
		"copy":       {Copy(o), false},
	} {
		t.Run(name, func(t *testing.T) {
			raw := letter.write(at)
			m, err := mail.ReadMessage(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if date, err := m.Header.Date(); err != nil || !date.Equal(at) {
				t.Errorf("Date %v, %v", date, err)
			}
			if _, err := m.Header.AddressList("From"); err != nil {
				t.Errorf("From: %v", err)
			}
			if got := m.Header.Get("In-Reply-To") == "<"+o.ID+">"; got != letter.threads {
				t.Errorf("threads: %v, want %v", got, letter.threads)
			}
			if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
				t.Error("a line ends without CR")
			}
		})
	}
}
