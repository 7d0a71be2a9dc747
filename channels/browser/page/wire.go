package page

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
)

// setUp is how long a target may take to be watched.
const setUp = 30 * time.Second

// How much of what came is remembered, to tell what the page has made up.
const (
	mostHeard   = 400
	longestText = 512 << 10
)

// A wire is what has left the page and come to it, beside what it draws. The zero value is ready.
type wire struct {
	sockets map[string]bool   // those that are open, by id
	bodies  map[string]string // the words of requests that have left, by id
	fetched map[string]bool   // answers that are read once they are whole
	left    []Leaving
	heard   []string // the letters of what came
}

// A Leaving is a frame of a socket, or a request, that has left.
type Leaving struct {
	At     time.Time
	Socket bool
	id     string
	letter string
	done   bool // it was answered
	failed bool
}

// A wired is what the events of the network may hold.
type wired struct {
	RequestID string `json:"requestId"`
	FrameID   string `json:"frameId"`
	Type      string `json:"type"`
	ErrorText string `json:"errorText"`
	Data      string `json:"data"`
	Request   struct {
		Method          string `json:"method"`
		URL             string `json:"url"`
		HasPostData     bool   `json:"hasPostData"`
		PostDataEntries []struct {
			Bytes string `json:"bytes"`
		} `json:"postDataEntries"`
	} `json:"request"`
	Response struct {
		Status      int64   `json:"status"`
		MimeType    string  `json:"mimeType"`
		Opcode      float64 `json:"opcode"`
		PayloadData string  `json:"payloadData"`
	} `json:"response"`
}

// words returns what a frame of a socket holds.
func (e wired) words() string {
	if e.Response.Opcode == 1 {
		return e.Response.PayloadData
	}
	raw, err := base64.StdEncoding.DecodeString(e.Response.PayloadData)
	if err != nil {
		return ""
	}
	return string(raw)
}

// network takes in what leaves and comes.
func (p *Page) network(m message) {
	var e wired
	if json.Unmarshal(m.Params, &e) != nil {
		return
	}
	id := m.Session + " " + e.RequestID
	p.mu.Lock()
	defer p.mu.Unlock()
	w := &p.wire
	if w.sockets == nil {
		w.sockets, w.fetched, w.bodies = map[string]bool{}, map[string]bool{}, map[string]string{}
	}
	switch m.Method {
	case "Network.eventSourceMessageReceived":
		w.hear(e.Data)
	case "Network.requestWillBeSent":
		p.leaves(session{p.browser.pipe, m.Session}, id, e)
	case "Network.responseReceived":
		if e.Type == "Document" && e.FrameID == p.target {
			p.response = e.Response.Status
		}
		w.answered(id, e.Response.Status)
		w.fetched[id] = spoken(e)
	case "Network.loadingFailed":
		w.answered(id, 0)
		delete(w.fetched, id)
	case "Network.loadingFinished":
		if w.fetched[id] {
			p.fetch(session{p.browser.pipe, m.Session}, e.RequestID)
		}
		delete(w.fetched, id)
	default:
		w.socket(m.Method, id, e)
	}
}

// socket takes in what becomes of a socket.
func (w *wire) socket(method, id string, e wired) {
	switch method {
	case "Network.webSocketHandshakeResponseReceived":
		w.sockets[id] = e.Response.Status == http.StatusSwitchingProtocols
	case "Network.webSocketClosed":
		w.close(id)
	case "Network.webSocketFrameSent":
		w.left = append(w.left, Leaving{At: time.Now(), Socket: true, id: id, letter: letters(e.words())})
	case "Network.webSocketFrameReceived":
		w.answered(id, http.StatusOK)
		w.hear(e.words())
	}
}

// spoken reports whether an answer may hold what somebody says. Documents and scripts hold what
// the page says by itself.
func spoken(e wired) bool {
	if e.Type != "XHR" && e.Type != "Fetch" && e.Type != "EventSource" {
		return false
	}
	return strings.Contains(e.Response.MimeType, "json") || strings.HasPrefix(e.Response.MimeType, "text/")
}

// leaves notes a request. What the browser does not tell of its words at once is asked for.
func (p *Page) leaves(s session, id string, e wired) {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, e.Request.Method) {
		return
	}
	var body strings.Builder
	for _, part := range e.Request.PostDataEntries {
		if raw, err := base64.StdEncoding.DecodeString(part.Bytes); err == nil {
			body.Write(raw)
		}
	}
	p.wire.left = append(p.wire.left, Leaving{At: time.Now(), id: id, letter: letters(body.String())})
	if body.Len() > 0 || !e.Request.HasPostData {
		return
	}
	p.aside(func(ctx context.Context) {
		var got struct {
			PostData string `json:"postData"`
		}
		if s.Call(ctx, network.CommandGetRequestPostData, map[string]string{"requestId": e.RequestID}, &got) != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		for i := range p.wire.left {
			if p.wire.left[i].id == id {
				p.wire.left[i].letter = letters(got.PostData)
			}
		}
	})
}

// fetch reads the words of an answer.
func (p *Page) fetch(s session, request string) {
	p.aside(func(ctx context.Context) {
		var got struct {
			Body   string `json:"body"`
			Base64 bool   `json:"base64Encoded"`
		}
		if s.Call(ctx, network.CommandGetResponseBody, map[string]string{"requestId": request}, &got) != nil || got.Base64 {
			return
		}
		p.mu.Lock()
		p.wire.hear(got.Body)
		p.mu.Unlock()
		p.nudge()
	})
}

// aside does what has to wait for the browser, which the one who takes in its events may not.
func (p *Page) aside(f func(context.Context)) {
	p.handled.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), quit)
		defer cancel()
		f(ctx)
	})
}

func (w *wire) close(id string) {
	delete(w.sockets, id)
	for i := range w.left {
		if l := &w.left[i]; l.id == id && !l.done {
			l.failed = true
		}
	}
}

// answered notes that something came on a socket, or that a request was answered with a status; 0 = never.
func (w *wire) answered(id string, status int64) {
	for i := range w.left {
		if l := &w.left[i]; l.id == id && !l.failed && !l.done {
			l.done, l.failed = status/100 == 2, status/100 != 2
		}
	}
}

// hear remembers what came.
func (w *wire) hear(text string) {
	if len(text) > longestText {
		text = text[:longestText]
	}
	if text = letters(text); text == "" {
		return
	}
	if w.heard = append(w.heard, text); len(w.heard) > mostHeard {
		w.heard = w.heard[1:]
	}
}

// escapes finds how letters and spaces are written in JSON and in forms.
var escapes = regexp.MustCompile(`\\+u[0-9a-fA-F]{4}|\\+[nrtbf]|%[0-9a-fA-F]{2}|&#?\w{1,8};`)

// letters returns the ASCII letters and digits of a text, in any of the ways in
// which it may be written on a wire: what all of them have in common.
func letters(text string) string {
	text = escapes.ReplaceAllString(text, " ")
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, text)
}

// fewest letters of a text say whether it was on the wire; fewer say nothing.
const fewest = 6

// window is how many letters in a row say that a text was on the wire: words may be
// interrupted by what marks them up.
const window = 16

// holds reports whether the letters of a text are in another's.
func holds(wired, text string) bool {
	if len(text) < fewest {
		return true
	}
	for i := 0; i+window <= len(text); i++ {
		if strings.Contains(wired, text[i:i+window]) {
			return true
		}
	}
	return len(text) < window && strings.Contains(wired, text)
}

// Came reports whether something that came holds a text; true also where it has
// too few letters to tell.
func (p *Page) Came(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	wanted := letters(text)
	for _, w := range p.wire.heard {
		if holds(w, wanted) {
			return true
		}
	}
	return len(wanted) < fewest
}

// Fate is what became of what has left. Its zero value is that nothing has.
type Fate string

// The fates.
const (
	Leaves  Fate = "leaves" // and nothing has come of it yet
	Taken   Fate = "taken"  // answered, or followed by something on its socket
	Dropped Fate = "dropped"
)

// Became returns what became of a text that has left since an instant, and when it
// left.
func (p *Page) Became(text string, since time.Time) (fate Fate, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wanted := letters(text)
	for _, l := range p.wire.left {
		if l.At.Before(since) || !strings.Contains(l.letter, wanted) {
			continue
		}
		switch {
		case l.done:
			return Taken, l.At
		case l.failed && fate == "":
			fate, at = Dropped, l.At
		case !l.failed:
			fate, at = Leaves, l.At
		}
	}
	return fate, at
}

// Socket reports whether a websocket is open.
func (p *Page) Socket() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, open := range p.wire.sockets {
		if open {
			return true
		}
	}
	return false
}
