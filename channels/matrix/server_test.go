package matrix

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	fake "github.com/svartid/svartid/channels/simulated/matrix"
)

// several returns a channel on a homeserver, with places on others.
func several(t *testing.T, shared Config, own ...Reach) *Channel {
	t.Helper()
	c, err := New(shared, Options{Timeout: 5 * time.Second, Wait: 50 * time.Millisecond, Places: own})
	if err != nil {
		t.Fatal(err)
	}
	c.behind = 20 * time.Millisecond
	return c
}

// at is where a company is met on a homeserver of its own.
func at(to string, on Config) Reach {
	return Reach{To: to, URL: on.URL, User: on.User, AccessToken: on.AccessToken}
}

// A lastUnread keeps what is heard, and what was not read in the last batch.
type lastUnread struct {
	*channeltest.Keeper
	mu   sync.Mutex
	last []channels.Unread
}

func (k *lastUnread) now() []channels.Unread {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last
}

// listen hears c aside until end.
func (k *lastUnread) listen(t *testing.T, c *Channel) (end func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- c.Listen(ctx, k.Mark(), func(ctx context.Context, h channels.Batch) error {
			k.mu.Lock()
			k.last = h.Unread
			k.mu.Unlock()
			return k.Hear(ctx, h)
		})
	}()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Listen ended with %v", err)
		}
	}
}

// TestOwnServers: companies on homeservers of their own are met there, in one channel, though their users have one name. One
// whose homeserver says nothing, or is gone, holds up no other; what it has said is heard once it answers.
func TestOwnServers(t *testing.T) {
	shared, first, second := start(t, fake.Options{}), start(t, fake.Options{}), start(t, fake.Options{})
	stalls, down := atomic.Bool{}, atomic.Bool{}
	slow := scripted(t, second, func(w http.ResponseWriter, r *http.Request) bool {
		if stalls.Load() {
			<-r.Context().Done()
			return true
		}
		if down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
		}
		return down.Load()
	})
	reaches := []Reach{{To: mute}, at(mute, account(first)), at(mute, slow)}
	c := several(t, account(shared), reaches...)
	var all []channels.Conversation
	for i, r := range reaches {
		if err := c.Locate(t.Context(), r.String()); err != nil {
			t.Errorf("%s: %v", r, err)
		}
		o := opened(t, c, []string{"x7f3", "m4q9", "k2p8"}[i], r.String())
		if again, err := c.Reconcile(t.Context(), o.Opening); err != nil || again.Names[0] != o.Names[0] {
			t.Errorf("%s is settled as %+v, %v", r, again, err)
		}
		all = append(all, o)
	}
	inspects(c, all...)
	k := &lastUnread{Keeper: channeltest.NewKeeper(channels.Checkpoint{Source: source})}
	end := k.listen(t, c)
	said := func(s *fake.Server, i int, text string) {
		t.Helper()
		if s.Say(all[i].Names[0], mute, channels.Human, text) == "" {
			t.Fatalf("%s: the opener is not there", reaches[i])
		}
	}
	heard := func(want ...string) func() bool {
		return func() bool {
			var got []string
			kept, _ := k.Kept()
			for _, a := range kept {
				if !a.Opener {
					got = append(got, string(a.Raw))
				}
			}
			slices.Sort(got)
			return slices.Equal(got, want)
		}
	}
	said(shared, 0, "b shared")
	said(first, 1, "a first")
	said(second, 2, "c second")
	channeltest.Until(t, "all are heard", heard("a first", "b shared", "c second"))
	stalls.Store(true)
	time.Sleep(100 * time.Millisecond)
	said(second, 2, "f held back")
	said(shared, 0, "d shared")
	said(first, 1, "e first")
	channeltest.Until(t, "the others are heard", heard("a first", "b shared", "c second", "d shared", "e first"))
	begun := time.Now()
	channeltest.Until(t, "the mark moves on", func() bool { return k.Mark().Until.After(begun) })
	if unread := k.now(); len(unread) != 1 || unread[0].Reach != reaches[2].String() || unread[0].Ours {
		t.Errorf("got %+v as not read", unread)
	}
	stalls.Store(false)
	down.Store(true)
	channeltest.Until(t, "it is told as not read", func() bool {
		unread := k.now()
		return len(unread) == 1 && strings.Contains(unread[0].Reason, "502") && !unread[0].Ours
	})
	_, err := c.Open(t.Context(), prepared(t, c, "w1s5", reaches[2].String()), channels.Unrecorded)
	var no *channels.Deferral
	if !errors.As(err, &no) || no.No.Ours {
		t.Errorf("an opener to a homeserver that is down: %+v, %v", no, err)
	}
	down.Store(false)
	channeltest.Until(t, "what was held back is heard", heard("a first", "b shared", "c second", "d shared", "e first", "f held back"))
	channeltest.Until(t, "nothing is left unread", func() bool { return len(k.now()) == 0 })
	end()
	kept, _ := k.Kept()
	for _, a := range kept {
		own := !strings.Contains(string(a.Raw), "shared")
		if a.Times.Claimed != own || a.Times.Server.IsZero() != own {
			t.Errorf("%s: got %+v", a.Raw, a.Times)
		}
		if own && (a.Times.Looked.IsZero() || a.Times.Looked.After(a.Times.Noticed)) {
			t.Errorf("%s: could not have been heard before %v, and was noticed at %v", a.Raw, a.Times.Looked, a.Times.Noticed)
		}
	}
	if err := c.Close(t.Context(), all[1], "Takk!"); err != nil || first.Member(all[1].Names[0], first.User()) != "leave" {
		t.Errorf("closed as %v, and we are %q in the room", err, first.Member(all[1].Names[0], first.User()))
	}
}

// TestOwnToken: a company that takes back the account that it gave us refuses us itself, and a wrong one of our own is ours.
func TestOwnToken(t *testing.T) {
	shared, first := start(t, fake.Options{}), start(t, fake.Options{})
	taken := account(first)
	taken.AccessToken = channels.Inline("syt_taken_back")
	reach := at(mute, taken)
	c := several(t, account(shared), reach)
	for name, err := range map[string]error{
		"open": func() error {
			_, err := c.Open(t.Context(), prepared(t, c, "x7f3", reach.String()), channels.Unrecorded)
			return err
		}(),
		"locate": c.Locate(t.Context(), reach.String()),
	} {
		var no *channels.Refusal
		if !errors.As(err, &no) || no.Ours || no.Key != channels.KeyGiven || no.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %+v, %v", name, no, err)
		}
	}
}
