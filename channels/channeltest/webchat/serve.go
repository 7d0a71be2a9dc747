package webchat

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// pages serves the company's own site.
func (c *Company) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /kontakt", c.contact)
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, r *http.Request) {
		text := c.now().Robots
		if text == "" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
	})
	mux.Handle("GET /w/", http.StripPrefix("/w/", http.FileServer(http.Dir(c.folder))))
	return mux
}

// contact is the page with the chat.
func (c *Company) contact(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	c.knocks++
	c.mu.Unlock()
	mood := c.now()
	body := banner + c.filled(c.widget.Markup) + launcher
	if mood.Slow {
		body = strings.Replace(body, "position:fixed;inset:0", "position:fixed;inset:0;visibility:hidden", 1) +
			"<script>setTimeout(() => { document.getElementById('cookies').style.visibility = 'visible' }, 3000)</script>"
	}
	switch {
	case mood.Down:
		http.Error(w, "Vi er straks tilbake", http.StatusServiceUnavailable)
		return
	case mood.Strange:
		body = "<p>Velkommen til våre nye sider</p>"
	case mood.Puzzle:
		body = banner + "<h2>Er du et menneske? Kryss av her</h2>" + launcher
	case mood.Offline:
		body = banner + `<h2>Vi har stengt nå</h2><form><input name="name"><input name="email"><button type="submit">Send</button></form>`
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="nb"><title>Kontakt oss</title><h1>Kontakt oss</h1>%s</html>`, body)
}

// filled fills in where the chat is.
func (c *Company) filled(markup string) string {
	return strings.NewReplacer("{chat}", c.chat, "{page}", c.page).Replace(markup)
}

// talks serves the chat.
func (c *Company) talks() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /history", c.history)
	mux.HandleFunc("GET /socket", c.socket)
	mux.Handle("GET /w/", http.StripPrefix("/w/", http.FileServer(http.Dir(c.folder))))
	c.directLine(mux)
	c.responses(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "*, Authorization")
		w.Header().Set("Access-Control-Allow-Methods", "*")
		if r.Method == http.MethodOptions {
			return
		}
		if c.now().Deaf {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// A shape is a message as deep-chat has it.
type shape struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

func shapeOf(l Line) shape {
	role := map[string]string{"visitor": "user", "bot": "ai", "agent": "agent", "system": "system"}[l.From]
	return shape{role, l.Text}
}

// history tells a visitor who comes back what was said. All of it is shown by then.
func (c *Company) history(w http.ResponseWriter, r *http.Request) {
	v := c.visitor(r.URL.Query().Get("visitor"))
	c.mu.Lock()
	all := []shape{}
	for _, l := range v.lines {
		all = append(all, shapeOf(l))
	}
	v.shown = len(v.lines)
	c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(all)
}

// socket is a visitor's connection.
func (c *Company) socket(w http.ResponseWriter, r *http.Request) {
	s, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	v := c.visitor(r.URL.Query().Get("visitor"))
	c.mu.Lock()
	v.socket = s
	c.mu.Unlock()
	c.push(v)
	for {
		_, raw, err := s.Read(r.Context())
		if err != nil {
			return
		}
		var said struct {
			Messages []shape `json:"messages"`
		}
		if json.Unmarshal(raw, &said) != nil || len(said.Messages) == 0 {
			continue
		}
		if !c.takes(v, said.Messages[len(said.Messages)-1].Text) {
			_ = s.CloseNow()
			return
		}
	}
}

// takes keeps what a visitor says, as the mood is. It returns false if the
// connection is to be dropped.
func (c *Company) takes(v *visitor, text string) bool {
	c.mu.Lock()
	mood := c.mood
	lost := mood.Lose > 0
	if !lost {
		v.lines = append(v.lines, Line{"visitor", text, time.Now(), v.data})
		if v.shown == len(v.lines)-1 && v.wire == nil {
			v.shown++ // it has drawn it itself
		}
	}
	dropped := lost || mood.Drop > 0
	if lost {
		c.mood.Lose--
	} else if mood.Drop > 0 {
		c.mood.Drop--
	}
	if !dropped && !mood.Mute {
		v.lines = append(v.lines, Line{"bot", "Takk, jeg setter deg over til en medarbeider.", time.Now(), nil})
	}
	c.mu.Unlock()
	if dropped {
		return false
	}
	c.push(v)
	return true
}

// push sends what has not been shown.
func (c *Company) push(v *visitor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for v.socket != nil && v.shown < len(v.lines) {
		l := v.lines[v.shown]
		if l.From != "visitor" || v.wire != nil {
			raw, err := json.Marshal(shapeOf(l))
			if v.wire != nil {
				raw, err = v.wire(l, v.shown)
			}
			if err != nil {
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			err = v.socket.Write(ctx, websocket.MessageText, raw)
			cancel()
			if err != nil {
				v.socket = nil
				return
			}
		}
		v.shown++
	}
}
