package page

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
)

// ErrGone says that the browser, or the page, is not there any more.
var ErrGone = errors.New("the browser is gone")

// largestMessage bounds what the browser may say at once: a picture of a large page.
const largestMessage = 64 << 20

// A pipe speaks the DevTools protocol with a browser: JSON messages that end with a
// zero octet (--remote-debugging-pipe), those of all sessions over one pair.
type pipe struct {
	from  io.Reader
	to    io.Writer
	watch func(method string) error // asked before each command; nil = nothing
	done  chan struct{}

	mu       sync.Mutex
	next     int64
	waiting  map[int64]chan<- message
	handlers map[string]func(message) // by session; "" = the browser itself
}

// A message is a command, its answer or an event.
type message struct {
	ID      int64           `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *refusal        `json:"error,omitempty"`
}

// A refusal is what the browser says of a command that it cannot carry out.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (r *refusal) Error() string { return fmt.Sprintf("%s (%d)", r.Message, r.Code) }

func newPipe(from io.Reader, to io.Writer) *pipe {
	return &pipe{
		from: from, to: to, done: make(chan struct{}), waiting: map[int64]chan<- message{}, handlers: map[string]func(message){},
	}
}

// read hands out what the browser says until the pipe ends. Handlers must not wait.
func (p *pipe) read() {
	defer close(p.done)
	lines := bufio.NewScanner(p.from)
	lines.Buffer(make([]byte, 64<<10), largestMessage)
	lines.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF {
			return len(data), nil, nil
		}
		return 0, nil, nil
	})
	for lines.Scan() {
		var m message
		if json.Unmarshal(bytes.Clone(lines.Bytes()), &m) != nil {
			continue
		}
		p.mu.Lock()
		answer, handler := p.waiting[m.ID], p.handlers[m.Session]
		delete(p.waiting, m.ID)
		p.mu.Unlock()
		switch {
		case m.ID != 0 && answer != nil:
			answer <- m
		case m.ID == 0 && handler != nil:
			handler(m)
		}
	}
}

// handle has the events of a session handed to f; nil ends that.
func (p *pipe) handle(session string, f func(message)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f == nil {
		delete(p.handlers, session)
		return
	}
	p.handlers[session] = f
}

// A session is one target's side of the pipe. It is a cdp.Session.
type session struct {
	pipe *pipe
	id   string
}

// Call sends a command and waits for its answer.
func (s session) Call(ctx context.Context, method string, params, result any) error {
	answer, err := s.send(method, params)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	case <-s.pipe.done:
		return fmt.Errorf("%s: %w", method, ErrGone)
	case m := <-answer:
		if m.Error != nil {
			return fmt.Errorf("%s: %w", method, m.Error)
		}
		if result == nil || len(m.Result) == 0 {
			return nil
		}
		if err := jsonv2.Unmarshal(m.Result, result, jsonv2.DefaultOptionsV2(), jsonv2.AllowInvalidUTF8(true)); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		return nil
	}
}

// send sends a command, whose answer may be waited for.
func (s session) send(method string, params any) (<-chan message, error) {
	p := s.pipe
	if p.watch != nil {
		if err := p.watch(method); err != nil {
			return nil, err
		}
	}
	m := message{Session: s.id, Method: method}
	if params != nil {
		var err error
		if m.Params, err = jsonv2.Marshal(params, jsonv2.DefaultOptionsV2(), jsonv2.AllowInvalidUTF8(true)); err != nil {
			return nil, err
		}
	}
	answer := make(chan message, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next++
	m.ID = p.next
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	p.waiting[m.ID] = answer
	if _, err := p.to.Write(append(text, 0)); err != nil {
		delete(p.waiting, m.ID)
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	return answer, nil
}

// Subscribe is of cdp.Session. Events come by handlers here, so that it has none.
func (s session) Subscribe(string) (<-chan jsonv2.Value, func()) {
	none := make(chan jsonv2.Value)
	close(none)
	return none, func() {}
}
