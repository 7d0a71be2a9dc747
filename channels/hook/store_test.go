package hook_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// TestStore: what is stored is proven and not taken, and is taken as it was once it is
// delivered again, however old it is by then.
func TestStore(t *testing.T) {
	var told counts
	var taken []hook.Delivery
	var refuse error
	endpoint := hook.Endpoint{
		Signature: signatures()["standard"], Count: told.count,
		Take: func(_ context.Context, d hook.Delivery) error {
			taken = append(taken, d)
			return refuse
		},
	}
	var kept []hook.Delivery
	var full error
	server := httptest.NewServer(hook.Store(endpoint, func(_ context.Context, d hook.Delivery) error {
		kept = append(kept, d)
		return full
	}))
	defer server.Close()

	stranger := signed(t, signatures()["standard"], server.URL, delivered)
	stranger.Header.Del("webhook-signature")
	if status, _ := ask(t, stranger); status != http.StatusForbidden || len(kept) != 0 {
		t.Errorf("unsigned: answered %d, and stored %d", status, len(kept))
	}
	if status, _ := ask(t, signed(t, signatures()["standard"], server.URL, delivered)); status != http.StatusOK {
		t.Fatalf("signed: answered %d", status)
	}
	full = errors.New("disk full")
	if status, _ := ask(t, signed(t, signatures()["standard"], server.URL, delivered)); status != http.StatusServiceUnavailable {
		t.Errorf("not stored: answered %d", status)
	}
	if len(taken) != 0 || len(kept) != 2 || kept[0].Came.IsZero() {
		t.Fatalf("took %d and stored %+v", len(taken), kept)
	}
	if got, want := told.String(), "bad_signature not_kept"; got != want {
		t.Errorf("counted %q, want %q: what is stored is counted once it is taken", got, want)
	}

	old := kept[0]
	old.At, old.Came = old.At.Add(-time.Hour), old.Came.Add(-time.Hour)
	for _, tt := range []struct {
		name  string
		err   error
		again bool
	}{
		{"kept", nil, false},
		{"not listening", hook.NotListening, true},
		{"disk full", errors.New("disk full"), true},
		{"of no use", hook.UnknownEvent, false},
	} {
		taken, refuse = nil, tt.err
		err := hook.Redeliver(t.Context(), endpoint, old)
		if !errors.Is(err, tt.err) || hook.Again(err) != tt.again {
			t.Errorf("%s: got %v, to be taken again %v", tt.name, err, hook.Again(err))
		}
		if len(taken) != 1 || taken[0].ID != "msg_1" || string(taken[0].Body) != delivered || !taken[0].Came.Equal(old.Came) {
			t.Errorf("%s: took %+v", tt.name, taken)
		}
	}
	if err := hook.Redeliver(t.Context(), http.NotFoundHandler(), old); !hook.Again(err) {
		t.Errorf("by what is no endpoint: got %v", err)
	}
	if err := hook.Redeliver(t.Context(), hook.Endpoint{}, old); err == nil || hook.Again(err) {
		t.Errorf("by an endpoint that takes nothing: got %v", err)
	}
}

// TestBefore: what comes first is done for what is proven alone, and where it fails
// nothing is taken.
func TestBefore(t *testing.T) {
	var order []string
	var fail error
	endpoint := hook.Endpoint{
		Signature: signatures()["standard"],
		Take: func(context.Context, hook.Delivery) error {
			order = append(order, "take")
			return nil
		},
	}
	server := httptest.NewServer(hook.Before(endpoint, func(context.Context) error {
		order = append(order, "before")
		return fail
	}))
	defer server.Close()
	for _, tt := range []struct {
		name, header string
		fail         error
		status       int
		order        int
	}{
		{"unsigned", "", nil, http.StatusForbidden, 0},
		{"signed", "webhook-signature", nil, http.StatusOK, 2},
		{"the first fails", "webhook-signature", hook.UnknownEvent, http.StatusServiceUnavailable, 1},
	} {
		order, fail = nil, tt.fail
		r := signed(t, signatures()["standard"], server.URL, delivered)
		if tt.header == "" {
			r.Header.Del("webhook-signature")
		}
		if status, _ := ask(t, r); status != tt.status || len(order) != tt.order {
			t.Errorf("%s: answered %d after %v", tt.name, status, order)
		}
	}
}

// TestReceiverComplete: no checkpoint says more than is so of what other processes have
// stored, whether a beat tells it or an offer.
func TestReceiverComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var l ledger
		complete := begun
		d := hook.Receiver{Beat: 5 * time.Second, Complete: func(context.Context) time.Time { return complete }}
		end := listenAt(t, &d, &l)
		until := func(what string, want time.Time) {
			t.Helper()
			synctest.Wait()
			l.mu.Lock()
			defer l.mu.Unlock()
			if !l.mark.Until.Equal(want) {
				t.Errorf("%s: heard up to %v after the start, want %v", what, l.mark.Until.Sub(begun), want.Sub(begun))
			}
		}
		time.Sleep(11 * time.Second)
		until("something waits from the start", begun)
		complete = begun.Add(7 * time.Second)
		time.Sleep(5 * time.Second)
		until("it is heard, and another waits", complete)
		offer := channels.Batch{Checkpoint: channels.Checkpoint{Source: "hook", Until: time.Now()}}
		if err := d.Offer(t.Context(), func(channels.Checkpoint) channels.Batch { return offer }); err != nil {
			t.Error(err)
		}
		until("an offer says more", complete)
		complete = time.Time{}
		time.Sleep(5 * time.Second)
		until("it is not known", begun.Add(7*time.Second))
		complete = begun.Add(time.Hour)
		time.Sleep(5 * time.Second)
		until("nothing waits", begun.Add(25*time.Second))
		if err := end(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
