package matrix

import (
	"maps"

	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

// An event is as the server keeps and tells it.
type event struct {
	Type     string         `json:"type"`
	ID       string         `json:"event_id"`
	Room     string         `json:"room_id,omitempty"` // not told in a sync
	Sender   string         `json:"sender"`
	StateKey *string        `json:"state_key,omitempty"`
	At       int64          `json:"origin_server_ts"`
	Content  map[string]any `json:"content"`
	Unsigned map[string]any `json:"unsigned"`
}

// host makes a room of a user's, in which it alone is. More is what is said of the
// room's making beside its version. The caller holds the lock.
func (s *Server) host(user string, more map[string]any) *room {
	r := &room{id: newID("!") + ":" + s.opt.Name, members: map[string]string{}, made: map[string]any{"room_version": "11"}}
	maps.Copy(r.made, more)
	s.rooms[r.id] = r
	none := ""
	s.add(event{Type: "m.room.create", Room: r.id, Sender: user, StateKey: &none, Content: r.made})
	s.move(r, user, user, "join")
	return r
}

// create makes a room of ours. The caller holds the lock.
func (s *Server) create(alias string, invited []string) *room {
	r := s.host(s.User(), nil)
	if alias != "" {
		s.aliases[alias] = r.id
	}
	for _, user := range invited {
		s.move(r, s.User(), user, "invite")
	}
	return r
}

// move makes membership what a user is in a room. The caller holds the lock.
func (s *Server) move(r *room, by, user, membership string) {
	r.members[user] = membership
	s.add(event{Type: "m.room.member", Room: r.id, Sender: by, StateKey: &user, Content: map[string]any{"membership": membership}})
}

// add keeps an event and tells those who wait. The caller holds the lock.
func (s *Server) add(e event) event {
	e.ID, e.At = newID("$"), s.Clock().Add(s.skew(e.Sender)).UnixMilli()
	if e.Unsigned == nil {
		e.Unsigned = map[string]any{}
	}
	e.Unsigned["age"] = 0
	s.events = append(s.events, e)
	close(s.news)
	s.news = make(chan struct{})
	return e
}

// take keeps a message of ours, and has it answered by the behaviour of the user
// who was invited: the first of a room, that is. The rest are thanks.
func (s *Server) take(r *room, transaction string, content map[string]any) event {
	e := s.add(event{
		Type: "m.room.message", Room: r.id, Sender: s.User(), Content: content,
		Unsigned: map[string]any{"transaction_id": transaction},
	})
	text, _ := content["body"].(string)
	for _, before := range s.events {
		if before.Room == r.id && before.Type == e.Type && before.Sender == e.Sender && before.ID != e.ID {
			s.Closed(r.id, text)
			return e
		}
	}
	desk := s.asked(r)
	lines := desk.Behaviour.Lines(transaction, desk.Language, s.Scale)
	s.Play(chats.Turn{Desk: desk.User, Room: r.id, ID: transaction, Text: text, Received: s.Clock()}, lines,
		func(line chats.Line) { s.reply(r.id, line) })
	return e
}

// asked is the desk that is in a room. The caller holds the lock.
func (s *Server) asked(r *room) Desk {
	for _, d := range s.opt.Desks {
		if _, ok := r.members[d.User]; ok {
			return d
		}
	}
	return Desk{}
}

// reply says one line of a behaviour.
func (s *Server) reply(roomID string, line chats.Line) {
	s.mu.Lock()
	desk := s.asked(s.rooms[roomID])
	s.mu.Unlock()
	if id := s.Say(roomID, desk.User, line.Who, line.Text); id != "" {
		line.Said(s.Clock(), id)
	}
}

// decline has a desk that is offline turn an invitation down. The caller holds
// the lock.
func (s *Server) decline(r *room, user string) {
	desk, ok := s.desk(user)
	if !ok || desk.Behaviour != simulated.Offline {
		return
	}
	s.After(s.Scale/50, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.move(r, user, user, "leave")
	})
}
