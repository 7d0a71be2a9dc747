package handover

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// named answers with its name.
func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
}

// ask returns the status and the words of an answer.
func ask(h http.Handler) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return w.Code, w.Body.String()
}

// TestWaits: what comes between two handlers is served by the second, and refused
// only if there is none for long.
func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Handler
		begun := time.Now()
		if code, _ := ask(&h); code != http.StatusServiceUnavailable || time.Since(begun) != patience {
			t.Errorf("without any: got %d after %v", code, time.Since(begun))
		}
		h.Set(named("first"))
		if _, got := ask(&h); got != "first" {
			t.Errorf("got %q", got)
		}
		h.Clear()
		var asking sync.WaitGroup
		for range 3 {
			asking.Go(func() {
				if code, got := ask(&h); code != http.StatusOK || got != "second" {
					t.Errorf("between: got %d %q, want the second", code, got)
				}
			})
		}
		time.Sleep(patience / 2)
		h.Set(named("second"))
		asking.Wait()
	})
}

// TestClearWaits: a handler is over once its last request is answered.
func TestClearWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Handler
		var answered atomic.Bool
		slow := func(long time.Duration) http.HandlerFunc {
			return func(http.ResponseWriter, *http.Request) { time.Sleep(long); answered.Store(true) }
		}
		for _, tt := range []struct {
			long, want time.Duration
			answered   bool
		}{{time.Second, time.Second, true}, {time.Minute, longestDrain, false}} {
			answered.Store(false)
			h.Set(slow(tt.long))
			go ask(&h)
			synctest.Wait()
			begun := time.Now()
			h.Clear()
			if got := time.Since(begun); got != tt.want || answered.Load() != tt.answered {
				t.Errorf("a request of %v: cleared after %v, answered %t", tt.long, got, answered.Load())
			}
		}
		time.Sleep(time.Minute)
	})
}

// TestDetach: a request that waits for the next handler does not keep the last.
func TestDetach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Handler
		h.Set(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			Detach(r.Context())
			time.Sleep(time.Minute)
		}))
		go ask(&h)
		synctest.Wait()
		begun := time.Now()
		if h.Clear(); time.Since(begun) != 0 {
			t.Errorf("waited for %v", time.Since(begun))
		}
		time.Sleep(time.Minute)
	})
}

// TestNoneLost hands over a hundred times under requests: each is answered.
func TestNoneLost(t *testing.T) {
	var h Handler
	h.Set(named("x"))
	var over atomic.Bool
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for !over.Load() {
				if code, got := ask(&h); code != http.StatusOK || got != "x" {
					t.Errorf("got %d %q", code, got)
					return
				}
			}
		})
	}
	for range 100 {
		h.Clear()
		h.Set(named("x"))
	}
	over.Store(true)
	asking.Wait()
}
