package hook_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// A ledger keeps hearings, and the mark with them.
type ledger struct {
	mu       sync.Mutex
	mark     channels.Checkpoint
	keys     []string
	gaps     []channels.Gap
	hearings int
	deny     error
}

func (l *ledger) hear(_ context.Context, h channels.Batch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.deny != nil {
		return l.deny
	}
	l.hearings++
	for _, a := range h.Arrivals {
		l.keys = append(l.keys, a.Key)
	}
	l.gaps = append(l.gaps, h.Gaps...)
	if h.Checkpoint.Until.After(l.mark.Until) {
		l.mark.Until = h.Checkpoint.Until
	}
	l.mark.Source, l.mark.Position = h.Checkpoint.Source, h.Checkpoint.Position
	return nil
}

// brings returns an offer of one arrival.
func brings(key string) func(channels.Checkpoint) channels.Batch {
	return func(channels.Checkpoint) channels.Batch {
		return channels.Batch{Arrivals: []channels.Arrival{{Key: key}}}
	}
}

// listenAt listens at d until end is called.
func listenAt(t *testing.T, d *hook.Receiver, l *ledger) (end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	from := l.mark
	from.Source = "hook"
	go func() { done <- d.Listen(ctx, from, l.hear) }()
	return func() error { cancel(); return <-done }
}

func TestReceiverHearsWhileOffered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d hook.Receiver
		var l ledger
		if err := d.Offer(t.Context(), brings("early")); !errors.Is(err, hook.NotListening) {
			t.Errorf("before anybody listens: %v", err)
		}
		end := listenAt(t, &d, &l)
		synctest.Wait()
		if err := d.Offer(t.Context(), brings("one")); err != nil || !slices.Equal(l.keys, []string{"one"}) {
			t.Errorf("offered one: %v, heard %v", err, l.keys)
		}
		if err := d.Listen(t.Context(), channels.Checkpoint{}, l.hear); err == nil {
			t.Error("two listen at once")
		}
		if err := end(); !errors.Is(err, context.Canceled) {
			t.Errorf("Listen: %v", err)
		}
		if err := d.Offer(t.Context(), brings("late")); !errors.Is(err, hook.NotListening) {
			t.Errorf("after it: %v", err)
		}
	})
}

func TestReceiverTellsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d hook.Receiver
		var l ledger
		end := listenAt(t, &d, &l)
		synctest.Wait()
		full := errors.New("disk full")
		l.deny = full
		if err := d.Offer(t.Context(), brings("one")); !errors.Is(err, full) {
			t.Errorf("the request is told %v", err)
		}
		if err := end(); !errors.Is(err, full) {
			t.Errorf("Listen: %v", err)
		}
		l.deny = nil
		defer listenAt(t, &d, &l)()
		synctest.Wait()
		if err := d.Offer(t.Context(), brings("one")); err != nil || len(l.keys) != 1 {
			t.Errorf("offered again: %v, heard %v", err, l.keys)
		}
	})
}

// TestReceiverKeepsOrder offers many at once: all are heard, few commits serve
// them, and each position follows the one before.
func TestReceiverKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d hook.Receiver
		var l ledger
		slow := func(ctx context.Context, h channels.Batch) error {
			time.Sleep(10 * time.Millisecond)
			return l.hear(ctx, h)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Listen(ctx, channels.Checkpoint{Source: "hook"}, slow) }()
		synctest.Wait()
		time.Sleep(time.Second)
		const n = 1000
		var requests sync.WaitGroup
		for i := range n {
			requests.Go(func() {
				err := d.Offer(ctx, func(at channels.Checkpoint) channels.Batch {
					h := brings(fmt.Sprint(i))(at)
					h.Checkpoint = channels.Checkpoint{Source: at.Source, Position: at.Position + "x"}
					return h
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		requests.Wait()
		cancel()
		<-done
		if len(l.keys) != n || len(l.mark.Position) != n {
			t.Errorf("heard %d and stands at %d, want %d", len(l.keys), len(l.mark.Position), n)
		}
		if l.hearings > n/10 {
			t.Errorf("%d hearings for %d offers", l.hearings, n)
		}
	})
}

func TestReceiverMarks(t *testing.T) {
	for _, tt := range []struct {
		name     string
		patience time.Duration
		away     time.Duration // since the mark; negative: there is none
		after    time.Duration // of listening
		behind   time.Duration // what the mark then lacks; negative: it has not moved
		gap      time.Duration
	}{
		{"for the first time", time.Hour, -1, time.Minute, 0, 0},
		{"after a moment", time.Hour, 2 * time.Second, time.Minute, 0, 0},
		{"not yet as long as it was away", time.Hour, 10 * time.Minute, 9 * time.Minute, -1, 0},
		{"as long as it was away", time.Hour, 10 * time.Minute, 11 * time.Minute, 0, 0},
		{"away for longer than senders try", time.Hour, 61 * time.Minute, 0, 0, 61 * time.Minute},
		{"senders who try for ever", 0, 61 * time.Minute, 62 * time.Minute, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := hook.Receiver{Beat: 5 * time.Second, Patience: tt.patience}
				l := ledger{mark: channels.Checkpoint{Position: "p"}}
				if tt.away >= 0 {
					l.mark.Until = time.Now().Add(-tt.away)
				}
				before := l.mark.Until
				end := listenAt(t, &d, &l)
				time.Sleep(tt.after)
				synctest.Wait()
				if tt.behind < 0 && !l.mark.Until.Equal(before) {
					t.Errorf("the mark moved to %v", l.mark.Until)
				}
				if behind := time.Since(l.mark.Until); tt.behind >= 0 && behind > 5*time.Second {
					t.Errorf("the mark is %v behind", behind)
				}
				var lost time.Duration
				for _, g := range l.gaps {
					lost += g.To.Sub(g.From)
				}
				if lost != tt.gap {
					t.Errorf("gaps of %v, want %v", lost, tt.gap)
				}
				if l.hearings == 0 || l.mark.Position != "p" {
					t.Errorf("%d hearings, position %q", l.hearings, l.mark.Position)
				}
				_ = end()
			})
		})
	}
}

// TestReceiverWithoutBeat leaves the mark to those who offer.
func TestReceiverWithoutBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d hook.Receiver
		var l ledger
		end := listenAt(t, &d, &l)
		time.Sleep(time.Hour)
		synctest.Wait()
		if !l.mark.Until.IsZero() {
			t.Errorf("it says to have heard until %v", l.mark.Until)
		}
		looked := time.Now()
		if err := d.Offer(t.Context(), func(channels.Checkpoint) channels.Batch {
			return channels.Batch{Checkpoint: channels.Checkpoint{Until: looked}}
		}); err != nil || !l.mark.Until.Equal(looked) || l.mark.Source != "hook" {
			t.Errorf("%v; heard until %v of %q", err, l.mark.Until, l.mark.Source)
		}
		_ = end()
	})
}

func TestReceiverLetsTheRequestGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d hook.Receiver
		stuck := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- d.Listen(ctx, channels.Checkpoint{}, func(_ context.Context, h channels.Batch) error {
				if len(h.Arrivals) > 0 {
					<-stuck
				}
				return nil
			})
		}()
		synctest.Wait()
		short, ended := context.WithTimeout(ctx, time.Second)
		defer ended()
		for _, who := range []string{"whose hearing is stuck", "who waits behind it"} {
			if err := d.Offer(short, brings("one")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the one %s is told %v", who, err)
			}
		}
		late := make(chan error, 1)
		go func() { late <- d.Offer(t.Context(), brings("two")) }()
		synctest.Wait()
		cancel()
		close(stuck)
		<-done
		if err := <-late; err != nil && !errors.Is(err, hook.NotListening) {
			t.Errorf("the one who waits as Listen ends is told %v", err)
		}
	})
}
