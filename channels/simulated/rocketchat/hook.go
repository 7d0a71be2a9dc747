package rocketchat

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// tries are how often the real server tells a hook that will not hear.
const tries = 10

// tell tells the hook of an agent's message, later and beside. The caller holds
// the lock.
func (s *Server) tell(r *room, m message) {
	if s.opt.Hook.URL == "" {
		return
	}
	body, err := json.Marshal(map[string]any{
		"_id": r.id, "type": "Message", "label": r.visitor.name, "createdAt": r.at.Format(iso), "lastMessageAt": m.At,
		"visitor": map[string]any{"_id": r.visitor.id, "token": r.visitor.token, "name": r.visitor.name, "username": r.visitor.username},
		"agent":   map[string]any{"_id": r.staff().ID, "username": r.staff().Name, "name": r.staff().FullName},
		"messages": []any{map[string]any{
			"_id": m.ID, "username": m.User.Name, "msg": m.Text, "ts": m.At, "agentId": m.User.ID,
		}},
	})
	if err == nil {
		s.After(0, func() { s.deliver(body, tries) })
	}
}

// deliver posts to the hook until it says 200.
func (s *Server) deliver(body []byte, left int) {
	client := http.Client{Timeout: 5 * time.Second}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.opt.Hook.URL, bytes.NewReader(body))
	if err != nil {
		return
	}
	token, err := s.opt.Hook.Token.Reveal()
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-RocketChat-Livechat-Token", token)
	resp, err := client.Do(req)
	if err == nil {
		defer resp.Body.Close()
	}
	if (err != nil || resp.StatusCode != http.StatusOK) && left > 1 {
		s.After(s.opt.Hook.Retry, func() { s.deliver(body, left-1) })
	}
}
