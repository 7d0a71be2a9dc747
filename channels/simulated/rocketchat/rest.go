package rocketchat

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

// A window counts the calls of an endpoint.
type window struct {
	since time.Time
	calls int
}

// routes are the endpoints that visitors use.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET /api/v1/livechat/config":                s.config,
		"POST /api/v1/livechat/visitor":              s.register,
		"GET /api/v1/livechat/visitor/{token}":       s.lookUp,
		"GET /api/v1/livechat/room":                  s.enterRoom,
		"POST /api/v1/livechat/room.close":           s.closeRoom,
		"POST /api/v1/livechat/message":              s.post,
		"GET /api/v1/livechat/messages.history/{id}": s.history,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if s.allow(w, pattern) {
				serve(w, r)
			}
		})
	}
	return mux
}

// perWindow is how often an endpoint may be called. The numbers are those of
// Rocket.Chat: settings API_Enable_Rate_Limiter_Limit_Calls_Default, and the route
// livechat/visitor (apps/meteor/app/livechat/server/api/v1/visitor.ts).
func (s *Server) perWindow(endpoint string) int {
	switch {
	case s.opt.PerWindow != 0:
		return s.opt.PerWindow
	case endpoint == "POST /api/v1/livechat/visitor":
		return 5
	}
	return 10
}

// allow counts a call, tells how many are left, and refuses it if it is one too many.
// All rooms' histories are one endpoint (enforceRateLimit in
// apps/meteor/app/api/server/ApiClass.ts).
func (s *Server) allow(w http.ResponseWriter, endpoint string) bool {
	most := s.perWindow(endpoint)
	if most < 0 {
		return true
	}
	s.mu.Lock()
	at, now := s.calls[endpoint], s.now()
	if at == nil || now.Sub(at.since) >= s.opt.Window {
		at = &window{since: now}
		s.calls[endpoint] = at
	}
	at.calls++
	left, wait := most-at.calls, at.since.Add(s.opt.Window).Sub(now)
	s.mu.Unlock()
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(most))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(0, left)))
	w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(s.now().Add(wait).UnixMilli(), 10))
	if left < 0 {
		slowDown(w, wait)
	}
	return left >= 0
}

// slowDown answers 429 as the server's limiter does.
func slowDown(w http.ResponseWriter, wait time.Duration) {
	answer(w, http.StatusTooManyRequests, map[string]any{
		"success": false, "errorType": "error-too-many-requests",
		"error": fmt.Sprintf("Error, too many requests. Please slow down. You must wait %d seconds before trying "+
			"this endpoint again. [error-too-many-requests]", int(math.Ceil(wait.Seconds()))),
	})
}

// answer writes v as the server does.
func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // who has hung up hears nothing
}

// fail answers 400 with a plain error's words.
func fail(w http.ResponseWriter, text string) {
	answer(w, http.StatusBadRequest, map[string]any{"success": false, "error": text})
}

// read reads a request's JSON, and answers if it cannot.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(v); err != nil {
		fail(w, "Invalid JSON")
		return false
	}
	return true
}

// config tells what the widget has to know before it shows itself.
func (s *Server) config(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	departments := []any{}
	for _, d := range s.opt.Desks {
		departments = append(departments, map[string]any{
			"_id": d.ID, "name": d.Name, "showOnRegistration": true, "showOnOfflineForm": true,
		})
	}
	var desk Desk
	for _, d := range s.opt.Desks {
		if d.ID == q.Get("department") { // by its id alone
			desk = d
		}
	}
	config := map[string]any{
		"enabled": true, "online": desk.ID != "" && desk.Behaviour != simulated.Offline,
		"settings": map[string]any{
			"registrationForm": desk.Form, "nameFieldRegistrationForm": desk.Form, "emailFieldRegistrationForm": desk.Form,
			"displayOfflineForm": true, "showConnecting": false, "limitTextLength": longest(desk),
		},
		"messages":    map[string]any{"offlineMessage": "We are not online right now."},
		"departments": departments, "customFields": []any{},
	}
	if v, ok := s.visitors[q.Get("token")]; ok {
		config["guest"] = v.shape()
		if v.last != nil && v.last.open {
			config["room"] = v.last.shape()
		}
	}
	answer(w, http.StatusOK, map[string]any{"config": config, "success": true})
}

// longest is false, or a number as the settings hold it.
func longest(d Desk) any {
	if d.Longest == 0 {
		return false
	}
	return strconv.Itoa(d.Longest)
}

// register makes a visitor known.
func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Visitor struct{ Token, Name, Email, Department string }
	}
	if !read(w, r, &asked) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	desk, ok := s.desk(asked.Visitor.Department)
	switch {
	case asked.Visitor.Token == "":
		answer(w, http.StatusBadRequest, map[string]any{
			"success": false, "error": "Token cannot be empty [error-invalid-token]", "errorType": "error-invalid-token",
		})
		return
	case !ok:
		answer(w, http.StatusBadRequest, map[string]any{
			"success": false, "error": "The provided department is invalid [error-invalid-department]",
			"errorType": "error-invalid-department",
		})
		return
	}
	v := s.enter(asked.Visitor.Token, asked.Visitor.Name, desk.ID)
	v.email = asked.Visitor.Email
	answer(w, http.StatusOK, map[string]any{"visitor": v.shape(), "success": true})
}

// lookUp tells what is known of a visitor.
func (s *Server) lookUp(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.visitors[r.PathValue("token")]
	if !ok {
		answer(w, http.StatusBadRequest, map[string]any{
			"success": false, "error": "[invalid-token]", "errorType": "invalid-token",
		})
		return
	}
	answer(w, http.StatusOK, map[string]any{"visitor": v.shape(), "success": true})
}

// post takes a visitor's message, unless there is mischief.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Token string `json:"token"`
		Room  string `json:"rid"`
		Text  string `json:"msg"`
		ID    string `json:"_id"`
	}
	if !read(w, r, &asked) {
		return
	}
	fate := s.Fate()
	code, said := s.keep(asked.Token, asked.Room, message{ID: asked.ID, Text: asked.Text}, fate)
	s.Answer(w, r, fate, func() {
		if fate == chats.Limited {
			slowDown(w, time.Second)
			return
		}
		answer(w, code, said)
	})
}

// keep keeps a message whose fate lets it leave, and returns the answer.
func (s *Server) keep(token, roomID string, m message, fate chats.Fate) (int, any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	no := func(text string) (int, any) {
		return http.StatusBadRequest, map[string]any{"success": false, "error": text}
	}
	room, ok := s.rooms[roomID]
	switch {
	case fate == chats.Failed:
		return http.StatusInternalServerError, map[string]any{"success": false, "error": "Internal server error"}
	case s.visitors[token] == nil:
		return no("invalid-token")
	case !ok || room.visitor.token != token:
		return no("invalid-room")
	case !room.open:
		return no("room-closed")
	case fate == chats.Refused, room.desk.Longest > 0 && len([]rune(m.Text)) > room.desk.Longest:
		return no("message-length-exceeds-character-limit")
	case m.ID != "" && room.holds(m.ID):
		return http.StatusBadRequest, map[string]any{"success": false}
	case !fate.Leaves():
		return no("lost")
	}
	return http.StatusOK, map[string]any{"message": s.take(room, m.ID, m.Text), "success": true}
}
