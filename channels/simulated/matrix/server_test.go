package matrix

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
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

const desk = "@desk:chat.example"

// serve runs a server until the test ends.
func serve(t *testing.T, opt Options) *Server {
	t.Helper()
	s := New(opt)
	channeltest.Play(t, s)
	return s
}

// ask sends a request below the interface's path with our token.
func ask(t *testing.T, s *Server, method, path, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+api+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(req)
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

// document reads a golden file.
func document(t *testing.T, name string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// alien returns the keys of got that a documented answer does not have, or has
// as another type.
func alien(path string, got, documented map[string]any) (faults []string) {
	for key, value := range got {
		have, ok := documented[key]
		if !ok || fmt.Sprintf("%T", have) != fmt.Sprintf("%T", value) {
			faults = append(faults, path+"."+key)
			continue
		}
		if fields, ok := value.(map[string]any); ok && key != "content" {
			faults = append(faults, alien(path+"."+key, fields, have.(map[string]any))...)
		}
	}
	return faults
}

// only returns the one value of a map.
func only(v any) map[string]any {
	for _, value := range v.(map[string]any) {
		return value.(map[string]any)
	}
	return nil
}

// TestShapes holds each answer against the documented one.
func TestShapes(t *testing.T) {
	s := serve(t, Options{Desks: []Desk{{User: desk, Behaviour: simulated.Mute}}})
	_, who := ask(t, s, http.MethodGet, "/account/whoami", "")
	_, made := ask(t, s, http.MethodPost, "/createRoom", `{"room_alias_name":"a","invite":["`+desk+`"]}`)
	room := made["room_id"].(string)
	at := "/rooms/" + url.PathEscape(room)
	_, found := ask(t, s, http.MethodGet, "/directory/room/"+url.PathEscape("#a:chat.example"), "")
	_, sent := ask(t, s, http.MethodPut, at+"/send/m.room.message/t1", `{"msgtype":"m.text","body":"Hei!"}`)
	s.Say(room, desk, channels.Human, "Hei!")
	_, synced := ask(t, s, http.MethodGet, "/sync", "")
	_, back := ask(t, s, http.MethodGet, at+"/messages?dir=b&limit=1", "")
	code, wrong := ask(t, s, http.MethodGet, "/rooms/nowhere/messages", "")
	if code != http.StatusForbidden {
		t.Errorf("a room that is none: got %d", code)
	}
	for name, got := range map[string]map[string]any{
		"whoami.json": who, "createRoom.json": made, "directory.json": found, "send.json": sent,
		"messages.json": back, "error-forbidden.json": wrong,
	} {
		if faults := alien("", got, document(t, name)); len(faults) > 0 {
			t.Errorf("%s has no %s", name, strings.Join(faults, ", "))
		}
	}
	events := func(said map[string]any) (timeline map[string]any, list []any) {
		timeline = only(said["rooms"].(map[string]any)["join"])["timeline"].(map[string]any)
		return timeline, timeline["events"].([]any)
	}
	documented := document(t, "sync.json")
	timeline, list := events(synced)
	haveLine, haveList := events(documented)
	faults := alien("", timeline, haveLine)
	every := map[string]any{}
	for _, e := range haveList {
		for key, value := range e.(map[string]any) {
			if key != "unsigned" || every[key] == nil || len(value.(map[string]any)) > 1 {
				every[key] = value
			}
		}
	}
	every["unsigned"] = map[string]any{"age": 1.0, "transaction_id": ""}
	for _, e := range list {
		faults = append(faults, alien(".events", e.(map[string]any), every)...)
	}
	if len(faults) > 0 {
		t.Errorf("sync.json has no %s", strings.Join(faults, ", "))
	}
}

func TestTransactions(t *testing.T) {
	s := serve(t, Options{Desks: []Desk{{User: desk, Behaviour: simulated.Mute}}})
	room := s.Meet(desk)
	path := "/rooms/" + url.PathEscape(room) + "/send/m.room.message/"
	_, first := ask(t, s, http.MethodPut, path+"t1", `{"msgtype":"m.text","body":"Hei!"}`)
	_, again := ask(t, s, http.MethodPut, path+"t1", `{"msgtype":"m.text","body":"Hei!"}`)
	_, other := ask(t, s, http.MethodPut, path+"t2", `{"msgtype":"m.text","body":"Takk!"}`)
	if first["event_id"] != again["event_id"] || first["event_id"] == other["event_id"] {
		t.Errorf("got %v, %v, %v", first, again, other)
	}
	log := s.Log()
	if len(log) != 1 || log[0].ID != "t1" || len(log[0].Closings) != 1 || s.Accepted()["t1"] != 1 {
		t.Errorf("log %+v", log)
	}
}

func TestSyncWaits(t *testing.T) {
	s := serve(t, Options{Desks: []Desk{{User: desk, Behaviour: simulated.Mute}}})
	room := s.Meet(desk)
	_, start := ask(t, s, http.MethodGet, "/sync", "")
	since := "/sync?since=" + start["next_batch"].(string) + "&timeout="
	began := time.Now()
	if _, said := ask(t, s, http.MethodGet, since+"100", ""); said["next_batch"] != start["next_batch"] {
		t.Errorf("nothing happened, and got %v", said)
	}
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("it waited %v", took)
	}
	s.After(50*time.Millisecond, func() { s.Say(room, desk, channels.Human, "Hei!") })
	began = time.Now()
	_, said := ask(t, s, http.MethodGet, since+"30000", "")
	if took := time.Since(began); took > 25*time.Second || said["next_batch"] == start["next_batch"] {
		t.Errorf("after %v got %v", took, said)
	}
}

func TestRefuses(t *testing.T) {
	s := serve(t, Options{Desks: []Desk{{User: desk, Behaviour: simulated.Mute}}})
	room := s.Meet(desk)
	s.Name("#a:chat.example", room)
	resp, err := http.Get(s.URL() + api + "/account/whoami")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: got %d", resp.StatusCode)
	}
	for _, tt := range []struct{ method, path, body, want string }{
		{http.MethodPost, "/createRoom", `{"room_alias_name":"a"}`, "M_ROOM_IN_USE"},
		{http.MethodPost, "/createRoom", `x`, "M_NOT_JSON"},
		{http.MethodPost, "/join/nowhere", `{}`, "M_NOT_FOUND"},
		{http.MethodGet, "/directory/room/nowhere", "", "M_NOT_FOUND"},
		{http.MethodGet, "/rooms/" + room + "/event/nothing", "", "M_NOT_FOUND"},
		{http.MethodGet, "/rooms/" + room + "/state/m.room.member/@x:y", "", "M_NOT_FOUND"},
		{http.MethodPost, "/rooms/nowhere/invite", `{"user_id":"@x:y"}`, "M_FORBIDDEN"},
		{http.MethodPost, "/rooms/nowhere/leave", `{}`, "M_FORBIDDEN"},
		{http.MethodPut, "/rooms/nowhere/send/m.room.message/t", `{}`, "M_FORBIDDEN"},
	} {
		if code, said := ask(t, s, tt.method, tt.path, tt.body); said["errcode"] != tt.want || code/100 != 4 {
			t.Errorf("%s %s: got %d %v, want %s", tt.method, tt.path, code, said, tt.want)
		}
	}
}

// TestManners lets each behaviour answer, and compares the log with its lines.
func TestManners(t *testing.T) {
	var desks []Desk
	for _, m := range simulated.Behaviours() {
		desks = append(desks, Desk{User: "@" + string(m) + ":chat.example", Behaviour: m, Language: "sv"})
	}
	s := serve(t, Options{Desks: desks, Scale: 300 * time.Millisecond, Mischief: chats.Mischief{Stall: 0.5, Pause: time.Millisecond}})
	for _, d := range desks {
		room := s.Meet(d.User)
		ask(t, s, http.MethodPut, "/rooms/"+url.PathEscape(room)+"/send/m.room.message/t"+string(d.Behaviour), `{"msgtype":"m.text","body":"Hej!"}`)
	}
	channeltest.Until(t, "all replies", func() bool { return s.Unsaid() == 0 })
	for _, turn := range s.Log() {
		behaviour := simulated.Behaviour(strings.TrimSuffix(strings.TrimPrefix(turn.Desk, "@"), ":chat.example"))
		want := behaviour.Lines(turn.ID, "sv", 300*time.Millisecond)
		if len(turn.Replies) != len(want) {
			t.Errorf("%s: %d replies, want %d", turn.Desk, len(turn.Replies), len(want))
			continue
		}
		for i, r := range turn.Replies {
			if r.Who != want[i].Who || r.Text != want[i].Text || r.ID == "" || r.Said.Before(r.Due) {
				t.Errorf("%s: reply %+v, want %+v", turn.Desk, r, want[i])
			}
		}
	}
}
