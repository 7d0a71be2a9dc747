package rocketchat

import (
	cryptorand "crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

// Robot is the user name under which machines answer.
const Robot = "digital.assistent"

// Unlimited as Options.PerWindow switches the limiter off.
const Unlimited = -1

// Options say what a server is like. The zero value has no department.
type Options struct {
	Desks    []Desk
	Scale    time.Duration    // the deadline that behaviours are timed by; 0 = 8 s
	Clock    func() time.Time // what the server and the log go by; nil = time.Now
	Seed     string           // draws the mischief
	Mischief chats.Mischief   // done to visitors' messages
	// PerWindow is how often each endpoint may be called in a Window. 0 = as the real
	// server has it until an administrator changes it: 10 times, and 5 where visitors
	// make themselves known. Unlimited = as often as one likes.
	PerWindow int
	Window    time.Duration // 0 = a minute, as the real server's
	Hook      Hook
}

// A Desk is a department and how it treats visitors.
type Desk struct {
	ID        string
	Name      string
	Behaviour simulated.Behaviour
	Language  string // nb, sv, da or en
	Form      bool   // a form before the chat asks for name and e-mail address
	Longest   int    // characters of a message; 0 = as long as one likes
}

// A Hook is where agents' messages are told as well.
type Hook struct {
	URL   string // empty = no webhook is called
	Token channels.Secret
	Retry time.Duration // between ten tries; 0 = 10 s, as the real server's
}

// A Server is one workspace, safe for concurrent use. The ID of a turn in its
// record is the message's _id.
type Server struct {
	chats.Base

	opt Options

	mu       sync.Mutex
	visitors map[string]*visitor // by token
	rooms    map[string]*room    // by id
	calls    map[string]*window  // by endpoint
}

// New returns a server that cannot be reached before Start.
func New(opt Options) *Server {
	if opt.Hook.Retry == 0 {
		opt.Hook.Retry = 10 * time.Second
	}
	if opt.Window == 0 {
		opt.Window = time.Minute
	}
	return &Server{
		Base: chats.NewBase(chats.Settings{Scale: opt.Scale, Clock: opt.Clock, Seed: opt.Seed, Mischief: opt.Mischief}), opt: opt,
		visitors: map[string]*visitor{}, rooms: map[string]*room{}, calls: map[string]*window{},
	}
}

// Start listens on a free port of the loopback. A connection that comes before Run waits.
func (s *Server) Start() error { return s.Base.Start(s.routes()) }

// Meet makes the visitor of a token known, with an open room, and returns the
// room's id: as if the conversation had been opened before.
func (s *Server) Meet(department, token string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	desk, ok := s.desk(department)
	if !ok {
		return "", fmt.Errorf("no department %q", department)
	}
	s.enter(token, "Kari Nordmann", desk.ID)
	return s.open(token).id, nil
}

// Ask lets the visitor of a room say text, which no desk answers.
func (s *Server) Ask(roomID, id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rooms[roomID]; ok {
		r.add(message{ID: id, Text: text, Token: r.visitor.token, Alias: r.visitor.name, User: r.guest()}, s.now())
	}
}

// Say lets the desk of a room say text, and returns the message's id.
func (s *Server) Say(roomID string, who channels.Responder, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rooms[roomID]
	if !ok || !r.open {
		return ""
	}
	if who == channels.Human && r.servedBy == "" {
		r.servedBy = agent(r.desk)
		r.add(message{Type: "command", Text: "connected", User: r.staff()}, s.now())
	}
	speaker := user{ID: "bot" + r.desk.ID, Name: Robot}
	if who == channels.Human {
		speaker = r.staff()
	}
	m := r.add(message{Text: text, User: speaker}, s.now())
	s.tell(r, m)
	return m.ID
}

// End closes a room from the desk's side.
func (s *Server) End(roomID, comment string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rooms[roomID]; ok && r.open {
		r.add(message{Type: "livechat-close", Text: comment, User: r.staff()}, s.now())
		r.open = false
	}
}

// Forget loses a room, as an administrator who deletes it does.
func (s *Server) Forget(roomID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rooms, roomID)
}

// now is the server's time, in the milliseconds that it keeps.
func (s *Server) now() time.Time { return s.Clock().UTC().Truncate(time.Millisecond) }

// desk finds a department by its id or name.
func (s *Server) desk(department string) (Desk, bool) {
	for _, d := range s.opt.Desks {
		if department != "" && (d.ID == department || d.Name == department) {
			return d, true
		}
	}
	return Desk{}, false
}

// newID returns an id as long as the real server's.
func newID() string { return cryptorand.Text()[:17] }

// Email is the address that a visitor has given.
func (s *Server) Email(token string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.visitors[token]; ok {
		return v.email
	}
	return ""
}
