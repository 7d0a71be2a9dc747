package chatwoot

import (
	"cmp"
	cryptorand "crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/svartid/svartid/channels/simulated/chats"
)

// page is how many messages are given out at once.
const page = 20

// longestContent is how many characters a message may have.
const longestContent = 150_000

// routes are the endpoints that visitors use.
func (s *Server) routes() http.Handler {
	const box = "/public/api/v1/inboxes/{inbox}"
	const theirs = box + "/contacts/{source}/conversations"
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api", s.about)
	mux.HandleFunc("GET /cable", s.cable)
	mux.HandleFunc("GET "+box, s.inbox(func(w http.ResponseWriter, _ *http.Request, b *inbox) { answer(w, http.StatusOK, b.shape()) }))
	mux.HandleFunc("POST "+box+"/contacts", s.inbox(s.enter))
	mux.HandleFunc("GET "+box+"/contacts/{source}", s.visitor(func(w http.ResponseWriter, _ *http.Request, c *contact) {
		answer(w, http.StatusOK, c.shape())
	}))
	mux.HandleFunc("GET "+theirs, s.visitor(list))
	mux.HandleFunc("POST "+theirs, s.visitor(func(w http.ResponseWriter, _ *http.Request, c *contact) {
		answer(w, http.StatusOK, s.converse(c).shape())
	}))
	mux.HandleFunc("GET "+theirs+"/{id}/messages", s.room(read))
	mux.HandleFunc("POST "+theirs+"/{id}/messages", s.post)
	mux.HandleFunc("POST "+theirs+"/{id}/toggle_status", s.room(func(w http.ResponseWriter, _ *http.Request, r *conversation) {
		r.status = resolved
		answer(w, http.StatusOK, r.shape())
	}))
	return mux
}

// answer writes v as the server does.
func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // who has hung up hears nothing
}

// notFound answers as for a record that is not there.
func notFound(w http.ResponseWriter) {
	answer(w, http.StatusNotFound, shape{"error": "Resource could not be found"})
}

// about tells the version, as every installation does.
func (s *Server) about(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, shape{
		"version":   cmp.Or(s.opt.Version, "4.13.0"),
		"timestamp": s.Clock().UTC().Format("2006-01-02 15:04:05"), "queue_services": "ok", "data_services": "ok",
	})
}

// find returns what a path names: inbox, visitor and conversation, each nil if it
// is not there. The caller holds the lock.
func (s *Server) find(r *http.Request) (b *inbox, c *contact, room *conversation) {
	if b = s.inboxes[r.PathValue("inbox")]; b == nil {
		return nil, nil, nil
	}
	if c = b.contacts[r.PathValue("source")]; c == nil {
		return b, nil, nil
	}
	for _, one := range c.conversations {
		if strconv.FormatInt(one.id, 10) == r.PathValue("id") {
			room = one
		}
	}
	return b, c, room
}

// inbox serves a request for an inbox that is there. It holds the lock.
func (s *Server) inbox(serve func(http.ResponseWriter, *http.Request, *inbox)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if b, _, _ := s.find(r); b != nil {
			serve(w, r, b)
			return
		}
		notFound(w)
	}
}

// visitor serves a request of a visitor whom the inbox knows. It holds the lock.
func (s *Server) visitor(serve func(http.ResponseWriter, *http.Request, *contact)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, c, _ := s.find(r); c != nil {
			serve(w, r, c)
			return
		}
		notFound(w)
	}
}

// room serves a request for one of a visitor's conversations. It holds the lock.
func (s *Server) room(serve func(http.ResponseWriter, *http.Request, *conversation)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, _, room := s.find(r); room != nil {
			serve(w, r, room)
			return
		}
		notFound(w)
	}
}

// enter makes a visitor known. That a proof is wrong the real server raises as
// a fault of its own.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, b *inbox) {
	var asked struct {
		SourceID   string `json:"source_id"`
		Name       string `json:"name"`
		Identifier string `json:"identifier"`
		Hash       string `json:"identifier_hash"`
	}
	_ = json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&asked) // nothing is a visitor without a name
	if !b.proven(asked.Identifier, asked.Hash) {
		answer(w, http.StatusInternalServerError, shape{"status": 500, "error": "Internal Server Error"})
		return
	}
	if asked.SourceID == "" {
		asked.SourceID = cryptorand.Text()
	}
	if asked.Name == "" {
		asked.Name = "still-wave-512"
	}
	answer(w, http.StatusOK, s.meet(b, asked.SourceID, asked.Name, asked.Identifier).shape())
}

// list tells of a visitor's conversations.
func list(w http.ResponseWriter, _ *http.Request, c *contact) {
	told := []shape{}
	for _, r := range c.conversations {
		told = append(told, r.shape())
	}
	answer(w, http.StatusOK, told)
}

// read gives out the newest messages, or those before one.
func read(w http.ResponseWriter, r *http.Request, room *conversation) {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	told := []shape{}
	for _, m := range room.shown() {
		if err != nil || m.id < before {
			told = append(told, m.shape())
		}
	}
	answer(w, http.StatusOK, told[max(0, len(told)-page):])
}

// post takes a visitor's message, unless there is mischief.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Content string `json:"content"`
		EchoID  string `json:"echo_id"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&asked); err != nil {
		answer(w, http.StatusBadRequest, shape{"error": "bad request"})
		return
	}
	fate := s.Fate()
	code, said := s.keep(r, asked.Content, asked.EchoID, fate)
	s.Answer(w, r, fate, func() {
		if fate == chats.Limited { // by Rack::Attack (config/initializers/rack_attack.rb), which says no more
			http.Error(w, "Retry later", http.StatusTooManyRequests)
			return
		}
		answer(w, code, said)
	})
}

// keep keeps a message whose fate lets it leave, and returns the answer.
func (s *Server) keep(r *http.Request, content, echo string, fate chats.Fate) (int, shape) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _, room := s.find(r)
	switch {
	case room == nil, fate == chats.Refused:
		return http.StatusNotFound, shape{"error": "Resource could not be found"}
	case fate == chats.Failed:
		return http.StatusInternalServerError, shape{"status": 500, "error": "Internal Server Error"}
	case fate == chats.Limited:
		return http.StatusTooManyRequests, nil
	case !fate.Leaves():
		return http.StatusOK, nil
	case strings.TrimSpace(content) == "", len([]rune(content)) > longestContent:
		return http.StatusUnprocessableEntity, shape{
			"message": "Content is too long (maximum is 150000 characters)", "attributes": []string{"content"},
		}
	}
	return http.StatusOK, s.take(room, content, echo).shape()
}
