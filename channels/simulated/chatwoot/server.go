package chatwoot

import (
	"fmt"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
)

// Options say what a server is like. The zero value has no inbox.
type Options struct {
	Inboxes  []Inbox
	Scale    time.Duration    // the deadline that behaviours are timed by; 0 = 8 s
	Clock    func() time.Time // what the server and the log go by; nil = time.Now
	Seed     string           // draws the mischief
	Mischief chats.Mischief   // done to visitors' messages
	Hook     Hook
	NoCable  bool   // the websocket is refused, as by a proxy that knows none
	Version  string // as the server tells it; empty = 4.13.0
}

// An Inbox is a company's, and how visitors are treated there.
type Inbox struct {
	ID        string // its identifier
	Name      string
	Behaviour simulated.Behaviour
	Language  string          // nb, sv, da or en
	Greeting  string          // the template that answers at once; empty = none
	HMAC      channels.Secret // visitors have to prove their identifier with it; zero = they need not
}

// A Hook is where messages are told as well.
type Hook struct {
	URL    string // empty = no webhook is called
	Secret channels.Secret
}

// A Server is one installation, safe for concurrent use. The ID of a turn in its
// record is the visitor's source_id.
type Server struct {
	chats.Base

	opt Options

	mu       sync.Mutex
	inboxes  map[string]*inbox   // by identifier
	contacts map[string]*contact // by what opens their streams
	lastID   int64               // of messages, which are numbered together
	rooms    int64               // conversations so far
	cables   map[*cable]struct{}
}

// New returns a server that cannot be reached before Start.
func New(opt Options) *Server {
	s := &Server{
		Base: chats.NewBase(chats.Settings{Scale: opt.Scale, Clock: opt.Clock, Seed: opt.Seed, Mischief: opt.Mischief}), opt: opt,
		inboxes: map[string]*inbox{}, contacts: map[string]*contact{}, cables: map[*cable]struct{}{},
	}
	for i, box := range opt.Inboxes {
		s.inboxes[box.ID] = &inbox{Inbox: box, number: i + 1, contacts: map[string]*contact{}}
	}
	return s
}

// Start listens on a free port of the loopback. A connection that comes before Run waits.
func (s *Server) Start() error { return s.Base.Start(s.routes()) }

// CutCables breaks the websockets alone.
func (s *Server) CutCables() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.cables {
		c.cut()
	}
}

// Say lets the company say text to a visitor, in the newest conversation, and
// returns the message's id. An acknowledgement is a template; unknown is a
// message that names no sender.
func (s *Server) Say(inbox, source string, who channels.Responder, text string) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.newest(inbox, source)
	if err != nil {
		return 0, err
	}
	return s.told(r, who, text).id, nil
}

// Resolve lets the company end a visitor's newest conversation.
func (s *Server) Resolve(inbox, source string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.newest(inbox, source)
	if err != nil {
		return err
	}
	r.status = resolved
	return nil
}

// Forget loses a visitor and all that was said, as an administrator who deletes
// the contact does.
func (s *Server) Forget(inbox, source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if box := s.inboxes[inbox]; box != nil {
		delete(box.contacts, source)
	}
}

// Status returns the status of a visitor's newest conversation: open, pending or
// resolved.
func (s *Server) Status(inbox, source string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.newest(inbox, source)
	if err != nil {
		return "", err
	}
	return r.status, nil
}

// newest returns a visitor's newest conversation. The caller holds the lock.
func (s *Server) newest(inbox, source string) (*conversation, error) {
	box := s.inboxes[inbox]
	if box == nil || box.contacts[source] == nil || len(box.contacts[source].conversations) == 0 {
		return nil, fmt.Errorf("inbox %q has no conversation with %q", inbox, source)
	}
	theirs := box.contacts[source].conversations
	return theirs[len(theirs)-1], nil
}
