package matrix

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// source is the one that there is.
const source = "sync"

// defaultWait is how long the server may hold a poll in which nothing happens.
const defaultWait = 30 * time.Second

// behind is how far a checkpoint stays behind the clock: an event is dated a moment
// before it can be heard.
const behind = 2 * time.Second

// longestWithheld is how long our own homeserver may give us no more of a room of ours
// before what is said there counts as lost.
const longestWithheld = time.Hour

// api is where the client-server interface lies.
const api = "/_matrix/client/v3"

// Options are what a channel needs beside its configuration. The zero value
// serves.
type Options struct {
	Clock func() time.Time // nil = time.Now
	// Trace takes the transcript, an exchange at a write, the access token
	// masked. It must bear concurrent writes if the channel is used so.
	Trace   io.Writer
	Timeout time.Duration // bounds one exchange, a long poll's waiting excepted; 0 = 30 s
	Wait    time.Duration // how long a poll in which nothing happens is held; 0 = 30 s
	// Places are those of companies. Those on homeservers of their own are met there; one that
	// is not among them is met by the homeserver of the configuration.
	Places []Reach
}

// A Channel chats with companies from one account on a homeserver. Its methods
// may be called at once from several goroutines.
type Channel struct {
	cfg    Config
	client *httpapi.Client
	// servers are channels to companies' own homeservers, by the name that places have behind the @; on
	// one itself: none.
	servers map[string]*Channel
	foreign bool // it is a company's homeserver
	clock   func() time.Time
	wait    time.Duration
	behind  time.Duration // how far checkpoints stay behind the clock
	every   time.Duration // the least time between two looks into the open rooms
	// patience is how long a room of ours may be withheld before it counts as lost.
	patience time.Duration
	follow   func(context.Context) ([]channels.Conversation, error)
}

var (
	_ channels.Opener     = (*Channel)(nil)
	_ channels.Listener   = (*Channel)(nil)
	_ channels.Reconciler = (*Channel)(nil)
	_ channels.Closer     = (*Channel)(nil)
	_ channels.Locator    = (*Channel)(nil)
	_ channels.Inspector  = (*Channel)(nil)
)

// New returns a channel to the account of cfg. It connects nowhere yet.
func New(cfg Config, opt Options) (*Channel, error) {
	c, err := single(cfg, opt)
	if err != nil {
		return nil, err
	}
	return c, c.serve(cfg, opt)
}

// single returns a channel to one homeserver alone.
func single(cfg Config, opt Options) (*Channel, error) {
	client, err := httpapi.New(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	c := &Channel{cfg: cfg, client: client, clock: opt.Clock, wait: opt.Wait, behind: behind, patience: longestWithheld}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.wait == 0 {
		c.wait = defaultWait
	}
	c.every = c.wait / 6
	client.Bearer, client.Clock, client.Trace, client.Timeout = cfg.token(), c.clock, opt.Trace, opt.Timeout
	return c, nil
}

// Sources returns the one source: a sync hears all rooms.
func (c *Channel) Sources() []string { return []string{source} }

// ask exchanges one call below the interface's path.
func (c *Channel) ask(ctx context.Context, call httpapi.Call, answer any) (httpapi.Moment, error) {
	call.Path = api + call.Path
	return c.client.Exchange(ctx, call, answer)
}

// known makes sure that the access token is our user's. If it were another's,
// our own openers would come back as answers.
func (c *Channel) known(ctx context.Context) error {
	var who struct {
		User string `json:"user_id"`
	}
	call := httpapi.Call{Step: "who am I", Method: http.MethodGet, Path: "/account/whoami"}
	if _, err := c.ask(ctx, call, &who); err != nil {
		return refused(err, ours)
	}
	if who.User != c.cfg.User {
		return fmt.Errorf("who am I: %w", &channels.Refusal{Ours: true, Text: "the access token is not that of " + c.cfg.User})
	}
	return nil
}

// path joins the parts of a path, each escaped.
func path(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}
