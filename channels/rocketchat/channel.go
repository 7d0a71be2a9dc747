package rocketchat

import (
	"context"
	"fmt"
	"io"
	"strings"
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
	// Departments are those of companies. Those on servers of their own are met there;
	// one that is not among them is on the server of the configuration.
	Departments []Reach
	// Count is told what became of each request to the hook. nil = not counted.
	Count func(hook.Code)
}

// A Channel chats with companies as a visitor of their Livechat. Its methods
// may be called at once from several goroutines.
type Channel struct {
	cfg    Config
	client *httpapi.Client
	// servers are channels to those of companies, by the name that departments have
	// behind the @; on one itself: none.
	servers map[string]*Channel
	clock   func() time.Time
	follow  func(context.Context) ([]channels.Conversation, error)
	hook    hook.Endpoint
	behind  time.Duration // how far checkpoints stay behind the clock
	// patience is how long a turn waits for companies' own servers once it has read one.
	patience time.Duration   // 0 = as httpapi.Pool has it
	nudges   chan chan error // asks Listen to read at once, and to say what came of it
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
	c, err := single(cfg, opt)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	c.servers = map[string]*Channel{}
	for _, r := range opt.Departments {
		_, name, own := strings.Cut(strings.TrimPrefix(r.String(), r.Department), "@")
		if !own || c.servers[name] != nil {
			continue
		}
		theirs := cfg
		theirs.URL = r.URL
		if c.servers[name], err = single(theirs, opt); err != nil {
			return nil, fmt.Errorf("url of department %s: %w", r, err)
		}
	}
	c.hook = c.newHook(opt)
	return c, nil
}

// single returns a channel to one server alone.
func single(cfg Config, opt Options) (*Channel, error) {
	client, err := httpapi.New(cfg.URL)
	if err != nil {
		return nil, err
	}
	c := &Channel{cfg: cfg, client: client, clock: opt.Clock, behind: behind, nudges: make(chan chan error)}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.cfg.Poll == 0 {
		c.cfg.Poll = defaultPoll
	}
	client.Clock, client.Trace, client.Timeout, client.UserAgent = c.clock, opt.Trace, opt.Timeout, cfg.UserAgent
	return c, nil
}

// Follow says whose conversations are read. It is called once, before Listen.
func (c *Channel) Follow(open func(context.Context) ([]channels.Conversation, error)) {
	c.follow = open
}

// Sources returns the one source: all conversations are read in turn.
func (c *Channel) Sources() []string { return []string{source} }
