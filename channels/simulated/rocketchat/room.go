package rocketchat

import (
	"time"

	"github.com/svartid/svartid/channels/simulated/chats"
)

// A visitor is known by its token.
type visitor struct {
	id, token, name, username string
	email                     string
	department                string
	last                      *room
	lastAt                    time.Time
}

// A room is one conversation.
type room struct {
	id       string
	visitor  *visitor
	desk     Desk
	at       time.Time
	open     bool
	servedBy string
	messages []message // the oldest first
}

// A user is who wrote a message.
type user struct {
	ID       string `json:"_id"`
	Name     string `json:"username"`
	FullName string `json:"name,omitempty"`
}

// A message is as the server keeps and tells it.
type message struct {
	ID       string `json:"_id"`
	Room     string `json:"rid"`
	Type     string `json:"t,omitempty"`
	Text     string `json:"msg"`
	Token    string `json:"token,omitempty"`
	Alias    string `json:"alias,omitempty"`
	At       string `json:"ts"`
	User     user   `json:"u"`
	Updated  string `json:"_updatedAt"`
	URLs     []any  `json:"urls"`
	Mentions []any  `json:"mentions"`
	Channels []any  `json:"channels"`
}

// iso is how the server writes a time.
const iso = "2006-01-02T15:04:05.000Z"

// agent is the user name of a desk's person.
func agent(d Desk) string { return "agent." + d.ID }

// staff is the desk's person.
func (r *room) staff() user {
	return user{ID: "user" + r.desk.ID, Name: agent(r.desk), FullName: "Kundeservice"}
}

// guest is the visitor as an author.
func (r *room) guest() user {
	return user{ID: r.visitor.id, Name: r.visitor.username, FullName: r.visitor.name}
}

// add keeps a message, and returns it as it is told.
func (r *room) add(m message, at time.Time) message {
	if m.ID == "" {
		m.ID = newID()
	}
	m.Room, m.At, m.Updated = r.id, at.Format(iso), at.Format(iso)
	m.URLs, m.Mentions, m.Channels = []any{}, []any{}, []any{}
	r.messages = append(r.messages, m)
	return m
}

// holds reports whether a message of that id is kept.
func (r *room) holds(id string) bool {
	for _, m := range r.messages {
		if m.ID == id {
			return true
		}
	}
	return false
}

// enter makes a visitor known, or another department its own. The caller holds
// the lock.
func (s *Server) enter(token, name, department string) *visitor {
	v, ok := s.visitors[token]
	if !ok {
		v = &visitor{id: newID(), token: token, username: "guest-" + newID()[:5]}
		s.visitors[token] = v
	}
	v.name, v.department = name, department
	return v
}

// open returns a visitor's open room, or a new one. The caller holds the lock.
func (s *Server) open(token string) *room {
	v := s.visitors[token]
	if v.last != nil && v.last.open {
		return v.last
	}
	desk, _ := s.desk(v.department)
	r := &room{id: newID(), visitor: v, desk: desk, at: s.now(), open: true}
	r.add(message{Type: "livechat-started", User: r.guest()}, r.at)
	s.rooms[r.id], v.last, v.lastAt = r, r, r.at
	return r
}

// take keeps a visitor's message, and has it answered by the desk's behaviour: the
// first of a room, that is. The rest are thanks.
func (s *Server) take(r *room, id, text string) message {
	at := s.now()
	m := r.add(message{ID: id, Text: text, Token: r.visitor.token, Alias: r.visitor.name, User: r.guest()}, at)
	for _, before := range r.messages {
		if before.Token != "" && before.ID != m.ID {
			s.Closed(r.id, text)
			return m
		}
	}
	lines := r.desk.Behaviour.Lines(r.visitor.token, r.desk.Language, s.Scale)
	s.Play(chats.Turn{Desk: r.desk.ID, Room: r.id, ID: m.ID, Text: text, Received: at}, lines,
		func(line chats.Line) { s.reply(r.id, line) })
	return m
}

// reply says one line of a behaviour.
func (s *Server) reply(roomID string, line chats.Line) {
	if id := s.Say(roomID, line.Who, line.Text); id != "" {
		line.Said(s.said(roomID, id), id)
	}
}

// said returns when a message of a room was kept.
func (s *Server) said(roomID, id string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.rooms[roomID].messages {
		if at, err := time.Parse(iso, m.At); err == nil && m.ID == id {
			return at
		}
	}
	return time.Time{}
}
