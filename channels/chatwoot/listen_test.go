package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
	fake "github.com/svartid/svartid/channels/simulated/chatwoot"
)

// A keeper keeps what it hears.
type keeper struct {
	mu       sync.Mutex
	mark     channels.Checkpoint
	arrivals []channels.Arrival
	unread   []channels.Unread // as last told
	theirs   time.Time         // and if nothing could be read
	rounds   int               // hearings that moved the mark
}

func newKeeper() *keeper { return &keeper{mark: channels.Checkpoint{Source: source}} }

func (k *keeper) hear(_ context.Context, h channels.Batch) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.arrivals = append(k.arrivals, h.Arrivals...)
	if !h.Checkpoint.Until.IsZero() || !h.UntilIfTheirs.IsZero() {
		k.unread, k.theirs = h.Unread, h.UntilIfTheirs
	}
	until := k.mark.Until
	if k.mark = h.Checkpoint; h.Checkpoint.Until.IsZero() {
		k.mark.Until = until
	} else {
		k.rounds++
	}
	return nil
}

// moved returns how often the mark has moved.
func (k *keeper) moved() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rounds
}

// notRead returns which inboxes could not be read, as last told.
func (k *keeper) notRead() []channels.Unread {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.unread
}

// texts returns what was heard.
func (k *keeper) texts() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var said []string
	for _, a := range k.arrivals {
		said = append(said, a.Text)
	}
	return said
}

// listen listens until the test or the func that it returns ends it.
func (k *keeper) listen(t *testing.T, c *Channel) (end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	k.mu.Lock()
	from := k.mark
	k.mu.Unlock()
	go func() { done <- c.Listen(ctx, from, k.hear) }()
	end = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = end() })
	return end
}

// until waits for ok.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for late := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("not within 10 s: " + what)
		}
	}
}

func say(t *testing.T, s *fake.Server, c channels.Conversation, text string) {
	t.Helper()
	if _, err := s.Say(c.Opening.Reach, c.Opening.ID, channels.Human, text); err != nil {
		t.Error(err)
	}
}

// TestListenByCable hears a message long before the next poll.
func TestListenByCable(t *testing.T) {
	s := start(t, fake.Options{})
	open := met(t, s, "x7f3", "mute")
	c := connect(t, s.URL(), open)
	c.opt.Poll = time.Hour
	k := newKeeper()
	end := k.listen(t, c)
	n := 0
	until(t, "heard by cable", func() bool {
		say(t, s, open, fmt.Sprintf("Hei %d", n)) // until the stream is open it is not heard
		n++
		return len(k.texts()) > 0
	})
	if got := k.moved(); got != 1 {
		t.Errorf("the mark was moved %d times, want by the poll alone", got)
	}
	_ = end()
	a := k.arrivals[0]
	if a.Media != channels.JSON || !strings.Contains(string(a.Raw), a.Text) || a.Responder != channels.Human || a.Names[0] != open.Opening.ID {
		t.Errorf("got %+v", a)
	}
}

// TestListenByPoll hears all where no websocket comes through.
func TestListenByPoll(t *testing.T) {
	s := start(t, fake.Options{NoCable: true})
	open := met(t, s, "x7f3", "mute")
	k := newKeeper()
	k.listen(t, connect(t, s.URL(), open))
	for i := range 50 {
		say(t, s, open, fmt.Sprintf("Hei %d", i))
	}
	until(t, "heard by poll", func() bool { return len(k.texts()) == 50 })
}

// TestListenOnce brings each message by socket, poll and hook at once.
func TestListenOnce(t *testing.T) {
	var c *Channel
	ready := make(chan struct{})
	hook := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		c.ServeHTTP(w, r)
	}))
	s := start(t, fake.Options{Hook: fake.Hook{URL: hook, Secret: channels.Inline(hookSecret)}})
	open := met(t, s, "x7f3", "mute")
	c = connect(t, s.URL(), open)
	c.cfg.Webhook = channels.Inline(hookSecret)
	close(ready)
	k := newKeeper()
	end := k.listen(t, c)
	const n = 60
	for i := range n {
		say(t, s, open, fmt.Sprintf("Hei %d", i))
		switch {
		case i%20 == 10:
			s.CutCables()
		case i == n/2:
			_ = end()
			end = k.listen(t, c)
		}
		time.Sleep(2 * time.Millisecond)
	}
	until(t, "heard all", func() bool { return len(k.texts()) >= n })
	time.Sleep(50 * time.Millisecond)
	said := k.texts()
	slices.Sort(said)
	if got := len(slices.Compact(said)); got != n || len(k.texts()) != n {
		t.Errorf("heard %d messages %d times, want each of %d once", got, len(k.texts()), n)
	}
}

// TestListenFinds follows conversations whose receipt says nothing of a room.
func TestListenFinds(t *testing.T) {
	s := start(t, fake.Options{})
	open := met(t, s, "x7f3", "mute")
	say(t, s, open, "Hei")
	open.Names = nil
	k := newKeeper()
	k.listen(t, connect(t, s.URL(), open))
	until(t, "heard", func() bool { return len(k.texts()) == 1 })
}

// TestListenUnread: one inbox that forgets a conversation, lets us in no more or
// fails keeps those of others from nothing.
func TestListenUnread(t *testing.T) {
	for name, tt := range map[string]struct {
		answer         string
		answered, ours bool
	}{
		"404":           {"404 {}", true, false},
		"401":           {"401 {}", true, false},
		"a fault":       {"503 {}", false, false},
		"too many":      {"429 Retry later", false, true},
		"another shape": {`200 {"payload":[]}`, false, true},
		"no server":     {"cut", false, false},
		"nothing there": {"200 []", true, false},
		"not our words": {`200 [{"id":9,"message_type":1,"created_at":1799661600,"content":"Hei","conversation_id":17}]`, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := prepared(t, "x7f3", "6fKq2")
			s := start(t, fake.Options{})
			other := met(t, s, "m4q9", "mute")
			_, url := play(t, o, map[string]string{"GET messages": tt.answer})
			c := connect(t, divert(t, s.URL(), url), channels.Conversation{Opening: o, Names: []string{"6fKq2/17"}}, other)
			k := newKeeper()
			end := k.listen(t, c)
			until(t, "the mark moves", func() bool { return k.moved() > 2 })
			say(t, s, other, "Hei")
			want := 1
			if name == "not our words" {
				want = 2 // what is shown is heard
			}
			until(t, "the other is heard", func() bool { return len(k.texts()) == want })
			_ = end()
			if len(k.unread) != 1 || k.unread[0].Reach != "6fKq2" || k.unread[0].Answered != tt.answered || k.unread[0].Ours != tt.ours {
				t.Errorf("got %+v as not read", k.unread)
			}
		})
	}
}

// TestListenForgets hears a company again whose server had lost the conversation.
func TestListenForgets(t *testing.T) {
	s := start(t, fake.Options{})
	lost, kept := met(t, s, "x7f3", "mute"), met(t, s, "m4q9", "brisk")
	k := newKeeper()
	end := k.listen(t, connect(t, s.URL(), lost, kept))
	until(t, "listening", func() bool { return k.moved() > 0 })
	s.Forget("mute", lost.Opening.ID)
	rounds := k.moved()
	until(t, "the mark moves on", func() bool { return k.moved() > rounds+5 })
	_ = end()
	if len(k.unread) != 1 || k.unread[0].Reach != "mute" || !k.unread[0].Answered || !strings.Contains(k.unread[0].Reason, "404") {
		t.Errorf("got %+v as not read, want the inbox that has forgotten", k.unread)
	}
}

// TestListenBroken holds that the mark stays where nothing at all can be read,
// and that it is told how far it would be if that is the company's own failure.
func TestListenBroken(t *testing.T) {
	o := prepared(t, "x7f3", "6fKq2")
	for _, tt := range []struct {
		name, answer string
		shape        bool
	}{
		{"a fault", "500 {}", false},
		{"gone", "404 {}", false},
		{"too many", "429 Retry later", false},
		{"another shape", `200 {"payload":[]}`, true},
		{"a message without a time", `200 [{"id":9,"message_type":1}]`, true},
		{"a new message type", `200 [{"id":9,"message_type":4,"created_at":1799661600}]`, true},
		{"no server", "cut", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, url := play(t, o, map[string]string{"GET messages": tt.answer})
			c := connect(t, url, channels.Conversation{Opening: o, Names: []string{"6fKq2/17"}})
			k := newKeeper()
			err := c.Listen(t.Context(), k.mark, k.hear)
			if err == nil || errors.Is(err, httpapi.ErrShape) != tt.shape {
				t.Errorf("got %v", err)
			}
			if !k.mark.Until.IsZero() || k.theirs.IsZero() || len(k.unread) != 1 || k.unread[0].Ours != (tt.shape || tt.name == "too many") {
				t.Errorf("got a mark of %v, %v if it is theirs, and %+v as not read", k.mark.Until, k.theirs, k.unread)
			}
		})
	}
}

// TestListenByTheServersClock holds that a server which is behind is not
// vouched for ahead of its own time.
func TestListenByTheServersClock(t *testing.T) {
	o := prepared(t, "x7f3", "6fKq2")
	s, url := play(t, o, map[string]string{"GET messages": `200 [{"id":9,"message_type":0,"created_at":1799661600}]`})
	behind := time.Now().Add(-time.Minute)
	s.header = http.Header{"Date": {behind.UTC().Format(http.TimeFormat)}}
	k := newKeeper()
	end := k.listen(t, connect(t, url, channels.Conversation{Opening: o, Names: []string{"6fKq2/17"}}))
	until(t, "a mark", func() bool { return k.moved() > 2 })
	_ = end()
	if got := k.mark.Until; got.After(behind) || got.Nanosecond() != 0 {
		t.Errorf("got a mark of %v, want a whole second not after the server's %v", got, behind)
	}
}

func TestListenRefuses(t *testing.T) {
	c := connect(t, "http://127.0.0.1:1")
	k := newKeeper()
	if err := c.Listen(t.Context(), channels.Checkpoint{Source: "elsewhere"}, k.hear); err == nil {
		t.Error("an unknown source was listened to")
	}
	gone := errors.New("the ledger is gone")
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return nil, gone })
	if err := c.Listen(t.Context(), k.mark, k.hear); !errors.Is(err, gone) {
		t.Errorf("got %v, want %v", err, gone)
	}
	c.open = nil
	if err := c.Listen(t.Context(), k.mark, k.hear); err == nil {
		t.Error("Listen runs although Follow was not called")
	}
}

// TestManners holds what is heard against what the companies did.
func TestManners(t *testing.T) {
	s := start(t, fake.Options{Scale: time.Second})
	var open []channels.Conversation
	for i, inbox := range []string{"mute", "brisk", "bots", "away", "greets"} {
		open = append(open, met(t, s, fmt.Sprintf("token%d", i), inbox))
	}
	k := newKeeper()
	end := k.listen(t, connect(t, s.URL(), open...))
	want := map[string][]channels.Responder{
		"brisk": {channels.Human}, "bots": {channels.Bot, channels.Human},
		"away": {channels.Acknowledging}, "greets": {channels.Acknowledging, channels.Human},
	}
	until(t, "all have answered", func() bool { return len(k.texts()) == 6 })
	_ = end()
	got := map[string][]channels.Responder{}
	for _, a := range k.arrivals {
		inbox, _, _ := strings.Cut(a.Key, "/")
		got[inbox] = append(got[inbox], a.Responder)
		said := saidAt(t, s, a)
		if off := said.Sub(a.Times.Arrived); off < 0 || off >= a.Times.Precision {
			t.Errorf("%s: said at %v, heard as %v ± %v", a.Key, said, a.Times.Arrived, a.Times.Precision)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// saidAt returns when an arrival was said, by the server's log.
func saidAt(t *testing.T, s *fake.Server, a channels.Arrival) time.Time {
	t.Helper()
	for _, turn := range s.Log() {
		for _, reply := range turn.Replies {
			if a.Key == turn.Room+"/"+reply.ID {
				return reply.Said
			}
		}
	}
	t.Fatalf("%s was not said", a.Key)
	return time.Time{}
}
