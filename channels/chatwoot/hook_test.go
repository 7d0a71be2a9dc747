package chatwoot

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

const hookSecret = "hook-hemmelighet"

// serve serves handler until the test ends, and returns where.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// divert serves what the server at most does, but for the inbox 6fKq2, which is
// at another.
func divert(t *testing.T, most, other string) string {
	t.Helper()
	to := func(at string) http.Handler {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		proxy := httputil.NewSingleHostReverseProxy(u)
		proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { panic(http.ErrAbortHandler) }
		return proxy
	}
	a, b := to(most), to(other)
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/6fKq2") {
			b.ServeHTTP(w, r)
			return
		}
		a.ServeHTTP(w, r)
	}))
}

// delivered is a delivery of the simulated server's, whose source_id and
// conversation are those of the file.
func delivered(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "simulated", "chatwoot", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// goldenSource is the visitor of the golden files.
const goldenSource = "8f5a8d1e-7b0a-4c5e-9a56-0d1f5a1f2b3c"

func TestHook(t *testing.T) {
	answer := string(delivered(t, "hook-human.json"))
	good := channels.Inline(hookSecret)
	for _, tt := range []struct {
		name   string
		body   string
		secret channels.Secret
		status int
		codes  []hook.Code
		heard  int
	}{
		{"an answer", answer, good, 200, []hook.Code{hook.Kept}, 1},
		{"our own words", string(delivered(t, "hook-incoming.json")), good, 200, []hook.Code{hook.Kept}, 0},
		{"a private note", strings.Replace(answer, `"private": false`, `"private": true`, 1), good, 200, []hook.Code{hook.Kept}, 0},
		{"of a stranger", strings.Replace(answer, goldenSource, "somebody", 1), good, 200, []hook.Code{hook.Stranger, hook.Kept}, 0},
		{"without a conversation", `{"event":"message_created","id":1}`, good, 200, []hook.Code{hook.Stranger, hook.Kept}, 0},
		{"another event", `{"event":"conversation_updated","id":1}`, good, 200, []hook.Code{hook.UnknownEvent, hook.Kept}, 0},
		{"no JSON", "<html>", good, 400, []hook.Code{hook.Malformed}, 0},
		{"another shape", strings.Replace(answer, `"outgoing"`, `"sideways"`, 1), good, 400, []hook.Code{hook.Malformed}, 0},
		{"signed by another", answer, channels.Inline("another"), 403, []hook.Code{hook.BadSignature}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := channels.Opening{Attempt: "a-1", ID: goldenSource, Reach: "6fKq2"}
			_, at := play(t, o, map[string]string{"GET messages": `200 [{"id":1,"message_type":0,"created_at":1799661600}]`})
			c := connect(t, at, channels.Conversation{Opening: o, Names: []string{"6fKq2/1"}})
			c.cfg.Webhook = good
			var mu sync.Mutex
			var codes []hook.Code
			c.opt.Count = func(code hook.Code) {
				mu.Lock()
				defer mu.Unlock()
				codes = append(codes, code)
			}
			k := newKeeper()
			k.listen(t, c)
			until(t, "listening", func() bool { return k.moved() > 0 })
			for range 2 { // a repeat changes nothing
				codes = nil
				if got := post(t, c, tt.body, tt.secret); got != tt.status {
					t.Errorf("got %d, want %d", got, tt.status)
				}
			}
			if !slices.Equal(codes, tt.codes) || len(k.texts()) != tt.heard {
				t.Errorf("got %v and heard %q, want %v and %d", codes, k.texts(), tt.codes, tt.heard)
			}
		})
	}
}

// post delivers body to c's hook, signed with secret, and returns the status.
func post(t *testing.T, c *Channel, body string, secret channels.Secret) int {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/hooks/chat", strings.NewReader(body))
	signature := hook.Signature{Scheme: hook.SchemeChatwoot, Secrets: []channels.Secret{secret}}
	if err := signature.Sign(r.Header, "delivery", []byte(body)); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code
}

// TestHookWithoutListener holds that the hook answers 200 only to what is kept.
func TestHookWithoutListener(t *testing.T) {
	body := string(delivered(t, "hook-human.json"))
	o := channels.Opening{Attempt: "a-1", ID: goldenSource, Reach: "6fKq2"}
	c := connect(t, "http://127.0.0.1:1", channels.Conversation{Opening: o})
	if got := post(t, c, body, channels.Inline(hookSecret)); got != http.StatusForbidden {
		t.Errorf("without a secret of ours: got %d, want 403", got)
	}
	c.cfg.Webhook = channels.Inline(hookSecret)
	if got := post(t, c, body, channels.Inline(hookSecret)); got != http.StatusServiceUnavailable {
		t.Errorf("without a listener: got %d, want 503", got)
	}
	c.Follow(func(context.Context) ([]channels.Conversation, error) { return nil, errors.New("no ledger") })
	if got := post(t, c, body, channels.Inline(hookSecret)); got != http.StatusServiceUnavailable {
		t.Errorf("without a ledger: got %d, want 503", got)
	}
	c.open = nil
	if got := post(t, c, body, channels.Inline(hookSecret)); got != http.StatusServiceUnavailable {
		t.Errorf("before Follow: got %d, want 503", got)
	}
}
