package webchat

import (
	"encoding/json"
	"io"
	"net/http"
)

// Widgets that are told nothing: what a company says is the response to what a visitor has said.

// Responding returns those that answer by responses alone.
func Responding() []Widget { return []Widget{N8N(), Flowise()} }

// N8N is n8n's chat, in Vue, in the page itself.
func N8N() Widget {
	return Widget{Title: "n8n", Name: "n8n", Package: "n8n-chat-1.37.0", Markup: `
<link rel="stylesheet" href="/w/dist/style.css">
<script>
async function begin() {
  const {createChat} = await import('/w/dist/chat.bundle.es.js');
  createChat({webhookUrl: '{chat}/n8n', mode: 'window', showWelcomeScreen: false, initialMessages: [], loadPreviousSession: true});
}
</script>`}
}

// Flowise is Flowise's bubble, a custom element with an open shadow root.
func Flowise() Widget {
	return Widget{Title: "flowise", Name: "flowise", Package: "flowise-embed-3.1.6", Markup: `
<script>
async function begin() {
  const {default: Chatbot} = await import('/w/dist/web.js');
  Chatbot.init({chatflowid: 'kundeservice', apiHost: '{chat}', theme: {chatWindow: {welcomeMessage: ''}}});
}
</script>`}
}

// responses serves what these widgets ask for.
func (c *Company) responses(mux *http.ServeMux) {
	mux.HandleFunc("POST /n8n", c.n8n)
	mux.HandleFunc("GET /api/v1/public-chatbotConfig/{id}", func(w http.ResponseWriter, _ *http.Request) { answer(w, map[string]any{}) })
	mux.HandleFunc("GET /api/v1/chatflows-streaming/{id}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"isStreaming": false})
	})
	mux.HandleFunc("POST /api/v1/prediction/{id}", c.predict)
}

// n8n takes what a visitor says, or tells what was said before.
func (c *Company) n8n(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Action, SessionID, ChatInput string }
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	v := c.visitor(asked.SessionID)
	if asked.Action == "loadPreviousSession" {
		type message struct {
			ID     []string          `json:"id"`
			Kwargs map[string]string `json:"kwargs"`
		}
		all := []message{}
		c.mu.Lock()
		for _, l := range v.lines {
			kind := map[bool]string{true: "HumanMessage", false: "AIMessage"}[l.From == "visitor"]
			all = append(all, message{[]string{"langchain_core", "messages", kind}, map[string]string{"content": l.Text}})
		}
		c.mu.Unlock()
		answer(w, map[string]any{"data": all})
		return
	}
	if said, taken := c.responds(w, v, asked.ChatInput); taken {
		answer(w, map[string]string{"output": said})
	}
}

// predict takes what a visitor of Flowise's says.
func (c *Company) predict(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var asked struct{ Question, ChatID string }
	if err != nil || json.Unmarshal(body, &asked) != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	v := c.visitor(asked.ChatID)
	if said, taken := c.responds(w, v, asked.Question); taken {
		answer(w, map[string]string{"text": said, "question": asked.Question, "chatId": v.id, "chatMessageId": v.id + "-1"})
	}
}

// responds takes what a visitor says and returns what is said to it; false: the connection was dropped.
func (c *Company) responds(w http.ResponseWriter, v *visitor, text string) (said string, taken bool) {
	if !c.takes(v, text) {
		hijack(w)
		return "", false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := v.lines[len(v.lines)-1]; last.From != "visitor" {
		said = last.Text
	}
	v.shown = len(v.lines)
	return said, true
}
