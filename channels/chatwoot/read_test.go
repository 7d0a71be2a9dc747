package chatwoot

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/svartid/svartid/channels/httpapi"
)

// A talk serves a conversation of n messages, the first one ours, by
// pages of size.
type talk struct {
	n, size int
	stuck   bool // it gives the newest page whatever is asked
	asked   int
}

func (k *talk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.asked++
	before, err := strconv.Atoi(r.URL.Query().Get("before"))
	if err != nil || k.stuck {
		before = k.n + 1
	}
	var page []string
	for id := max(1, before-k.size); id < before; id++ {
		page = append(page, fmt.Sprintf(`{"id":%d,"message_type":%d,"created_at":1799661600}`, id, min(1, id-1)))
	}
	fmt.Fprintf(w, "[%s]", strings.Join(page, ","))
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		talk  talk
		floor int64
		first int64 // the lowest id that is read
		asked int
	}{
		{"one page", talk{n: 7, size: 20}, 0, 1, 1},
		{"three pages", talk{n: 45, size: 20}, 0, 1, 3},
		{"a page that is just full", talk{n: 20, size: 20}, 0, 1, 2},
		{"no further than the floor", talk{n: 45, size: 20}, 30, 26, 1},
		{"a server with shorter pages", talk{n: 25, size: 10}, 0, 1, 3},
		{"a server that gives one page", talk{n: 45, size: 20, stuck: true}, 0, 26, 2},
		{"nothing", talk{n: 0, size: 20}, 0, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := connect(t, serve(t, &tt.talk))
			said, m, err := c.saidIn(t.Context(), room{visitor{"6fKq2", "s1"}, 17}, tt.floor)
			if err != nil {
				t.Fatal(err)
			}
			var first int64
			for i, one := range said {
				if i == 0 {
					first = one.id()
				}
				if one.id() != first+int64(i) {
					t.Errorf("message %d is %d", i, one.id())
				}
			}
			if first != tt.first || tt.talk.asked != tt.asked || len(said) != 0 && said[len(said)-1].id() != int64(tt.talk.n) {
				t.Errorf("got %d messages from %d in %d questions, want from %d in %d", len(said), first, tt.talk.asked, tt.first, tt.asked)
			}
			if m.Asked.IsZero() {
				t.Error("the time of the question is not known")
			}
		})
	}
}

// TestReadFlood holds that one endless conversation is one that is not read, and
// no more.
func TestReadFlood(t *testing.T) {
	k := &talk{n: 5000, size: 500}
	c := connect(t, serve(t, k))
	_, _, err := c.saidIn(t.Context(), room{visitor{"6fKq2", "s1"}, 17}, 0)
	if !errors.Is(err, errFlood) {
		t.Errorf("got %v, want errFlood", err)
	}
	r := &round{poller: &poller{Channel: c}}
	r.failed.note("6fKq2", err)
	if failed := r.failed.places; len(failed) != 1 || !failed[0].Answered || r.skips("6fKq2") {
		t.Errorf("got %+v", failed)
	}
	limited := &httpapi.Answer{Code: http.StatusTooManyRequests} // and not until when
	r.failed.note("6fKq2", limited)
	if !r.skips("6fKq2") || r.skips("9xYz1") {
		t.Error("an inbox that wants us to wait is asked again, or keeps us from another")
	}
	r.failed.note("9xYz1", limited)
	if !r.skips("another") {
		t.Error("it goes on asking a server that wants us to wait")
	}
}
