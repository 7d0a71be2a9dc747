package webchat

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// A Mood is how the company is disposed. Its zero value is that the chat is open.
type Mood struct {
	Offline bool   // a note in place of the chat
	Puzzle  bool   // a proof is asked for that the visitor is no machine
	Down    bool   // the page answers 503
	Strange bool   // the page has been changed: nothing is where it was
	Lose    int    // so many messages are dropped with their connection, and not kept
	Drop    int    // so many messages are kept, and their connection is dropped
	Rude    bool   // what is dropped has no answer at all, which has Chrome ask again
	Deaf    bool   // the chat's server takes no connection
	Slow    bool   // the banner comes three seconds late
	Mute    bool   // no bot greets or answers
	Robots  string // what its robots.txt says; empty: it has none
}

// A Line is one message of a conversation.
type Line struct {
	From string // visitor, bot, agent or system
	Text string
	At   time.Time
	data json.RawMessage // what the widget wants to see again
}

// A visitor is one conversation.
type visitor struct {
	id     string
	lines  []Line
	shown  int // of lines, on the open connection or an earlier one
	socket *websocket.Conn
	wire   func(Line, int) ([]byte, error) // writes a line for the socket; nil = as deep-chat has it
	data   json.RawMessage                 // of the next line of the visitor's
}

// A Company has one page with one widget. Its methods may be called at once.
type Company struct {
	widget  Widget
	folder  string
	page    string // where its listeners are
	chat    string
	servers []*http.Server

	mu       sync.Mutex
	mood     Mood
	visitors []*visitor
	knocks   int // loads of the page
}

// Start starts a company whose widget lies in a folder, as [Find] has it, until the context ends.
func Start(ctx context.Context, widget Widget, folder string) (*Company, error) {
	c := &Company{widget: widget, folder: folder}
	for _, part := range []struct {
		host    string
		handler http.Handler
		url     *string
	}{{"127.0.0.1", c.pages(), &c.page}, {"localhost", c.talks(), &c.chat}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("listen: %w", err)
		}
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, fmt.Errorf("listen: %w", err)
		}
		*part.url = "http://" + net.JoinHostPort(part.host, port)
		server := &http.Server{Handler: part.handler, ReadHeaderTimeout: 10 * time.Second}
		c.servers = append(c.servers, server)
		go func() { _ = server.Serve(l) }()
	}
	context.AfterFunc(ctx, c.Close)
	return c, nil
}

// Close ends everything.
func (c *Company) Close() {
	c.Cut()
	for _, s := range c.servers {
		_ = s.Close()
	}
}

// URL returns the address of the company's page.
func (c *Company) URL() string { return c.page + "/kontakt" }

// Be changes the company's mood.
func (c *Company) Be(m Mood) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mood = m
}

func (c *Company) now() Mood {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mood
}

// Knocks returns how often the page was loaded.
func (c *Company) Knocks() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.knocks
}

// Got returns how many messages of visitors hold a text.
func (c *Company) Got(text string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.visitors {
		for _, l := range v.lines {
			if l.From == "visitor" && strings.Contains(plain(l.Text), plain(text)) {
				n++
			}
		}
	}
	return n
}

// Say has a line said in the conversation in which a visitor has said a text, and
// returns when. The error is that there is no such conversation.
func (c *Company) Say(to, from, text string) (time.Time, error) {
	c.mu.Lock()
	i := slices.IndexFunc(c.visitors, func(v *visitor) bool {
		return slices.ContainsFunc(v.lines, func(l Line) bool { return l.From == "visitor" && strings.Contains(plain(l.Text), plain(to)) })
	})
	if i < 0 {
		c.mu.Unlock()
		return time.Time{}, fmt.Errorf("no visitor has said %q", to)
	}
	v, at := c.visitors[i], time.Now()
	v.lines = append(v.lines, Line{from, text, at, nil})
	c.mu.Unlock()
	c.push(v)
	return at, nil
}

// Cut cuts every connection of the chat.
func (c *Company) Cut() {
	c.mu.Lock()
	var sockets []*websocket.Conn
	for _, v := range c.visitors {
		if v.socket != nil {
			sockets, v.socket = append(sockets, v.socket), nil
		}
	}
	c.mu.Unlock()
	for _, s := range sockets {
		_ = s.Close(websocket.StatusGoingAway, "")
	}
}

// Wipe forgets who has been here, as a company does that keeps nothing.
func (c *Company) Wipe() {
	c.Cut()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.visitors = nil
}

// visitor returns the conversation of an id.
func (c *Company) visitor(id string) *visitor {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.visitors {
		if v.id == id {
			return v
		}
	}
	v := &visitor{id: id}
	if !c.mood.Mute {
		v.lines = []Line{{"bot", "Hei! Jeg er en chatbot. Hva gjelder det?", time.Now(), nil}}
	}
	c.visitors = append(c.visitors, v)
	return v
}

// plain returns a text with each run of spaces as one.
func plain(text string) string { return strings.Join(strings.Fields(text), " ") }
