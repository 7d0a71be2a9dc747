package matrix

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	fake "github.com/svartid/svartid/channels/simulated/matrix"
)

// opened opens a conversation with a company.
func opened(t *testing.T, c *Channel, token, reach string) channels.Conversation {
	t.Helper()
	o := prepared(t, c, token, reach)
	receipt, err := c.Open(t.Context(), o, channels.Unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	return channels.Conversation{Opening: o, At: receipt.At, Precision: receipt.Precision, Names: receipt.Names}
}

// inspects tells c what is open.
func inspects(c *Channel, open ...channels.Conversation) {
	c.Inspect(func(context.Context) ([]channels.Conversation, error) { return open, nil })
}

// A scripted homeserver answers some requests itself, and passes the others on.
func scripted(t *testing.T, s *fake.Server, script func(http.ResponseWriter, *http.Request) bool) Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if script(w, r) {
			return
		}
		on, err := http.NewRequestWithContext(r.Context(), r.Method, s.URL()+r.URL.String(), r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		on.Header = r.Header
		resp, err := http.DefaultClient.Do(on)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(server.Close)
	cfg := account(s)
	cfg.URL = server.URL
	return cfg
}

// batches hears c until one batch will do.
func batches(t *testing.T, c *Channel, will func(channels.Batch) bool) (last channels.Batch) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	found := false
	err := c.Listen(ctx, channels.Checkpoint{Source: source}, func(_ context.Context, h channels.Batch) error {
		if last = h; will(h) {
			found = true
			cancel()
		}
		return ctx.Err()
	})
	if !found {
		t.Fatalf("nothing of the kind was heard: %v", err)
	}
	return last
}

// TestLook: what a sync says of nothing in a room proves nothing of the room. Each
// row is what becomes of one, and what that makes of it.
func TestLook(t *testing.T) {
	for _, tt := range []struct {
		name   string
		befall func(*fake.Server, channels.Conversation)
		script func(room string) func(http.ResponseWriter, *http.Request) bool
		age    time.Duration
		want   string
		lost   bool // what is withheld counts as lost at once
		room   bool // the company is reached in a room of its own
	}{
		{name: "nothing befalls it", want: ""},
		{name: "the company puts us out", want: "theirs", befall: func(s *fake.Server, open channels.Conversation) {
			s.Put(open.Names[0], mute, s.User(), "leave")
		}},
		{name: "the company bans us", want: "theirs", befall: func(s *fake.Server, open channels.Conversation) {
			s.Put(open.Names[0], mute, s.User(), "ban")
		}},
		{name: "the company leaves", want: "", befall: func(s *fake.Server, open channels.Conversation) {
			s.Put(open.Names[0], mute, mute, "leave")
		}},
		{name: "our own account leaves", want: "gap", befall: func(s *fake.Server, open channels.Conversation) {
			s.Put(open.Names[0], s.User(), s.User(), "leave")
		}},
		{name: "our message is not there", want: "gap", age: 2 * settles, script: answering("/messages", http.StatusOK, `{"chunk":[]}`)},
		{name: "our message is not there yet", want: "ours", script: answering("/messages", http.StatusOK, `{"chunk":[]}`)},
		{name: "the room is withheld", want: "ours", script: answering("/messages", http.StatusForbidden, `{"errcode":"M_FORBIDDEN"}`)},
		{name: "it is withheld for an hour", want: "gap", lost: true, script: answering("/messages", http.StatusForbidden, `{"errcode":"M_FORBIDDEN"}`)},
		{name: "it is unknown for an hour", want: "gap", lost: true, script: answering("/messages", http.StatusNotFound, `{"errcode":"M_NOT_FOUND"}`)},
		{name: "it fails for an hour", want: "ours", lost: true, script: answering("/messages", http.StatusBadRequest, `{"errcode":"M_UNKNOWN"}`)},
		{name: "the company's own room is withheld", want: "theirs", room: true, script: answering("/messages", http.StatusForbidden, `{"errcode":"M_FORBIDDEN"}`)},
		{
			name: "the company puts us out, and the server shows no more", want: "theirs", lost: true,
			script: answering("/messages", http.StatusForbidden, `{"errcode":"M_FORBIDDEN"}`),
			befall: func(s *fake.Server, open channels.Conversation) { s.Put(open.Names[0], mute, s.User(), "leave") },
		},
		{
			name: "our own account leaves, and the server shows no more", want: "gap",
			script: answering("/messages", http.StatusForbidden, `{"errcode":"M_FORBIDDEN"}`),
			befall: func(s *fake.Server, open channels.Conversation) { s.Put(open.Names[0], s.User(), s.User(), "leave") },
		},
		{name: "the room is told in another shape", want: "ours", script: answering("/messages", http.StatusOK, `[]`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, fake.Options{})
			reach := mute
			if tt.room {
				reach = s.Meet(mute)
			}
			open := opened(t, connect(t, account(s)), "x7f3", reach)
			open.At = open.At.Add(-tt.age)
			if tt.befall != nil {
				tt.befall(s, open)
			}
			cfg := account(s)
			if tt.script != nil {
				cfg = scripted(t, s, tt.script(open.Names[0]))
			}
			c := connect(t, cfg)
			if tt.lost {
				c.patience = 0
			}
			inspects(c, open)
			h := batches(t, c, func(h channels.Batch) bool { return h.Checkpoint.Until.After(open.At) })
			if got := became(h, reach); got != tt.want {
				t.Errorf("got %q of %+v and %+v, want %q", got, h.Unread, h.Gaps, tt.want)
			}
		})
	}
}

// became says what a batch makes of one room.
func became(h channels.Batch, reach string) string {
	switch {
	case len(h.Gaps) == 1 && h.Gaps[0].Reach == reach && h.Gaps[0].Reason != "":
		return "gap"
	case len(h.Unread) == 1 && h.Unread[0].Ours:
		return "ours"
	case len(h.Unread) == 1 && h.Unread[0].Answered:
		return "theirs"
	}
	return ""
}

// answering answers what is asked of a room by one call.
func answering(call string, status int, words string) func(room string) func(http.ResponseWriter, *http.Request) bool {
	return func(room string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, room) || !strings.HasSuffix(r.URL.Path, call) {
				return false
			}
			w.WriteHeader(status)
			fmt.Fprint(w, words)
			return true
		}
	}
}

// TestLookHears has a sync that leaves a room out: what is said there is heard
// all the same, once, and the mark stands on what the room shows.
func TestLookHears(t *testing.T) {
	s := start(t, fake.Options{})
	open := opened(t, connect(t, account(s)), "x7f3", mute)
	c := connect(t, scripted(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/sync") {
			return false
		}
		time.Sleep(10 * time.Millisecond)
		fmt.Fprint(w, `{"next_batch":"s1"}`)
		return true
	}))
	inspects(c, open)
	s.Say(open.Names[0], mute, "human", "Hei!")
	heard, turns := 0, 0
	batches(t, c, func(h channels.Batch) bool {
		heard, turns = heard+len(h.Arrivals), turns+1
		return turns > 20
	})
	if heard != 1 {
		t.Errorf("heard %d arrivals of a room that says one thing", heard)
	}
}

// TestOpenerIsDated: a homeserver that limits us answers that it has the opener and not
// when; the room shows it to the millisecond, and is told only where that was not known.
func TestOpenerIsDated(t *testing.T) {
	for name, limited := range map[string]bool{"dated": false, "limited": true} {
		t.Run(name, func(t *testing.T) {
			s := start(t, fake.Options{})
			c := connect(t, scripted(t, s, func(w http.ResponseWriter, r *http.Request) bool {
				if !limited || !strings.Contains(r.URL.Path, "/event/") {
					return false
				}
				w.WriteHeader(http.StatusTooManyRequests)
				fmt.Fprint(w, `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":60000}`)
				return true
			}))
			open := opened(t, c, "x7f3", mute)
			if exact := open.Precision <= time.Millisecond; exact == limited {
				t.Fatalf("the receipt is within %v", open.Precision)
			}
			inspects(c, open)
			var heard []channels.Arrival
			turns := 0
			batches(t, c, func(h channels.Batch) bool {
				heard, turns = append(heard, h.Arrivals...), turns+1
				return turns > 5
			})
			if !limited {
				if len(heard) > 0 {
					t.Errorf("heard %+v", heard)
				}
				return
			}
			if len(heard) != 1 || !heard[0].Opener || heard[0].Names[0] != open.Opening.ID || string(heard[0].Raw) != open.Opening.Body {
				t.Fatalf("heard %+v, want our own opener once", heard)
			}
			taken := s.Log()[0].Received
			if off := heard[0].Times.Arrived.Sub(taken).Abs(); off > 10*time.Millisecond || heard[0].Times.Precision != time.Millisecond {
				t.Errorf("dated %v within %v, taken at %v", heard[0].Times.Arrived, heard[0].Times.Precision, taken)
			}
		})
	}
}

// TestLookHoldsTheMark: while the homeserver does not show the rooms, the mark
// stays where they were last read, whatever syncs say.
func TestLookHoldsTheMark(t *testing.T) {
	for name, status := range map[string]int{"limited": http.StatusTooManyRequests, "failing": http.StatusBadGateway} {
		s := start(t, fake.Options{})
		open := opened(t, connect(t, account(s)), "x7f3", mute)
		asked := 0
		script := answering("/messages", status, `{"errcode":"M_LIMIT_EXCEEDED"}`)(open.Names[0])
		c := connect(t, scripted(t, s, func(w http.ResponseWriter, r *http.Request) bool {
			answered := script(w, r)
			if answered {
				asked++
			}
			return answered
		}))
		inspects(c, open)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		_ = c.Listen(ctx, channels.Checkpoint{Source: source}, func(_ context.Context, h channels.Batch) error {
			if h.Checkpoint.Until.After(open.At) || len(h.Unread) > 0 {
				t.Errorf("%s: a mark of %v, past the opener at %v; not read: %v", name, h.Checkpoint.Until, open.At, h.Unread)
			}
			return nil
		})
		cancel()
		if asked == 0 || asked > 3 {
			t.Errorf("%s: asked %d times for the room", name, asked)
		}
	}
}

// TestLookAtTheOpen reads no room whose contact is decided.
func TestLookAtTheOpen(t *testing.T) {
	s := start(t, fake.Options{})
	open := opened(t, connect(t, account(s)), "x7f3", mute)
	over := opened(t, connect(t, account(s)), "m4q9", mute)
	over.Over = true
	c := connect(t, scripted(t, s, func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/messages") && strings.Contains(r.URL.Path, over.Names[0]) {
			t.Error("a room was read that nothing depends on")
		}
		return false
	}))
	inspects(c, open, over)
	batches(t, c, func(h channels.Batch) bool { return h.Checkpoint.Until.After(open.At) })
}

// TestLookPastABrokenRoom: a homeserver that fails at one room is heard in the
// others, and the verdict of the one waits.
func TestLookPastABrokenRoom(t *testing.T) {
	s := start(t, fake.Options{})
	broken := opened(t, connect(t, account(s)), "x7f3", mute)
	open := opened(t, connect(t, account(s)), "m4q9", mute)
	c := connect(t, scripted(t, s, answering("/messages", http.StatusInternalServerError, `{"errcode":"M_UNKNOWN"}`)(broken.Names[0])))
	inspects(c, broken, open)
	h := batches(t, c, func(h channels.Batch) bool { return h.Checkpoint.Until.After(open.At) })
	if len(h.Unread) != 1 || !h.Unread[0].Ours {
		t.Errorf("got %+v not read, want the broken room, by our homeserver's fault", h.Unread)
	}
}
