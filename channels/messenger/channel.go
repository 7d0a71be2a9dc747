package messenger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/httpapi"
)

const (
	// source names the one thing that is listened to: all the pages, because
	// one hook brings what happens on any of them.
	source = "pages"
	// patience is how long Meta tries again before it takes the app off a page.
	patience = time.Hour
	// skew is how far Meta's clock may be ahead of ours before it is told.
	skew = 300 * time.Second

	defaultLook  = 5 * time.Minute
	defaultGraph = "https://graph.facebook.com"
)

// Options are what a channel needs beside its configuration.
type Options struct {
	Pages    []Reach          // of all companies
	Personas []string         // names of those who may be enrolled
	Clock    func() time.Time // nil = time.Now
	// Trace takes the transcript of what pages were asked, one exchange a
	// write. It must bear concurrent writes.
	Trace   io.Writer
	Timeout time.Duration // for one question; 0 = 30 s
	// Count is told what became of each request, and of each event that was
	// dropped.
	Count func(hook.Code)
	// Complete is that of the hook.Receiver. nil = no other process takes what is brought.
	Complete func(context.Context) time.Time
}

// A Channel listens to pages. Its methods may be called at once from several
// goroutines.
type Channel struct {
	cfg      Config
	clock    func() time.Time
	pages    map[string]Reach
	personas []string
	client   *httpapi.Client
	hook     hook.Endpoint
	receiver *hook.Receiver
	count    func(hook.Code)
	look     time.Duration

	mu     sync.Mutex
	follow func(context.Context) ([]channels.Conversation, error)
	roll   roll
	seen   map[string]time.Time // openers, by token, on Meta's clock
	mids   map[string]string    // the tokens of openers, by the page and Meta's id of the message
	talks  map[talk]time.Time   // when a persona last said something that opened nothing, and nothing was open
	states map[string]PageState
}

// A talk is what is said between a page and one who writes to it.
type talk struct{ page, customer string }

var (
	_ channels.Opener   = (*Channel)(nil)
	_ channels.Prompter = (*Channel)(nil)
	_ channels.Listener = (*Channel)(nil)
	_ channels.Hooked   = (*Channel)(nil)
	_ channels.Follower = (*Channel)(nil)
)

// New returns a channel on the app of cfg. It connects nowhere yet.
func New(cfg Config, opt Options) (*Channel, error) {
	if cfg.GraphURL == "" {
		cfg.GraphURL = defaultGraph
	}
	client, err := httpapi.New(cfg.GraphURL)
	if err != nil {
		return nil, fmt.Errorf("graph_url: %w", err)
	}
	c := &Channel{
		cfg: cfg, clock: opt.Clock, personas: opt.Personas, client: client, count: opt.Count,
		look: cfg.Look, pages: map[string]Reach{}, states: map[string]PageState{},
		seen: map[string]time.Time{}, mids: map[string]string{}, talks: map[talk]time.Time{},
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.count == nil {
		c.count = func(hook.Code) {}
	}
	if c.look <= 0 {
		c.look = defaultLook
	}
	for _, page := range opt.Pages {
		c.pages[page.Page] = page
	}
	client.Clock, client.Timeout, client.Trace = c.clock, opt.Timeout, opt.Trace
	c.receiver = &hook.Receiver{Patience: patience, Clock: c.clock, Complete: opt.Complete}
	c.hook = hook.Endpoint{
		Signature: hook.Signature{Scheme: hook.SchemeHub256, Secrets: []channels.Secret{cfg.AppSecret}, Clock: c.clock},
		Take:      c.take, Challenge: c.challenge, Count: c.count,
	}
	return c, nil
}

// Prepare leaves o as it is: a message that a person types bears no marks, and
// is known by page, persona, time and words.
func (c *Channel) Prepare(o channels.Opening) (channels.Opening, error) {
	if o.Token == "" || o.Body == "" {
		return o, fmt.Errorf("prepare %q: it has no token, or says nothing", o.Attempt)
	}
	return o, nil
}

// Open refuses: only a person opens a conversation here.
func (c *Channel) Open(context.Context, channels.Opening, channels.Leave) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.Refusal{Text: "Messenger is opened by a person", Ours: true}
}

// Prompt returns what the shopper needs. Where the page is heard, Meta's own
// times replace the taps.
func (c *Channel) Prompt(o channels.Opening) (channels.Prompt, bool) {
	page, known := c.pages[o.Reach]
	if !known {
		page = Reach{Page: o.Reach}
	}
	p := channels.Prompt{
		How: "messenger", Link: page.link(), Text: o.Body, Heard: page.heard(), Seen: page.heard(), Notify: c.cfg.Notify,
		Taps: []channels.ReportKind{channels.TapSent, channels.CouldNot},
	}
	if !p.Heard {
		p.Taps = []channels.ReportKind{
			channels.TapSent, channels.FirstReply, channels.Person, channels.Elsewhere, channels.GaveUp, channels.CouldNot,
		}
	}
	return p, true
}

// Follow tells the channel which conversations are open. A prompted conversation
// whose opener is not known to have been sent has no time.
func (c *Channel) Follow(open func(context.Context) ([]channels.Conversation, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow = open
}

// Sources returns the one source.
func (c *Channel) Sources() []string { return []string{source} }

// ServeHTTP takes one delivery of Meta's, or answers its question whether we
// are who it was told of.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.hook.ServeHTTP(w, r) }

// EnrolLink returns the link that the shopper who plays a persona follows once
// to be known on a page. The company sees that a user came by a link, so it
// must never be followed in a live contact.
func (c *Channel) EnrolLink(persona, page string) (string, error) {
	reach, known := c.pages[page]
	if !known {
		return "", fmt.Errorf("enrol %s: page %s is none of the companies'", persona, page)
	}
	token, err := c.token(persona)
	if err != nil {
		return "", fmt.Errorf("enrol %s: %w", persona, err)
	}
	link, err := url.Parse(reach.link())
	if err != nil {
		return "", errors.New("enrol: the page's link is none")
	}
	link.RawQuery = url.Values{"ref": {token}}.Encode()
	return link.String(), nil
}
