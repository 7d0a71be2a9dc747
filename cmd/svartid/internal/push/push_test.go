package push

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/dashboards/board"
	"github.com/svartid/svartid/dashboards/board/phone"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// subscription is one as a browser makes it.
func subscription(t *testing.T, path string) phone.Subscription {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return phone.Subscription{
		Endpoint: "https://push.example.com/" + path, Language: "nb",
		Key:  base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
		Auth: base64.RawURLEncoding.EncodeToString(make([]byte, 16)),
	}
}

// A service takes what is sent to push services, whatever their names.
type service struct {
	mu   sync.Mutex
	got  []string // path, and what the headers say
	gone string   // the path of a telephone that is not known any more
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.Header.Get("Content-Encoding") != "aes128gcm" || !strings.HasPrefix(r.Header.Get("Authorization"), "vapid t=") || strings.Contains(string(body), "Nordlys") {
		return nil, errors.New("it is not encrypted, or not signed")
	}
	s.got = append(s.got, r.URL.Path+" "+r.Header.Get("Urgency")+" "+r.Header.Get("TTL"))
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusCreated)
	if r.URL.Path == s.gone {
		w = httptest.NewRecorder()
		w.WriteHeader(http.StatusGone)
	}
	return w.Result(), nil
}

func (s *service) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.got, ", ")
}

// TestTells: each prompt is told once, to the telephones of its persona's shopper and of
// those who see all, and to no other; a telephone that is gone is forgotten, and what was
// told before a new start is not told again.
func TestTells(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules{}.Fold})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := filepath.Join(t.TempDir(), "push.json")
	registry, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	kari := board.Visitor{Name: "kari", Shopper: true, Personas: []string{"Kari Nordmann"}}
	for who, v := range map[string]board.Visitor{"kari": kari, "ola": {Name: "ola", Shopper: true, Personas: []string{"Ola"}}, "chief": {Name: "chief"}, "gone": kari, "left": {Name: "left"}} {
		if err := registry.Subscribe(v, subscription(t, who)); err != nil {
			t.Fatal(err)
		}
	}
	if err := registry.Subscribe(kari, phone.Subscription{Endpoint: "https://localhost/x"}); !errors.Is(err, phone.ErrSubscription) {
		t.Errorf("got %v for a telephone of our own network", err)
	}
	if about, err := os.Stat(file); err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v; want a file that only its owner can read", about, err)
	}
	prompt := func(id string, at time.Time) {
		t.Helper()
		err := l.Update(t.Context(), func(tx probes.Tx) error {
			_, err := tx.Append(t.Context(), id,
				ledgertest.Event(probes.Planned, 1, at, probes.Plan{Edition: "2026", Company: "nordlys", Channel: "phone", Slot: at, Within: "5m", Persona: "Kari Nordmann"}),
				ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: id}),
				ledgertest.Event(probes.Prompted, 1, at, probes.Prompting{How: "phone"}))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	prompt("before", now.Add(-10*time.Minute))
	prompt("due", now)
	push := &service{gone: "/gone"}
	run := func(r *Registry) {
		ctx, cancel := context.WithCancel(t.Context())
		sender := &Sender{
			Registry: r, Ledger: l, Edition: &edition.Edition{Name: "2026", Companies: []edition.Company{{ID: "nordlys", Name: "Nordlys"}}},
			Slot: time.Hour, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }, Every: 5 * time.Millisecond,
			Client: &http.Client{Transport: push}, May: func(name string) bool { return name != "left" },
		}
		done := make(chan struct{})
		go func() { sender.Run(ctx); close(done) }()
		for range 500 {
			if n := strings.Count(push.heard(), "/"); n >= 3 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		cancel()
		<-done
	}
	run(registry)
	for path, want := range map[string]int{"/kari high 3600": 1, "/chief high 3600": 1, "/gone high 3600": 1, "/ola": 0, "/left": 0} {
		if got := strings.Count(push.heard(), path); got != want {
			t.Errorf("%s is told %d times, want %d: %s", path, got, want, push.heard())
		}
	}
	again, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if again.Key() != registry.Key() || len(again.told("Kari Nordmann")) != 2 {
		t.Errorf("read again: %d telephones, and the key is the same: %v", len(again.told("Kari Nordmann")), again.Key() == registry.Key())
	}
	now = now.Add(5 * time.Minute)
	push.got = []string{"/", "/", "/"}
	run(again)
	if push.heard() != "/, /, /" {
		t.Errorf("told again after a new start: %s", push.heard())
	}
}

// TestOutside: a name that stands for a machine of our own network is not connected to.
func TestOutside(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	answer, err := outside().Get(server.URL)
	if err == nil {
		answer.Body.Close()
	}
	if !errors.Is(err, errOurs) {
		t.Errorf("got %v", err)
	}
}
