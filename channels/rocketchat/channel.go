package rocketchat

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/httpapi"
)

// source is the one that there is.
const source = "livechat"

const defaultPoll = 10 * time.Second

// Options are what a channel needs beside its configuration. The zero value
// serves.
type Options struct {
	Clock func() time.Time // nil = time.Now
	// Trace takes the transcript, an exchange at a write. It must bear
	// concurrent writes if the channel is used so.
	Trace   io.Writer
	Timeout time.Duration // bounds one exchange; 0 = 30 s
	// Count is told what became of each request to the hook. nil = not counted.
	Count func(hook.Code)
}

// A Channel chats with companies as a visitor of their Livechat. Its methods
// may be called at once from several goroutines.
type Channel struct {
	cfg    Config
	client *httpapi.Client
	clock  func() time.Time
	follow func(context.Context) ([]channels.Conversation, error)
	hook   hook.Endpoint
	behind time.Duration   // how far checkpoints stay behind the clock
	nudges chan chan error // asks Listen to read at once, and to say what came of it
}

var (
	_ channels.Opener     = (*Channel)(nil)
	_ channels.Listener   = (*Channel)(nil)
	_ channels.Reconciler = (*Channel)(nil)
	_ channels.Follower   = (*Channel)(nil)
	_ channels.Closer     = (*Channel)(nil)
	_ channels.Hooked     = (*Channel)(nil)
	_ channels.Locator    = (*Channel)(nil)
)

// New returns a channel to the server of cfg. It connects nowhere yet.
func New(cfg Config, opt Options) (*Channel, error) {
	client, err := httpapi.New(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	c := &Channel{cfg: cfg, client: client, clock: opt.Clock, behind: behind, nudges: make(chan chan error)}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.cfg.Poll == 0 {
		c.cfg.Poll = defaultPoll
	}
	client.Clock, client.Trace, client.Timeout, client.UserAgent = c.clock, opt.Trace, opt.Timeout, cfg.UserAgent
	c.hook = c.newHook(opt)
	return c, nil
}

// Follow says whose conversations are read. It is called once, before Listen.
func (c *Channel) Follow(open func(context.Context) ([]channels.Conversation, error)) {
	c.follow = open
}

// Sources returns the one source: all conversations are read in turn.
func (c *Channel) Sources() []string { return []string{source} }
