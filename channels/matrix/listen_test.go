package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
	fake "github.com/svartid/svartid/channels/simulated/matrix"
)

// A recorder keeps what is heard.
type recorder struct {
	mu   sync.Mutex
	all  []channels.Arrival
	mark channels.Checkpoint
	news chan struct{}
}

func (e *recorder) hear(_ context.Context, h channels.Batch) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all, e.mark = append(e.all, h.Arrivals...), h.Checkpoint
	select {
	case e.news <- struct{}{}:
	default:
	}
	return nil
}

// listen hears c from a mark until the test ends.
func listen(t *testing.T, c *Channel, from string) *recorder {
	t.Helper()
	e := &recorder{news: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Listen(ctx, channels.Checkpoint{Source: source, Position: from}, e.hear) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Listen ended with %v", err)
		}
	})
	return e
}

// until waits for n arrivals.
func (e *recorder) until(t *testing.T, n int) []channels.Arrival {
	t.Helper()
	late := time.After(time.Minute)
	for {
		e.mu.Lock()
		all := e.all
		e.mu.Unlock()
		if len(all) >= n {
			return all
		}
		select {
		case <-e.news:
		case <-late:
			t.Fatalf("heard %d arrivals, want %d", len(all), n)
		}
	}
}

func TestListenWhoAnswered(t *testing.T) {
	s := start(t, fake.Options{Scale: 500 * time.Millisecond})
	c := connect(t, account(s))
	e := listen(t, c, "")
	o := prepared(t, c, "x7f3", robot)
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	all := e.until(t, 2)
	for i, want := range s.Log()[0].Replies {
		a := all[i]
		if a.Responder != want.Who || string(a.Raw) != want.Text || a.Because == "" || a.Opener {
			t.Errorf("arrival %d: %s %q (%s), want %s %q", i, a.Responder, a.Raw, a.Because, want.Who, want.Text)
		}
		if off := a.Times.Arrived.Sub(want.Said).Abs(); off > 20*time.Millisecond || a.Times.Precision != time.Millisecond {
			t.Errorf("arrival %d: came %v, was said %v", i, a.Times.Arrived, want.Said)
		}
		if a.Names[0] != receipt.Names[0] {
			t.Errorf("arrival %d: names %v, want %v", i, a.Names, receipt.Names)
		}
	}
}

func TestListenOddEvents(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	room := s.Meet(mute)
	s.Encrypt(room, mute)
	s.Put(room, mute, mute, "leave")
	s.Put(room, mute, s.User(), "ban")
	all := listen(t, c, "").until(t, 3)
	for i, want := range []string{"unreadable (encrypted", "bot (" + mute + " has left", "bot (" + s.User() + " was put out"} {
		if got := string(all[i].Responder) + " " + string(all[i].Raw); !strings.HasPrefix(got, want) {
			t.Errorf("arrival %d: got %q, want %q", i, got, want)
		}
	}
}

// TestListenOurOwn hears rooms in which another device of ours has spoken.
func TestListenOurOwn(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	if _, err := c.Open(t.Context(), prepared(t, c, "x7f3", mute), channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	s.Rotate()
	s.Say(s.Log()[0].Room, mute, channels.Human, "Hei!")
	if all := listen(t, c, "").until(t, 1); string(all[0].Raw) != "Hei!" {
		t.Errorf("heard %q, which is our own", all[0].Raw)
	}
}

func TestListenDeclined(t *testing.T) {
	s := start(t, fake.Options{Scale: 500 * time.Millisecond})
	c := connect(t, account(s))
	if _, err := c.Open(t.Context(), prepared(t, c, "x7f3", offline), channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	a := listen(t, c, "").until(t, 1)[0]
	if a.Responder != channels.Bot || !strings.Contains(string(a.Raw), "has left") {
		t.Errorf("heard %s %q", a.Responder, a.Raw)
	}
}

// TestListenForeignClock hears a company whose server's clock is an hour ahead.
func TestListenForeignClock(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	e := listen(t, c, "")
	room := s.Meet(abroad)
	before := time.Now()
	s.Say(room, abroad, channels.Human, "Hei!")
	times := e.until(t, 1)[0].Times
	if times.Arrived.Before(before.Add(-time.Millisecond)) || times.Arrived.After(time.Now()) || !times.Server.IsZero() {
		t.Errorf("arrived %v, server %v; said at %v", times.Arrived, times.Server, before)
	}
	if ahead := times.Sender.Sub(before); ahead < 59*time.Minute {
		t.Errorf("the sender's word was changed to %v", times.Sender)
	}
}

func TestTimes(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := &Channel{cfg: Config{User: "@kari:chat.example"}, clock: func() time.Time { return now }}
	for name, tt := range map[string]struct {
		sender    string
		age       time.Duration
		precision time.Duration
	}{
		"our server":            {"@desk:chat.example", time.Hour, time.Millisecond},
		"theirs, at once":       {"@desk:abroad.example", 0, time.Millisecond},
		"theirs, long ago":      {"@desk:abroad.example", time.Hour, time.Hour},
		"theirs, in a while":    {"@desk:abroad.example", -time.Hour, time.Millisecond},
		"same name, port aside": {"@desk:chat.example:8448", time.Minute, time.Minute},
	} {
		got := c.times(event{Sender: tt.sender, At: now.Add(-tt.age).UnixMilli()})
		if got.Precision != tt.precision || got.Arrived.After(now) {
			t.Errorf("%s: got %+v, want ± %v", name, got, tt.precision)
		}
	}
}

// TestListenGaps hears a room in which more happens than one answer holds, once
// from its beginning and once from a mark.
func TestListenGaps(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	room := s.Meet(mute)
	const n = 2*page + 31
	say := func(from int) {
		for i := range n {
			s.Say(room, mute, channels.Human, fmt.Sprint("message ", from+i))
		}
	}
	check := func(all []channels.Arrival, from int) {
		t.Helper()
		keys := map[string]bool{}
		for i, a := range all {
			if got, want := string(a.Raw), fmt.Sprint("message ", from+i); got != want {
				t.Fatalf("arrival %d is %q, want %q", i, got, want)
			}
			keys[a.Key] = true
		}
		if len(keys) != n {
			t.Errorf("%d keys, want %d", len(keys), n)
		}
	}
	say(0)
	first := listen(t, c, "")
	check(first.until(t, n), 0)
	first.mu.Lock()
	position := first.mark.Position
	first.mu.Unlock()
	say(n)
	check(listen(t, c, position).until(t, n), n)
}

func TestListenBroken(t *testing.T) {
	for name, answer := range map[string]string{
		"no JSON": "<html>", "no token": `{"rooms":{}}`, "rooms are a list": `{"next_batch":"s1","rooms":[]}`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "whoami") {
				fmt.Fprint(w, `{"user_id":"@kari:chat.example"}`)
				return
			}
			fmt.Fprint(w, answer)
		}))
		c := connect(t, Config{URL: server.URL, User: "@kari:chat.example", AccessToken: channels.Inline("x")})
		heard := func(context.Context, channels.Batch) error { t.Errorf("%s: something was heard", name); return nil }
		if err := c.Listen(t.Context(), channels.Checkpoint{Source: source}, heard); !errors.Is(err, httpapi.ErrShape) {
			t.Errorf("%s: got %v, want ErrShape", name, err)
		}
		server.Close()
	}
}

func TestListenWaitsWhereItIsAskedTo(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "whoami") {
			fmt.Fprint(w, `{"user_id":"@kari:chat.example"}`)
			return
		}
		asked++
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"errcode":"M_LIMIT_EXCEEDED","error":"Too many requests","retry_after_ms":60000}`)
	}))
	defer server.Close()
	c := connect(t, Config{URL: server.URL, User: "@kari:chat.example", AccessToken: channels.Inline("x")})
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	if err := c.Listen(ctx, channels.Checkpoint{Source: source}, nil); !errors.Is(err, context.DeadlineExceeded) || asked != 1 {
		t.Errorf("asked %d times, ended with %v", asked, err)
	}
}

// TestListenAsksAtOnce: the first question waits for nothing to happen, so that it is
// known at once that we hear; those after it do.
func TestListenAsksAtOnce(t *testing.T) {
	var waits []string
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "whoami"):
			fmt.Fprint(w, `{"user_id":"@kari:chat.example"}`)
		case strings.HasSuffix(r.URL.Path, "sync"):
			waits = append(waits, r.URL.Query().Get("timeout"))
			fmt.Fprintf(w, `{"next_batch":"s%d"}`, len(waits))
		default:
			fmt.Fprint(w, `{}`)
		}
	}))
	defer server.Close()
	c, err := New(Config{URL: server.URL, User: "@kari:chat.example", AccessToken: channels.Inline("x")}, Options{Wait: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	heard := 0
	err = c.Listen(ctx, channels.Checkpoint{Source: source, Position: "s0"}, func(context.Context, channels.Batch) error {
		if heard++; heard == 3 {
			cancel()
		}
		return nil
	})
	if got := strings.Join(waits[:min(len(waits), 3)], " "); got != "0 20000 20000" || heard != 3 {
		t.Errorf("asked to wait %s ms, heard %d times, %v", got, heard, err)
	}
}

// TestListenNamesTheOpener: what is heard names the opener that it answers by a name
// that Prepare gave, to another process of ours too: in a room of ours by its alias,
// in the company's by the transaction of our newest message before it.
func TestListenNamesTheOpener(t *testing.T) {
	s := start(t, fake.Options{})
	opens := connect(t, account(s))
	theirs := s.Meet(mute)
	for n, tt := range []struct{ name, reach string }{{"a room of ours", mute}, {"the company's", theirs}, {"the company's again", theirs}} {
		o := prepared(t, opens, fmt.Sprint("x7f", n), tt.reach)
		receipt, err := opens.Open(t.Context(), o, channels.Unrecorded)
		if err != nil {
			t.Fatal(err)
		}
		names := func(a channels.Arrival) {
			t.Helper()
			if want := []string{receipt.Names[0], cmp.Or(o.Address, o.ID)}; !slices.Equal(a.Names, want) {
				t.Errorf("%s: %q names %q, want %q", tt.name, a.Raw, a.Names, want)
			}
		}
		s.Say(receipt.Names[0], mute, channels.Human, "Hei!")
		whole := listen(t, connect(t, account(s)), "")
		names(whole.until(t, 2*n+1)[2*n])
		whole.mu.Lock()
		from := whole.mark.Position
		whole.mu.Unlock()
		s.Say(receipt.Names[0], mute, channels.Human, "Og ha det.")
		names(listen(t, connect(t, account(s)), from).until(t, 1)[0])
	}
}
