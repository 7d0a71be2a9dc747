package matrix

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels/simulated/chats"
)

// api is where the client-server interface lies.
const api = "/_matrix/client/v3"

// routes are the endpoints that an account uses.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET " + api + "/account/whoami":                         s.whoami,
		"GET " + api + "/sync":                                   s.sync,
		"GET " + api + "/profile/{who}":                          s.profile,
		"POST " + api + "/createRoom":                            s.createRoom,
		"GET " + api + "/directory/room/{alias}":                 s.directory,
		"POST " + api + "/join/{room}":                           s.join,
		"POST " + api + "/rooms/{room}/invite":                   s.invite,
		"POST " + api + "/rooms/{room}/leave":                    s.leave,
		"GET " + api + "/rooms/{room}/event/{event}":             s.event,
		"GET " + api + "/rooms/{room}/messages":                  s.messages,
		"GET " + api + "/rooms/{room}/state/m.room.member/{who}": s.member,
		"GET " + api + "/rooms/{room}/state/{kind}":              s.alias,
		"PUT " + api + "/rooms/{room}/send/{type}/{transaction}": s.send,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if token := r.Header.Get("Authorization"); token != "Bearer "+s.token {
				fail(w, http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "Invalid access token passed: "+strings.TrimPrefix(token, "Bearer "))
				return
			}
			serve(w, r)
		})
	}
	return mux
}

// answer writes v as the server does.
func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // who has hung up hears nothing
}

// fail answers with the standard error.
func fail(w http.ResponseWriter, code int, errcode, text string) {
	said := map[string]any{"errcode": errcode, "error": text}
	if errcode == "M_LIMIT_EXCEEDED" {
		said["retry_after_ms"] = 100
	}
	if errcode == "M_UNKNOWN_TOKEN" {
		said["soft_logout"] = false
	}
	answer(w, code, said)
}

// read reads a request's JSON, and answers if it cannot.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(v); err != nil {
		fail(w, http.StatusBadRequest, "M_NOT_JSON", "Content not JSON.")
		return false
	}
	return true
}

// in finds the room of a request in which we are, and answers if there is none.
// The caller holds the lock.
func (s *Server) in(w http.ResponseWriter, r *http.Request) (*room, bool) {
	found, ok := s.rooms[r.PathValue("room")]
	if !ok || found.members[s.User()] == "" || found.members[s.User()] == "invite" {
		fail(w, http.StatusForbidden, "M_FORBIDDEN", "User "+s.User()+" not in room "+r.PathValue("room"))
		return nil, false
	}
	return found, true
}

func (s *Server) whoami(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"user_id": s.User(), "device_id": device, "is_guest": false})
}

// profile tells of a user whom the server knows: ourselves, or a company.
func (s *Server) profile(w http.ResponseWriter, r *http.Request) {
	who := r.PathValue("who")
	if who != s.User() && !slices.ContainsFunc(s.opt.Desks, func(d Desk) bool { return d.User == who }) {
		fail(w, http.StatusNotFound, "M_NOT_FOUND", "Profile was not found")
		return
	}
	answer(w, http.StatusOK, map[string]any{"displayname": who})
}

// createRoom makes a room with its alias and those who are invited.
func (s *Server) createRoom(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Alias  string   `json:"room_alias_name"`
		Invite []string `json:"invite"`
	}
	if !read(w, r, &asked) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	alias := ""
	if asked.Alias != "" {
		alias = "#" + asked.Alias + ":" + s.opt.Name
	}
	if s.aliases[alias] != "" {
		fail(w, http.StatusBadRequest, "M_ROOM_IN_USE", "Room alias already taken")
		return
	}
	made := s.create(alias, asked.Invite)
	for _, user := range asked.Invite {
		s.decline(made, user)
	}
	answer(w, http.StatusOK, map[string]any{"room_id": made.id})
}

// directory tells the room behind an alias.
func (s *Server) directory(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alias := r.PathValue("alias")
	if s.aliases[alias] == "" {
		fail(w, http.StatusNotFound, "M_NOT_FOUND", "Room alias "+alias+" not found.")
		return
	}
	answer(w, http.StatusOK, map[string]any{"room_id": s.aliases[alias], "servers": []string{s.opt.Name}})
}

// join lets us into a room that is known by its id or alias.
func (s *Server) join(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("room")
	if s.aliases[id] != "" {
		id = s.aliases[id]
	}
	found, ok := s.rooms[id]
	if !ok {
		fail(w, http.StatusNotFound, "M_NOT_FOUND", "No known servers")
		return
	}
	if found.members[s.User()] != "join" {
		s.move(found, s.User(), s.User(), "join")
	}
	answer(w, http.StatusOK, map[string]any{"room_id": id})
}

// invite invites a user into a room.
func (s *Server) invite(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		User string `json:"user_id"`
	}
	if !read(w, r, &asked) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.in(w, r); ok {
		s.move(found, s.User(), asked.User, "invite")
		answer(w, http.StatusOK, map[string]any{})
	}
}

// leave lets us out of a room.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.in(w, r); ok {
		s.move(found, s.User(), s.User(), "leave")
		answer(w, http.StatusOK, map[string]any{})
	}
}

// member returns the membership of a user in a room.
func (s *Server) member(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.in(w, r)
	if !ok {
		return
	}
	membership := found.members[r.PathValue("who")]
	if membership == "" {
		fail(w, http.StatusNotFound, "M_NOT_FOUND", "Event not found.")
		return
	}
	answer(w, http.StatusOK, map[string]any{"membership": membership})
}

// alias returns the alias that a room was made with, or what is said of its making.
func (s *Server) alias(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.in(w, r)
	if !ok {
		return
	}
	if r.PathValue("kind") == "m.room.create" {
		answer(w, http.StatusOK, found.made)
		return
	}
	for alias, id := range s.aliases {
		if id == found.id && r.PathValue("kind") == "m.room.canonical_alias" {
			answer(w, http.StatusOK, map[string]any{"alias": alias})
			return
		}
	}
	fail(w, http.StatusNotFound, "M_NOT_FOUND", "Event not found.")
}

// event tells one event.
func (s *Server) event(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.in(w, r); !ok {
		return
	}
	for _, e := range s.events {
		if e.ID == r.PathValue("event") {
			answer(w, http.StatusOK, e)
			return
		}
	}
	fail(w, http.StatusNotFound, "M_NOT_FOUND", "Event not found.")
}

// send takes a message of ours, unless there is mischief.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	var content map[string]any
	if !read(w, r, &content) {
		return
	}
	fate := s.Fate()
	reply := s.keep(r, content, fate)
	s.Answer(w, r, fate, func() { reply(w) })
}

// keep keeps a message whose fate lets it leave, once for each transaction, and
// returns the answer.
func (s *Server) keep(r *http.Request, content map[string]any, fate chats.Fate) func(http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	no := func(code int, errcode, text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { fail(w, code, errcode, text) }
	}
	found, ok := s.rooms[r.PathValue("room")]
	switch {
	case fate == chats.Failed:
		return no(http.StatusInternalServerError, "M_UNKNOWN", "Internal server error")
	case fate == chats.Limited:
		return no(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", "Too Many Requests")
	case !ok || found.members[s.User()] != "join" || fate == chats.Refused:
		return no(http.StatusForbidden, "M_FORBIDDEN", "User "+s.User()+" not in room "+r.PathValue("room"))
	case fate == chats.Lost:
		return no(http.StatusServiceUnavailable, "M_UNKNOWN", "lost")
	}
	key := r.URL.Path
	if s.sent[key] == "" {
		s.sent[key] = s.take(found, r.PathValue("transaction"), content).ID
	}
	id := s.sent[key]
	return func(w http.ResponseWriter) { answer(w, http.StatusOK, map[string]any{"event_id": id}) }
}

// age is how long ago an event was made, by our clock.
func (s *Server) age(e event) int64 {
	return max(0, s.Clock().Sub(time.UnixMilli(e.At)).Milliseconds())
}
