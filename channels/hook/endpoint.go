package hook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	// longestBody is what a delivery may hold.
	longestBody = 1 << 20
	// drained is how much of a body that is too long is read and thrown away. A sender
	// that is still sending as the connection is closed is told of a reset, and never
	// reads the answer.
	drained = 8 << 20
	// longestRead is how long its body may take to come. Senders give up
	// after 5 s (Meta) to 30 s (Standard Webhooks).
	longestRead = 10 * time.Second
)

// An Endpoint is the place to which a platform delivers, signed and by POST. It
// reads a bounded body in bounded time, verifies it before anything is parsed,
// and answers 200 once Take has made it durable. No body of a request is in any
// answer, error or count.
//
// The zero Endpoint refuses all, in the same words in which any other refuses
// what is not signed: it is what unknown endpoints are served with.
type Endpoint struct {
	Signature Signature
	// Take makes durable what was delivered; nil then answers 200. An error
	// that is, or wraps, a [Code] is answered as that says, and any other as
	// NotKept: both ask the sender to try again, as far as the status does.
	Take func(context.Context, Delivery) error
	// Challenge serves GET, as platforms ask it before they deliver. It
	// returns what is answered, with 200; false refuses. nil = refuse.
	Challenge func(*http.Request) (answer string, ok bool)
	// Count is told what became of each request. nil = no count is kept.
	Count   func(Code)
	Longest int64         // octets of a body. 0 = 1 MiB
	Read    time.Duration // for the body to come. 0 = 10 s
}

// A Delivery is a request that has been proven.
type Delivery struct {
	Proof
	Header http.Header
	Body   []byte    // as it came
	Came   time.Time // when it did, by our clock
}

// ServeHTTP takes one delivery.
func (e Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.takenAgain(r) {
		return
	}
	code, answer, stored := e.serve(w, r)
	if e.Count != nil && !stored {
		e.Count(code)
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	switch {
	case code == NotListening || code == NotKept:
		h.Set("Retry-After", "5")
	case code == TooLarge || code == TooSlow || code == CutShort:
		h.Set("Connection", "close") // what is left is not read
	}
	w.WriteHeader(code.Status())
	_, _ = io.WriteString(w, answer) // a sender that has gone will send again
}

// serve returns what becomes of a request, what is answered, and whether it was stored
// for another process.
func (e Endpoint) serve(w http.ResponseWriter, r *http.Request) (code Code, answer string, stored bool) {
	if r.Method == http.MethodGet && e.Challenge != nil {
		if answer, ok := e.Challenge(r); ok {
			return Kept, answer, false
		}
		code, answer = refused(BadChallenge)
		return code, answer, false
	}
	d, err := e.proven(w, r)
	if err == nil {
		stored, err = e.accept(r.Context(), d)
	}
	if err != nil {
		code, answer = refused(err)
		return code, answer, false
	}
	return Kept, "", stored
}

// proven returns what a request brings, once it is proven who sent it.
func (e Endpoint) proven(w http.ResponseWriter, r *http.Request) (Delivery, error) {
	if r.Method != http.MethodPost {
		return Delivery{}, BadMethod
	}
	body, err := e.read(w, r)
	if err != nil {
		return Delivery{}, err
	}
	proof, err := e.Signature.Verify(r.Header, body)
	if err != nil || e.Take == nil {
		return Delivery{}, errors.Join(err, NoSecret)
	}
	return Delivery{Proof: proof, Header: r.Header, Body: body, Came: e.Signature.now()}, nil
}

// read reads the body, as much and as long as is allowed.
func (e Endpoint) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	longest, patience := e.Longest, e.Read
	if longest == 0 {
		longest = longestBody
	}
	if patience == 0 {
		patience = longestRead
	}
	// Servers that know no deadlines, as in tests, read without.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(patience))
	if r.ContentLength > longest {
		_, _ = io.CopyN(io.Discard, r.Body, drained)
		return nil, TooLarge
	}
	sent := r.Body
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longest))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		_, _ = io.CopyN(io.Discard, sent, drained)
		return nil, TooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, TooSlow
	case err != nil:
		return nil, CutShort
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}

// refused returns the code of an error, and the words to answer with.
func refused(err error) (Code, string) {
	var code Code
	if !errors.As(err, &code) {
		code = NotKept
	}
	if !code.Open() {
		return code, "forbidden\n"
	}
	return code, code.Error() + "\n"
}
