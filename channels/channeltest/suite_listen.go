package channeltest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// errDeny is what a hearer answers who will not hear.
var errDeny = errors.New("the ledger is full")

// A hearer keeps what it hears, as the engine does: nothing of a batch if
// any of it fails.
type hearer struct {
	mu         sync.Mutex
	checkpoint channels.Checkpoint
	arrivals   []channels.Arrival
	deny       bool
	denied     int // arrivals that it would not hear
	heard      int // hearings
	check      func(channels.Batch)
	news       chan struct{}
}

func newHearer(w World) *hearer {
	return &hearer{checkpoint: channels.Checkpoint{Source: w.Listener.Sources()[0]}, news: make(chan struct{}, 1)}
}

func (h *hearer) hear(_ context.Context, what channels.Batch) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer func() {
		select {
		case h.news <- struct{}{}:
		default:
		}
	}()
	if h.deny {
		h.denied += len(what.Arrivals)
		return errDeny
	}
	h.heard++
	h.arrivals = append(h.arrivals, what.Arrivals...)
	until := h.checkpoint.Until
	if h.checkpoint = what.Checkpoint; h.checkpoint.Until.IsZero() {
		h.checkpoint.Until = until
	}
	if h.check != nil {
		h.check(what)
	}
	return nil
}

// until waits for ok, and reports what has not come.
func (h *hearer) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.After(limit)
	for {
		h.mu.Lock()
		done := ok()
		h.mu.Unlock()
		if done {
			return
		}
		select {
		case <-h.news:
		case <-late:
			t.Fatalf("%s within %v; heard %d arrivals", what, limit, len(h.arrivals))
		}
	}
}

// caughtUp waits until all that lies there by now has been offered.
func (h *hearer) caughtUp(t *testing.T) {
	t.Helper()
	now := time.Now()
	h.until(t, "not caught up", func() bool { return h.checkpoint.Until.After(now) })
}

// holding counts the arrivals that hold text.
func (h *hearer) holding(text string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.arrivals {
		if carries(text)(a) {
			n++
		}
	}
	return n
}

// carries returns whether an arrival holds a text.
func carries(text string) func(channels.Arrival) bool {
	return func(a channels.Arrival) bool { return strings.Contains(string(a.Raw), text) }
}

// listen listens once, from where h stands, until end is called or it breaks.
func (w World) listen(t *testing.T, h *hearer) (end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	h.mu.Lock()
	from := h.checkpoint
	h.mu.Unlock()
	done := make(chan error, 1)
	go func() { done <- w.Listener.Listen(ctx, from, h.hear) }()
	return sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-done:
			w.discreet(t, err)
			return err
		case <-time.After(limit):
			return fmt.Errorf("the end of the context did not end Listen within %v", limit)
		}
	})
}

// text returns what the nth message of a case holds.
func text(n int) string { return fmt.Sprintf("message-%04d.", n) }

func hearWhole(t *testing.T, w World) {
	need(t, w.Listener != nil, w.Deliver != nil)
	before := time.Now()
	w.Deliver(text(1))
	w.Deliver(text(2))
	h := newHearer(w)
	end := w.listen(t, h)
	defer func() { _ = end() }()
	h.caughtUp(t)
	if len(h.arrivals) != 2 {
		t.Fatalf("heard %d arrivals, want 2", len(h.arrivals))
	}
	for i, a := range h.arrivals {
		if !strings.Contains(string(a.Raw), text(i+1)) {
			t.Errorf("arrival %d does not hold its text: %q", i, a.Raw)
		}
		if a.Key == "" || a.Media == "" {
			t.Errorf("arrival %d has key %q and media %q", i, a.Key, a.Media)
		}
		if !duly(a.Times.Arrived, before) {
			t.Errorf("arrival %d arrived at %v, delivered at %v", i, a.Times.Arrived, before)
		}
	}
	if h.arrivals[0].Key == h.arrivals[1].Key {
		t.Error("two arrivals have one key")
	}
	if h.checkpoint.Source != w.Listener.Sources()[0] || h.checkpoint.Position == "" {
		t.Errorf("checkpoint %+v", h.checkpoint)
	}
}

func hearAgain(t *testing.T, w World) {
	need(t, w.Listener != nil, w.Deliver != nil)
	h := newHearer(w)
	h.deny = true
	w.Deliver(text(1))
	end := w.listen(t, h)
	h.until(t, "nothing was offered", func() bool { return h.denied > 0 })
	if err := end(); !errors.Is(err, errDeny) && !errors.Is(err, context.Canceled) {
		t.Errorf("Listen: %v, want the hearer's error", err)
	}
	h.deny = false
	end = w.listen(t, h)
	defer func() { _ = end() }()
	h.caughtUp(t)
	if got := h.holding(text(1)); got != 1 {
		t.Errorf("heard it %d times after it was denied", got)
	}
}

func hearOnce(t *testing.T, w World) {
	need(t, w.Listener != nil, w.Deliver != nil)
	const n = 150
	h := newHearer(w)
	for i := range n {
		w.Deliver(text(i))
		if i%50 != 0 {
			continue
		}
		end := w.listen(t, h)
		h.caughtUp(t)
		if err := end(); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	end := w.listen(t, h)
	defer func() { _ = end() }()
	h.caughtUp(t)
	for i := range n {
		if got := h.holding(text(i)); got != 1 {
			t.Errorf("heard message %d %d times", i, got)
		}
	}
}

// hearCovered delivers while it listens, and looks at each checkpoint whether
// anything that had arrived before it was left out.
func hearCovered(t *testing.T, w World) {
	need(t, w.Listener != nil, w.Deliver != nil)
	const n = 100
	var mu sync.Mutex
	var delivered []time.Time
	var last time.Time
	h := newHearer(w)
	h.check = func(what channels.Batch) {
		until := what.Checkpoint.Until
		for _, a := range what.Arrivals {
			if a.Times.Arrived.Before(last.Add(-time.Second)) {
				t.Errorf("an arrival of %v was offered after a checkpoint of %v", a.Times.Arrived, last)
			}
		}
		if until.IsZero() {
			return
		}
		if until.Before(last) || until.After(time.Now()) {
			t.Errorf("checkpoint of %v after one of %v", until, last)
		}
		last = until
		mu.Lock()
		defer mu.Unlock()
		for i, at := range delivered {
			if at.Before(until) && !slices.ContainsFunc(h.arrivals, carries(text(i))) {
				t.Errorf("message %d of %v was not offered until %v", i, at, until)
			}
		}
	}
	end := w.listen(t, h)
	for i := range n {
		w.Deliver(text(i))
		mu.Lock()
		delivered = append(delivered, time.Now())
		mu.Unlock()
	}
	h.caughtUp(t)
	if err := end(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func hearBroken(t *testing.T, w World) {
	need(t, w.Listener != nil, w.Deliver != nil, w.Break != nil)
	const n = 60
	h := newHearer(w)
	ctx, cancel := context.WithCancel(t.Context())
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		for ctx.Err() == nil {
			h.mu.Lock()
			from := h.checkpoint
			h.mu.Unlock()
			w.discreet(t, w.Listener.Listen(ctx, from, h.hear))
		}
	}()
	for i := range n {
		w.Deliver(text(i))
		if i%7 == 0 {
			time.Sleep(time.Duration(i) * time.Millisecond / 4)
			w.Break()
		}
	}
	h.caughtUp(t)
	cancel()
	<-listening
	for i := range n {
		if got := h.holding(text(i)); got != 1 {
			t.Errorf("heard message %d %d times", i, got)
		}
	}
}

func hearEnds(t *testing.T, w World) {
	need(t, w.Listener != nil)
	h := newHearer(w)
	end := w.listen(t, h)
	h.caughtUp(t)
	if err := end(); !errors.Is(err, context.Canceled) {
		t.Errorf("Listen: %v, want canceled", err)
	}
	before := runtime.NumGoroutine()
	var took []time.Duration
	for range 5 {
		heard := h.heard
		end := w.listen(t, h)
		h.until(t, "nothing was heard", func() bool { return h.heard > heard })
		began := time.Now()
		_ = end()
		took = append(took, time.Since(began))
	}
	promptly(t, took)
	settled(t, before)
}
