package chatwoot_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	"github.com/svartid/svartid/channels/simulated/chatwoot"
)

// listen serves handler until the test ends, and returns where.
func listen(t *testing.T, handler http.Handler) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// start runs a server until the test ends.
func start(t *testing.T, opt chatwoot.Options) *chatwoot.Server {
	t.Helper()
	s := chatwoot.New(opt)
	channeltest.Play(t, s)
	return s
}

// enter makes a visitor known to an inbox, with a conversation, and returns
// where its messages are.
func enter(t *testing.T, s *chatwoot.Server, inbox, source string) string {
	t.Helper()
	contacts := s.URL() + "/public/api/v1/inboxes/" + inbox + "/contacts"
	call(t, http.MethodPost, contacts, `{"source_id":"`+source+`"}`)
	_, b := call(t, http.MethodPost, contacts+"/"+source+"/conversations", "{}")
	var made struct {
		ID json.Number `json:"id"`
	}
	if err := json.Unmarshal(b, &made); err != nil {
		t.Fatal(err)
	}
	return contacts + "/" + source + "/conversations/" + made.ID.String() + "/messages"
}

func TestManners(t *testing.T) {
	var inboxes []chatwoot.Inbox
	for _, m := range simulated.Behaviours() {
		inboxes = append(inboxes, chatwoot.Inbox{ID: string(m), Behaviour: m, Language: "da"})
	}
	s := start(t, chatwoot.Options{Inboxes: inboxes, Scale: 200 * time.Millisecond})
	for _, box := range inboxes {
		if s.Accepted()["v-"+box.ID] == 0 {
			call(t, http.MethodPost, enter(t, s, box.ID, "v-"+box.ID), `{"content":"Hvad koster det?"}`)
		}
	}
	channeltest.Until(t, "all replies", func() bool { return s.Unsaid() == 0 })
	for _, turn := range s.Log() {
		want := len(simulated.Behaviour(turn.Desk).Lines(turn.ID, "da", time.Second))
		if turn.Desk == string(simulated.Offline) {
			want = 1 // the form
		}
		if got := len(turn.Replies); got != want {
			t.Errorf("%s: got %d replies, want %d", turn.Desk, got, want)
		}
		for _, reply := range turn.Replies {
			if reply.Said.Before(reply.Due) || reply.ID == "" {
				t.Errorf("%s: got %+v, want it said when it was due", turn.Desk, reply)
			}
		}
	}
	if status, err := s.Status(string(simulated.BotOnly), "v-"+string(simulated.BotOnly)); err != nil || status != "pending" {
		t.Errorf("got status %q, %v with a bot alone, want pending", status, err)
	}
	if status, err := s.Status(string(simulated.BotFirst), "v-"+string(simulated.BotFirst)); err != nil || status != "open" {
		t.Errorf("got status %q, %v after a person came, want open", status, err)
	}
}

func TestGreeting(t *testing.T) {
	s := start(t, chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "x", Behaviour: simulated.Mute, Greeting: "Hei og velkommen!"}}})
	at := enter(t, s, "x", "v1")
	call(t, http.MethodPost, at, `{"content":"Hei"}`)
	late := time.Now().Add(5 * time.Second)
	for len(s.Log()) == 0 || s.Log()[0].Replies[0].ID == "" {
		if time.Now().After(late) {
			t.Fatal("no greeting was sent")
		}
		time.Sleep(time.Millisecond)
	}
	if got := s.Log()[0].Replies; len(got) != 1 || got[0].Who != channels.Acknowledging {
		t.Errorf("got %+v, want the greeting alone", got)
	}
}

func TestPages(t *testing.T) {
	s := start(t, chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "x", Behaviour: simulated.Mute}}})
	at := enter(t, s, "x", "v1")
	call(t, http.MethodPost, at, `{"content":"Hei"}`)
	for range 24 {
		if _, err := s.Say("x", "v1", channels.Human, "Hei"); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string][2]int64{"": {6, 25}, "?before=6": {1, 5}, "?before=1": {0, 0}} {
		_, b := call(t, http.MethodGet, at+query, "")
		var page []struct {
			ID int64 `json:"id"`
		}
		if err := json.Unmarshal(b, &page); err != nil {
			t.Fatal(err)
		}
		got := [2]int64{}
		if len(page) > 0 {
			got = [2]int64{page[0].ID, page[len(page)-1].ID}
		}
		if got != want {
			t.Errorf("%q: got messages %v, want %v", query, got, want)
		}
	}
}

func TestFates(t *testing.T) {
	s := start(t, chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "x", Behaviour: simulated.Mute}}})
	for _, tt := range []struct {
		source   string
		mischief chats.Mischief
		code     int // 0 = no answer
		taken    int
	}{
		{"taken", chats.Mischief{}, http.StatusOK, 1},
		{"failed", chats.Mischief{Fail: 1}, http.StatusInternalServerError, 0},
		{"limited", chats.Mischief{Limit: 1}, http.StatusTooManyRequests, 0},
		{"refused", chats.Mischief{Refuse: 1}, http.StatusNotFound, 0},
		{"dropped", chats.Mischief{Drop: 1}, 0, 1},
		{"lost", chats.Mischief{Lose: 1}, 0, 0},
		{"stalled", chats.Mischief{Stall: 1, Pause: 50 * time.Millisecond}, http.StatusOK, 1},
	} {
		at := enter(t, s, "x", tt.source)
		s.Learn(tt.mischief)
		resp, err := http.Post(at, "application/json", strings.NewReader(`{"content":"Hei"}`))
		code := 0
		if err == nil {
			code = resp.StatusCode
			resp.Body.Close()
		}
		if code != tt.code || s.Accepted()[tt.source] != tt.taken {
			t.Errorf("%s: got %d and %d copies, want %d and %d", tt.source, code, s.Accepted()[tt.source], tt.code, tt.taken)
		}
		if code == http.StatusTooManyRequests {
			if kind := resp.Header.Get("Content-Type"); resp.Header.Get("Retry-After") != "" || !strings.HasPrefix(kind, "text/plain") {
				t.Errorf("429 as %s, with Retry-After %q: Rack::Attack says when in neither", kind, resp.Header.Get("Retry-After"))
			}
		}
	}
}

func TestTwiceIsSeen(t *testing.T) {
	s := start(t, chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "x", Behaviour: simulated.Mute}}})
	at := enter(t, s, "x", "v1")
	for _, said := range []string{"Hei", "Hei", "Tusen takk for hjelpen!"} {
		call(t, http.MethodPost, at, `{"content":"`+said+`"}`)
	}
	if got := s.Accepted()["v1"]; got != 2 {
		t.Errorf("got %d copies, want both", got)
	}
	log := s.Log()
	if got := log[len(log)-1].Closings; len(got) != 1 {
		t.Errorf("got closings %q, want the last word", got)
	}
}

func TestResolvedOpensAgain(t *testing.T) {
	s := start(t, chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "x", Behaviour: simulated.Mute}}})
	at := enter(t, s, "x", "v1")
	call(t, http.MethodPost, at, `{"content":"Hei"}`)
	if err := s.Resolve("x", "v1"); err != nil {
		t.Fatal(err)
	}
	call(t, http.MethodPost, at, `{"content":"Takk"}`)
	if got, err := s.Status("x", "v1"); got != "open" || err != nil {
		t.Errorf("got %q, %v, want it open again", got, err)
	}
	s.Forget("x", "v1")
	if _, err := s.Status("x", "v1"); err == nil {
		t.Error("a forgotten visitor has a status")
	}
}

func TestProof(t *testing.T) {
	s := start(t, chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "x", Behaviour: simulated.Mute, HMAC: channels.Inline("key")}}})
	contacts := s.URL() + "/public/api/v1/inboxes/x/contacts"
	// A well-known example of HMAC-SHA256 under the key "key".
	const identifier = "The quick brown fox jumps over the lazy dog"
	const hash = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"proven", `{"source_id":"v1","identifier":"` + identifier + `","identifier_hash":"` + hash + `"}`, http.StatusOK},
		{"another's proof", `{"source_id":"v2","identifier":"x","identifier_hash":"` + hash + `"}`, http.StatusInternalServerError},
		{"no proof", `{"source_id":"v3"}`, http.StatusInternalServerError},
	} {
		if code, _ := call(t, http.MethodPost, contacts, tt.body); code != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, code, tt.want)
		}
	}
}

func TestCutAndNoCable(t *testing.T) {
	s := start(t, chatwoot.Options{Inboxes: []chatwoot.Inbox{{ID: "x", Behaviour: simulated.Mute}}})
	conn := cable(t, s.URL(), "nobody")
	next(t, conn)
	s.Cut()
	if _, _, err := conn.Read(t.Context()); err == nil {
		t.Error("the cable is not cut")
	}
	next(t, cable(t, s.URL(), "nobody"))
	noCable := start(t, chatwoot.Options{NoCable: true})
	if code, _ := call(t, http.MethodGet, noCable.URL()+"/cable", ""); code != http.StatusBadGateway {
		t.Errorf("got %d, want a proxy that knows no websockets", code)
	}
}
