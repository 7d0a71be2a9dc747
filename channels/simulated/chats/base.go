package chats

import (
	"context"
	"sync"
	"time"

	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// defaultScale is the deadline that companies are timed by in the demo.
const defaultScale = 8 * time.Second

// Settings are what every simulated chat is told.
type Settings struct {
	Scale    time.Duration    // the deadline that companies are timed by; 0 = 8 s
	Clock    func() time.Time // what the server and the record go by; nil = time.Now
	Seed     string           // draws the mischief
	Mischief Mischief         // done to openers
}

// A Base is what every simulated chat server embeds: its host, the record of
// what was truly said, and the mischief that is done to openers. Its methods
// are the server's, and safe for concurrent use.
type Base struct {
	Host
	Record
	*Imp
	Scale time.Duration
	Clock func() time.Time
}

// NewBase returns the base of a server that cannot be reached before Start.
func NewBase(s Settings) Base {
	if s.Scale == 0 {
		s.Scale = defaultScale
	}
	if s.Clock == nil {
		s.Clock = time.Now
	}
	return Base{Imp: NewImp(s.Mischief, s.Seed), Scale: s.Scale, Clock: s.Clock}
}

// A Line is one of a company's that is due.
type Line struct {
	simulated.Line
	Number int // among those that answer one opener, from 0
	// Said records when the server kept it, and the server's id for it. It is
	// not called for a line that could not be said.
	Said func(at time.Time, id string)
}

// Play records an opener that was taken, and has say called with each of the
// company's lines when it is due.
func (b *Base) Play(t Turn, lines []simulated.Line, say func(Line)) {
	turn := b.Add(t, lines)
	for i, line := range lines {
		due := Line{Line: line, Number: i, Said: func(at time.Time, id string) { b.Record.Said(turn, i, at, id) }}
		b.After(line.After, func() { say(due) })
	}
}

// A Pusher is a Base that delivers what is said to svartid's hook.
type Pusher struct {
	Base
	courier *courier.Courier

	mu   sync.Mutex
	hook string // empty: nothing is delivered
}

// NewPusher returns one whose deliveries c brings to hook; empty = nowhere,
// until SetHook.
func NewPusher(s Settings, c *courier.Courier, hook string) Pusher {
	return Pusher{Base: NewBase(s), courier: c, hook: hook}
}

// Run serves until ctx ends or Close is called. What was not yet due is never
// said, and what is under way is not brought any more.
func (p *Pusher) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, p.courier.Close)
	defer stop()
	return p.Base.Run(ctx)
}

// Close ends the server, running or not.
func (p *Pusher) Close() error {
	p.courier.Close()
	return p.Base.Close()
}

// SetHook says where deliveries go from now on.
func (p *Pusher) SetHook(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hook = url
}

// Deliveries returns what was brought to the hook.
func (p *Pusher) Deliveries() []courier.Brought { return p.courier.Log() }

// Deliver brings a parcel to the hook, again until it is taken, while the
// caller goes on.
func (p *Pusher) Deliver(parcel courier.Parcel) {
	p.mu.Lock()
	url := p.hook
	p.mu.Unlock()
	if url != "" {
		p.After(0, func() { p.courier.Bring(context.Background(), url, parcel) })
	}
}
