package chatwoot

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
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
