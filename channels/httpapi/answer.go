package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// An Answer is one that says no: any status but 2xx.
type Answer struct {
	Code       int
	Body       []byte        // its first 64 KiB
	RetryAfter time.Duration // as it asks us to wait; 0 = it does not
}

// Error holds the status and none of the server's words.
func (a *Answer) Error() string {
	text := fmt.Sprintf("the server answered %d %s", a.Code, http.StatusText(a.Code))
	if a.RetryAfter > 0 {
		text += ", wait " + a.RetryAfter.String()
	}
	return text
}

// Final reports whether asking again cannot help: 4xx but for time out (408),
// too early (425) and too many (429).
func (a *Answer) Final() bool {
	return a.Code/100 == 4 && a.Code != http.StatusRequestTimeout && a.Code != http.StatusTooEarly &&
		a.Code != http.StatusTooManyRequests
}

// Excerpt returns the beginning of the server's words, on one line.
func (a *Answer) Excerpt() string {
	words := strings.Join(strings.Fields(strings.ToValidUTF8(string(a.Body), "")), " ")
	if runes := []rune(words); len(runes) > 200 {
		words = string(runes[:200])
	}
	return words
}

// Refused turns a final answer in err into a [channels.Refusal] at StepDoor, which
// say may fill in with what the platform's words mean; nil = an excerpt of them.
// An answer that may pass becomes a [channels.Deferral] with the same, and so
// does one that cannot be read, or none at all; it wraps ErrUnsure where err
// does. Other errors stay as they are.
func Refused(err error, say func(*Answer) channels.Refusal) error {
	var name *net.DNSError
	if Unreached(err) {
		no := channels.Refusal{Step: channels.StepDoor, Sign: channels.SignUnreachable}
		if errors.As(err, &name) && name.IsNotFound {
			no.Sign = channels.SignMissing
		}
		return &channels.Deferral{No: no, Err: err}
	}
	if errors.Is(err, ErrShape) {
		return &channels.Deferral{No: channels.Refusal{Step: channels.StepDoor, Code: http.StatusOK}, Err: err}
	}
	var a *Answer
	if !errors.As(err, &a) {
		return err
	}
	r := channels.Refusal{Text: a.Excerpt()}
	if say != nil {
		r = say(a)
	}
	r.Step, r.Code = channels.StepDoor, a.Code
	if !a.Final() || errors.Is(err, channels.ErrUnsure) {
		return &channels.Deferral{No: r, Err: err}
	}
	return fmt.Errorf("%w: %w", err, &r)
}

// Unreached reports whether err is that the server did not answer, or not to the
// end: its name was not found, nothing listens there, its certificate is not
// valid, what it speaks is no HTTP, the connection broke, or time ran out. That
// the caller gave up is none of these.
func Unreached(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, channels.ErrRefused) {
		return false
	}
	var failed *brokenExchange
	return errors.As(err, &failed)
}

// A brokenExchange is an error of the transport, in asking or in being answered.
type brokenExchange struct{ err error }

func (b *brokenExchange) Error() string { return b.err.Error() }

// Unwrap returns what went wrong.
func (b *brokenExchange) Unwrap() error { return b.err }

// decode reads an answer's words into answer, if there is one.
func decode(said []byte, answer any) error {
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(said, answer); err != nil {
		return fmt.Errorf("%w: %w", ErrShape, err)
	}
	return nil
}

// readAnswer reads an answer to its end, or a bounded part of one that says no.
func readAnswer(resp *http.Response) ([]byte, error) {
	if resp.StatusCode/100 != 2 {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, longestNo)) // the status says enough
		return said, nil
	}
	said, err := io.ReadAll(io.LimitReader(resp.Body, longestAnswer+1))
	if err != nil {
		return said, &brokenExchange{fmt.Errorf("read answer: %w", err)}
	}
	if len(said) > longestAnswer {
		return nil, fmt.Errorf("%w: more than %d octets", ErrShape, longestAnswer)
	}
	return said, nil
}

// Rest waits for d, or for ctx to end, whose error it returns then.
func Rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// retryAfter reads Retry-After in either form (RFC 9110 section 10.2.3), or the
// milliseconds since 1970 that Rocket.Chat puts in X-RateLimit-Reset. An instant is
// one of the server's clock, so the wait is counted from its Date, or else from now.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const longest = 24 * time.Hour
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(max(0, min(seconds, int(longest.Seconds())))) * time.Second
	}
	at, err := http.ParseTime(value)
	if ms, e := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err != nil && e == nil && ms > 1e12 {
		at, err = time.UnixMilli(ms), nil
	}
	if err != nil {
		return 0
	}
	if shown, err := http.ParseTime(h.Get("Date")); err == nil {
		now = shown
	}
	return max(0, min(at.Sub(now), longest))
}
