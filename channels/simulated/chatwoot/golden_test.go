package chatwoot_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chatwoot"
)

// golden compares got with a file of testdata, value by value. What the server
// draws is masked.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	drawn := regexp.MustCompile(`pubsub_token(\\*)":(\\*)"[A-Z0-9]{24}`)
	got = drawn.ReplaceAll(got, []byte(`pubsub_token$1":$2"DRAWN`))
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%s: got %s: %v", name, got, err)
	}
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// call asks a server at url, and returns the answer's code and body.
func call(t *testing.T, method, url, body string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b
}

// TestGolden walks through one conversation and holds all that the server says
// to the files beside it.
func TestGolden(t *testing.T) {
	at := time.Date(2027, 1, 11, 10, 0, 3, 512e6, time.UTC)
	hooked := make(chan *http.Request, 10)
	bodies := make(chan []byte, 10)
	hook := listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		hooked <- r
		bodies <- b
	}))
	secret := channels.Inline("hook-hemmelighet")
	s := start(t, chatwoot.Options{
		Inboxes: []chatwoot.Inbox{
			{ID: "6fKq2", Name: "Nordlys Kraft", Behaviour: simulated.Mute, Language: "nb"},
			{ID: "borte", Name: "Borte Kraft", Behaviour: simulated.Offline, Language: "nb"},
		},
		Clock: func() time.Time { return at },
		Hook:  chatwoot.Hook{URL: hook, Secret: secret},
	})
	const source = "8f5a8d1e-7b0a-4c5e-9a56-0d1f5a1f2b3c"
	box := s.URL() + "/public/api/v1/inboxes/6fKq2"
	theirs := box + "/contacts/" + source + "/conversations"
	visitor := `{"source_id":"` + source + `","name":"Kari Nordmann"}`
	var contact struct {
		Token string `json:"pubsub_token"`
	}
	for _, step := range []struct{ name, method, url, body string }{
		{"about.json", http.MethodGet, s.URL() + "/api", ""},
		{"inbox.json", http.MethodGet, box, ""},
		{"contact.json", http.MethodPost, box + "/contacts", visitor},
		{"contact.json", http.MethodPost, box + "/contacts", visitor},
		{"contact.json", http.MethodGet, box + "/contacts/" + source, ""},
		{"conversation.json", http.MethodPost, theirs, "{}"},
	} {
		_, b := call(t, step.method, step.url, step.body)
		golden(t, step.name, b)
		if step.name == "contact.json" {
			if err := json.Unmarshal(b, &contact); err != nil {
				t.Fatal(err)
			}
		}
	}
	conn := cable(t, s.URL(), contact.Token)
	golden(t, "cable-welcome.json", next(t, conn))
	golden(t, "cable-confirm.json", next(t, conn))

	_, b := call(t, http.MethodPost, theirs+"/1/messages", `{"content":"Hei! Hva koster strøm?","echo_id":"a-17"}`)
	golden(t, "message-incoming.json", b)
	golden(t, "cable-incoming.json", next(t, conn))
	golden(t, "hook-incoming.json", <-bodies)
	for _, who := range []channels.Responder{channels.Human, channels.Bot, channels.Acknowledging} {
		if _, err := s.Say("6fKq2", source, who, "Hei! 49 kroner i måneden."); err != nil {
			t.Fatal(err)
		}
		golden(t, "cable-"+string(who)+".json", next(t, conn))
		golden(t, "hook-"+string(who)+".json", <-bodies)
	}
	for len(hooked) > 0 {
		if r := <-hooked; r.Header.Get("X-Chatwoot-Delivery") == "" || !strings.HasPrefix(r.Header.Get("X-Chatwoot-Signature"), "sha256=") {
			t.Errorf("got headers %v, want a signature and a delivery", r.Header)
		}
	}
	_, b = call(t, http.MethodGet, theirs+"/1/messages", "")
	golden(t, "messages.json", b)
	_, b = call(t, http.MethodPost, theirs+"/1/toggle_status", "{}")
	if !bytes.Contains(b, []byte(`"status":"resolved"`)) {
		t.Errorf("got %s, want a resolved conversation", b)
	}
	_, b = call(t, http.MethodGet, theirs, "")
	golden(t, "conversations.json", b)
	for _, missing := range []string{s.URL() + "/public/api/v1/inboxes/none", box + "/contacts/none", theirs + "/9/messages"} {
		code, b := call(t, http.MethodGet, missing, "")
		if code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", missing, code)
		}
		golden(t, "missing.json", b)
	}
	borte := s.URL() + "/public/api/v1/inboxes/borte/contacts"
	call(t, http.MethodPost, borte, visitor)
	call(t, http.MethodPost, borte+"/"+source+"/conversations", "{}")
	call(t, http.MethodPost, borte+"/"+source+"/conversations/2/messages", `{"content":"Hei"}`)
	<-bodies
	<-bodies
	_, b = call(t, http.MethodGet, borte+"/"+source+"/conversations/2/messages", "")
	golden(t, "messages-away.json", b)
}

// cable connects to a server's websocket and subscribes to a visitor's stream.
func cable(t *testing.T, url, token string) *websocket.Conn {
	t.Helper()
	//nolint:bodyclose // Dial has closed it, or made it the connection.
	conn, resp, err := websocket.Dial(t.Context(), strings.Replace(url, "http", "ws", 1)+"/cable", &websocket.DialOptions{
		Subprotocols: []string{"actioncable-v1-json"}, HTTPHeader: http.Header{"Origin": {url}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Sec-WebSocket-Protocol"); got != "actioncable-v1-json" {
		t.Errorf("got protocol %q", got)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	identifier, err := json.Marshal(map[string]string{"channel": "RoomChannel", "pubsub_token": token})
	if err != nil {
		t.Fatal(err)
	}
	command, err := json.Marshal(map[string]string{"command": "subscribe", "identifier": string(identifier)})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Write(t.Context(), websocket.MessageText, command); err != nil {
		t.Fatal(err)
	}
	return conn
}

// next returns the next frame that is no ping.
func next(t *testing.T, conn *websocket.Conn) []byte {
	t.Helper()
	for {
		_, b, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(b, []byte(`"type":"ping"`)) {
			return b
		}
	}
}
