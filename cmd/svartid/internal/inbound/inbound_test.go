package inbound_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/channels/simulated/courier"
	"github.com/svartid/svartid/cmd/svartid/internal/inbound"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/inbox"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// A desk is what one process has of the inbox, with what it was told to say in its log.
type desk struct {
	*inbound.Desk
	mu  sync.Mutex
	log strings.Builder
}

// Write takes a line of the log.
func (d *desk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.Write(b)
}

// opened returns the desk of a process that has a key.
func opened(t *testing.T, dsn string, key []byte) *desk {
	t.Helper()
	box, err := inbox.Open(dsn, inbox.Options{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{}
	d.Desk = &inbound.Desk{Inbox: box, Log: slog.New(slog.NewTextHandler(d, nil))}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// TestUnreadable: what a replica has written down by another key keeps neither what others
// have written down from being heard, nor what comes here from being taken. It is told of,
// and all that came after it is not vouched for.
func TestUnreadable(t *testing.T) {
	server := peers.StartPostgres(t)
	dsn := server.Database(t)
	l, err := ledger.Open(t.Context(), dsn, ledgertest.Options())
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	key := func() []byte {
		identity, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		return []byte(identity.String() + "\n")
	}
	ours := key()
	strange, standing, active := opened(t, dsn, key()), opened(t, dsn, ours), opened(t, dsn, ours)

	signature := hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline("whsec_c3ZhcnRpZA==")}}
	var heard []string
	chat := map[string]any{"chat": hook.Endpoint{Signature: signature, Take: func(_ context.Context, d hook.Delivery) error {
		heard = append(heard, string(d.Body))
		return nil
	}}}
	bring := func(to map[string]any, body string) {
		t.Helper()
		r, err := courier.Request(t.Context(), signature, "http://chat.example/hooks/chat", courier.Parcel{ID: "msg_" + body, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		if to["chat"].(http.Handler).ServeHTTP(w, r); w.Code != http.StatusOK {
			t.Errorf("%s: answered %d", body, w.Code)
		}
	}
	const shut, open = 18, 20 // more than are read at once
	var want []string
	before := time.Now()
	for n := range shut {
		bring(strange.Storing(chat), fmt.Sprint("shut ", n))
	}
	for n := range open {
		want = append(want, fmt.Sprint("stored ", n))
		bring(standing.Storing(chat), want[n])
	}
	want = append(want, "here")
	bring(active.Hearing(chat), "here")
	if fmt.Sprint(heard) != fmt.Sprint(want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
	if until := active.Complete("chat")(t.Context()); until.IsZero() || until.After(before.Add(time.Second)) {
		t.Errorf("complete up to %v, and the first that cannot be read came at %v", until, before)
	}
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { active.Run(ctx, chat) })
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		active.mu.Lock()
		said := active.log.String()
		active.mu.Unlock()
		if strings.Contains(said, "cannot be read") {
			break
		}
	}
	end()
	running.Wait()
	if got := strings.Count(active.log.String(), "cannot be read"); got != 1 {
		t.Errorf("told %d times: %s", got, active.log.String())
	}
}
