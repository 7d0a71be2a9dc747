package chats

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Host serves a chat over HTTP on a free port of the loopback, and says what
// is due. It runs once. Its methods are safe for concurrent use; the zero value
// is ready to start.
type Host struct {
	mu     sync.Mutex
	gate   net.Listener
	server *http.Server
	guests map[net.Conn]struct{}
	timers map[*time.Timer]struct{}
	over   bool
	busy   sync.WaitGroup // handlers and what is being said
}

// Start listens. Who connects before Run waits.
func (h *Host) Start(handler http.Handler) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.server != nil {
		return errors.New("host was started before")
	}
	gate, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	h.gate, h.guests, h.timers = gate, map[net.Conn]struct{}{}, map[*time.Timer]struct{}{}
	h.server = &http.Server{
		Handler: h.counted(handler), ConnState: h.track, ReadHeaderTimeout: 10 * time.Second,
	}
	return nil
}

// URL is where the host is reached once Start has returned.
func (h *Host) URL() string { return "http://" + h.gate.Addr().String() }

// Run serves until ctx ends or Close is called. When it returns nothing of the
// host is left running; what was not yet due is never said.
func (h *Host) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = h.Close() })
	defer stop()
	err := h.server.Serve(h.gate)
	closed := h.Close()
	h.busy.Wait()
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
	// Not under the lock: the server waits for one that is telling track.
	return errors.Join(h.server.Close(), closedOnce(h.gate))
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

// closedOnce closes a gate that the server may have closed before.
func closedOnce(gate net.Listener) error {
	if err := gate.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Cut breaks every connection. New ones are served.
func (h *Host) Cut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for guest := range h.guests {
		guest.Close()
	}
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

// counted makes the end of the host wait for those who are being served.
func (h *Host) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		over := h.over
		if !over {
			h.busy.Add(1)
		}
		h.mu.Unlock()
		if over {
			return
		}
		defer h.busy.Done()
		next.ServeHTTP(w, r)
	})
}

// track keeps the open connections.
func (h *Host) track(conn net.Conn, state http.ConnState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch state {
	case http.StateNew:
		h.guests[conn] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(h.guests, conn)
	}
}

// HangUp closes the connection of a request without an answer.
func HangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}
