package channels

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// longestBody is what a delivery may hold.
	longestBody = 1 << 20
	// longestRead is how long its body may take to come. Senders give up
	// after 5 s (Meta) to 30 s (Standard Webhooks).
	longestRead = 10 * time.Second
)

// A Hook is a channel's endpoint. It takes signed deliveries by POST: reads a
// bounded body in bounded time, verifies it before anything is parsed, and
// answers 200 once Take has made it durable. No body of a request is in any
// answer, error or count.
//
// The zero Hook refuses all, and in the same words as any other refuses what
// is not signed: it is what unknown endpoints are served with.
type Hook struct {
	Seal Seal
	// Take makes durable what was delivered; nil then answers 200. An error
	// that is, or wraps, a [Code] is answered as that says, and any other as
	// NotKept: both ask the sender to try again, as far as the status does.
	Take func(context.Context, Delivery) error
	// Challenge serves GET, as platforms ask it before they deliver. It
	// returns what is answered, with 200; false refuses. nil = refuse.
	Challenge func(*http.Request) (answer string, ok bool)
	// Count is told what became of each request. nil = nobody counts.
	Count   func(Code)
	Longest int64         // octets of a body. 0 = 1 MiB
	Read    time.Duration // for the body to come. 0 = 10 s
}

// A Delivery is a request that has been proven.
type Delivery struct {
	Proof
	Header http.Header
	Body   []byte // as it came
}

// ServeHTTP takes one delivery.
func (k Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	code, answer := k.serve(w, r)
	if k.Count != nil {
		k.Count(code)
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	switch {
	case code == NotListening || code == NotKept:
		h.Set("Retry-After", "5")
	case code == TooLarge || code == TooSlow || code == CutShort:
		h.Set("Connection", "close") // nobody waits for the rest
	}
	w.WriteHeader(code.Status())
	_, _ = io.WriteString(w, answer) // whoever has gone will ask again
}

// serve returns what becomes of a request, and what is answered.
func (k Hook) serve(w http.ResponseWriter, r *http.Request) (Code, string) {
	if r.Method == http.MethodGet && k.Challenge != nil {
		if answer, ok := k.Challenge(r); ok {
			return Kept, answer
		}
		return refused(BadChallenge)
	}
	if r.Method != http.MethodPost {
		return refused(BadMethod)
	}
	body, err := k.read(w, r)
	if err != nil {
		return refused(err)
	}
	proof, err := k.Seal.Verify(r.Header, body)
	if err != nil || k.Take == nil {
		return refused(errors.Join(err, NoSecret))
	}
	if err := k.Take(r.Context(), Delivery{Proof: proof, Header: r.Header, Body: body}); err != nil {
		return refused(err)
	}
	return Kept, ""
}

// read reads the body, as much and as long as is allowed.
func (k Hook) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	longest, patience := k.Longest, k.Read
	if longest == 0 {
		longest = longestBody
	}
	if patience == 0 {
		patience = longestRead
	}
	if r.ContentLength > longest {
		return nil, TooLarge
	}
	// Servers that know no deadlines, as in tests, read without.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(patience))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longest))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
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

// longestName is that of a key or a name in octets.
const longestName = 255

// IsName reports whether what a platform sends can be the key of an arrival or
// one of its names, in any ledger: not endless, and without what some
// databases will not keep.
func IsName(s string) bool {
	return s != "" && len(s) <= longestName && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
