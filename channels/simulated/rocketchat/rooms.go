package rocketchat

import (
	"net/http"
	"strconv"

	"github.com/svartid/svartid/channels/simulated"
)

// shape is a visitor as the server tells of it.
func (v *visitor) shape() map[string]any {
	shape := map[string]any{
		"_id": v.id, "username": v.username, "name": v.name, "token": v.token, "department": v.department, "status": "online",
	}
	if v.email != "" {
		shape["visitorEmails"] = []any{map[string]any{"address": v.email}}
	}
	if v.last != nil {
		shape["lastChat"] = map[string]any{"_id": v.last.id, "ts": v.lastAt.Format(iso)}
	}
	return shape
}

// shape is a room as the server tells of it.
func (r *room) shape() map[string]any {
	shape := map[string]any{
		"_id": r.id, "t": "l", "ts": r.at.Format(iso), "open": r.open, "departmentId": r.desk.ID, "waitingResponse": true,
		"v": map[string]any{"_id": r.visitor.id, "username": r.visitor.username, "token": r.visitor.token, "status": "online"},
	}
	if r.servedBy != "" {
		shape["servedBy"] = map[string]any{"_id": r.staff().ID, "username": r.servedBy, "ts": r.at.Format(iso)}
	}
	return shape
}

// enterRoom tells of a visitor's open room, and makes one if there is none.
func (s *Server) enterRoom(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.visitors[r.URL.Query().Get("token")]
	if !ok {
		fail(w, "invalid-token")
		return
	}
	desk, _ := s.desk(v.department)
	if desk.Behaviour == simulated.Offline {
		answer(w, http.StatusBadRequest, map[string]any{
			"success": false, "error": "Sorry, no online agents [no-agent-online]", "errorType": "no-agent-online",
		})
		return
	}
	fresh := v.last == nil || !v.last.open
	answer(w, http.StatusOK, map[string]any{"room": s.open(v.token).shape(), "newRoom": fresh, "success": true})
}

// closeRoom closes a room from the visitor's side.
func (s *Server) closeRoom(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Room  string `json:"rid"`
		Token string `json:"token"`
	}
	if !read(w, r, &asked) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	room, ok := s.rooms[asked.Room]
	switch {
	case !ok || room.visitor.token != asked.Token:
		fail(w, "invalid-room")
	case !room.open:
		fail(w, "room-closed")
	default:
		const comment = "Closed by visitor"
		room.add(message{Type: "livechat-close", Text: comment, Token: asked.Token, User: room.guest()}, s.now())
		room.open = false
		answer(w, http.StatusOK, map[string]any{"rid": room.id, "comment": comment, "success": true})
	}
}

// history tells what was said in a room, the newest first.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	room, ok := s.rooms[r.PathValue("id")]
	switch {
	case s.visitors[q.Get("token")] == nil:
		fail(w, "invalid-token")
		return
	case !ok || room.visitor.token != q.Get("token"):
		fail(w, "invalid-room")
		return
	}
	limit, offset := 20, 0
	if n, err := strconv.Atoi(q.Get("limit")); err == nil {
		limit = n
	}
	if n, err := strconv.Atoi(q.Get("offset")); err == nil {
		offset = n
	}
	told := []message{}
	for i := len(room.messages) - 1 - offset; i >= 0 && len(told) < limit; i-- {
		told = append(told, room.messages[i])
	}
	answer(w, http.StatusOK, map[string]any{"messages": told, "success": true})
}
