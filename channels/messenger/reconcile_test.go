package messenger

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated/meta"
)

func isUnheard(err error) bool {
	var d *unheardPage
	return errors.As(err, &d)
}

// TestAsk tells apart what a page may answer.
func TestAsk(t *testing.T) {
	p := startMeta(t, meta.Options{})
	good := Reach{Page: page, PageToken: channels.Inline(pageToken)}
	for _, tt := range []struct {
		name    string
		page    Reach
		put     meta.Standing
		fail    int
		want    string // "" = it is heard
		unheard bool
	}{
		{"subscribed", good, meta.Standing{}, 0, "", false},
		{"unsubscribed", good, meta.Standing{Unsubscribed: true}, 0, "no longer subscribed to the app", true},
		{"standby is missing", good, meta.Standing{Without: []string{"standby"}}, 0, "not subscribed to standby", true},
		{"echoes are missing", good, meta.Standing{Without: []string{"message_echoes", "messages"}}, 0, "not subscribed to messages, message_echoes", true},
		{"revoked", good, meta.Standing{Revoked: true}, 0, "revoked (190)", true},
		{"expired", good, meta.Standing{Revoked: true, Subcode: 463}, 0, "token has expired (190, 463)", true},
		{"a new password", good, meta.Standing{Revoked: true, Subcode: 460}, 0, "has a new password (190, 460)", true},
		{"the app was taken out", good, meta.Standing{Revoked: true, Subcode: 458}, 0, "out of the page's settings (190, 458)", true},
		{"a subcode that is not known", good, meta.Standing{Revoked: true, Subcode: 999}, 0, "revoked (190)", true},
		{"another page's token", Reach{Page: page, PageToken: channels.Inline("EAAfeil")}, meta.Standing{}, 0, "revoked (190)", true},
		{"no such page", Reach{Page: "9", PageToken: channels.Inline(pageToken)}, meta.Standing{}, 0, "no such page (100)", true},
		{"Meta fails", good, meta.Standing{}, 500, "500", false},
		{"Meta limits", good, meta.Standing{}, 429, "429", false},
		{"a token that cannot be read", Reach{Page: page, PageToken: channels.InFile("/nowhere")}, meta.Standing{}, 0, "page token", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChannel(t, p.URL(), Options{})
			p.Put(page, tt.put)
			p.Fail(tt.fail)
			err := c.ask(t.Context(), tt.page)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || isUnheard(err) != tt.unheard {
				t.Errorf("got %v, unheard %v; want %q, unheard %v", err, isUnheard(err), tt.want, tt.unheard)
			}
			for _, hidden := range []string{pageToken, "EAAfeil", appSecret} {
				if err != nil && strings.Contains(err.Error(), hidden) {
					t.Errorf("the error holds a secret: %v", err)
				}
			}
		})
	}
}

// TestAskPasses holds codes that pass against those that a person must mend.
func TestAskPasses(t *testing.T) {
	for code, want := range map[int]bool{1: false, 2: false, 4: false, 17: false, 32: false, 613: false, 10: true, 200: true, 299: true, 803: true} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v25.0/"+page+"/subscribed_apps" || r.URL.Query().Get("access_token") != "" || len(r.URL.Query().Get("appsecret_proof")) != 64 {
				t.Errorf("asked %s", r.URL.Path)
			}
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":{"message":"x","type":"OAuthException","code":%d}}`, code)
		}))
		c := newChannel(t, server.URL, Options{})
		if err := c.ask(t.Context(), c.pages[page]); err == nil || isUnheard(err) != want {
			t.Errorf("%d: %v is unheard: %v, want %v", code, err, isUnheard(err), want)
		}
		server.Close()
	}
}

// TestLostPage loses a page, while another is well, and gets it back.
func TestLostPage(t *testing.T) {
	const other = "9"
	p := startMeta(t, meta.Options{Pages: []meta.Page{{ID: page, Token: pageToken}, {ID: other, Token: pageToken}}})
	c := newChannel(t, p.URL(), Options{Pages: []Reach{
		{Page: page, PageToken: channels.Inline(pageToken)}, {Page: other, PageToken: channels.Inline(pageToken)}, {Page: "tapped"},
	}})
	l := newKeeper()
	defer listenTo(t, c, l)()
	moved := func() func() bool {
		now := time.Now()
		return func() bool { return l.Mark().Until.After(now) }
	}
	channeltest.Until(t, "the mark begins to move", moved())
	if gaps := l.Gaps(); len(gaps) != 0 {
		t.Errorf("gaps %v", gaps)
	}
	lost := time.Now()
	p.Put(page, meta.Standing{Revoked: true})
	channeltest.Until(t, "it is told", func() bool { return len(l.Unread()) > 2 })
	channeltest.Until(t, "one page does not hold up the other", moved())
	state := c.Pages()[0]
	if !strings.Contains(state.Trouble, "190") || state.Since.IsZero() || state.Since.After(time.Now()) || state.Looked.Before(lost) {
		t.Errorf("page %+v", state)
	}
	p.Put(page, meta.Standing{})
	channeltest.Until(t, "the mark goes on", moved())
	channeltest.Until(t, "the page is good", func() bool { return c.Pages()[0].Trouble == "" })
	for _, u := range l.Unread() {
		if u.Reach != page || !strings.Contains(u.Reason, "190") || !u.Answered {
			t.Errorf("got %+v as not read", u)
		}
	}
	if gaps := l.Gaps(); len(gaps) != 0 {
		t.Errorf("a page of one company's is a gap: %+v", gaps)
	}
	for _, s := range c.Pages() {
		if s.Page == "tapped" && !s.Looked.IsZero() {
			t.Errorf("page %+v", s)
		}
	}
}

// TestGaps loses every page: that may be our own app, and is a gap.
func TestGaps(t *testing.T) {
	p := startMeta(t, meta.Options{})
	c := newChannel(t, p.URL(), Options{})
	l := newKeeper()
	defer listenTo(t, c, l)()
	began := time.Now()
	channeltest.Until(t, "the mark begins to move", func() bool { return l.Mark().Until.After(began) })
	lost := time.Now()
	p.Put(page, meta.Standing{Revoked: true})
	channeltest.Until(t, "gaps are told", func() bool { return len(l.Gaps()) > 2 })
	gaps := l.Gaps()
	for i, g := range gaps {
		if g.Reach != page || !strings.Contains(g.Reason, "190") || !g.From.Before(g.To) {
			t.Errorf("gap %+v", g)
		}
		if i > 0 && !g.From.Equal(gaps[i-1].To) {
			t.Errorf("there is a hole between %v and %v", gaps[i-1], g)
		}
	}
	if first := gaps[0]; first.From.After(lost.Add(time.Second)) {
		t.Errorf("the gap begins at %v, the page was lost at %v", first.From, lost)
	}
}

// TestMarkWaits does not move the mark while Meta does not answer, nor before
// it has listened for as long as it was away.
func TestMarkWaits(t *testing.T) {
	p := startMeta(t, meta.Options{})
	for _, tt := range []struct {
		name  string
		fail  int
		away  time.Duration
		moves bool
		gaps  int
	}{
		{"good", 0, 50 * time.Millisecond, true, 0},
		{"Meta does not answer", 500, 50 * time.Millisecond, false, 0},
		{"Meta has not answered for long", 500, 30 * time.Minute, false, 1},
		{"away for a while", 0, 30 * time.Minute, false, 0},
		{"away for longer than Meta tries", 0, 61 * time.Minute, true, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.Fail(tt.fail)
			before := time.Now().Add(-tt.away)
			l := channeltest.NewKeeper(channels.Checkpoint{Source: source, Until: before})
			end := listenTo(t, newChannel(t, p.URL(), Options{}), l)
			time.Sleep(400 * time.Millisecond)
			end()
			if moved := l.Mark().Until.After(before); moved != tt.moves {
				t.Errorf("moved %v, to %v", moved, l.Mark().Until)
			}
			if gaps := l.Gaps(); len(gaps) != tt.gaps {
				t.Errorf("gaps %v", gaps)
			}
		})
	}
}
