package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/httpapi"
)

const (
	defaultTimeout = 15 * time.Second
	defaultPoll    = 10 * time.Second
	// precision is what a time in whole seconds may be from the truth.
	precision = time.Second
)

// Options are what a channel needs beside its configuration. The zero value
// serves.
type Options struct {
	Clock func() time.Time // nil = time.Now
	// Trace takes the transcript of what was asked and answered, one exchange
	// a write, tokens and hashes masked. It must bear concurrent writes.
	Trace   io.Writer
	Timeout time.Duration // for one exchange; 0 = 15 s
	Poll    time.Duration // how often every conversation is read; 0 = 10 s
	// HMAC returns what proves our visitors to an inbox, by its identifier; a
	// zero secret where it asks for none. nil: no inbox asks.
	HMAC func(inbox string) channels.Secret
	// Inboxes are those of companies. Those on servers of their own are met there;
	// one that is not among them is on the server of the configuration.
	Inboxes []Reach
	// Count is told what became of each request to the hook, and of events in
	// it that are passed over. nil = not counted.
	Count func(hook.Code)
}

// A Channel chats with companies whose inboxes are on one Chatwoot server, or on
// servers of their own. Its methods may be called at once from several goroutines.
type Channel struct {
	cfg      Config
	opt      Options
	client   *httpapi.Client
	servers  map[string]*httpapi.Client // of companies, by the name that inboxes have behind the @
	cable    string                     // URL of the websocket
	open     func(context.Context) ([]channels.Conversation, error)
	receiver hook.Receiver
	patience time.Duration // how long a round waits for companies' own servers once it has read one; 0 = as httpapi.Pool has it

	mu     sync.Mutex
	tokens map[string]string // what opens a visitor's stream, by source_id
	rooms  map[string]room   // those followed at the last poll, by source_id
}

var (
	_ channels.Opener     = (*Channel)(nil)
	_ channels.Reconciler = (*Channel)(nil)
	_ channels.Listener   = (*Channel)(nil)
	_ channels.Follower   = (*Channel)(nil)
	_ channels.Closer     = (*Channel)(nil)
	_ channels.Hooked     = (*Channel)(nil)
	_ channels.Locator    = (*Channel)(nil)
)

// New returns a channel on the server of cfg. It connects nowhere yet.
func New(cfg Config, opt Options) (*Channel, error) {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Timeout == 0 {
		opt.Timeout = defaultTimeout
	}
	if opt.Poll == 0 {
		opt.Poll = defaultPoll
	}
	if opt.HMAC == nil {
		opt.HMAC = func(string) channels.Secret { return channels.Secret{} }
	}
	client, err := opt.client(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	servers := map[string]*httpapi.Client{}
	for _, r := range opt.Inboxes {
		_, name := at(r.String())
		if name == "" || servers[name] != nil {
			continue
		}
		if servers[name], err = opt.client(r.URL); err != nil {
			return nil, fmt.Errorf("url of inbox %s: %w", r, err)
		}
	}
	return &Channel{
		cfg: cfg, opt: opt, client: client, servers: servers,
		cable:  "ws" + strings.TrimPrefix(strings.TrimRight(cfg.URL, "/"), "http") + "/cable",
		tokens: map[string]string{},
	}, nil
}

// client returns one for a server.
func (opt Options) client(server string) (*httpapi.Client, error) {
	client, err := httpapi.New(server)
	if err != nil {
		return nil, err
	}
	client.Clock, client.Timeout = opt.Clock, opt.Timeout
	client.Trace, client.Hide = opt.Trace, newMask(echoedFields).hide
	return client, nil
}

// Check asks the server for its version, which every Chatwoot tells, and returns an error
// if a webhook is configured that this version would not sign. It creates nothing.
func (c *Channel) Check(ctx context.Context) error {
	version, err := c.version(ctx, c.client)
	if err != nil || c.cfg.Webhook.IsZero() && c.cfg.WebhookFile == "" {
		return err
	}
	// Accounts' webhooks are signed since pull request 13573 of chatwoot/chatwoot.
	if is, ok := numbers(version); ok && slices.Compare(is[:], []int{4, 11, 2}) < 0 {
		return fmt.Errorf("ask for version: it is %s, which signs no webhook, and what is not signed is refused: want 4.11.2, "+
			"and 4.13.0 for the webhook of an API inbox, or leave webhook_secret out", version)
	}
	return nil
}

// version asks a server for its version.
func (c *Channel) version(ctx context.Context, of *httpapi.Client) (string, error) {
	var about struct {
		Version string `json:"version"`
	}
	if err := ask(ctx, of, get("ask for version", "/api"), &about); err != nil {
		return "", err
	}
	if about.Version == "" {
		return "", fmt.Errorf("ask for version: %w: it has none", httpapi.ErrShape)
	}
	return about.Version, nil
}

// numbers reads a version such as 4.11.2 or v4.13.0-ce; false if it is of another kind.
func numbers(version string) (is [3]int, ok bool) {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "-")
	parts := strings.Split(version, ".")
	if len(parts) != len(is) {
		return is, false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil {
			return is, false
		}
		is[i] = n
	}
	return is, true
}

// Locate asks for what the server tells the public of an inbox. That there is no
// such inbox holds only of a server that is a Chatwoot.
func (c *Channel) Locate(ctx context.Context, inbox string) error {
	err := absent(c.refused(visitor{inbox: inbox}, ask(ctx, c.server(inbox), get("see inbox", inboxPath(inbox)), nil)))
	var no *channels.Refusal
	if !errors.As(err, &no) || no.Sign != channels.SignMissing {
		return err
	}
	if _, other := c.version(ctx, c.server(inbox)); other != nil {
		return fmt.Errorf("see inbox: it is not there, and is the server a Chatwoot? %w", other)
	}
	return err
}

// absent marks a refusal that says of an inbox that it is not there.
func absent(err error) error {
	var no *channels.Refusal
	if errors.As(err, &no) && no.Code == http.StatusNotFound {
		no.Sign = channels.SignMissing
	}
	return err
}

// get is a call for what lies at path.
func get(step, path string) httpapi.Call {
	return httpapi.Call{Step: step, Method: http.MethodGet, Path: path}
}

// ask makes a call of a server.
func ask(ctx context.Context, of *httpapi.Client, call httpapi.Call, answer any) error {
	_, err := of.Exchange(ctx, call, answer)
	return err
}

// A visitor is whom we are in an inbox for one attempt.
type visitor struct {
	inbox  string // as Reach names it
	source string // ours, in that inbox
}

// visitorOf returns whom we are for an opening that is prepared.
func visitorOf(o channels.Opening) visitor { return visitor{inbox: o.Reach, source: o.ID} }

func inboxPath(inbox string) string {
	identifier, _ := at(inbox)
	return "/public/api/v1/inboxes/" + url.PathEscape(identifier)
}

// conversations is where the visitor's conversations are.
func (v visitor) conversations() string {
	return inboxPath(v.inbox) + "/contacts/" + url.PathEscape(v.source) + "/conversations"
}

// A room is one conversation of a visitor's.
type room struct {
	visitor
	id int64 // the conversation's, as the inbox shows it
}

// String names the room on its server.
func (r room) String() string { return fmt.Sprintf("%s/%d", r.inbox, r.id) }

// path is where the room's messages and its status are.
func (r room) path(what string) string {
	return fmt.Sprintf("%s/%d/%s", r.conversations(), r.id, what)
}

// remember keeps what opens a visitor's stream.
func (c *Channel) remember(v visitor, token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens[v.source] = token
}

// token returns what opens a visitor's stream, or "" if it is not known.
func (c *Channel) token(v visitor) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens[v.source]
}
