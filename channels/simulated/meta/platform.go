package meta

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated"
	"github.com/svartid/svartid/channels/simulated/chats"
	"github.com/svartid/svartid/channels/simulated/courier"
)

// InboxApp is the app that people and automation in a page's own inbox answer by.
const InboxApp = "263902037430900"

// Options say what the platform is like.
type Options struct {
	Pages     []Page
	AppID     string          // of the app that is subscribed
	AppSecret channels.Secret // signs deliveries
	Hook      string          // where they go; empty = nowhere, until SetHook
	Scale     time.Duration   // the deadline that companies are timed by; 0 = 8 s
	Typing    time.Duration   // that people take before their line has left; added to their behaviour's time
	Clock     func() time.Time
	Seed      string
	Courier   courier.Mischief // done to deliveries
	// Gather is for how long events wait to be delivered together, shuffled
	// and the ones of the last delivery with them. 0 = each goes by itself.
	Gather time.Duration
}

// A Page is a company's.
type Page struct {
	ID        string
	Token     string // that the Graph API is asked with
	Language  string
	Behaviour simulated.Behaviour
	DeskApp   string // what its people answer with; empty = the inbox
	BotApp    string // what answers by itself; empty = the inbox
	// Standby is true where another app owns the threads: all comes as an
	// onlooker's.
	Standby bool
}

// A Platform runs once. Its methods are safe for concurrent use.
type Platform struct {
	chats.Pusher

	opt Options

	mu      sync.Mutex
	waiting []event // to be delivered together
	last    []event // of the last delivery
	sent    int     // deliveries so far
	said    int     // messages so far
	graph   map[string]Standing
}

// A Standing is how a page's subscription is. The zero value is whole.
type Standing struct {
	Unsubscribed bool
	Revoked      bool     // its token is
	Subcode      int      // why, as the Graph API has it; 0 = it does not say
	Without      []string // fields that it is not subscribed to
}

// New returns a platform that serves nothing before Start.
func New(opt Options) *Platform {
	signature := hook.Signature{Scheme: hook.SchemeHub256, Secrets: []channels.Secret{opt.AppSecret}, Clock: opt.Clock}
	settings := chats.Settings{Scale: opt.Scale, Clock: opt.Clock, Seed: opt.Seed}
	brings := &courier.Courier{Signature: signature, Mischief: opt.Courier, Seed: opt.Seed}
	return &Platform{Pusher: chats.NewPusher(settings, brings, opt.Hook), opt: opt, graph: map[string]Standing{}}
}

// Start listens on a free port of the loopback: the Graph API.
func (p *Platform) Start() error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{version}/{page}/subscribed_apps", p.subscribedApps)
	return p.Pusher.Start(mux)
}

// PSID returns the id that a page knows a person by. It is another one on each
// page.
func (p *Platform) PSID(page, person string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "psid %q %q", page, person))
	return strconv.FormatUint(1e15+binary.BigEndian.Uint64(sum[:])%9e15, 10)
}

// Follow lets a person open a page by a link with a ref. In a new thread the
// person also taps the button to get started.
func (p *Platform) Follow(page, person, ref string) {
	at := p.Clock()
	e := event{page: page, from: p.PSID(page, person), to: page, at: at}
	link := &referral{Ref: ref, Source: "SHORTLINK", Type: "OPEN_THREAD"}
	if p.isNew(page, person) {
		e.postback = &postback{Title: "Kom i gang", Payload: "GET_STARTED", Referral: link}
	} else {
		e.referral = link
	}
	p.emit(e)
}

// isNew reports whether a person has written nothing to a page so far.
func (p *Platform) isNew(page, person string) bool {
	for _, turn := range p.Log() {
		if turn.Desk == page && turn.Room == p.PSID(page, person) {
			return false
		}
	}
	return true
}

// Edit lets a person put other words in place of a message, which was its first change.
func (p *Platform) Edit(page, person, mid, text string) {
	p.emit(event{page: page, from: p.PSID(page, person), to: page, at: p.Clock(), edit: &edit{MID: mid, Text: text, Edits: 1}})
}

// Pin lets a page answer a person, pinned to a message, and returns the answer's id.
func (p *Platform) Pin(page, person, mid, text string) string {
	m := &message{MID: p.mid(), Text: text, IsEcho: true, AppID: appNumber(""), ReplyTo: &pin{mid}}
	p.emit(event{page: page, from: page, to: p.PSID(page, person), at: p.Clock(), message: m})
	return m.MID
}

// Say lets a person write to a page, which answers by its behaviour. It returns
// when Meta took it.
func (p *Platform) Say(page, person, text string) time.Time {
	at, mid := p.Clock(), p.mid()
	psid := p.PSID(page, person)
	p.emit(event{page: page, from: psid, to: page, at: at, message: &message{MID: mid, Text: text}})
	for _, to := range p.opt.Pages {
		if to.ID != page {
			continue
		}
		lines := p.lines(to, page+text)
		p.Play(chats.Turn{Desk: page, Room: psid, ID: mid, Text: text, Received: at}, lines,
			func(line chats.Line) { p.answer(to, psid, line) })
	}
	return at
}

// lines are what a page says to an opener, in order of time.
func (p *Platform) lines(page Page, token string) []simulated.Line {
	lines := page.Behaviour.Lines(token, page.Language, p.Scale)
	for i := range lines {
		if lines[i].Who == channels.Human {
			lines[i].After += p.opt.Typing
		}
	}
	return lines
}

// answer lets a page say one line to a person.
func (p *Platform) answer(page Page, psid string, line chats.Line) {
	app := page.DeskApp
	if line.Who == channels.Bot {
		app = page.BotApp
	}
	m := &message{MID: p.mid(), Text: line.Text, IsEcho: true, AppID: appNumber(app)}
	if line.Who == channels.Bot && app == "" {
		m.QuickReplies = []quickReply{{"text", "Faktura"}, {"text", "Flytting"}}
	}
	at := p.Clock()
	line.Said(at, m.MID)
	p.emit(event{page: page.ID, from: page.ID, to: psid, at: at, message: m})
}

// appNumber is an app as echoes name it; the inbox where there is none.
func appNumber(app string) uint64 {
	if app == "" {
		app = InboxApp
	}
	n, err := strconv.ParseUint(app, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// mid returns the next message's id.
func (p *Platform) mid() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said++
	sum := sha256.Sum256(fmt.Appendf(nil, "mid %q %d", p.opt.Seed, p.said))
	return "m_" + hex.EncodeToString(sum[:16])
}
