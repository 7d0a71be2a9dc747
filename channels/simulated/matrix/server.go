package matrix

import (
	cryptorand "crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

const (
	defaultName = "chat.example"
	device      = "KARISPHONE"
)

// Options say what a server is like. The zero value knows no company.
type Options struct {
	Desks    []Desk
	Name     string           // of the server; empty = chat.example
	Scale    time.Duration    // the deadline that behaviours are timed by; 0 = 8 s
	Clock    func() time.Time // what the server and the log go by; nil = time.Now
	Seed     string           // draws the mischief
	Mischief chats.Mischief   // done to our messages
}

// A Desk is a company's user, and how it treats those who invite it.
type Desk struct {
	User      string // such as @desk:chat.example
	Behaviour simulated.Behaviour
	Language  string        // nb, sv, da or en
	Skew      time.Duration // how far its own server's clock is ahead
}

// A Server is one homeserver, safe for concurrent use. The ID of a turn in its
// record is the transaction's.
type Server struct {
	chats.Base

	opt   Options
	token string

	mu      sync.Mutex
	events  []event           // all there is, in order
	rooms   map[string]*room  // by id
	aliases map[string]string // rooms' ids, by alias
	sent    map[string]string // events' ids, by path with transaction
	news    chan struct{}     // closed and replaced at each event
}

// A room is who is in it, and since when we have been.
type room struct {
	id      string
	members map[string]string // membership, by user
	made    map[string]any    // what is said of its making
}

// New returns a server that cannot be reached before Start.
func New(opt Options) *Server {
	if opt.Name == "" {
		opt.Name = defaultName
	}
	return &Server{
		Base: chats.NewBase(chats.Settings{Scale: opt.Scale, Clock: opt.Clock, Seed: opt.Seed, Mischief: opt.Mischief}),
		opt:  opt, token: "syt_" + cryptorand.Text(),
		rooms: map[string]*room{}, aliases: map[string]string{}, sent: map[string]string{}, news: make(chan struct{}),
	}
}

// Start listens on a free port of the loopback. A connection that comes before Run waits.
func (s *Server) Start() error { return s.Base.Start(s.routes()) }

// User is our account.
func (s *Server) User() string { return "@kari:" + s.opt.Name }

// AccessToken is our account's.
func (s *Server) AccessToken() channels.Secret { return channels.Inline(s.token) }

// Meet makes a room of ours in which user is, and returns its id.
func (s *Server) Meet(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.create("", []string{user}).id
}

// Say lets user say text in a room, by m.notice if it is a bot, and returns the
// event's id.
func (s *Server) Say(roomID, user string, who channels.Responder, text string) string {
	kind := "m.text"
	if who == channels.Bot || who == channels.Acknowledging {
		kind = "m.notice"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rooms[roomID]
	if !ok {
		return ""
	}
	if r.members[user] != "join" {
		s.move(r, user, user, "join")
	}
	return s.add(event{
		Type: "m.room.message", Room: roomID, Sender: user, Content: map[string]any{"msgtype": kind, "body": text},
	}).ID
}

// Encrypt sends an encrypted message of user, which cannot be read here.
func (s *Server) Encrypt(roomID, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(event{Type: "m.room.encrypted", Room: roomID, Sender: user, Content: map[string]any{
		"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnACgAkLmt6qF84IK", "session_id": "X3lUlvLELLYxeTx4",
	}})
}

// Put makes membership what a user is in a room, by another's doing: "leave"
// puts it out.
func (s *Server) Put(roomID, by, user, membership string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rooms[roomID]; ok {
		s.move(r, by, user, membership)
	}
}

// Invite has user make a room of its own, say text there if there is any, and invite us.
// It returns the room's id.
func (s *Server) Invite(user, text string) string {
	s.mu.Lock()
	r := s.host(user, nil)
	s.mu.Unlock()
	if text != "" {
		s.Say(r.id, user, channels.Human, text)
	}
	s.Put(r.id, user, s.User(), "invite")
	return r.id
}

// Upgrade has user put another room in the place of one, as for a new version of rooms,
// and returns the new one's id. We are in it once we join.
func (s *Server) Upgrade(roomID, user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.host(user, map[string]any{"predecessor": map[string]any{"room_id": roomID}})
	none := ""
	s.add(event{Type: "m.room.tombstone", Room: roomID, Sender: user, StateKey: &none, Content: map[string]any{
		"body": "This room has been replaced", "replacement_room": r.id,
	}})
	return r.id
}

// Member is what a user is in a room: invite, join, leave, ban, or nothing.
func (s *Server) Member(roomID, user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rooms[roomID]; ok {
		return r.members[user]
	}
	return ""
}

// Name gives a room an alias, such as #help:chat.example.
func (s *Server) Name(alias, roomID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aliases[alias] = roomID
}

// Rotate makes our device another one: it is told no more of the transactions
// of the first.
func (s *Server) Rotate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.events {
		delete(s.events[i].Unsigned, "transaction_id")
	}
}

// skew is how far the clock of a user's server is ahead.
func (s *Server) skew(user string) time.Duration {
	for _, d := range s.opt.Desks {
		if d.User == user {
			return d.Skew
		}
	}
	return 0
}

// desk finds a company's user.
func (s *Server) desk(user string) (Desk, bool) {
	for _, d := range s.opt.Desks {
		if d.User == user {
			return d, true
		}
	}
	return Desk{}, false
}

// newID returns an id with its sigil.
func newID(sigil string) string { return sigil + strings.ToLower(cryptorand.Text()[:18]) }
