package chatwoot

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
	"github.com/svartid/svartid/channels/simulated"
	fake "github.com/svartid/svartid/channels/simulated/chatwoot"
)

func TestNew(t *testing.T) {
	for _, url := range []string{"", "chat.example.no", "ftp://chat.example.no", "http://"} {
		if _, err := New(Config{URL: url}, Options{}); err == nil {
			t.Errorf("%q: want an error", url)
		}
	}
	for url, want := range map[string]string{
		"https://chat.example.no/": "wss://chat.example.no/cable", "http://127.0.0.1:3000/chat": "ws://127.0.0.1:3000/chat/cable",
	} {
		c, err := New(Config{URL: url}, Options{})
		if err != nil || c.cable != want || c.opt.Poll != defaultPoll || c.opt.Timeout != defaultTimeout {
			t.Errorf("%q: got %+v, %v, want the cable at %s", url, c, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	s := start(t, fake.Options{})
	if err := connect(t, s.URL()).Check(t.Context()); err != nil {
		t.Error(err)
	}
	for answer, shape := range map[string]bool{"404 {}": false, `200 {"status":"ok"}`: true, "200 <html>": true} {
		_, url := play(t, channels.Opening{}, map[string]string{"GET api": answer})
		err := connect(t, url).Check(t.Context())
		if err == nil || errors.Is(err, httpapi.ErrShape) != shape {
			t.Errorf("%s: got %v", answer, err)
		}
	}
}

// TestCheckSigning: a webhook that the server's version would not sign is told of, for what
// is not signed is refused.
func TestCheckSigning(t *testing.T) {
	for version, unsigned := range map[string]bool{
		"4.10.1": true, "4.11.1": true, "3.16.0": true, "v4.11.1-ce": true,
		"4.11.2": false, "4.13.0": false, "5.0.0": false, "4.13.0-ee.1": false, "develop": false,
	} {
		s := start(t, fake.Options{Version: version})
		for secret, want := range map[string]bool{"": false, "hemmelig": unsigned} {
			cfg := Config{URL: s.URL()}
			if secret != "" {
				cfg.Webhook = channels.Inline(secret)
			}
			c, err := New(cfg, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Check(t.Context()); (err != nil) != want || want && !strings.Contains(err.Error(), version) {
				t.Errorf("%s, secret %q: got %v", version, secret, err)
			}
		}
	}
}

// A lines keeps what is written to it.
type lines struct {
	mu sync.Mutex
	strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(p)
}

// TestTrace holds that a transcript tells all but what proves and opens.
func TestTrace(t *testing.T) {
	s := start(t, fake.Options{})
	var trace lines
	c, err := New(Config{URL: s.URL()}, Options{
		Trace: &trace, HMAC: func(string) channels.Secret { return channels.Inline(hmacKey) },
	})
	if err != nil {
		t.Fatal(err)
	}
	o := prepared(t, "x7f3", "proof")
	if _, err := c.Open(context.Background(), o, channels.Unrecorded); err != nil {
		t.Fatal(err)
	}
	got := trace.String()
	for _, secret := range []string{hmacKey, visitorOf(o).hash(hmacKey), c.token(visitorOf(o))} {
		if secret == "" || strings.Contains(got, secret) {
			t.Errorf("the transcript holds %q:\n%s", secret, got)
		}
	}
	if !strings.Contains(got, o.ID) || !strings.Contains(got, `"identifier_hash":"***"`) || !strings.Contains(got, `"pubsub_token":"***"`) {
		t.Errorf("got\n%s", got)
	}
}

func TestReachSecret(t *testing.T) {
	for name, tt := range map[string]struct {
		reach Reach
		file  string
		zero  bool
	}{
		"none":    {Reach{Inbox: "x"}, "", true},
		"inline":  {Reach{Inbox: "x", HMAC: channels.Inline("k")}, "", false},
		"in file": {Reach{Inbox: "x", HMACFile: "/run/secrets/hmac"}, "/run/secrets/hmac", false},
	} {
		if got := tt.reach.Secret(); got.File() != tt.file || got.IsZero() != tt.zero {
			t.Errorf("%s: got %v from %q", name, got, got.File())
		}
	}
}

func TestLocate(t *testing.T) {
	s := start(t, fake.Options{Inboxes: []fake.Inbox{{ID: "mute", Behaviour: simulated.Mute}}})
	bare := httptest.NewServer(http.NotFoundHandler())
	defer bare.Close()
	for name, tt := range map[string]struct {
		url, inbox    string
		there, absent bool
	}{
		"there":       {s.URL(), "mute", true, false},
		"mistyped":    {s.URL(), "mtue", false, true},
		"no Chatwoot": {bare.URL, "mute", false, false},
	} {
		err := connect(t, tt.url).Locate(t.Context(), tt.inbox)
		var no *channels.Refusal
		absent := errors.As(err, &no) && no.Sign == channels.SignMissing
		if (err == nil) != tt.there || absent != tt.absent {
			t.Errorf("%s: got %v, missing %t; want missing %t", name, err, absent, tt.absent)
		}
	}
	if got := len(s.Log()); got != 0 {
		t.Errorf("companies were met %d times", got)
	}
}
