package chatwoot

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// beat is how often Action Cable pings.
	beat = 3 * time.Second
	// backlog is how many frames wait for a client that does not read.
	backlog = 256
)

// A cable is one websocket (Action Cable, actioncable-v1-json).
type cable struct {
	conn    *websocket.Conn
	end     context.CancelFunc
	frames  chan shape
	streams map[string]string // identifiers, by what opens the streams
}

// cut ends the connection without a word.
func (c *cable) cut() { c.end() }

// send queues a frame. One for whom too many wait is cut.
func (c *cable) send(frame shape) {
	select {
	case c.frames <- frame:
	default:
		c.cut()
	}
}

// cable serves a websocket until either side ends it.
func (s *Server) cable(w http.ResponseWriter, r *http.Request) {
	if s.opt.NoCable {
		http.Error(w, "Bad Gateway", http.StatusBadGateway)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"actioncable-v1-json"}})
	if err != nil {
		return // Accept has answered
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &cable{conn: conn, end: cancel, frames: make(chan shape, backlog), streams: map[string]string{}}
	s.plug(c)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer cancel()
		c.write(ctx)
	})
	s.listen(ctx, c)
	cancel()
	_ = conn.CloseNow()
	wg.Wait()
	s.mu.Lock()
	delete(s.cables, c)
	s.mu.Unlock()
}

// plug counts a cable in.
func (s *Server) plug(c *cable) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cables[c] = struct{}{}
	c.send(shape{"type": "welcome"})
}

// write sends what waits, and pings.
func (c *cable) write(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		var frame shape
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			frame = shape{"type": "ping", "message": now.Unix()}
		case frame = <-c.frames:
		}
		b, err := json.Marshal(frame)
		if err != nil || c.conn.Write(ctx, websocket.MessageText, b) != nil {
			return
		}
	}
}

// listen takes subscriptions. All else that clients say changes nothing.
func (s *Server) listen(ctx context.Context, c *cable) {
	for {
		_, b, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		var said struct{ Command, Identifier string }
		var stream struct {
			Channel string `json:"channel"`
			Token   string `json:"pubsub_token"`
		}
		if json.Unmarshal(b, &said) != nil || json.Unmarshal([]byte(said.Identifier), &stream) != nil {
			continue
		}
		if said.Command == "subscribe" && stream.Channel == "RoomChannel" {
			s.subscribe(c, stream.Token, said.Identifier)
		}
	}
}

// subscribe opens a stream for a cable. An unknown token is not answered: the
// real server fails on it.
func (s *Server) subscribe(c *cable, token, identifier string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.contacts[token] == nil {
		return
	}
	c.streams[token] = identifier
	c.send(shape{"type": "confirm_subscription", "identifier": identifier})
}

// broadcast tells the visitor's streams of a message. The caller holds the lock.
func (s *Server) broadcast(m *message) {
	if m.kind == activity {
		return
	}
	for c := range s.cables {
		if identifier, ok := c.streams[m.room.contact.token]; ok {
			c.send(shape{"identifier": identifier, "message": shape{"event": "message.created", "data": m.pushed()}})
		}
	}
}
