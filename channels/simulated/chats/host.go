package chats

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/svartid/svartid/channels/simulated/loopback"
)

// A Host serves a chat over HTTP on a free port of the loopback, and says what
// is due. It runs once. Its methods are safe for concurrent use; the zero value
// is ready to start.
type Host struct {
	mu       sync.Mutex
	listener *loopback.Listener
	server   *http.Server
	timers   map[*time.Timer]struct{}
	outage   int // status that everything is answered with; 0 = none
	over     bool
	busy     sync.WaitGroup // handlers and what is being said
}

// Start listens. A connection that comes before Run waits.
func (h *Host) Start(handler http.Handler) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.server != nil {
		return errors.New("host was started before")
	}
	listener, err := loopback.Listen()
	if err != nil {
		return err
	}
	h.listener, h.timers = listener, map[*time.Timer]struct{}{}
	h.server = &http.Server{Handler: h.counted(handler), ReadHeaderTimeout: 10 * time.Second}
	return nil
}

// URL is where the host is reached once Start has returned.
func (h *Host) URL() string { return "http://" + h.listener.Addr().String() }

// Run serves until ctx ends or Close is called. When it returns nothing of the
// host is left running; what was not yet due is never said.
func (h *Host) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = h.Close() })
	defer stop()
	err := h.server.Serve(h.listener)
	closed := h.Close()
	h.busy.Wait()
	h.listener.Wait()
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return closed
}

// Close ends the host, running or not. Closing again does nothing.
func (h *Host) Close() error {
	if !h.end() {
		return nil
	}
	return errors.Join(h.server.Close(), h.listener.Close())
}

// end lets nothing more be said or served. It returns false if that was so
// before, or nothing has begun.
func (h *Host) end() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over || h.server == nil {
		return false
	}
	h.over = true
	for t := range h.timers {
		if t.Stop() {
			h.busy.Done()
		}
	}
	return true
}

// Cut breaks every connection, websockets too. New ones are served.
func (h *Host) Cut() { h.listener.Cut() }

// Fail answers every request with a status from now on, as a server in trouble
// or behind a proxy that has lost it. 0 = as it should.
func (h *Host) Fail(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outage = status
}

// After runs say when d has gone by, unless the host ends before.
func (h *Host) After(d time.Duration, say func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return
	}
	h.busy.Add(1)
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		defer h.busy.Done()
		h.mu.Lock()
		delete(h.timers, t)
		h.mu.Unlock()
		say()
	})
	h.timers[t] = struct{}{}
}

// counted makes the end of the host wait for the requests that are served, and
// answers in an outage.
func (h *Host) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		over, outage := h.over, h.outage
		if !over {
			h.busy.Add(1)
		}
		h.mu.Unlock()
		if over {
			return
		}
		defer h.busy.Done()
		if outage != 0 {
			w.WriteHeader(outage)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// HangUp closes the connection of a request without an answer.
func HangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}
