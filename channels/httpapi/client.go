package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
)

// ErrShape says that a server's answer is not as its documentation has it: see
// whether it was upgraded, or is another program altogether.
var ErrShape = errors.New("not the documented shape")

const (
	defaultTimeout = 30 * time.Second
	longestAnswer  = 8 << 20  // octets of an answer that are read at most
	longestNo      = 64 << 10 // and of one that says no
	longestTrace   = 2 << 10
)

// A Client exchanges JSON with one server over HTTP: bounded in time and size,
// following no redirect, and exact about whether a request may have been taken.
// It may be used from several goroutines at once.
type Client struct {
	// Bearer is sent as Authorization: Bearer. Zero: nothing is.
	Bearer channels.Secret
	// Timeout bounds one exchange to the last octet. 0 = 30 s.
	Timeout time.Duration
	Clock   func() time.Time // nil = time.Now
	// UserAgent is sent as it is; empty = none, since chats show it to agents.
	UserAgent string
	// Hide takes out of what is shown of an exchange what else is secret in it, in
	// transcripts and in errors. nil = nothing is.
	Hide func([]byte) []byte
	// Trace takes the transcript, one exchange a write, the bearer masked. It
	// must bear concurrent writes. nil = none.
	Trace io.Writer

	base  string
	asks  *http.Client // for what may be asked again
	sends *http.Client // for what may not: each on a connection of its own
}

// New returns a client of the server at base, below which all paths lie.
func New(base string) (*Client, error) {
	at, err := url.Parse(base)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, fmt.Errorf("%q is no http or https URL", base)
	}
	asks := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
	sends := asks.Clone()
	sends.DisableKeepAlives = true
	return &Client{base: strings.TrimRight(base, "/"), asks: client(asks), sends: client(sends)}, nil
}

// client returns one that goes nowhere else than it is sent.
func client(t *http.Transport) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// A Call is one question to the server.
type Call struct {
	Step   string // as errors name it, such as "send message"
	Method string
	Path   string // below the base, escaped by the caller
	Query  url.Values
	Header http.Header // beside the client's own
	// Body is sent as JSON, a json.RawMessage octet for octet. nil = no body.
	Body any
	// Leave marks the call that hands over the opener. It is asked once the
	// connection stands, before the first octet of the body is given away; its
	// error is Exchange's. After that, an error that leaves open whether the
	// server took the opener wraps ErrUnsure. nil = the call hands over nothing,
	// and no error wraps ErrUnsure. The call must have a body.
	Leave channels.Leave
	// Patience is what a long poll may take beyond the client's timeout.
	Patience time.Duration
}

// A Moment is when an exchange took place.
type Moment struct {
	Asked, Answered time.Time // by our clock
	Server          time.Time // by the server's, cut to the second; zero where it does not say
}

// Clock returns what the moment shows of the server's clock; zero if the server
// does not say.
func (m Moment) Clock() channels.ClockReading {
	if m.Server.IsZero() || m.Answered.IsZero() {
		return channels.ClockReading{}
	}
	return channels.ClockReading{Shown: m.Server, After: m.Asked, Before: m.Answered}
}

// Until returns an instant before the question was asked by either clock: all
// that the server had by then, the answer could hold.
func (m Moment) Until() time.Time {
	if m.Server.IsZero() {
		return m.Asked
	}
	if theirs := m.Server.Add(-m.Answered.Sub(m.Asked)); theirs.Before(m.Asked) {
		return theirs
	}
	return m.Asked
}

// Exchange asks c and reads the answer into answer; nil = the answer's body does
// not matter. The error wraps an [*Answer] if the server said no, ErrShape if
// its words cannot be read, and for a call that sends ErrUnsure if the server
// may have taken it: it had all of the question, and answered not at all,
// unreadably, or with 5xx other than 503 (RFC 9110 section 15.6).
func (w *Client) Exchange(ctx context.Context, c Call, answer any) (Moment, error) {
	timeout := w.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout+c.Patience)
	defer cancel()
	m := Moment{Asked: w.now()}
	given, err := w.try(ctx, c, &m, answer)
	if err == nil {
		return m, nil
	}
	var no *Answer
	if errors.As(err, &no) {
		given = given && no.Code/100 == 5 && no.Code != http.StatusServiceUnavailable
	}
	if c.Leave != nil && given {
		err = fmt.Errorf("%w: %w", channels.ErrUnsure, err)
	}
	return m, fmt.Errorf("%s: %w", c.Step, err)
}

// try makes one exchange. given is true once the server may have all of the
// question.
func (w *Client) try(ctx context.Context, c Call, m *Moment, answer any) (given bool, err error) {
	token, err := w.Bearer.Reveal()
	if err != nil {
		return false, err
	}
	body, err := encode(c.Body)
	if err != nil {
		return false, err
	}
	out := &outgoing{r: bytes.NewReader(body), gone: len(body) == 0}
	if c.Leave != nil {
		out.leave = func() error {
			if err := c.Leave(ctx); err != nil {
				return err
			}
			return ctx.Err() // what has taken too long is not begun any more
		}
	}
	req, err := w.request(ctx, c, out)
	if err != nil {
		return false, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, given, err := w.ask(ctx, c, req, out)
	if err != nil {
		return given, err
	}
	defer resp.Body.Close()
	said, err := readAnswer(resp)
	m.Answered = w.now()
	m.Server, _ = http.ParseTime(resp.Header.Get("Date"))
	masked := w.mask(said, token)
	c.Path = string(w.mask([]byte(c.Path), token)) // some platforms know us by it
	w.note(c, w.mask(body, token), resp.StatusCode, masked)
	if resp.StatusCode/100 != 2 {
		return given, &Answer{Code: resp.StatusCode, Body: masked, RetryAfter: retryAfter(resp.Header, m.Answered)}
	}
	if err != nil {
		return true, bare(ctx, err)
	}
	return true, decode(said, answer)
}

// ask sends req, whose body is out, and waits for the head of the answer. Once
// it returns nothing more of the body is given away, and leave is not asked any
// more. A server that says yes to an opener that it does not have has not taken
// it.
func (w *Client) ask(ctx context.Context, c Call, req *http.Request, out *outgoing) (resp *http.Response, given bool, err error) {
	resp, err = w.through(c).Do(req)
	given, kept := out.seal()
	switch {
	case kept != nil:
		err = kept
	case err != nil:
		return nil, given, &brokenExchange{bare(ctx, err)}
	case c.Leave != nil && !given && resp.StatusCode/100 == 2:
		err = &brokenExchange{errors.New("the server answered before it had been asked")}
	default:
		return resp, given, nil
	}
	if resp != nil {
		resp.Body.Close()
	}
	return nil, false, err
}

// request returns the request of c, whose body is out.
func (w *Client) request(ctx context.Context, c Call, out *outgoing) (*http.Request, error) {
	at := w.base + c.Path
	if len(c.Query) > 0 {
		at += "?" + c.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, at, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("path %q is none", w.mask([]byte(c.Path), ""))
	}
	for name, values := range c.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", w.UserAgent) // empty keeps the library's own from being sent
	if c.Body != nil {
		req.Header.Set("Content-Type", "application/json")
		req.Body, req.ContentLength = out, out.r.Size()
	}
	return req, nil
}

// through returns who asks c. A connection that lay idle may break as it is
// taken up, and leave us unsure for nothing.
func (w *Client) through(c Call) *http.Client {
	if c.Method == http.MethodGet {
		return w.asks
	}
	return w.sends
}

func (w *Client) now() time.Time {
	if w.Clock == nil {
		return time.Now()
	}
	return w.Clock()
}

// note writes one exchange into the transcript.
func (w *Client) note(c Call, asked []byte, code int, said []byte) {
	if w.Trace == nil {
		return
	}
	text := fmt.Sprintf("C: %s %s %s\nS: %d %s\n", c.Method, c.Path, cut(asked), code, cut(said))
	_, _ = io.WriteString(w.Trace, text) // a transcript that cannot be written does not stop the exchange
}

func cut(b []byte) []byte { return b[:min(len(b), longestTrace)] }

// encode returns v as JSON.
func encode(v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case json.RawMessage:
		return v, nil
	}
	return json.Marshal(v)
}

// mask returns said without a secret, and without what else is to be hidden.
func (w *Client) mask(said []byte, secret string) []byte {
	if secret != "" {
		said = bytes.ReplaceAll(said, []byte(secret), []byte("***"))
	}
	if w.Hide != nil {
		said = w.Hide(said)
	}
	return said
}

// bare returns err without the URL, whose query may hold a token, and with the
// reason why ctx ended.
func bare(ctx context.Context, err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", err, context.Cause(ctx))
	}
	return err
}

// An outgoing body knows whether its last octet has been given away. Before
// that no server can have read the question.
type outgoing struct {
	mu     sync.Mutex
	r      *bytes.Reader
	leave  func() error // asked before the first octet; nil = it needs no leave
	kept   error        // why leave kept the body back
	gone   bool
	sealed bool
}

// Read gives more of the body away, if it may leave. The transport reads once
// it has a connection, so that a server that cannot be reached keeps nothing in
// doubt.
func (o *outgoing) Read(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed && !o.gone {
		return 0, io.ErrClosedPipe
	}
	if leave := o.leave; leave != nil {
		o.leave = nil
		o.kept = leave()
	}
	if o.kept != nil {
		return 0, o.kept
	}
	n, err := o.r.Read(b)
	o.gone = o.gone || o.r.Len() == 0
	return n, err
}

// Close does nothing.
func (o *outgoing) Close() error { return nil }

// seal gives no more away. It reports whether all had been, and why leave kept
// the body back, if it did.
func (o *outgoing) seal() (gone bool, kept error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sealed = true
	return o.gone, o.kept
}
