package rocketchat

import (
	"encoding/json"
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
	b, err := os.ReadFile(filepath.Join("..", "simulated", "rocketchat", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestArrival(t *testing.T) {
	c := &Channel{cfg: Config{Bots: []string{"hubot"}}, clock: time.Now}
	const at = `"_id":"m1","ts":"2026-03-02T09:00:00.123Z"`
	for name, tt := range map[string]struct {
		message string
		who     channels.Responder
		text    string // empty: it is no arrival
	}{
		"agent":          {`{` + at + `,"msg":"Hei!","u":{"username":"ingrid"}}`, channels.Human, "Hei!"},
		"declared bot":   {`{` + at + `,"msg":"Hei!","u":{"username":"hubot"}}`, channels.Bot, "Hei!"},
		"rocket.cat":     {`{` + at + `,"msg":"Hei!","u":{"username":"rocket.cat"}}`, channels.Bot, "Hei!"},
		"marked bot":     {`{` + at + `,"msg":"Hei!","bot":{"i":"app"},"u":{"username":"x"}}`, channels.Bot, "Hei!"},
		"no bot":         {`{` + at + `,"msg":"Hei!","bot":false,"u":{"username":"x"}}`, channels.Human, "Hei!"},
		"no sender":      {`{` + at + `,"msg":"Hei!"}`, channels.Unknown, "Hei!"},
		"a file":         {`{` + at + `,"msg":"","attachments":[{"title":"pris.pdf"},{"description":"kart"}],"u":{"username":"x"}}`, channels.Human, "pris.pdf\nkart"},
		"nothing":        {`{` + at + `,"msg":"","u":{"username":"x"}}`, channels.Human, "(nothing that can be read)"},
		"closed":         {`{` + at + `,"t":"livechat-close","msg":"Takk","u":{"username":"x"}}`, channels.Bot, "(the conversation was closed)\nTakk"},
		"handed on":      {`{` + at + `,"t":"livechat_transfer_history","msg":"","u":{"username":"x"}}`, channels.Bot, "(the conversation was handed on)"},
		"our own":        {`{` + at + `,"msg":"Hei!","token":"v","u":{"username":"guest-1"}}`, "", ""},
		"we closed":      {`{` + at + `,"t":"livechat-close","msg":"","token":"v","u":{"username":"guest-1"}}`, "", ""},
		"chat started":   {`{` + at + `,"t":"livechat-started","msg":"","u":{"username":"x"}}`, "", ""},
		"agent is there": {`{` + at + `,"t":"command","msg":"connected","u":{"username":"x"}}`, "", ""},
		"joined":         {`{` + at + `,"t":"uj","msg":"ingrid","u":{"username":"ingrid"}}`, "", ""},
	} {
		var m message
		if err := json.Unmarshal([]byte(tt.message), &m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		a, ok := c.arrival(m, place{"visitor", "room"})
		if ok != (tt.text != "") || string(a.Raw) != tt.text || a.Responder != tt.who {
			t.Errorf("%s: got %v %s %q, want %s %q", name, ok, a.Responder, a.Raw, tt.who, tt.text)
		}
		if ok && (a.Key != "rocketchat/room/m1" || a.Media != channels.Plain || a.Because == "") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestGoldenHistory(t *testing.T) {
	var said historyReply
	if err := json.Unmarshal(golden(t, "history.json"), &said); err != nil {
		t.Fatal(err)
	}
	c := &Channel{cfg: Config{Bots: []string{"digital.assistent"}}, clock: time.Now}
	var got []string
	for _, m := range said.Messages {
		if a, ok := c.arrival(m, place{"v", "r"}); ok {
			got = append(got, string(a.Responder)+" "+a.Times.Arrived.Format("15:04:05.000"))
		}
	}
	if want := "bot 13:31:39.870, human 13:31:38.201, bot 13:31:34.014"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestGoldenConfig(t *testing.T) {
	o := channels.Opening{Reach: "Kundeservice", Persona: channels.Persona{Address: "kari@shopper.example"}}
	for name, want := range map[string]string{
		"config.json":         "",
		"config-offline.json": "nobody is online",
		"config-form.json":    `asks for "kundenummer"`,
		"config-off.json":     "switched off",
	} {
		var said configReply
		if err := json.Unmarshal(golden(t, name), &said); err != nil {
			t.Fatal(err)
		}
		err := said.refusal(o)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

func TestReason(t *testing.T) {
	for name, want := range map[string]string{
		"error-offline.json": "no-agent-online", "error-room.json": "invalid-room", "error-limit.json": "error-too-many-requests",
		"error-bracket.json": "error-invalid-department",
	} {
		if got := reason(&httpapi.Answer{Code: 400, Body: golden(t, name)}); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := reason(&httpapi.Answer{Code: 502, Body: []byte("<html>")}); got != "" {
		t.Errorf("no JSON: got %q", got)
	}
}

func TestPosition(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	said := func(id string, after time.Duration) message { return message{ID: id, At: stamp{start.Add(after)}} }
	h := heard{Room: "r"}.with([]message{said("a", 0), said("b", 2*time.Minute), said("c", 2*time.Minute+30*time.Second)})
	for _, tt := range []struct {
		m    message
		want bool
	}{
		{said("a", 0), true},
		{said("old", time.Minute), true},
		{said("b", 2*time.Minute), true},
		{said("late", 2*time.Minute), false},
		{said("d", 3*time.Minute), false},
	} {
		if got := h.knows(tt.m); got != tt.want {
			t.Errorf("%s: known %v, want %v", tt.m.ID, got, tt.want)
		}
	}
	p, err := channels.ParsePositions[heard](position{"x": h}.String())
	if err != nil || p["x"].Since != h.Since || len(p["x"].IDs) != 2 || p["x"].Room != "r" {
		t.Errorf("got %+v, %v", p, err)
	}
	if again := h.with(nil); again.Since != h.Since {
		t.Errorf("nothing new moved it to %v", again.Since)
	}
}

func FuzzHistory(f *testing.F) {
	f.Add(golden(f, "history.json"))
	f.Add([]byte(`{"messages":[{"_id":"a","ts":{"$date":1700000000000},"bot":null}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var said historyReply
		if json.Unmarshal(b, &said) != nil {
			return
		}
		c := &Channel{clock: time.Now}
		h := heard{}
		for _, m := range said.Messages {
			if a, ok := c.arrival(m, place{"v", "r"}); ok && (len(a.Raw) == 0 || m.Token != "") {
				t.Errorf("an arrival of nothing, or of our own: %+v", a)
			}
			if !m.At.IsZero() {
				h = h.with([]message{m})
			}
		}
		if p, err := channels.ParsePositions[heard](position{"x": h}.String()); err != nil || p["x"].Since != h.Since {
			t.Errorf("position %+v came back as %+v, %v", h, p, err)
		}
	})
}

func FuzzReason(f *testing.F) {
	f.Add(golden(f, "error-offline.json"))
	f.Add(golden(f, "config.json"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_ = refused(&httpapi.Answer{Code: 400, Body: b})
		var said configReply
		if json.Unmarshal(b, &said) == nil {
			_ = said.refusal(channels.Opening{Body: "hei"})
		}
	})
}
