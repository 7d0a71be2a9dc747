package rocketchat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

// serve runs a server until the test ends.
func serve(t *testing.T, opt Options) *Server {
	t.Helper()
	s := New(opt)
	channeltest.Play(t, s)
	return s
}

// ask sends a request and returns the answer. A body makes it a POST.
func ask(t *testing.T, s *Server, path string, body any) (int, map[string]any) {
	t.Helper()
	var resp *http.Response
	var err error
	if body == nil {
		resp, err = http.Get(s.URL() + path)
	} else {
		b, e := json.Marshal(body)
		if e != nil {
			t.Fatal(e)
		}
		resp, err = http.Post(s.URL()+path, "application/json", bytes.NewReader(b))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var said map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, said
}

// missing returns what of got's keys a documented answer does not have, or has
// as another type: the server says nothing that the real one would not.
func missing(path string, got, documented any) []string {
	var faults []string
	switch got := got.(type) {
	case map[string]any:
		have, ok := documented.(map[string]any)
		if !ok {
			return []string{path}
		}
		for key, value := range got {
			if _, ok := have[key]; !ok {
				faults = append(faults, path+"."+key)
				continue
			}
			faults = append(faults, missing(path+"."+key, value, have[key])...)
		}
	case []any:
		have, ok := documented.([]any)
		if !ok {
			return []string{path}
		}
		union := map[string]any{}
		for _, h := range have {
			if fields, ok := h.(map[string]any); ok {
				for key, value := range fields {
					if before, ok := union[key].(map[string]any); ok && len(before) > len(value.(map[string]any)) {
						continue // the fuller one
					}
					union[key] = value
				}
			}
		}
		for _, g := range got {
			faults = append(faults, missing(path+"[]", g, any(union))...)
		}
	default:
		if fmt.Sprintf("%T", got) != fmt.Sprintf("%T", documented) {
			faults = append(faults, path)
		}
	}
	return faults
}

// TestShapes holds each answer against the documented one.
func TestShapes(t *testing.T) {
	s := serve(t, Options{Desks: []Desk{
		{ID: "d1", Name: "Kundeservice", Behaviour: simulated.Mute}, {ID: "d2", Name: "Natt", Behaviour: simulated.Offline},
	}})
	visitor := map[string]any{"visitor": map[string]any{"token": "v1", "name": "Kari", "email": "k@x.example", "department": "Kundeservice"}}
	_, registered := ask(t, s, "/api/v1/livechat/visitor", visitor)
	_, opened := ask(t, s, "/api/v1/livechat/room?token=v1", nil)
	room := opened["room"].(map[string]any)["_id"].(string)
	_, posted := ask(t, s, "/api/v1/livechat/message", map[string]any{"token": "v1", "rid": room, "msg": "Hei!", "_id": "m1"})
	s.Say(room, channels.Bot, "Jeg er en bot.")
	s.Say(room, channels.Human, "Hei!")
	_, known := ask(t, s, "/api/v1/livechat/visitor/v1", nil)
	_, config := ask(t, s, "/api/v1/livechat/config?department=d1", nil)
	_, away := ask(t, s, "/api/v1/livechat/config?department=d2", nil)
	s.End(room, "Takk")
	_, history := ask(t, s, "/api/v1/livechat/messages.history/"+room+"?token=v1&limit=50", nil)
	ask(t, s, "/api/v1/livechat/visitor", map[string]any{"visitor": map[string]any{"token": "v2", "name": "Ola", "department": "d2"}})
	code, offline := ask(t, s, "/api/v1/livechat/room?token=v2", nil)
	if code != http.StatusBadRequest {
		t.Errorf("a room where no agent is online: got %d, want 400", code)
	}
	for name, got := range map[string]any{
		"visitor.json": registered, "room.json": opened, "message.json": posted, "config.json": config,
		"config-offline.json": away, "history.json": history, "error-offline.json": offline,
	} {
		if faults := missing("", got, document(t, name)); len(faults) > 0 {
			t.Errorf("%s has no %s", name, strings.Join(faults, ", "))
		}
	}
	if faults := missing("", known, document(t, "visitor.json")); len(faults) > 0 {
		t.Errorf("visitor.json has no %s", strings.Join(faults, ", "))
	}
}

// document reads a golden file.
func document(t *testing.T, name string) any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRefuses(t *testing.T) {
	s := serve(t, Options{Desks: []Desk{{ID: "d1", Name: "Kundeservice", Behaviour: simulated.Mute, Longest: 5}}})
	room, err := s.Meet("d1", "v1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Meet("d9", "v9"); err == nil {
		t.Error("a visitor was met at no desk")
	}
	message := func(token, room, id, text string) map[string]any {
		return map[string]any{"token": token, "rid": room, "_id": id, "msg": text}
	}
	ask(t, s, "/api/v1/livechat/message", message("v1", room, "m1", "Hei"))
	for _, tt := range []struct {
		path string
		body any
		want string
	}{
		{"/api/v1/livechat/visitor", map[string]any{"visitor": map[string]any{"token": ""}}, "error-invalid-token"},
		{"/api/v1/livechat/visitor", map[string]any{"visitor": map[string]any{"token": "v", "department": "x"}}, "error-invalid-department"},
		{"/api/v1/livechat/visitor", "x", "Invalid JSON"},
		{"/api/v1/livechat/visitor/v9", nil, "invalid-token"},
		{"/api/v1/livechat/room?token=v9", nil, "invalid-token"},
		{"/api/v1/livechat/message", message("v9", room, "m2", "Hei"), "invalid-token"},
		{"/api/v1/livechat/message", message("v1", "nowhere", "m2", "Hei"), "invalid-room"},
		{"/api/v1/livechat/message", message("v1", room, "m2", "Heisann"), "exceeds-character-limit"},
		{"/api/v1/livechat/message", message("v1", room, "m1", "Hei"), ""},
		{"/api/v1/livechat/messages.history/" + room + "?token=v9", nil, "invalid-token"},
		{"/api/v1/livechat/messages.history/nowhere?token=v1", nil, "invalid-room"},
		{"/api/v1/livechat/room.close", map[string]any{"rid": "nowhere", "token": "v1"}, "invalid-room"},
	} {
		code, said := ask(t, s, tt.path, tt.body)
		text, _ := said["error"].(string)
		if code != http.StatusBadRequest || said["success"] != false || !strings.Contains(text, tt.want) {
			t.Errorf("%s: got %d %v, want %q", tt.path, code, said, tt.want)
		}
	}
	if got := s.Accepted()["m1"]; got != 1 {
		t.Errorf("m1 was taken %d times", got)
	}
}

func TestLimitsAsTheRealOne(t *testing.T) {
	s := serve(t, Options{PerWindow: 1})
	ask(t, s, "/api/v1/livechat/config", nil)
	resp, err := http.Get(s.URL() + "/api/v1/livechat/config")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	var reset int64
	_, _ = fmt.Sscan(resp.Header.Get("X-RateLimit-Reset"), &reset)
	if left := time.Until(time.UnixMilli(reset)); resp.StatusCode != http.StatusTooManyRequests || left <= 0 || left > time.Minute {
		t.Errorf("got %d, %v left", resp.StatusCode, left)
	}
	if !strings.Contains(string(body), "[error-too-many-requests]") {
		t.Errorf("said %s", body)
	}
}

// TestManners lets each behaviour answer, and compares the log with its lines.
func TestManners(t *testing.T) {
	var desks []Desk
	for _, m := range simulated.Behaviours() {
		desks = append(desks, Desk{ID: string(m), Behaviour: m, Language: "nb"})
	}
	s := serve(t, Options{Desks: desks, Scale: 300 * time.Millisecond})
	for _, d := range desks {
		if d.Behaviour == simulated.Offline {
			continue
		}
		room, err := s.Meet(d.ID, "v-"+d.ID)
		if err != nil {
			t.Fatal(err)
		}
		ask(t, s, "/api/v1/livechat/message", map[string]any{"token": "v-" + d.ID, "rid": room, "msg": "Hei!", "_id": "m-" + d.ID})
	}
	channeltest.Until(t, "all replies", func() bool { return s.Unsaid() == 0 })
	for _, turn := range s.Log() {
		want := simulated.Behaviour(turn.Desk).Lines("v-"+turn.Desk, "nb", 300*time.Millisecond)
		if len(turn.Replies) != len(want) {
			t.Errorf("%s: %d replies, want %d", turn.Desk, len(turn.Replies), len(want))
			continue
		}
		for i, r := range turn.Replies {
			if r.Who != want[i].Who || r.Text != want[i].Text || r.ID == "" || r.Said.Before(r.Due.Add(-5*time.Millisecond)) {
				t.Errorf("%s: reply %+v, want %+v", turn.Desk, r, want[i])
			}
		}
	}
}

// TestHook delivers what agents say to a hook that refuses twice.
func TestHook(t *testing.T) {
	got := make(chan map[string]any, 1)
	left := 2
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if left--; left >= 0 || r.Header.Get("X-RocketChat-Livechat-Token") != "hemmelig" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var said map[string]any
		_ = json.NewDecoder(r.Body).Decode(&said)
		got <- said
	}))
	defer hook.Close()
	s := serve(t, Options{
		Desks: []Desk{{ID: "d1", Behaviour: simulated.Mute}},
		Hook:  Hook{URL: hook.URL, Token: channels.Inline("hemmelig"), Retry: time.Millisecond},
	})
	room, err := s.Meet("d1", "v1")
	if err != nil {
		t.Fatal(err)
	}
	s.Say(room, channels.Human, "Hei!")
	select {
	case said := <-got:
		if said["type"] != "Message" || said["visitor"].(map[string]any)["token"] != "v1" {
			t.Errorf("the hook was told %v", said)
		}
	case <-time.After(time.Minute):
		t.Fatal("the hook was told nothing")
	}
}

func TestMischief(t *testing.T) {
	s := serve(t, Options{Desks: []Desk{{ID: "d1", Behaviour: simulated.Mute}}, Mischief: chats.Mischief{Fail: 1}})
	room, err := s.Meet("d1", "v1")
	if err != nil {
		t.Fatal(err)
	}
	code, _ := ask(t, s, "/api/v1/livechat/message", map[string]any{"token": "v1", "rid": room, "msg": "Hei!", "_id": "m1"})
	if code != http.StatusInternalServerError || len(s.Log()) != 0 {
		t.Errorf("got %d, and %d openers", code, len(s.Log()))
	}
}
