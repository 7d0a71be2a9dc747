package matrix

import (
	"context"
	cryptorand "crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

const (
	defaultScale = 8 * time.Second
	defaultName  = "chat.example"
	device       = "KARISPHONE"
)

// Options say what a server is like. The zero value knows no company.
type Options struct {
	Desks    []Desk
	Name     string           // of the server; empty = chat.example
	Scale    time.Duration    // the deadline that manners are timed by; 0 = 8 s
	Clock    func() time.Time // what the server and the log go by; nil = time.Now
	Seed     string           // draws the mischief
	Mischief chats.Mischief   // done to our messages
}

// A Desk is a company's user, and how it treats those who invite it.
type Desk struct {
	User     string // such as @desk:chat.example
	Manner   simulated.Manner
	Language string        // nb, sv, da or en
	Skew     time.Duration // how far its own server's clock is ahead
}

// A Server is one homeserver. Its methods are safe for concurrent use.
type Server struct {
	opt    Options
	token  string
	host   chats.Host
	imp    *chats.Imp
	record chats.Record

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
}

// New returns a server that nobody can reach yet.
func New(opt Options) *Server {
	if opt.Name == "" {
		opt.Name = defaultName
	}
	if opt.Scale == 0 {
		opt.Scale = defaultScale
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	return &Server{
		opt: opt, token: "syt_" + cryptorand.Text(), imp: chats.NewImp(opt.Mischief, opt.Seed),
		rooms: map[string]*room{}, aliases: map[string]string{}, sent: map[string]string{}, news: make(chan struct{}),
	}
}

// Start listens on a free port of the loopback. Who connects before Run waits.
func (s *Server) Start() error { return s.host.Start(s.routes()) }

// URL is where the server is reached once Start has returned.
func (s *Server) URL() string { return s.host.URL() }

// User is our account.
func (s *Server) User() string { return "@kari:" + s.opt.Name }

// AccessToken is our account's.
func (s *Server) AccessToken() channels.Secret { return channels.Inline(s.token) }

// Run serves until ctx ends or Close is called.
func (s *Server) Run(ctx context.Context) error { return s.host.Run(ctx) }

// Close ends the server, running or not.
func (s *Server) Close() error { return s.host.Close() }

// Cut breaks every connection. New ones are served.
func (s *Server) Cut() { s.host.Cut() }

// Learn makes m the mischief from now on.
func (s *Server) Learn(m chats.Mischief) { s.imp.Learn(m) }

// Log returns every opener that was taken, and what came of it.
func (s *Server) Log() []chats.Turn { return s.record.Log() }

// Accepted counts the events that each transaction has made: above 1 is sent
// twice.
func (s *Server) Accepted() map[string]int { return s.record.Accepted() }

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

// Encrypt lets user say what nobody here can read.
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
