// Package relay is a simulated other end of the webhook channel: it takes
// signed openers for many companies, and sends each company's replies to
// svartid's hook, signed as Standard Webhooks say. The shapes are in testdata.
package relay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// Options say what a relay is like.
type Options struct {
	Companies []Company
	Secret    channels.Secret  // whsec_ and base64; signs both ways
	Hook      string           // where replies go; empty = nowhere, until SetHook
	Scale     time.Duration    // the deadline that companies are timed by; 0 = 8 s
	Clock     func() time.Time // nil = time.Now
	Seed      string
	Mischief  chats.Mischief   // done to openers
	Courier   courier.Mischief // done to replies
	// Bare leaves accepted_at and occurred_at out: all is timed by svartid.
	Bare bool
	// Beat is how often the hook is told which openers are still listened for. 0 = never.
	Beat time.Duration
	// Forgets names companies whose openers are forgotten once they are taken.
	Forgets []string
}

// A Company is one that the relay reaches.
type Company struct {
	Reach     string // its name here
	Language  string
	Behaviour simulated.Behaviour
}

// A Relay takes openers and sends replies. It runs once; its methods are safe
// for concurrent use.
type Relay struct {
	chats.Pusher

	opt       Options
	signature hook.Signature

	mu   sync.Mutex
	seen map[string]accepted // openers by webhook-id
	open []string            // the attempts that are listened for
	said int                 // how many lines were said
}

// accepted is what an opener is answered with.
type accepted struct {
	AcceptedAt string `json:"accepted_at,omitempty"`
	ID         string `json:"id"`
}

// New returns a relay that serves nothing before Start.
func New(opt Options) *Relay {
	signature := hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{opt.Secret}, Clock: opt.Clock}
	settings := chats.Settings{Scale: opt.Scale, Clock: opt.Clock, Seed: opt.Seed, Mischief: opt.Mischief}
	brings := &courier.Courier{Signature: signature, Mischief: opt.Courier, Seed: opt.Seed}
	return &Relay{
		Pusher: chats.NewPusher(settings, brings, opt.Hook), opt: opt, signature: signature, seen: map[string]accepted{},
	}
}

// Start listens on a free port of the loopback.
func (r *Relay) Start() error {
	err := r.Pusher.Start(http.HandlerFunc(r.take))
	if err == nil && r.opt.Beat > 0 {
		r.After(r.opt.Beat, r.beat)
	}
	return err
}

// beat tells the hook which attempts are listened for, once all that was said
// before has been taken, and does so again.
func (r *Relay) beat() {
	r.mu.Lock()
	at, open, said := r.Clock().UTC().Format(time.RFC3339Nano), slices.Clone(r.open), r.said
	r.mu.Unlock()
	brought := 0
	for _, b := range r.Deliveries() {
		if strings.HasPrefix(b.ID, "msg_") {
			brought++
		}
	}
	if brought >= said {
		body, err := json.Marshal(map[string]any{
			"type": "svartid.beat", "timestamp": at, "data": map[string]any{"occurred_at": at, "attempts": open},
		})
		if err == nil { // strings alone can always be written
			r.Deliver(courier.Parcel{ID: name("beat", at), Body: body})
		}
	}
	r.After(r.opt.Beat, r.beat)
}

// An opener is what svartid sends.
type opener struct {
	Type string `json:"type"`
	Data struct {
		Attempt string `json:"attempt"`
		Token   string `json:"token"`
		Reach   string `json:"reach"`
		Text    string `json:"text"`
	} `json:"data"`
}

// take takes one opener. One that it has taken before is answered as before.
func (r *Relay) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	if err != nil {
		return
	}
	proof, err := r.signature.Verify(req.Header, body)
	if err != nil {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	var o opener
	if json.Unmarshal(body, &o) != nil || o.Type != "svartid.opener" {
		http.Error(w, "no opener", http.StatusBadRequest)
		return
	}
	company, known := r.company(o.Data.Reach)
	if !known {
		http.Error(w, "no company of that name", http.StatusNotFound)
		return
	}
	fate := r.Fate()
	given := r.given(fate, company, proof, o)
	r.Answer(w, req, fate, func() { answer(w, fate, company, given) })
}

// answer writes what becomes of an opener.
func answer(w http.ResponseWriter, fate chats.Fate, company Company, given accepted) {
	switch {
	case fate == chats.Failed:
		http.Error(w, "try again later", http.StatusServiceUnavailable)
	case fate == chats.Limited:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case fate == chats.Refused || company.Behaviour == simulated.Offline:
		http.Error(w, "the chat is closed; there is a form", http.StatusConflict)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(given)
	}
}

// given takes an opener, unless its fate is not to be, and returns the answer.
func (r *Relay) given(fate chats.Fate, c Company, proof hook.Proof, o opener) accepted {
	if !fate.Leaves() || c.Behaviour == simulated.Offline {
		return accepted{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, again := r.seen[proof.ID]; again {
		return before
	}
	at := r.Clock()
	given := accepted{ID: name("conversation", o.Data.Attempt)}
	if !r.opt.Bare {
		given.AcceptedAt = at.UTC().Format(time.RFC3339Nano)
	}
	r.seen[proof.ID] = given
	if !slices.Contains(r.opt.Forgets, c.Reach) {
		r.open = append(r.open, o.Data.Attempt)
	}
	lines := c.Behaviour.Lines(o.Data.Token, c.Language, r.Scale)
	r.Play(chats.Turn{Desk: c.Reach, Room: o.Data.Attempt, ID: proof.ID, Text: o.Data.Text, Received: at}, lines,
		func(line chats.Line) { r.say(line, o.Data.Attempt) })
	return given
}

// A reply is what svartid is sent.
type reply struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      said   `json:"data"`
}

type said struct {
	Attempt    string `json:"attempt"`
	OccurredAt string `json:"occurred_at,omitempty"`
	Responder  string `json:"responder"`
	ExternalID string `json:"external_id"`
	Text       string `json:"text"`
}

// say sends a line to the hook, until it is taken.
func (r *Relay) say(line chats.Line, attempt string) {
	r.mu.Lock()
	r.said++
	r.mu.Unlock()
	at := r.Clock()
	id := name("msg", attempt, fmt.Sprint(line.Number))
	stamp := at.UTC().Format(time.RFC3339Nano)
	out := reply{"svartid.reply", stamp, said{attempt, stamp, string(line.Who), id, line.Text}}
	if r.opt.Bare {
		out.Data.OccurredAt = ""
	}
	body, err := json.Marshal(out)
	if err != nil {
		return // strings alone can always be written
	}
	line.Said(at, id)
	r.Deliver(courier.Parcel{ID: id, Body: body})
}

// company finds one by its name here.
func (r *Relay) company(reach string) (Company, bool) {
	for _, c := range r.opt.Companies {
		if c.Reach == reach {
			return c, true
		}
	}
	return Company{}, false
}

// name returns an id of a kind that is the same for the same parts.
func name(kind string, parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q", kind, parts))
	return kind + "_" + hex.EncodeToString(sum[:10])
}
