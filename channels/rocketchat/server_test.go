package rocketchat

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
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
