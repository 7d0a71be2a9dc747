// Package public is the listener that the internet reaches.
package public

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/cmd/svartid/internal/access"
)

// Hooks serves /hooks/{channel}, and nothing else, and counts deliveries by
// channel. A path without a channel is refused in the same words as a bad
// signature, so that no answer tells which channels there are. A nil one counts
// nothing.
type Hooks struct {
	mu     sync.Mutex
	counts map[string]map[hook.Code]int
}

// Counter returns what a channel calls for each of its deliveries.
func (h *Hooks) Counter(channel string) func(hook.Code) {
	if h == nil {
		return nil
	}
	return func(code hook.Code) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.counts == nil {
			h.counts = map[string]map[hook.Code]int{}
		}
		if h.counts[channel] == nil {
			h.counts[channel] = map[hook.Code]int{}
		}
		h.counts[channel][code]++
	}
}

// Counted returns what became of a channel's deliveries since the start.
func (h *Hooks) Counted(channel string) map[hook.Code]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.counts[channel])
}

// Handler serves the hooks of those channels that are told over HTTP, to those who
// ask for the listener by one of its names. All others are answered as if there
// were no channels.
func (h *Hooks) Handler(fitted map[string]any, names access.Names) http.Handler {
	mux := http.NewServeMux()
	nothing := hook.Endpoint{Count: h.Counter("")}
	mux.Handle("/", nothing)
	for name, channel := range fitted {
		if hooked, ok := channel.(channels.Hooked); ok {
			mux.Handle("/hooks/"+name, hooked)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !names.Has(r.Host, access.Local(r)) {
			nothing.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// Hooked reports whether any channel is told over HTTP.
func Hooked(fitted map[string]any) bool {
	for _, channel := range fitted {
		if _, ok := channel.(channels.Hooked); ok {
			return true
		}
	}
	return false
}

// Serve serves the public listener until ctx ends. Its limits are tight:
// the internet is on the other side.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler: access.Headers(h), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	limited := access.Limit(l)
	if err := access.Serve(ctx, server, func() error { return server.Serve(limited) }); err != nil {
		return fmt.Errorf("serve hooks on %s: %w", l.Addr(), err)
	}
	return nil
}
