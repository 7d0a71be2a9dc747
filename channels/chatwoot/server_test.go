package chatwoot

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	fake "github.com/svartid/svartid/channels/simulated/chatwoot"
)

// several returns a channel on the server at url, with inboxes on others.
func several(t *testing.T, url string, own ...Reach) *Channel {
	t.Helper()
	c, err := New(Config{URL: url}, Options{Timeout: 5 * time.Second, Poll: 20 * time.Millisecond, Inboxes: own})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// asked opens a conversation at a reach, and returns it.
func asked(t *testing.T, c *Channel, token string, reach Reach) channels.Conversation {
	t.Helper()
	o := unprepared(token)
	o.Reach = reach.String()
	o, err := c.Prepare(o)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Reconcile(t.Context(), o); err != nil || again.ID != receipt.ID {
		t.Errorf("%s is settled as %+v, %v", reach, again, err)
	}
	return channels.Conversation{Opening: o, Names: receipt.Names}
}

// behind returns a server that shows another one, with a clock that is an hour
// behind.
func behind(t *testing.T, of string) string {
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
	return serve(t, proxy)
}

// TestOwnServers: companies with servers of their own are met there, in one
// channel, though their inboxes have one name. One whose server is gone holds up
// no other, and its clock dates nobody else.
func TestOwnServers(t *testing.T) {
	shared := start(t, fake.Options{NoCable: true})
	first := start(t, fake.Options{})
	second := start(t, fake.Options{})
	reaches := []Reach{{Inbox: "mute"}, {Inbox: "mute", URL: behind(t, first.URL())}, {Inbox: "mute", URL: second.URL() + "/"}}
	c := several(t, shared.URL(), reaches...)
	var all []channels.Conversation
	for i, r := range reaches {
		if err := c.Locate(t.Context(), r.String()); err != nil {
			t.Errorf("%s: %v", r, err)
		}
		all = append(all, asked(t, c, []string{"x7f3", "m4q9", "k2p8"}[i], r))
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return all, nil })
	k := newKeeper()
	end := k.listen(t, c)
	for i, s := range []*fake.Server{shared, first, second} {
		if _, err := s.Say("mute", all[i].Opening.ID, channels.Human, []string{"shared", "first", "second"}[i]); err != nil {
			t.Fatalf("the opener is not there: %v", err)
		}
	}
	until(t, "all are heard", func() bool {
		got := k.texts()
		return len(got) == 3 && slices.Contains(got, "shared") && slices.Contains(got, "first") && slices.Contains(got, "second")
	})
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	rounds := k.moved()
	until(t, "the mark moves on", func() bool { return k.moved() > rounds+3 })
	say(t, shared, channels.Conversation{Opening: channels.Opening{Reach: "mute", ID: all[0].Opening.ID}}, "more")
	until(t, "the others are heard", func() bool { return slices.Contains(k.texts(), "more") })
	_ = end()
	if len(k.unread) != 1 || k.unread[0].Reach != reaches[2].String() || k.unread[0].Ours {
		t.Errorf("got %+v as not read", k.unread)
	}
	if late := time.Since(k.mark.Until); late > 30*time.Minute {
		t.Errorf("the mark is %v behind: a company's clock holds it back", late)
	}
	for _, a := range k.arrivals {
		if own := strings.Contains(a.Key, "@"); a.Times.Server.IsZero() != own || !a.Times.Claimed {
			t.Errorf("%s: got %+v", a.Key, a.Times)
		}
	}
}

// TestStalledServer: while a company's own server answers nothing, the others are
// read as often as before and their marks move on; what it has said is heard once it
// answers.
func TestStalledServer(t *testing.T) {
	shared, first, second := start(t, fake.Options{NoCable: true}), start(t, fake.Options{}), start(t, fake.Options{})
	stalls, let := atomic.Bool{}, make(chan struct{})
	target, err := url.Parse(second.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	slow := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stalls.Load() {
			select {
			case <-let:
			case <-r.Context().Done():
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	reaches := []Reach{{Inbox: "mute"}, {Inbox: "mute", URL: first.URL()}, {Inbox: "mute", URL: slow}}
	c, err := New(Config{URL: shared.URL()}, Options{Timeout: 5 * time.Minute, Poll: 20 * time.Millisecond, Inboxes: reaches})
	if err != nil {
		t.Fatal(err)
	}
	c.patience = 20 * time.Millisecond
	var all []channels.Conversation
	for i, r := range reaches {
		all = append(all, asked(t, c, []string{"x7f3", "m4q9", "k2p8"}[i], r))
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return all, nil })
	stalls.Store(true)
	k := newKeeper()
	end := k.listen(t, c)
	tell := func(s *fake.Server, i int, text string) {
		if _, err := s.Say("mute", all[i].Opening.ID, channels.Human, text); err != nil {
			t.Error(err)
		}
	}
	tell(second, 2, "second")
	for i := range 5 {
		text, rounds := fmt.Sprint("round ", i), k.moved()
		tell(shared, 0, text)
		tell(first, 1, text)
		until(t, text+" is heard, and the mark moves on", func() bool {
			got := slices.DeleteFunc(k.texts(), func(s string) bool { return s != text })
			return len(got) == 2 && k.moved() > rounds+1
		})
	}
	if got := k.notRead(); len(got) != 1 || got[0].Reach != reaches[2].String() || got[0].Ours {
		t.Errorf("got %+v as not read", got)
	}
	stalls.Store(false)
	close(let)
	until(t, "what it has said is heard", func() bool { return slices.Contains(k.texts(), "second") && len(k.notRead()) == 0 })
	_ = end()
}

// TestSharedServerGone: where the server that several companies share is gone, it is
// not theirs, whatever a company's own server says meanwhile.
func TestSharedServerGone(t *testing.T) {
	own := start(t, fake.Options{})
	shared := start(t, fake.Options{NoCable: true})
	reaches := []Reach{{Inbox: "mute"}, {Inbox: "brisk"}, {Inbox: "slow"}, {Inbox: "mute", URL: own.URL()}}
	c := several(t, shared.URL(), reaches...)
	var all []channels.Conversation
	for i, r := range reaches[:3] {
		o := unprepared(fmt.Sprint("x7f", i))
		o.Reach = r.String()
		o, err := c.Prepare(o)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, channels.Conversation{Opening: o, Names: []string{r.String() + "/1"}})
	}
	all = append(all, asked(t, c, "m4q9", reaches[3]))
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return all, nil })
	if err := shared.Close(); err != nil {
		t.Fatal(err)
	}
	k := newKeeper()
	end := k.listen(t, c)
	until(t, "the mark moves", func() bool { return k.moved() > 0 })
	_ = end()
	ours := map[string]bool{}
	for _, u := range k.unread {
		ours[u.Reach] = u.Ours
	}
	for _, r := range reaches[:3] {
		if is, unread := ours[r.String()]; !unread || !is {
			t.Errorf("%s: not read: %v, ours: %v", r, unread, is)
		}
	}
	if len(ours) != 3 {
		t.Errorf("got %+v", k.unread)
	}
}

// TestNamed: an inbox is named by its identifier, and by its server where that is
// the company's.
func TestNamed(t *testing.T) {
	for _, tt := range []struct {
		reach               Reach
		want, inbox, server string
	}{
		{Reach{Inbox: "6fKq2"}, "6fKq2", "6fKq2", ""},
		{Reach{Inbox: "6fKq2", URL: "https://chat.bank.example"}, "6fKq2@chat.bank.example", "6fKq2", "chat.bank.example"},
		{Reach{Inbox: "6fKq2", URL: "https://bank.example:8443/chat/"}, "6fKq2@bank.example:8443/chat", "6fKq2", "bank.example:8443/chat"},
	} {
		inbox, server := at(tt.reach.String())
		if tt.reach.String() != tt.want || inbox != tt.inbox || server != tt.server {
			t.Errorf("got %s, %s on %s, want %s", tt.reach, inbox, server, tt.want)
		}
	}
	if got := channeltest.Keys((Reach{Inbox: "6fKq2@elsewhere"}).Check()); !slices.Equal(got, []string{"inbox"}) {
		t.Errorf("got %v", got)
	}
}
