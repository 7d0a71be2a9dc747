package chatwoot

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// silence is how long the server may say nothing: it pings every 3 s.
	silence = 12 * time.Second
	// presence is how often a visitor is said to be there, as the server's own
	// widget does: agents see who has left, and take their time.
	presence = 20 * time.Second
	// longestFrame is the most octets that one event may have.
	longestFrame = 1 << 20
)

// A line is the websocket beside the polls. It is a convenience: it connects
// again for ever, and what it misses the next poll brings.
type line struct {
	channel *Channel
	dialer  *http.Client

	mu      sync.Mutex
	wanted  map[string]room // by what opens their streams
	changed chan struct{}   // holds one when wanted has changed
}

func newLine(c *Channel) *line {
	// A connection is not kept once the wait for its dialling has ended.
	once := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: c.opt.Timeout, DisableKeepAlives: true}
	return &line{channel: c, dialer: &http.Client{Transport: once}, changed: make(chan struct{}, 1)}
}

// streams returns the rooms by what opens their streams. A visitor of an earlier
// run is entered anew, which changes nothing; where that fails the polls serve
// alone until the next one.
func (c *Channel) streams(ctx context.Context, rooms []room) map[string]room {
	wanted := map[string]room{}
	for _, r := range rooms {
		if r.own() {
			continue // the polls serve it
		}
		token := c.token(r.visitor)
		if token == "" && r.id != 0 && c.enter(ctx, r.visitor, "") == nil {
			token = c.token(r.visitor)
		}
		if token != "" {
			wanted[token] = r
		}
	}
	return wanted
}

// follow makes wanted what is listened to.
func (l *line) follow(wanted map[string]room) {
	l.mu.Lock()
	same := maps.Equal(l.wanted, wanted)
	l.wanted = wanted
	l.mu.Unlock()
	if same {
		return
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// run keeps the line up until ctx ends, while there is anything to listen to.
func (l *line) run(ctx context.Context) {
	for ctx.Err() == nil {
		if len(l.now()) > 0 {
			// Why it broke is of no use: the poll says whether the server is there.
			_ = l.session(ctx)
		}
		select {
		case <-ctx.Done():
		case <-l.changed:
		case <-time.After(l.channel.opt.Poll):
		}
	}
}

// now returns what is wanted at this moment.
func (l *line) now() map[string]room {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wanted
}

// session holds one connection until it breaks or ctx ends.
func (l *line) session(ctx context.Context) error {
	conn, err := l.dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }()
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer cancel()
		_ = l.speak(ctx, conn)
	})
	defer wg.Wait()
	defer cancel()
	for {
		if err := l.next(ctx, conn); err != nil {
			return err
		}
	}
}

// dial connects and waits until the server is ready.
func (l *line) dial(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, l.channel.opt.Timeout)
	defer cancel()
	origin := "http" + strings.TrimPrefix(strings.TrimSuffix(l.channel.cable, "/cable"), "ws")
	//nolint:bodyclose // Dial has closed it, or made it the connection.
	conn, _, err := websocket.Dial(ctx, l.channel.cable, &websocket.DialOptions{
		HTTPClient:   l.dialer,
		Subprotocols: []string{"actioncable-v1-json"},
		HTTPHeader:   http.Header{"Origin": {origin}},
	})
	if err != nil {
		return nil, fmt.Errorf("cable: %w", err)
	}
	conn.SetReadLimit(longestFrame)
	return conn, nil
}

// speak subscribes to what is wanted, now and as it changes, and says that the
// visitors are there.
func (l *line) speak(ctx context.Context, conn *websocket.Conn) error {
	ticker := time.NewTicker(presence)
	defer ticker.Stop()
	subscribed := map[string]bool{}
	for {
		for token := range l.now() {
			command := cableCommand{Command: "message", Identifier: identifier(token), Data: `{"action":"update_presence"}`}
			if !subscribed[token] {
				command.Command, command.Data = "subscribe", ""
				subscribed[token] = true
			}
			if err := l.write(ctx, conn, command); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.changed:
		case <-ticker.C:
		}
	}
}

// A cableCommand is what a client says (Action Cable, actioncable-v1-json).
type cableCommand struct {
	Command    string `json:"command"`
	Identifier string `json:"identifier"`
	Data       string `json:"data,omitempty"`
}

// identifier names the stream that token opens.
func identifier(token string) string {
	b, _ := json.Marshal(map[string]string{"channel": "RoomChannel", "pubsub_token": token}) // texts cannot fail
	return string(b)
}

func (l *line) write(ctx context.Context, conn *websocket.Conn, c cableCommand) error {
	ctx, cancel := context.WithTimeout(ctx, l.channel.opt.Timeout)
	defer cancel()
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, b)
}

// A cableFrame is what the server says: welcome, ping and the like by type, or
// an event on the stream of an identifier.
type cableFrame struct {
	Type       string          `json:"type"`
	Identifier string          `json:"identifier"`
	Message    json.RawMessage `json:"message"` // of a ping, a number
}

// next reads one frame, and hears the message in it if that is what it is.
// Frames and events that we do not know are passed over; so is a message that
// cannot be read, which the poll meets as well and reports.
func (l *line) next(ctx context.Context, conn *websocket.Conn) error {
	read, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	_, b, err := conn.Read(read)
	if err != nil {
		return err
	}
	token, m, ok := parseFrame(b)
	if r, wanted := l.now()[token]; ok && wanted {
		return l.channel.offer(ctx, r, m, l.channel.opt.Clock())
	}
	return nil
}

// parseFrame returns the message that a frame brings, and the token of the
// stream it came on. It is not ok if the frame brings none.
func parseFrame(b []byte) (token string, m message, ok bool) {
	var frame cableFrame
	var stream struct {
		Token string `json:"pubsub_token"`
	}
	var event struct {
		Event string          `json:"event"`
		Data  json.RawMessage `json:"data"`
	}
	if json.Unmarshal(b, &frame) != nil || frame.Type != "" ||
		json.Unmarshal([]byte(frame.Identifier), &stream) != nil ||
		json.Unmarshal(frame.Message, &event) != nil || event.Event != "message.created" {
		return "", message{}, false
	}
	m, err := parseMessage(event.Data)
	return stream.Token, m, err == nil
}
