package webhook

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/httpapi"
)

const (
	// source names the one thing that is listened to.
	source = "hook"
	// beat is how often an idle endpoint says that it is still there.
	beat = 5 * time.Second
	// skew is how far the other end's clock may be from ours: what Standard
	// Webhooks allow a signature.
	skew = 300 * time.Second
)

// Options are what a channel needs beside its configuration. The zero value
// serves.
type Options struct {
	Clock func() time.Time // nil = time.Now
	// Trace takes the transcript of openers, one exchange a write. It must
	// bear concurrent writes.
	Trace   io.Writer
	Timeout time.Duration // for one exchange; 0 = 30 s
	// Count is told what became of each request to the endpoint, and why.
	Count func(hook.Code)
	Beat  time.Duration // how often it says how far it has listened; 0 = 5 s
	// Complete is that of the hook.Receiver. nil = no other process takes what is brought.
	Complete func(context.Context) time.Time
}

// A Channel sends signed openers and is told of replies over HTTP. Its methods
// may be called at once from several goroutines.
type Channel struct {
	cfg      Config
	clock    func() time.Time
	client   *httpapi.Client
	hook     hook.Endpoint
	receiver *hook.Receiver

	tick, quiet time.Duration // between our own looks at the other end's beats, and how long it may send none

	mu       sync.Mutex
	since    time.Time // when listening for beats began; zero: it has not
	lastBeat time.Time // up to when the other end has brought everything, or when listening began
	follow   func(context.Context) ([]channels.Conversation, error)
	left     map[string]time.Time // when the openers of attempts left
	looked   time.Time            // when follow was last asked
}

var (
	_ channels.Opener   = (*Channel)(nil)
	_ channels.Listener = (*Channel)(nil)
	_ channels.Hooked   = (*Channel)(nil)
	_ channels.Follower = (*Channel)(nil)
)

// New returns a channel to the other end of cfg. It connects nowhere yet.
func New(cfg Config, opt Options) (*Channel, error) {
	client, err := httpapi.New(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	c := &Channel{cfg: cfg, clock: opt.Clock, client: client, left: map[string]time.Time{}}
	if c.clock == nil {
		c.clock = time.Now
	}
	if opt.Beat == 0 {
		opt.Beat = beat
	}
	client.Clock, client.Timeout, client.Trace = c.clock, opt.Timeout, opt.Trace
	c.tick, c.quiet = opt.Beat, quiet
	if cfg.signed() {
		opt.Beat = 0 // the other end's beats move the mark
	}
	// A receiver with none would take it that what was refused is brought again for ever.
	c.receiver = &hook.Receiver{Beat: opt.Beat, Patience: max(cfg.Patience, 1), Clock: c.clock, Complete: opt.Complete}
	c.hook = hook.Endpoint{Signature: c.inward(), Take: c.take, Count: opt.Count}
	return c, nil
}

// outward is what proves openers.
func (c *Channel) outward() hook.Signature {
	return hook.Signature{Scheme: hook.SchemeStandard, Secrets: c.cfg.secrets(), Clock: c.clock}
}

// inward is what proves replies.
func (c *Channel) inward() hook.Signature {
	scheme := hook.Scheme(c.cfg.Scheme)
	if scheme == "" {
		scheme = hook.SchemeStandard
	}
	if scheme == hook.SchemeStatic && !c.cfg.AllowUnsigned {
		return hook.Signature{}
	}
	return hook.Signature{Scheme: scheme, Secrets: c.cfg.secrets(), Header: c.cfg.Header, Clock: c.clock}
}
