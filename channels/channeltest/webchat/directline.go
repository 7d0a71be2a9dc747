package webchat

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// BotFramework is Bot Framework Web Chat, as Copilot Studio and Dynamics have it: in a frame
// of another site, over Direct Line. It shows nothing to a visitor who comes back.
func BotFramework() Widget {
	return Widget{
		Title: "botframework", Name: "botframework", Package: "botframework-webchat-4.18.1", Forgets: true,
		Markup: `<script>
function begin() {
  const frame = document.createElement('iframe');
  frame.src = '{chat}/botframework';
  frame.style = 'position:fixed;right:20px;bottom:20px;width:400px;height:560px';
  document.body.append(frame);
}
</script>`,
		Frame: `<!doctype html><html lang="nb"><div id="webchat" style="height:520px"></div><script src="/w/dist/webchat.js"></script>
<script>
const directLine = WebChat.createDirectLine({token: 'none', domain: '{chat}/directline'});
WebChat.renderWebChat({directLine, userID: 'visitor', locale: 'nb-NO'}, document.getElementById('webchat'));
</script></html>`,
	}
}

// An activity is a message as Direct Line has it.
type activity struct {
	Type        string          `json:"type"`
	ID          string          `json:"id"`
	Timestamp   string          `json:"timestamp"`
	From        party           `json:"from"`
	Text        string          `json:"text"`
	ChannelData json.RawMessage `json:"channelData,omitempty"`
}

type party struct {
	ID   string `json:"id"`
	Role string `json:"role,omitempty"`
}

// directLine serves Direct Line 3.0 as far as the widget asks for it.
func (c *Company) directLine(mux *http.ServeMux) {
	mux.HandleFunc("GET /botframework", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, c.filled(c.widget.Frame))
	})
	mux.HandleFunc("POST /directline/conversations", func(w http.ResponseWriter, _ *http.Request) {
		c.mu.Lock()
		id := "d" + strconv.Itoa(len(c.visitors)+1)
		c.mu.Unlock()
		c.visitor(id)
		answer(w, map[string]any{
			"conversationId": id, "token": "none", "expires_in": 1800,
			"streamUrl": strings.Replace(c.chat, "http", "ws", 1) + "/directline/stream/" + id,
		})
	})
	mux.HandleFunc("GET /directline/conversations/{id}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{
			"conversationId": r.PathValue("id"), "token": "none",
			"streamUrl": strings.Replace(c.chat, "http", "ws", 1) + "/directline/stream/" + r.PathValue("id"),
		})
	})
	mux.HandleFunc("GET /directline/stream/{id}", c.stream)
	mux.HandleFunc("POST /directline/conversations/{id}/activities", c.activity)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// stream is a visitor's connection.
func (c *Company) stream(w http.ResponseWriter, r *http.Request) {
	s, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	v := c.visitor(r.PathValue("id"))
	c.mu.Lock()
	v.socket = s
	v.wire = func(l Line, n int) ([]byte, error) {
		role := "bot"
		if l.From == "visitor" {
			role = "user"
		}
		return json.Marshal(map[string]any{"watermark": strconv.Itoa(n), "activities": []activity{{
			Type: "message", ID: fmt.Sprintf("%s|%07d", v.id, n), Timestamp: l.At.UTC().Format(time.RFC3339Nano),
			From: party{ID: l.From, Role: role},
			Text: l.Text, ChannelData: l.data,
		}}})
	}
	c.mu.Unlock()
	c.push(v)
	for {
		if _, _, err := s.Read(r.Context()); err != nil {
			return
		}
	}
}

// activity takes what a visitor says.
func (c *Company) activity(w http.ResponseWriter, r *http.Request) {
	var a activity
	if json.NewDecoder(r.Body).Decode(&a) != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	v := c.visitor(r.PathValue("id"))
	if a.Type != "message" {
		answer(w, map[string]string{"id": v.id + "|event"})
		return
	}
	c.mu.Lock()
	v.data = a.ChannelData
	c.mu.Unlock()
	if !c.takes(v, a.Text) {
		if c.now().Rude {
			hijack(w)
			return
		}
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	answer(w, map[string]string{"id": v.id + "|said"})
}

// hijack drops a connection without an answer.
func hijack(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}
