package matrix

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// golden reads a documented answer.
func golden(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "simulated", "matrix", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGoldenSync(t *testing.T) {
	var said syncReply
	if err := json.Unmarshal(golden(t, "sync.json"), &said); err != nil {
		t.Fatal(err)
	}
	c := &Channel{cfg: Config{User: "@kari:chat.example", Bots: []string{"@hubot:chat.example"}}, clock: time.Now}
	all, err := c.arrivals(t.Context(), said, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range all {
		got = append(got, string(a.Responder)+" "+a.Times.Arrived.Format("05.000"))
	}
	if want := "bot 31.321, human 35.123, unreadable 37.000, bot 38.000"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	if names := strings.Join(all[1].Names, " "); names != "!726s6s6q:chat.example $143273582443PhrSn:chat.example" {
		t.Errorf("the answer points at %s", names)
	}
}

func TestGoldenMessages(t *testing.T) {
	var said messagesReply
	if err := json.Unmarshal(golden(t, "messages.json"), &said); err != nil {
		t.Fatal(err)
	}
	c := &Channel{cfg: Config{User: "@kari:chat.example"}}
	e := said.Chunk[0]
	for name, tt := range map[string]struct {
		o    channels.Opening
		want bool
	}{
		"its transaction":    {channels.Opening{ID: "m1772458291000.1"}, true},
		"another":            {channels.Opening{ID: "x", Address: "#a:b", Body: e.Content.Body}, false},
		"another's, no room": {channels.Opening{ID: "x", Body: e.Content.Body}, false},
	} {
		if got := c.isOpener(e, tt.o); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestGoldenErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		code  int
		whose string
		want  string
	}{
		"error-limit.json":     {429, ours, "again"},
		"error-token.json":     {401, theirs, "ours  M_UNKNOWN_TOKEN"},
		"error-forbidden.json": {403, theirs, "ours closed M_FORBIDDEN"},
	} {
		err := refused(&httpapi.Answer{Code: tt.code, Body: golden(t, name)}, tt.whose)
		got := "again"
		var r *channels.Refusal
		if errors.As(err, &r) {
			got = string(r.Key) + " " + string(r.Sign) + " " + r.Status
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
	pause, ok := limited(&httpapi.Answer{Code: 429, Body: golden(t, "error-limit.json")})
	if !ok || pause != 2*time.Second {
		t.Errorf("it asks us to wait %v, %v", pause, ok)
	}
}

func TestContentOfAnyShape(t *testing.T) {
	for raw, want := range map[string]content{
		`{"msgtype":"m.text","body":"hei"}`: {Type: "m.text", Body: "hei"},
		`{"msgtype":7,"body":["x"]}`:        {},
		`[]`:                                {},
		`{"body":"hei","m.relates_to":"x"}`: {Body: "hei"},
		`{"body":"hei","m.relates_to":{"m.in_reply_to":{"event_id":"$a"}}}`: {Body: "hei", Reply: "$a"},
		`{"membership":"leave","body":null}`:                                {Membership: "leave"},
	} {
		var got content
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", raw, got, err)
		}
	}
}

func FuzzSync(f *testing.F) {
	f.Add(golden(f, "sync.json"))
	f.Add([]byte(`{"next_batch":"s","rooms":{"join":{"!a:b":{"timeline":{"events":[{"type":"m.room.member","event_id":"$a","sender":"@x:b","state_key":"@y:b","content":{"membership":"ban"}}]}}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var said syncReply
		if json.Unmarshal(b, &said) != nil {
			return
		}
		for id, room := range said.Rooms.Join {
			room.Timeline.Limited = false // no server is there to ask
			said.Rooms.Join[id] = room
		}
		clear(said.Rooms.Leave)
		c := &Channel{cfg: Config{User: "@kari:chat.example"}, clock: time.Now}
		all, err := c.arrivals(t.Context(), said, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if len(a.Raw) == 0 || a.Key == "" || a.Responder == "" {
				t.Errorf("an arrival of nothing: %+v", a)
			}
		}
	})
}

func FuzzFault(f *testing.F) {
	f.Add(golden(f, "error-limit.json"), 429)
	f.Add([]byte(`{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":-1}`), 400)
	f.Fuzz(func(t *testing.T, b []byte, code int) {
		err := &httpapi.Answer{Code: code, Body: b}
		_ = refused(err, theirs)
		if pause, ok := limited(err); ok && (pause < 0 || pause > 24*time.Hour) {
			t.Errorf("a pause of %v", pause)
		}
	})
}
