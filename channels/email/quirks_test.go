package email

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// A quirk is a way in which a server that people use departs from the book.
type quirk struct {
	name  string
	line  string // what the server says, or does not
	naive string // what a client does that goes by the book alone

	bend func(q *quirkServer)
	edit func(q *quirkServer, c call, answer string) string

	lost         []uint32 // messages that are kept as unreadable
	hearsNothing bool     // nothing can be heard, and the listener says so
	mostLogins   int      // 0 = 1
	undated      bool     // our own clock counts
}

// quirkFolder is what the folder holds at first. One more comes later.
func quirkFolder() map[uint32]string {
	all := map[uint32]string{}
	for _, uid := range []uint32{5, 6, 7, 8, 9} {
		all[uid] = quirkText(uid)
	}
	return all
}

func quirkText(uid uint32) string {
	return fmt.Sprintf("Message-ID: <%d@kraft.example>\r\nSubject: text %d\r\n\r\nThe text of %d.\r\n", uid, uid, uid)
}

// A listening is a listener at work, as the engine has it at work.
type listening struct {
	*recorder
	up      atomic.Bool
	seen    atomic.Int64 // batches
	ahead   atomic.Int64 // how far the clock has been put on
	errs    sync.Map
	errored atomic.Int64
}

// listenOn listens again and again, as the engine does, until the test ends.
func listenOn(t *testing.T, q *quirkServer) *listening {
	t.Helper()
	r := &listening{recorder: newRecorder("INBOX")}
	cfg := imapConfig(q.addr)
	cfg.IMAP.Poll = quirkPoll
	c, err := New(cfg, quirkOptions(func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			r.mu.Lock()
			from := r.mark
			r.mu.Unlock()
			err := c.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
				if err := r.hear(ctx, h); err != nil {
					return err
				}
				if strings.Contains(h.Checkpoint.Position, "lacks") {
					r.ahead.Add(int64(6 * time.Hour))
				}
				r.seen.Add(1)
				r.up.Store(true)
				return nil
			})
			r.up.Store(false)
			r.errored.Add(1)
			r.errs.Store(fmt.Sprint(err), true)
			select {
			case <-ctx.Done():
			case <-time.After(time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return r
}

// texts returns what was heard, each once, unreadable ones apart.
func (r *listening) texts() (texts map[string]channels.Arrival, unreadable int) {
	texts = map[string]channels.Arrival{}
	seen := map[string]bool{}
	for _, a := range r.arrivals {
		switch {
		case a.Responder == channels.Unreadable && !seen[a.Key]:
			unreadable++
		case a.Responder == "":
			texts[string(a.Raw)] = a
		}
		seen[a.Key] = true
	}
	return texts, unreadable
}

// TestQuirks hears a folder on each of the servers, and then one message more.
func TestQuirks(t *testing.T) {
	var all []quirk
	for _, chapter := range allQuirks() {
		all = append(all, chapter.quirks...)
	}
	if len(all) < 60 {
		t.Errorf("%d quirks", len(all))
	}
	names := map[string]bool{}
	for _, k := range all {
		if names[k.name] {
			t.Errorf("%s is there twice", k.name)
		}
		names[k.name] = true
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			k.try(t)
		})
	}
}

func (k quirk) try(t *testing.T) {
	q := newQuirkServer()
	q.messages, q.edit = quirkFolder(), k.edit
	if k.bend != nil {
		k.bend(q)
	}
	q.start(t)
	r := listenOn(t, q)
	want := map[string]bool{}
	for uid := range q.messages {
		if !slices.Contains(k.lost, uid) {
			want[quirkText(uid)] = true
		}
	}
	if k.hearsNothing {
		r.hearsNothing(t, q)
		return
	}
	k.await(t, r, want)
	want[quirkText(12)] = true
	q.deliver(12, quirkText(12))
	k.await(t, r, want)
	k.judge(t, r, want)
	q.rests(t)
	q.mu.Lock()
	defer q.mu.Unlock()
	most := max(1, k.mostLogins)
	if got := len(q.logins); got > most {
		var errs []string
		r.errs.Range(func(key, _ any) bool { errs = append(errs, key.(string)); return true })
		t.Errorf("%d logins, want at most %d: %q", got, most, errs)
	}
}

// await waits until all of want is heard, and the mark has passed it.
func (k quirk) await(t *testing.T, r *listening, want map[string]bool) {
	t.Helper()
	r.recorder.await(t, fmt.Sprintf("%d texts", len(want)), func(h *recorder) bool {
		texts, unreadable := r.texts()
		for text := range want {
			if _, ok := texts[text]; !ok {
				return false
			}
		}
		return unreadable >= len(k.lost) && !strings.Contains(h.mark.Position, "lacks") && !h.mark.Until.IsZero()
	})
}

func (k quirk) judge(t *testing.T, r *listening, want map[string]bool) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	texts, unreadable := r.texts()
	for text, a := range texts {
		if !want[text] {
			t.Errorf("heard %q, which is no message", text)
		}
		dated := a.Times.Server.Equal(time.Date(2021, 1, 11, 9, 0, 0, 0, time.UTC))
		if dated == k.undated || k.undated && !a.Times.Server.IsZero() {
			t.Errorf("the mailbox's time of %q is %v", text, a.Times.Server)
		}
		if a.Times.Arrived.IsZero() {
			t.Errorf("%q has no time", text)
		}
	}
	if unreadable != len(k.lost) {
		t.Errorf("%d are unreadable, want %d", unreadable, len(k.lost))
	}
	if got := parsePosition(r.mark.Position); got.uid != 12 {
		t.Errorf("the mark is at %s", r.mark.Position)
	}
}

// hearsNothing: where nothing can be heard the listener says so, and does not
// knock without an end.
func (r *listening) hearsNothing(t *testing.T, q *quirkServer) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for r.errored.Load() < 3 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if r.errored.Load() < 3 {
		t.Errorf("no error in %d batches", r.seen.Load())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.mark.Until.IsZero() {
		t.Errorf("all is heard until %v", r.mark.Until)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := 1; i < len(q.logins); i++ {
		if apart := q.logins[i].Sub(q.logins[i-1]); apart < quirkRelogin-5*time.Millisecond {
			t.Errorf("logins %d and %d are %v apart", i-1, i, apart)
		}
	}
}

// rests proves that whatever the server says, we do not ask without an end.
func (q *quirkServer) rests(t *testing.T) {
	t.Helper()
	const polls, each = 5, 10
	count := func() (n int) {
		q.mu.Lock()
		defer q.mu.Unlock()
		for _, calls := range q.calls {
			n += calls
		}
		return n
	}
	before := count()
	time.Sleep(polls * quirkPoll)
	if asked := count() - before; asked > 2*polls*each {
		t.Errorf("%d commands in the time of %d polls", asked, polls)
	}
}
