package hook_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/hook"
)

// counts are what a hook has told.
type counts struct {
	mu  sync.Mutex
	all []hook.Code
}

func (c *counts) count(code hook.Code) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, code)
}

func (c *counts) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var words []string
	for _, code := range c.all {
		words = append(words, string(code))
	}
	return strings.Join(words, " ")
}

// signed returns a request that signature has signed.
func signed(t *testing.T, signature hook.Signature, at, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := signature.Sign(r.Header, "msg_1", []byte(body)); err != nil {
		t.Fatal(err)
	}
	return r
}

// ask returns the status and all else of an answer, but for its Date.
func ask(t *testing.T, r *http.Request) (status int, whole string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	resp.Header.Del("Date")
	text, err := httputil.DumpResponse(resp, true)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestHook(t *testing.T) {
	for _, tt := range []struct {
		name   string
		take   error
		change func(*http.Request)
		status int
		code   hook.Code
		taken  int
	}{
		{"kept", nil, nil, 200, hook.Kept, 1},
		{"not kept", errors.New("disk full: hunter2"), nil, 503, hook.NotKept, 1},
		{"not listening", fmt.Errorf("offer: %w", hook.NotListening), nil, 503, hook.NotListening, 1},
		{"malformed", hook.Malformed, nil, 400, hook.Malformed, 1},
		{"of no use", hook.UnknownEvent, nil, 422, hook.UnknownEvent, 1},
		{"unsigned", nil, func(r *http.Request) { r.Header.Del("webhook-signature") }, 403, hook.BadSignature, 0},
		{"stale", nil, func(r *http.Request) {
			late := signatures()["standard"]
			late.Clock = at(1_799_999_000)
			_ = late.Sign(r.Header, "msg_1", []byte(delivered))
		}, 403, hook.Stale, 0},
		{"put", nil, func(r *http.Request) { r.Method = http.MethodPut }, 403, hook.BadMethod, 0},
		{"get", nil, func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0 }, 403, hook.BadMethod, 0},
		{"2 MiB", nil, func(r *http.Request) {
			big := strings.Repeat("x", 2<<20)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(big)), int64(len(big))
		}, 413, hook.TooLarge, 0},
		{"2 MiB of which it does not say", nil, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("x", 2<<20))), -1
		}, 413, hook.TooLarge, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told counts
			taken := 0
			server := httptest.NewServer(hook.Endpoint{
				Signature: signatures()["standard"], Count: told.count,
				Take: func(_ context.Context, d hook.Delivery) error {
					taken++
					if string(d.Body) != delivered || d.ID != "msg_1" {
						t.Errorf("took %q of %q", d.Body, d.ID)
					}
					return tt.take
				},
			})
			defer server.Close()
			r := signed(t, signatures()["standard"], server.URL, delivered)
			if tt.change != nil {
				tt.change(r)
			}
			status, whole := ask(t, r)
			if status != tt.status || taken != tt.taken {
				t.Errorf("answered %d and took %d, want %d and %d", status, taken, tt.status, tt.taken)
			}
			if got, want := told.String(), string(tt.code); got != want {
				t.Errorf("counted %s, want %s", got, want)
			}
			if strings.Contains(whole, "Hei") || strings.Contains(whole, "hunter2") {
				t.Errorf("the answer holds what it must not: %s", whole)
			}
		})
	}
}

// TestHooksAreAlike asks a real endpoint and one that does not exist, in every
// way that a sender without the secret can, and compares all that they say.
func TestHooksAreAlike(t *testing.T) {
	real := httptest.NewServer(hook.Endpoint{
		Signature: signatures()["standard"],
		Take:      func(context.Context, hook.Delivery) error { return nil },
		Challenge: func(r *http.Request) (string, bool) {
			return r.FormValue("hub.challenge"), r.FormValue("hub.verify_token") == "ord"
		},
	})
	defer real.Close()
	none := httptest.NewServer(hook.Endpoint{})
	defer none.Close()
	stranger := signatures()["standard"]
	stranger.Secrets = secrets("whsec_YW5uZXQ=")
	late := signatures()["standard"]
	late.Clock = at(1)
	for name, make := range map[string]func(at string) *http.Request{
		"another secret": func(at string) *http.Request { return signed(t, stranger, at, delivered) },
		"a replay":       func(at string) *http.Request { return signed(t, late, at, delivered) },
		"another scheme": func(at string) *http.Request { return signed(t, signatures()["hub256"], at, delivered) },
		"no body":        func(at string) *http.Request { return signed(t, stranger, at, "") },
		"2 MiB":          func(at string) *http.Request { return signed(t, stranger, at, strings.Repeat("x", 2<<20)) },
		"DELETE": func(at string) *http.Request {
			r := signed(t, stranger, at, "")
			r.Method = http.MethodDelete
			return r
		},
		"HEAD": func(at string) *http.Request {
			r := signed(t, stranger, at, "")
			r.Method = http.MethodHead
			return r
		},
		"GET": func(at string) *http.Request {
			r := signed(t, stranger, at+"?hub.challenge=17&hub.verify_token=feil", "")
			r.Method = http.MethodGet
			return r
		},
	} {
		_, got := ask(t, make(real.URL))
		_, want := ask(t, make(none.URL))
		if got != want {
			t.Errorf("%s: an endpoint says\n%s\nand none says\n%s", name, got, want)
		}
	}
}

func TestHookChallenge(t *testing.T) {
	var told counts
	server := httptest.NewServer(hook.Endpoint{
		Signature: signatures()["hub256"], Count: told.count,
		Challenge: func(r *http.Request) (string, bool) {
			return r.FormValue("hub.challenge"), r.FormValue("hub.verify_token") == "ord"
		},
	})
	defer server.Close()
	for token, want := range map[string]string{"ord": "200 1158201444", "feil": "403 forbidden\n"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			server.URL+"?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="+token, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := fmt.Sprintf("%d %s", resp.StatusCode, text); got != want {
			t.Errorf("%s: got %q, want %q", token, got, want)
		}
	}
	if got := told.String(); got != "ok bad_challenge" && got != "bad_challenge ok" {
		t.Errorf("counted %s", got)
	}
}

// TestHookEndsSlowBodies writes a body that never ends, and one that ends
// before its end.
func TestHookEndsSlowBodies(t *testing.T) {
	for _, tt := range []struct {
		name   string
		length int
		hangUp bool
		code   hook.Code
		status string
	}{
		{"a body that does not come", 100, false, hook.TooSlow, "HTTP/1.1 408 Request Timeout"},
		{"a body that is cut short", 100, true, hook.CutShort, "HTTP/1.1 400 Bad Request"},
		{"a large body that does not come", 2 << 20, false, hook.TooLarge, "HTTP/1.1 413 Request Entity Too Large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			told := make(chan hook.Code, 1)
			server := httptest.NewServer(hook.Endpoint{
				Signature: signatures()["standard"], Read: 200 * time.Millisecond,
				Count: func(c hook.Code) { told <- c },
				Take:  func(context.Context, hook.Delivery) error { t.Error("took it"); return nil },
			})
			defer server.Close()
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n{", tt.length)
			if tt.hangUp {
				_ = conn.(*net.TCPConn).CloseWrite()
			}
			began := time.Now()
			line, err := bufio.NewReader(conn).ReadString('\n')
			if err != nil || strings.TrimSpace(line) != tt.status {
				t.Errorf("answered %q, %v; want %q", line, err, tt.status)
			}
			if got := <-told; got != tt.code {
				t.Errorf("counted %s, want %s", got, tt.code)
			}
			if took := time.Since(began); took > 9*time.Second {
				t.Errorf("answered after %v", took)
			}
		})
	}
}

// TestHookAnswersOneThatSendsOn: a sender that reads no answer before it has sent all is
// told that it was too much, and not of a reset.
func TestHookAnswersOneThatSendsOn(t *testing.T) {
	server := httptest.NewServer(hook.Endpoint{Signature: signatures()["standard"]})
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	part := bytes.Repeat([]byte("x"), 1<<20)
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", 4*len(part))
	for i := range 4 {
		if i == 2 {
			time.Sleep(time.Second) // longer than a server waits for a sender to hang up
		}
		if _, err := conn.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "HTTP/1.1 413 Request Entity Too Large" {
		t.Errorf("answered %q, %v", line, err)
	}
}

// TestHookAgainOnOneConnection takes good deliveries on a connection that a
// deadline was set on before.
func TestHookAgainOnOneConnection(t *testing.T) {
	server := httptest.NewServer(hook.Endpoint{
		Signature: signatures()["standard"], Read: 150 * time.Millisecond,
		Take: func(ctx context.Context, _ hook.Delivery) error {
			time.Sleep(200 * time.Millisecond) // longer than the body was given
			return ctx.Err()
		},
	})
	defer server.Close()
	for range 3 {
		if status, _ := ask(t, signed(t, signatures()["standard"], server.URL, delivered)); status != 200 {
			t.Errorf("answered %d", status)
		}
	}
}

func TestCodesAreExplained(t *testing.T) {
	said := map[string]hook.Code{}
	for _, code := range hook.Codes() {
		text := code.Error()
		if before, twice := said[text]; twice || text == "unknown code" {
			t.Errorf("%s says %q, as %s does", code, text, before)
		}
		said[text] = code
		if hidden := code.Status() == http.StatusForbidden; hidden == code.Open() {
			t.Errorf("%s is answered %d, and may be told: %v", code, code.Status(), code.Open())
		}
	}
	if got := hook.Code("x"); got.Status() != http.StatusServiceUnavailable || got.Error() != "unknown code" {
		t.Errorf("an unknown code is answered %d: %s", got.Status(), got.Error())
	}
}
