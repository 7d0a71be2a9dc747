package chatwoot

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

// TestNoTokenIsKept: servers put the token of the visitor's stream into what they
// tell of a message, at any depth, and it never is evidence; nothing else is lost.
func TestNoTokenIsKept(t *testing.T) {
	const token = "cAnAry-77"
	plain := string(delivered(t, "hook-human.json"))
	for _, tt := range []struct{ name, at, with string }{
		{"in the inbox of the contact", `"inbox_id": 1,`, `"inbox_id": 1, "pubsub_token": "` + token + `",`},
		{"in the sender", `"id": 3,`, `"id": 3, "pubsub_token" : "` + token + `",`},
		{"with a quote in it", `"id": 3,`, `"id": 3, "pubsub_token":"x\\\"` + token + `",`},
		{"a proof of who it is", `"id": 3,`, `"id": 3, "identifier_hash":"` + token + `",`},
	} {
		body := strings.ReplaceAll(plain, tt.at, tt.with)
		if !strings.Contains(body, token) {
			t.Fatalf("%s: is not there to be hidden", tt.name)
		}
		m, err := parseMessage([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if strings.Contains(string(m.raw), token) || !json.Valid(m.raw) || !strings.Contains(string(m.raw), "49 kroner i måneden") {
			t.Errorf("%s: got %s", tt.name, m.raw)
		}
	}
	said := strings.Replace(plain, "49 kroner i måneden", `se \"pubsub_token\": \"x\"`, 1)
	if m, err := parseMessage([]byte(said)); err != nil || string(m.raw) != said {
		t.Errorf("what a person has said of tokens is changed: %s, %v", m.raw, err)
	}
}

// TestGolden reads what the server says, as the files beside the simulated one
// have it: the same message has the same time and speaker whichever way it came.
func TestGolden(t *testing.T) {
	at := time.Unix(1799661603, 0).UTC()
	for _, tt := range []struct {
		name  string
		kind  messageType
		who   channels.Responder
		heard bool
	}{
		{"incoming", incoming, channels.Unknown, false},
		{"human", outgoing, channels.Human, true},
		{"bot", outgoing, channels.Bot, true},
		{"acknowledgement", template, channels.Acknowledging, true},
	} {
		_, cabled, ok := parseFrame(delivered(t, "cable-"+tt.name+".json"))
		if !ok {
			t.Errorf("%s: the frame brings no message", tt.name)
		}
		hooked, err := parseMessage(delivered(t, "hook-"+tt.name+".json"))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		for way, m := range map[string]message{"cable": cabled, "hook": hooked} {
			who, because := m.responder()
			if m.Type != tt.kind || who != tt.who || m.heard() != tt.heard || !m.CreatedAt.Equal(at) || m.conversation() != 1 {
				t.Errorf("%s by %s: got %+v by %s, because %s", tt.name, way, m, who, because)
			}
		}
		if cabled.id() != hooked.id() || cabled.Content != hooked.Content {
			t.Errorf("%s: the cable has %d, the hook %d", tt.name, cabled.id(), hooked.id())
		}
	}
	for _, name := range []string{"cable-welcome.json", "cable-confirm.json", "missing.json", "hook-human.json"} {
		if _, m, ok := parseFrame(delivered(t, name)); ok {
			t.Errorf("%s: got a message: %+v", name, m)
		}
	}
	var page []message
	if err := json.Unmarshal(delivered(t, "messages-away.json"), &page); err != nil || len(page) != 2 || !page[1].asks() {
		t.Errorf("got %+v, %v, want a form at the end", page, err)
	}
}

func TestParseMessage(t *testing.T) {
	const good = `{"id":9,"message_type":1,"created_at":1799661600}`
	for _, tt := range []struct {
		name, body string
		want       bool
	}{
		{"the least", good, true},
		{"ids as texts", `{"id":"9","message_type":"1","created_at":"1799661600","conversation_id":"17"}`, true},
		{"a word and a date", `{"id":9,"message_type":"outgoing","created_at":"2027-01-11 10:00:03 UTC"}`, true},
		{"fractions", `{"id":9,"message_type":1,"created_at":1799661600.25}`, true},
		{"nulls", `{"id":9,"message_type":3,"created_at":1799661600,"content":null,"sender":null,"content_attributes":null,"conversation_id":null}`, true},
		{"attributes as text", `{"id":9,"message_type":3,"created_at":1799661600,"content_attributes":"{}"}`, true},
		{"no id", `{"message_type":1,"created_at":1799661600}`, false},
		{"no time", `{"id":9,"message_type":1}`, false},
		{"no type", `{"id":9,"created_at":1799661600}`, false},
		{"milliseconds", `{"id":9,"message_type":1,"created_at":1799661600000}`, false},
		{"no number", `{"id":9,"message_type":1,"created_at":"NaN"}`, false},
		{"before time", `{"id":9,"message_type":1,"created_at":-5}`, false},
		{"another date", `{"id":9,"message_type":1,"created_at":"yesterday"}`, false},
		{"a fifth type", `{"id":9,"message_type":4,"created_at":1799661600}`, false},
		{"an id that is none", `{"id":"x","message_type":1,"created_at":1799661600}`, false},
		{"a list", `[` + good + `]`, false},
		{"nothing", ``, false},
	} {
		m, err := parseMessage([]byte(tt.body))
		if got := err == nil; got != tt.want {
			t.Errorf("%s: got %+v, %v", tt.name, m, err)
		}
		if err != nil && !errors.Is(err, httpapi.ErrShape) {
			t.Errorf("%s: got %v, want ErrShape", tt.name, err)
		}
	}
}

func TestResponder(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       channels.Responder
		because    string
		text       string
	}{
		{"a person", `"message_type":1,"sender":{"type":"user"},"content":"Hei"`, channels.Human, "message_type outgoing, sender.type user", "Hei"},
		{"a bot", `"message_type":1,"sender":{"type":"agent_bot"}`, channels.Bot, "sender.type agent_bot", ""},
		{"the server's own assistant", `"message_type":1,"sender":{"type":"captain_assistant"}`, channels.Bot, "captain_assistant", ""},
		{"a bot's template", `"message_type":3,"sender":{"type":"agent_bot"}`, channels.Bot, "message_type template", ""},
		{"a greeting", `"message_type":3,"content_type":"text"`, channels.Acknowledging, "message_type template, sender.type nobody", ""},
		{"a form", `"message_type":3,"content_type":"input_email"`, channels.Acknowledging, "a form: content_type input_email", ""},
		{"an automation rule", `"message_type":1,"content_attributes":{"automation_rule_id":4}`, channels.Acknowledging, "automation rule", ""},
		{"a rule in a person's name", `"message_type":1,"sender":{"type":"user"},"content_attributes":{"automation_rule_id":4}`, channels.Acknowledging, "automation rule", ""},
		{"no sender", `"message_type":1`, channels.Unknown, "sender.type nobody", ""},
		{"somebody new", `"message_type":1,"sender":{"type":"oracle"}`, channels.Unknown, "oracle", ""},
		{"taken back", `"message_type":1,"sender":{"type":"user"},"content_attributes":{"deleted":true}`, channels.Unreadable, "deleted", ""},
		{"a picture", `"message_type":1,"sender":{"type":"user"},"attachments":[{"file_type":"image"},{"file_type":"audio"}]`, channels.Human, "user", "[image] [audio]"},
	} {
		m, err := parseMessage([]byte(`{"id":9,"created_at":1799661600,` + tt.body + `}`))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		a := room{visitor{"6fKq2", "s1"}, 17}.arrival(m, time.Now())
		if a.Responder != tt.want || !strings.Contains(a.Because, tt.because) || a.Text != tt.text {
			t.Errorf("%s: got %s because %q, %q", tt.name, a.Responder, a.Because, a.Text)
		}
		if a.Key != "6fKq2/17/9" || a.Times.Precision != time.Second || !a.Times.Arrived.Equal(a.Times.Server) {
			t.Errorf("%s: got %+v", tt.name, a)
		}
	}
}

// corpus adds all golden files to f.
func corpus(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "simulated", "chatwoot", "testdata", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// FuzzMessage holds that whatever a server sends is a message or an error, and
// that a message survives being read again.
func FuzzMessage(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMessage(b)
		if err != nil {
			if !errors.Is(err, httpapi.ErrShape) {
				t.Errorf("got %v, want ErrShape", err)
			}
			return
		}
		if m.id() <= 0 || m.CreatedAt.Unix() <= 0 || m.CreatedAt.Nanosecond() != 0 || m.Type == "" {
			t.Errorf("got %+v", m)
		}
		if a := (room{visitor{"i", "s"}, 1}).arrival(m, time.Now()); a.Because == "" || a.Responder == "" {
			t.Errorf("got %+v", a)
		}
	})
}

// FuzzFrame holds that no frame breaks the line.
func FuzzFrame(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, m, ok := parseFrame(b); ok && m.check() != nil {
			t.Errorf("got %+v, which is no message", m)
		}
	})
}
