package rocketchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/httpapi"
	fake "github.com/svartid/svartid/channels/simulated/rocketchat"
)

// A recorder keeps what is heard.
type recorder struct {
	mu   sync.Mutex
	all  channels.Batch
	news chan struct{}
}

func (e *recorder) hear(_ context.Context, h channels.Batch) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all.Arrivals = append(e.all.Arrivals, h.Arrivals...)
	e.all.Unread, e.all.UntilIfTheirs = h.Unread, h.UntilIfTheirs
	e.all.Checkpoint = h.Checkpoint
	select {
	case e.news <- struct{}{}:
	default:
	}
	return nil
}

// listen hears c until the test ends, and returns what is heard.
func listen(t *testing.T, c *Channel) *recorder {
	t.Helper()
	e := &recorder{news: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Listen(ctx, channels.Checkpoint{Source: source}, e.hear) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Listen ended with %v", err)
		}
	})
	return e
}

// until waits for what is to be heard.
func (e *recorder) until(t *testing.T, ok func(channels.Batch) bool) channels.Batch {
	t.Helper()
	late := time.After(time.Minute)
	for {
		e.mu.Lock()
		all := e.all
		e.mu.Unlock()
		if ok(all) {
			return all
		}
		select {
		case <-e.news:
		case <-late:
			t.Fatalf("heard %d arrivals, and did not read %v", len(all.Arrivals), all.Unread)
		}
	}
}

func arrivals(n int) func(channels.Batch) bool {
	return func(h channels.Batch) bool { return len(h.Arrivals) >= n }
}

func TestListenWhoAnswered(t *testing.T) {
	s := start(t, fake.Options{Scale: 500 * time.Millisecond})
	c := connect(t, s)
	o := prepared(t, c, "x7f3", "bot-first")
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) {
		return []channels.Conversation{{Opening: o, At: receipt.At}}, nil // its room was never written down
	})
	e := listen(t, c)
	all := e.until(t, arrivals(2))
	turn := s.Log()[0]
	for i, want := range turn.Replies {
		a := all.Arrivals[i]
		if a.Responder != want.Who || string(a.Raw) != want.Text || a.Because == "" || a.Opener || a.SelfReported {
			t.Errorf("arrival %d: %s %q (%s), want %s %q", i, a.Responder, a.Raw, a.Because, want.Who, want.Text)
		}
		if !a.Times.Arrived.Equal(want.Said) || a.Times.Precision != time.Millisecond || !a.Times.Server.Equal(want.Said) {
			t.Errorf("arrival %d: came %+v, was said %v", i, a.Times, want.Said)
		}
		if wait := a.Times.Arrived.Sub(receipt.At); wait != want.Said.Sub(turn.Received) {
			t.Errorf("arrival %d: waited %v, want %v", i, wait, want.Said.Sub(turn.Received))
		}
		if strings.Join(a.Names, " ") != turn.Room+" "+o.Address {
			t.Errorf("arrival %d: names %v", i, a.Names)
		}
	}
	if _, err := c.Reconcile(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func TestListenServerCloses(t *testing.T) {
	s := start(t, fake.Options{})
	open := met(t, s, "x7f3")
	e := listen(t, connect(t, s, open))
	s.End(open.Names[0], "Chatten er stengt")
	a := e.until(t, arrivals(1)).Arrivals[0]
	if a.Responder != channels.Bot || !strings.Contains(string(a.Raw), "closed") || !strings.Contains(string(a.Raw), "Chatten er stengt") {
		t.Errorf("heard %s %q", a.Responder, a.Raw)
	}
}

func TestListenLostRoom(t *testing.T) {
	s := start(t, fake.Options{})
	lost, kept := met(t, s, "x7f3"), met(t, s, "m4q9")
	e := listen(t, connect(t, s, lost, kept))
	e.until(t, func(h channels.Batch) bool { return !h.Checkpoint.Until.IsZero() })
	s.Forget(lost.Names[0])
	all := e.until(t, func(h channels.Batch) bool { return len(h.Unread) > 0 })
	if u := all.Unread[0]; u.Reach != "mute" || !u.Answered || u.Ours || u.Reason == "" || all.Checkpoint.Until.IsZero() {
		t.Errorf("got %+v as not read, with a mark of %v", u, all.Checkpoint.Until)
	}
	s.Say(kept.Names[0], channels.Human, "Hei!")
	if all = e.until(t, arrivals(1)); len(all.Unread) != 1 || !all.UntilIfTheirs.IsZero() {
		t.Errorf("got %v as not read, want the one", all.Unread)
	}
}

// TestListenUnshown: a history that does not show what we said is not a silence.
func TestListenUnshown(t *testing.T) {
	s := start(t, fake.Options{})
	hidden, kept := met(t, s, "x7f3"), met(t, s, "m4q9")
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "messages.history/"+hidden.Names[0]) {
			fmt.Fprint(w, `{"messages":[{"_id":"a","msg":"Hei!","ts":"2026-03-02T09:00:00.000Z","u":{"username":"kari"}}],"success":true}`)
			return
		}
		at, err := http.NewRequestWithContext(r.Context(), r.Method, s.URL()+r.URL.String(), r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		resp, err := http.DefaultClient.Do(at)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	defer bare.Close()
	c, err := New(Config{URL: bare.URL, Poll: 10 * time.Millisecond}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) {
		return []channels.Conversation{hidden, kept}, nil
	})
	all := listen(t, c).until(t, func(h channels.Batch) bool { return len(h.Unread) > 0 && len(h.Arrivals) > 0 })
	if len(all.Unread) != 1 || !all.Unread[0].Answered || all.Checkpoint.Until.IsZero() || string(all.Arrivals[0].Raw) != "Hei!" {
		t.Errorf("heard %d, and did not read %+v", len(all.Arrivals), all.Unread)
	}
}

// TestListenLongHistory hears a room of several pages while it grows.
func TestListenLongHistory(t *testing.T) {
	s := start(t, fake.Options{})
	open := met(t, s, "x7f3")
	const n = 3*page + 7
	for i := range n / 2 {
		s.Say(open.Names[0], channels.Human, fmt.Sprint("message ", i))
	}
	e := listen(t, connect(t, s, open))
	for i := range n - n/2 {
		s.Say(open.Names[0], channels.Human, fmt.Sprint("message ", n/2+i))
	}
	all := e.until(t, arrivals(n))
	for i, a := range all.Arrivals {
		if got, want := string(a.Raw), fmt.Sprint("message ", i); got != want {
			t.Fatalf("arrival %d is %q, want %q", i, got, want)
		}
	}
}

func TestListenLimited(t *testing.T) {
	s := start(t, fake.Options{PerWindow: 3})
	open := met(t, s, "x7f3")
	c := connect(t, s, open)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	e := &recorder{news: make(chan struct{}, 1)}
	if err := c.Listen(ctx, channels.Checkpoint{Source: source}, e.hear); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Listen ended with %v, want it to wait for the server", err)
	}
	if since := time.Since(e.all.Checkpoint.Until); since < 500*time.Millisecond {
		t.Errorf("the mark says all was heard until %v ago, though nothing could be read", since)
	}
}

// TestListenHalf reads one of two conversations before the server limits us: what it says
// is heard, and the mark stands where the other was last read. One that waits for too long
// is told as not read, as our own fault, and holds the mark no more.
func TestListenHalf(t *testing.T) {
	for name, age := range map[string]time.Duration{"waits": time.Second, "overdue": overdue + time.Minute} {
		t.Run(name, func(t *testing.T) {
			s := start(t, fake.Options{PerWindow: 1})
			read, waiting := met(t, s, "x7f3"), met(t, s, "m4q9")
			read.At = read.At.Add(-age - time.Second)
			waiting.At = waiting.At.Add(-age)
			s.Say(read.Names[0], channels.Human, "Hei!")
			all := listen(t, connect(t, s, waiting, read)).until(t, arrivals(1))
			held := !all.Checkpoint.Until.After(waiting.At)
			if age > overdue && (held || len(all.Unread) != 1 || !all.Unread[0].Ours) || age < overdue && (!held || len(all.Unread) > 0) {
				t.Errorf("mark %+v of a conversation from %v, and %+v as not read", all.Checkpoint, waiting.At, all.Unread)
			}
		})
	}
}

// TestByDefault opens thirty conversations at once on a server that limits us as it is
// shipped: five visitors, and ten questions, a minute for all of them. Each opener leaves
// once, all are heard, what is said later too, and the mark comes to stand after it.
func TestByDefault(t *testing.T) {
	t.Parallel()
	const window = time.Second // a minute passes in a second
	many := 30
	if testing.Short() {
		many = 12
	}
	s := start(t, fake.Options{Window: window})
	open := make([]channels.Conversation, many)
	opener := connect(t, s)
	var opened sync.WaitGroup
	for i := range many {
		opened.Go(func() {
			o := prepared(t, opener, fmt.Sprint("token", i), "mute")
			receipt, err := opener.Open(t.Context(), o, channels.Unrecorded)
			if err != nil {
				t.Error(err)
				return
			}
			open[i] = channels.Conversation{Opening: o, At: receipt.At, Names: receipt.Names}
		})
	}
	opened.Wait()
	if t.Failed() || len(s.Log()) != many {
		t.Fatalf("%d openers left", len(s.Log()))
	}
	for _, one := range open {
		s.Say(one.Names[0], channels.Human, "Hei!")
	}
	e := listen(t, connect(t, s, open...))
	e.until(t, arrivals(many))
	for _, one := range open {
		s.Say(one.Names[0], channels.Human, "Noe mer?")
	}
	said := time.Now()
	e.until(t, arrivals(2*many))
	all := e.until(t, func(h channels.Batch) bool { return h.Checkpoint.Until.After(said) })
	heard := map[string]int{}
	for _, a := range all.Arrivals {
		heard[a.Names[0]]++
	}
	if len(heard) != many || len(all.Arrivals) != 2*many || len(all.Unread) > 0 {
		t.Errorf("heard %d of %d conversations, %d arrivals, %v not read", len(heard), many, len(all.Arrivals), all.Unread)
	}
}

func TestListenBroken(t *testing.T) {
	for name, answer := range map[string]string{
		"no JSON":      "<html>",
		"no time":      `{"messages":[{"_id":"a","msg":"hei"}],"success":true}`,
		"odd time":     `{"messages":[{"_id":"a","msg":"hei","ts":"yesterday"}],"success":true}`,
		"no _id":       `{"messages":[{"msg":"hei","ts":"2026-03-02T09:00:00.000Z"}],"success":true}`,
		"no list":      `{"messages":{}}`,
		"never an end": fmt.Sprintf(`{"messages":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"_id":"a","msg":"","ts":"2026-03-02T09:00:00.000Z"},`, page), ",")),
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))
		c, err := New(Config{URL: server.URL}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.Follow(func(context.Context) ([]channels.Conversation, error) {
			return []channels.Conversation{{Opening: channels.Opening{ID: "x", Address: "y"}, Names: []string{"room"}}}, nil
		})
		heard := func(_ context.Context, h channels.Batch) error {
			if len(h.Arrivals) > 0 || !h.Checkpoint.Until.IsZero() || len(h.Unread) != 1 || !h.Unread[0].Ours {
				t.Errorf("%s: heard %+v", name, h)
			}
			return nil
		}
		if err := c.Listen(t.Context(), channels.Checkpoint{Source: source}, heard); !errors.Is(err, httpapi.ErrShape) {
			t.Errorf("%s: got %v, want ErrShape", name, err)
		}
		server.Close()
	}
	c := &Channel{}
	if err := c.Listen(t.Context(), channels.Checkpoint{}, nil); !errors.Is(err, errNotFollowed) {
		t.Errorf("unasked: got %v", err)
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return nil, nil })
	if err := c.Listen(t.Context(), channels.Checkpoint{Position: "x"}, nil); err == nil {
		t.Error("a position that is none was taken")
	}
}

func TestHook(t *testing.T) {
	var mu sync.Mutex
	counted := map[hook.Code]int{}
	s := start(t, fake.Options{})
	open := met(t, s, "x7f3")
	c, err := New(Config{URL: s.URL(), Poll: overdue, HookToken: channels.Inline("hemmelig")}, Options{
		Count: func(code hook.Code) { mu.Lock(); defer mu.Unlock(); counted[code]++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	c.behind = 0
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return []channels.Conversation{open}, nil })
	deliver := func(token string) int {
		r := httptest.NewRequest(http.MethodPost, "/hooks/chat", strings.NewReader(`{"type":"Message","messages":[{"msg":"untrue"}]}`))
		r.Header.Set(tokenHeader, token)
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		return w.Code
	}
	e := listen(t, c)
	e.until(t, func(h channels.Batch) bool { return h.Checkpoint.Position != "" })
	s.Say(open.Names[0], channels.Human, "Hei!")
	if got := deliver("feil"); got != http.StatusForbidden {
		t.Errorf("a wrong token: got %d, want 403", got)
	}
	if got := deliver("hemmelig"); got != http.StatusOK {
		t.Errorf("the right token: got %d, want 200", got)
	}
	e.mu.Lock()
	heard := e.all.Arrivals
	e.mu.Unlock()
	if len(heard) != 1 || string(heard[0].Raw) != "Hei!" {
		t.Errorf("heard %d arrivals once it was answered: %v", len(heard), heard)
	}
	mu.Lock()
	defer mu.Unlock()
	if counted[hook.Kept] != 1 || len(counted) != 2 {
		t.Errorf("counted %v", counted)
	}
}
