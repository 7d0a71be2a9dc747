package vantage

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestVantage looks at a host that answers, one that says no, one that is gone
// and one that hangs.
func TestVantage(t *testing.T) {
	var asked atomic.Int32
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Method != http.MethodHead {
			t.Errorf("asked with %s", r.Method)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer answers.Close()
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }))
	defer refuses.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	if Of(nil, time.Now) != nil {
		t.Error("without pages there is something to look at")
	}
	now := time.Now()
	look := Of([]string{answers.URL, gone.URL, refuses.URL}, func() time.Time { return now })
	for range 2 {
		seen := look(t.Context())
		if len(seen) != 2 || seen[0].Name != strings.TrimPrefix(answers.URL, "http://") || seen[1].Name != strings.TrimPrefix(refuses.URL, "http://") {
			t.Fatalf("got %+v", seen)
		}
		if shown := seen[0].Clock.Shown; time.Since(shown).Abs() > time.Minute || seen[0].Clock.Precision != time.Second {
			t.Errorf("got a clock that shows %v", shown)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times within %v", n, glanceHolds)
	}
	answers.Close()
	refuses.Close()
	now = now.Add(glanceHolds)
	if seen := look(t.Context()); len(seen) != 0 {
		t.Errorf("got %+v, of hosts that are gone", seen)
	}
}
