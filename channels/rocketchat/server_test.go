package rocketchat

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	fake "github.com/svartid/svartid/channels/simulated/rocketchat"
)

// behind1h returns a server that shows another one, with a clock that is an hour
// behind.
func behind1h(t *testing.T, of string) string {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// asked opens a conversation at a reach, and returns it.
func asked(t *testing.T, c *Channel, token string, reach Reach) channels.Conversation {
	t.Helper()
	o := prepared(t, c, token, reach.String())
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatalf("%s: %v", reach, err)
	}
	if again, err := c.Reconcile(t.Context(), o); err != nil || again.ID != receipt.ID {
		t.Errorf("%s is settled as %+v, %v", reach, again, err)
	}
	return channels.Conversation{Opening: o, Names: receipt.Names}
}

// said returns the texts that were heard.
func said(h channels.Batch) (all []string) {
	for _, a := range h.Arrivals {
		all = append(all, string(a.Raw))
	}
	return all
}

// TestOwnServers: companies with servers of their own are met there, in one
// channel, though their departments have one name. One whose server is gone holds
// up no other, and its clock dates nobody else.
func TestOwnServers(t *testing.T) {
	shared, first, second := start(t, fake.Options{}), start(t, fake.Options{}), start(t, fake.Options{})
	reaches := []Reach{{Department: "mute"}, {Department: "mute", URL: behind1h(t, first.URL())}, {Department: "mute", URL: second.URL() + "/"}}
	c, err := New(Config{URL: shared.URL(), Poll: 5 * time.Millisecond}, Options{Timeout: 5 * time.Second, Departments: reaches})
	if err != nil {
		t.Fatal(err)
	}
	c.behind = 20 * time.Millisecond
	var all []channels.Conversation
	for i, r := range reaches {
		if err := c.Locate(t.Context(), r.String()); err != nil {
			t.Errorf("%s: %v", r, err)
		}
		all = append(all, asked(t, c, []string{"x7f3", "m4q9", "k2p8"}[i], r))
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return all, nil })
	e := listen(t, c)
	for i, s := range []*fake.Server{shared, first, second} {
		s.Say(all[i].Names[0], channels.Human, []string{"shared", "first", "second"}[i])
	}
	e.until(t, func(h channels.Batch) bool {
		got := said(h)
		return slices.Contains(got, "shared") && slices.Contains(got, "first") && slices.Contains(got, "second")
	})
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	e.until(t, func(h channels.Batch) bool { return len(h.Unread) > 0 })
	shared.Say(all[0].Names[0], channels.Human, "more")
	h := e.until(t, func(h channels.Batch) bool { return slices.Contains(said(h), "more") && len(h.Unread) == 1 })
	if h.Unread[0].Reach != reaches[2].String() || h.Unread[0].Ours {
		t.Errorf("got %+v as not read", h.Unread)
	}
	if late := time.Since(h.Checkpoint.Until); late > 30*time.Minute {
		t.Errorf("the mark is %v behind: a company's clock holds it back", late)
	}
	for _, a := range h.Arrivals {
		if own := string(a.Raw) == "first" || string(a.Raw) == "second"; a.Times.Server.IsZero() != own {
			t.Errorf("%s: got %+v", a.Raw, a.Times)
		}
	}
}

// A stall is a server in front of another that can be made to answer nothing.
type stall struct {
	url string
	on  atomic.Bool
	let chan struct{} // closed: those that wait are answered
}

func stalled(t *testing.T, of string) *stall {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	s := &stall{let: make(chan struct{})}
	proxy := httputil.NewSingleHostReverseProxy(u)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.on.Load() {
			select {
			case <-s.let:
			case <-r.Context().Done():
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// TestStalledServer: while a company's own server answers nothing, the others are
// read as often as before and their marks move on; what it has said is heard once it
// answers.
func TestStalledServer(t *testing.T) {
	t.Parallel()
	shared, first, second := start(t, fake.Options{}), start(t, fake.Options{}), start(t, fake.Options{})
	slow := stalled(t, second.URL())
	reaches := []Reach{{Department: "mute"}, {Department: "mute", URL: first.URL()}, {Department: "mute", URL: slow.url}}
	c, err := New(Config{URL: shared.URL(), Poll: 5 * time.Millisecond}, Options{Timeout: 5 * time.Minute, Departments: reaches})
	if err != nil {
		t.Fatal(err)
	}
	c.behind, c.patience = time.Millisecond, 20*time.Millisecond
	var all []channels.Conversation
	for i, r := range reaches {
		all = append(all, asked(t, c, []string{"x7f3", "m4q9", "k2p8"}[i], r))
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return all, nil })
	slow.on.Store(true)
	e := listen(t, c)
	waits := func(h channels.Batch) bool {
		return len(h.Unread) == 1 && h.Unread[0].Reach == reaches[2].String() && !h.Unread[0].Ours
	}
	second.Say(all[2].Names[0], channels.Human, "second")
	for i := range 5 {
		text := fmt.Sprint("turn ", i)
		shared.Say(all[0].Names[0], channels.Human, text)
		first.Say(all[1].Names[0], channels.Human, text)
		mark := time.Now()
		e.until(t, func(h channels.Batch) bool {
			got := slices.DeleteFunc(said(h), func(s string) bool { return s != text })
			return len(got) == 2 && waits(h) && h.Checkpoint.Until.After(mark)
		})
	}
	slow.on.Store(false)
	close(slow.let)
	e.until(t, func(h channels.Batch) bool { return slices.Contains(said(h), "second") && len(h.Unread) == 0 })
}

// TestSharedServerGone: where the server that several companies share is gone, it is
// not theirs, whatever a company's own server says meanwhile.
func TestSharedServerGone(t *testing.T) {
	shared, own := start(t, fake.Options{}), start(t, fake.Options{})
	reaches := []Reach{{Department: "mute"}, {Department: "slow"}, {Department: "bot-first"}, {Department: "mute", URL: own.URL()}}
	c, err := New(Config{URL: shared.URL(), Poll: 5 * time.Millisecond}, Options{Timeout: 5 * time.Second, Departments: reaches})
	if err != nil {
		t.Fatal(err)
	}
	var all []channels.Conversation
	for i, r := range reaches {
		all = append(all, channels.Conversation{Opening: prepared(t, c, fmt.Sprint("x7f", i), r.String()), Names: []string{"room"}})
	}
	all[3] = asked(t, c, "m4q9", reaches[3])
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return all, nil })
	if err := shared.Close(); err != nil {
		t.Fatal(err)
	}
	h := listen(t, c).until(t, func(h channels.Batch) bool { return len(h.Unread) > 0 })
	ours := map[string]bool{}
	for _, u := range h.Unread {
		ours[u.Reach] = u.Ours
	}
	for _, r := range reaches[:3] {
		if is, unread := ours[r.String()]; !unread || !is {
			t.Errorf("%s: not read: %v, ours: %v", r, unread, is)
		}
	}
	if len(ours) != 3 || h.Checkpoint.Until.IsZero() {
		t.Errorf("got %+v, %v", h.Unread, h.Checkpoint)
	}
}

// TestOwnServerLimits: a company's server that asks us to wait makes nobody else
// wait.
func TestOwnServerLimits(t *testing.T) {
	shared := start(t, fake.Options{})
	greedy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(greedy.Close)
	own := Reach{Department: "mute", URL: greedy.URL}
	c, err := New(Config{URL: shared.URL(), Poll: 5 * time.Millisecond}, Options{Timeout: 5 * time.Second, Departments: []Reach{own}})
	if err != nil {
		t.Fatal(err)
	}
	open := met(t, shared, "x7f3")
	other := channels.Conversation{Opening: prepared(t, c, "m4q9", own.String()), Names: []string{"room"}}
	c.Follow(func(context.Context) ([]channels.Conversation, error) {
		return []channels.Conversation{other, open}, nil
	})
	e := listen(t, c)
	e.until(t, func(h channels.Batch) bool { return len(h.Unread) == 1 })
	shared.Say(open.Names[0], channels.Human, "Hei!")
	e.until(t, arrivals(1))
}

// TestNamed: a department whose name has an @ is one all the same.
func TestNamed(t *testing.T) {
	c, err := New(Config{URL: "https://chat.example"}, Options{Departments: []Reach{{Department: "salg", URL: "https://chat.bank.example/"}}})
	if err != nil {
		t.Fatal(err)
	}
	for reach, want := range map[string]string{"salg": "salg", "salg@chat.bank.example": "salg", "salg@oslo": "salg@oslo"} {
		on, department := c.at(reach)
		if own := reach == "salg@chat.bank.example"; department != want || (on != c) != own {
			t.Errorf("%s: got %s, on its own: %v", reach, department, on != c)
		}
	}
}
