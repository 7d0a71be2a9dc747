package browser

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/browser/page"
)

// source is the one that there is.
const source = "browser"

// Defaults of times.
const (
	defaultPoll     = time.Second
	defaultLanguage = "nb-NO"
	// confirm is how long we wait for our own message to be drawn and taken.
	confirm = 20 * time.Second
	// stands is how long a socket has to stay open after it has taken a message that nothing answers.
	stands = 1500 * time.Millisecond
	// behind is how far checkpoints stay behind the clock: what has been said by then and is still on
	// its way to the page is offered, and may not be vouched for.
	behind = 2 * time.Second
	// opening is how many windows are opened at once: it takes a second of a core.
	opening = 2
)

// A Keeper keeps sessions by the ids of their attempts. What it has kept survives the program.
type Keeper interface {
	Put(attempt string, session []byte) error
	// Read returns an error if nothing is kept.
	Read(attempt string) ([]byte, error)
	Drop(attempt string) error
}

// Options are what a channel needs beside its configuration. The zero value serves, without any place to open.
type Options struct {
	Clock func() time.Time // nil = time.Now
	// Places are the pages of companies. What is not among them has not consented.
	Places []Reach
	// Sessions keeps what an unsure opener is settled by; nil = as long as the program runs.
	Sessions Keeper
	// Watch is asked before each command to the browser, and may keep it back. nil = not asked.
	Watch func(method string) error
}

// A Channel chats with companies in a browser. Its methods may be called at once
// from several goroutines.
type Channel struct {
	cfg     Config
	opt     Options
	flows   map[string]flow.Flow
	places  map[string]Reach
	clock   func() time.Time
	keeper  Keeper
	behind  time.Duration // how far checkpoints stay behind the clock
	follow  func(context.Context) ([]channels.Conversation, error)
	nudges  chan struct{}
	opening chan struct{}

	mu      sync.Mutex
	browser *page.Browser
	rooms   map[string]*room // by the ids of their openers
}

var (
	_ channels.Opener      = (*Channel)(nil)
	_ channels.Listener    = (*Channel)(nil)
	_ channels.Reconciler  = (*Channel)(nil)
	_ channels.Follower    = (*Channel)(nil)
	_ channels.Closer      = (*Channel)(nil)
	_ channels.FlowLocator = (*Channel)(nil)
)

// New returns a channel with the flows of cfg's folder. It starts no browser yet.
func New(cfg Config, opt Options) (*Channel, error) {
	flows, err := flow.Load(cfg.Flows)
	if err != nil {
		return nil, err
	}
	c := &Channel{
		cfg: cfg, opt: opt, flows: flows, places: map[string]Reach{}, clock: opt.Clock, keeper: opt.Sessions, behind: behind,
		nudges: make(chan struct{}, 1), opening: make(chan struct{}, opening), rooms: map[string]*room{},
	}
	for _, place := range opt.Places {
		if _, known := flows[place.Flow]; !known {
			return nil, fmt.Errorf("no flow %s in %s, which %s is reached by", place.Flow, cfg.Flows, place.URL)
		}
		c.places[place.String()] = place
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.keeper == nil {
		c.keeper = &memory{}
	}
	if c.cfg.Poll == 0 {
		c.cfg.Poll = defaultPoll
	}
	if c.cfg.Conversations == 0 {
		c.cfg.Conversations = defaultConversations
	}
	if c.cfg.Language == "" {
		c.cfg.Language = defaultLanguage
	}
	return c, nil
}

// Follow says whose conversations are read. It is called once, before Listen.
func (c *Channel) Follow(open func(context.Context) ([]channels.Conversation, error)) {
	c.follow = open
}

// Sources returns the one source: all windows are looked at in turn.
func (c *Channel) Sources() []string { return []string{source} }

// Prepare gives o the name of its conversation, which nothing outside has.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Attempt == "" || o.Token == "" {
		return o, fmt.Errorf("prepare %q: it has no token", o.Attempt)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "browser %q %q", o.Attempt, o.Token))
	o.ID = "browser-" + hex.EncodeToString(sum[:12])
	return o, nil
}

// Stop ends the browser with all its windows. The next call that needs one starts it again.
func (c *Channel) Stop() error {
	c.mu.Lock()
	b := c.browser
	c.browser, c.rooms = nil, map[string]*room{}
	c.mu.Unlock()
	if b == nil {
		return nil
	}
	return b.Close()
}

// running returns the browser, and starts it if there is none, or none any more.
func (c *Channel) running(ctx context.Context) (*page.Browser, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.browser != nil {
		select {
		case <-c.browser.Gone():
			_ = c.browser.Close()
			c.browser = nil
		default:
			return c.browser, nil
		}
	}
	b, err := page.Start(ctx, page.Options{
		Path: c.cfg.Chromium, Language: c.cfg.Language, Unguarded: c.cfg.WithoutSandbox == "accepted", Watch: c.opt.Watch,
	})
	c.browser = b
	return b, err
}

// window opens a window at a company's page, with what was kept of an earlier visit.
func (c *Channel) window(ctx context.Context, place Reach, kept page.Kept) (*page.Page, error) {
	b, err := c.running(ctx)
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(place.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	p, err := b.Open(ctx, c.flows[place.Flow], kept, c.nudge)
	if err != nil {
		return nil, err
	}
	door, err := p.Navigate(ctx, place.URL, at.Hostname())
	if err == nil {
		if err = shut(door); err != nil {
			err = &channels.SeenError{Err: err, Picture: screen(ctx, p)}
		}
	}
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("navigate: %w", err)
	}
	return p, nil
}

// queue waits until a window may be opened. Whoever opens it calls done once it has been walked through.
func (c *Channel) queue(ctx context.Context) (done func(), err error) {
	select {
	case c.opening <- struct{}{}:
		return func() { <-c.opening }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// nudge has Listen look at once.
func (c *Channel) nudge() {
	select {
	case c.nudges <- struct{}{}:
	default:
	}
}

// errFull says that no further conversation may be open.
var errFull = errors.New("as many conversations are open as may be")

// there returns the place of a reach. The error is a refusal of our own if it has not consented.
func (c *Channel) there(reach string) (Reach, flow.Flow, error) {
	place, known := c.places[reach]
	if !known || strings.TrimSpace(place.Consent) == "" {
		return place, flow.Flow{}, &channels.Refusal{Text: "the company has agreed to no such visit", Ours: true}
	}
	return place, c.flows[place.Flow], nil
}

// memory keeps sessions as long as the program runs.
type memory struct{ kept sync.Map }

// errForgotten says that nothing is kept.
var errForgotten = errors.New("no session is kept")

func (m *memory) Put(attempt string, session []byte) error {
	m.kept.Store(attempt, session)
	return nil
}

func (m *memory) Read(attempt string) ([]byte, error) {
	if kept, ok := m.kept.Load(attempt); ok {
		session, _ := kept.([]byte)
		return session, nil
	}
	return nil, errForgotten
}

func (m *memory) Drop(attempt string) error {
	m.kept.Delete(attempt)
	return nil
}
