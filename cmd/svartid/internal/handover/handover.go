// Package handover lets one handler take the place of another while requests come.
package handover

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// patience is how long a request waits for the next handler. Senders of hooks
	// give up after 5 s to 30 s, and try again.
	patience = 20 * time.Second
	// longestDrain is how long the last requests of a handler are waited for.
	longestDrain = 5 * time.Second
)

// A Handler is a handler that may be changed while it serves. What comes while
// there is none waits for the next, and is answered 503 if none comes in time. The
// zero Handler has none yet.
type Handler struct {
	mu  sync.Mutex
	now *serving
	set chan struct{} // closed when there is one again; nil: it was not waited for
}

// A serving is a handler with the requests that it serves.
type serving struct {
	http.Handler
	requests int
	over     bool
	idle     chan struct{} // closed once it is over and serves no request
}

// Set lets h serve from now on.
func (s *Handler) Set(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = &serving{Handler: h, idle: make(chan struct{})}
	if s.set != nil {
		close(s.set)
		s.set = nil
	}
}

// Clear has requests wait for the next handler, and returns once those that the
// present one serves are done, or after 5 s.
func (s *Handler) Clear() {
	s.mu.Lock()
	last := s.now
	s.now = nil
	if last != nil {
		last.over = true
		last.settle()
	}
	s.mu.Unlock()
	if last == nil {
		return
	}
	select {
	case <-last.idle:
	case <-time.After(longestDrain):
	}
}

// settle notes that a handler that is over serves no request, if it does not.
func (v *serving) settle() {
	if v.over && v.requests == 0 {
		close(v.idle)
	}
}

// enter returns the present handler, with one request more, or what is closed when
// there is one.
func (s *Handler) enter() (*serving, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil {
		s.now.requests++
		return s.now, nil
	}
	if s.set == nil {
		s.set = make(chan struct{})
	}
	return nil, s.set
}

// leave takes back a request.
func (s *Handler) leave(v *serving) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.requests--
	v.settle()
}

// leaveKey is the key of a request's context under which it can leave.
type leaveKey struct{}

// Detach has the handler that serves a request of this context be over without
// waiting for it: it is the one that waits for the next handler.
func Detach(ctx context.Context) {
	if leave, ok := ctx.Value(leaveKey{}).(func()); ok {
		leave()
	}
}

// ServeHTTP lets the present handler serve, or the next.
func (s *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		present, set := s.enter()
		if present != nil {
			leave := sync.OnceFunc(func() { s.leave(present) })
			defer leave()
			present.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), leaveKey{}, leave)))
			return
		}
		select {
		case <-set:
		case <-r.Context().Done():
			return
		case <-late.C:
			w.Header().Set("Retry-After", "5")
			http.Error(w, "the configuration is being read", http.StatusServiceUnavailable)
			return
		}
	}
}
