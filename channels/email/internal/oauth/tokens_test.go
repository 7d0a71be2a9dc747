package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// A rotator is an authorization server that takes each refresh token once, and ends
// the consent when one comes back.
type rotator struct {
	*httptest.Server

	mu     sync.Mutex
	given  int            // tokens
	sent   map[string]int // refresh tokens, and how often each came
	ended  bool
	inBody bool // the client's secret is taken in the body alone
	life   time.Duration
}

func startRotator(t *testing.T) *rotator {
	t.Helper()
	r := &rotator{sent: map[string]int{}, life: time.Second}
	r.Server = httptest.NewServer(http.HandlerFunc(r.token))
	t.Cleanup(r.Close)
	return r
}

func (r *rotator) token(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	no := func(code string) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"error":%q}`, code)
	}
	if _, _, header := q.BasicAuth(); header == r.inBody {
		no("invalid_client")
		return
	}
	refresh := q.FormValue("refresh_token")
	if r.sent[refresh]++; r.sent[refresh] > 1 || refresh != fmt.Sprintf("r%d", r.given) {
		r.ended = true
	}
	if r.ended {
		no("invalid_grant")
		return
	}
	r.given++
	_, _ = fmt.Fprintf(w, `{"access_token":"a%d","token_type":"Bearer","refresh_token":"r%d","expires_in":%d}`,
		r.given, r.given, int(r.life.Seconds()))
}

// tokens returns the tokens of one process.
func (r *rotator) tokens(file string) *Tokens {
	return NewTokens(OAuth2{
		Grant: RefreshToken, ClientID: "svartid", ClientSecret: channels.Inline("secret"),
		TokenURL: r.URL + "/token", RefreshToken: channels.Inline("r0"),
	}, file, time.Now)
}

// TestProcessesShareTokens renews one account's tokens from many at once: each
// refresh token is sent once.
func TestProcessesShareTokens(t *testing.T) {
	t.Parallel()
	for _, inBody := range []bool{false, true} {
		r := startRotator(t)
		r.inBody = inBody
		file := filepath.Join(t.TempDir(), "mail.tokens")
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				for range 4 { // a new process each time, which then goes on for a while
					process := r.tokens(file)
					for range 2 {
						if _, err := process.Bearer(t.Context()); err != nil {
							t.Errorf("bearer: %v", err)
						}
						process.Accepted()
					}
				}
			})
		}
		group.Wait()
		r.mu.Lock()
		if r.ended || r.given == 0 {
			t.Errorf("in the body %t: %d tokens, ended %t, sent %v", inBody, r.given, r.ended, r.sent)
		}
		r.mu.Unlock()
	}
}

// TestAnothersTokenIsTaken: what another process has got meanwhile is used, and
// nothing is spent.
func TestAnothersTokenIsTaken(t *testing.T) {
	t.Parallel()
	r := startRotator(t)
	r.life = time.Hour
	file := filepath.Join(t.TempDir(), "mail.tokens")
	first, second := r.tokens(file), r.tokens(file)
	for _, process := range []*Tokens{first, second} {
		if _, err := process.Bearer(t.Context()); err != nil {
			t.Fatal(err)
		}
		process.Accepted()
	}
	first.Reject("a1")
	if got, err := first.Bearer(t.Context()); err != nil || got != "a2" {
		t.Fatalf("got %s, %v", got, err)
	}
	second.Reject("a1")
	if got, err := second.Bearer(t.Context()); err != nil || got != "a2" || r.given != 2 {
		t.Errorf("got %s, %v after %d tokens, want the other's", got, err, r.given)
	}
}

// TestRefusedIsNotSentAgain: a refusal of the grant is final for its token, in
// whatever way the client shows its secret. Another token in the file is taken.
func TestRefusedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	r := startRotator(t)
	r.ended, r.life = true, time.Hour
	file := filepath.Join(t.TempDir(), "mail.tokens")
	process := r.tokens(file)
	for range 3 {
		_, err := process.Bearer(t.Context())
		if !errors.Is(err, ErrConsent) || !strings.Contains(err.Error(), "svartid login") {
			t.Errorf("got %v", err)
		}
	}
	if r.sent["r0"] != 1 {
		t.Errorf("sent %d times", r.sent["r0"])
	}
	r.ended, r.given = false, 7
	other := r.tokens(file)
	other.cfg.RefreshToken = channels.Inline("r7")
	if _, err := other.Bearer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := process.Bearer(t.Context()); err != nil || got != "a8" {
		t.Errorf("after another login: %s, %v", got, err)
	}
}

// TestUnkeptIsNotSpentAgain: where the file cannot be written, nothing is spent.
func TestUnkeptIsNotSpentAgain(t *testing.T) {
	t.Parallel()
	r := startRotator(t)
	process := r.tokens(filepath.Join(t.TempDir(), "nowhere", "mail.tokens"))
	if _, err := process.Bearer(t.Context()); err == nil || len(r.sent) != 0 {
		t.Errorf("got %v; sent %v", err, r.sent)
	}
}
