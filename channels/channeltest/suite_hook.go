package channeltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// A HookWorld is a channel that is told over HTTP, and those who tell it. Each
// case gets a new one. Nothing is drawn by the channel: the same deliveries
// make the same arrivals.
type HookWorld struct {
	Listener channels.Listener // the first source is what the hook brings to
	Hook     channels.Hooked
	// Delivery returns a signed request that brings one arrival which holds
	// text. The same text is the same delivery, signed anew.
	Delivery func(text string) *http.Request
	// Secrets may stand in no answer and no error.
	Secrets []string
}

// RunHook puts a hooked channel through the contract: world is called once for
// each case, and cleans up with t.
func RunHook(t *testing.T, world func(t *testing.T) HookWorld) {
	cases := []struct {
		name string
		run  func(*testing.T, HookWorld)
	}{
		{"it refuses while Listen is not running", hookNotListening},
		{"an arrival is whole", hookWhole},
		{"it is answered once it is durable", hookDurable},
		{"a delivery that comes again is the same arrival", hookAgain},
		{"order and repeats change nothing", hookOrder},
		{"what is not signed is refused like an unknown endpoint", hookForged},
		{"a large body is refused", hookLarge},
		{"it says how far it has listened", hookMark},
		{"the end of the context ends all", hookEnds},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, world(t)) })
	}
}

// serve serves the hook on a port of its own.
func (w HookWorld) serve(t *testing.T, hook http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(hook)
	t.Cleanup(server.Close)
	return server.URL
}

// bring sends r to the hook at url, and returns the status and the whole
// answer without its Date.
func (w HookWorld) bring(t *testing.T, url string, r *http.Request) (status int, answer string) {
	t.Helper()
	there, err := r.URL.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	r.URL, r.Host, r.RequestURI = there, "", ""
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Errorf("deliver: %v", err)
		return 0, ""
	}
	defer resp.Body.Close()
	resp.Header.Del("Date")
	text, err := httputil.DumpResponse(resp, true)
	if err != nil {
		t.Error(err)
	}
	for _, hidden := range append(w.Secrets, spoken) {
		if strings.Contains(string(text), hidden) {
			t.Errorf("the answer holds %q: %s", hidden, text)
		}
	}
	return resp.StatusCode, string(text)
}

// spoken is in every text that is delivered, and must be in no answer.
const spoken = "message-"

// listening listens at the first source until end is called, and has been
// heard once when it returns.
func (w HookWorld) listening(t *testing.T, h *hearer) (end func() error) {
	t.Helper()
	h.mu.Lock()
	before := h.heard
	h.mu.Unlock()
	end = World{Listener: w.Listener, Secrets: w.Secrets}.listen(t, h)
	h.until(t, "nothing was heard", func() bool { return h.heard > before })
	return end
}

func (w HookWorld) hearer() *hearer { return newHearer(World{Listener: w.Listener}) }

// words is what an arrival says.
func words(a channels.Arrival) string { return a.Text + string(a.Raw) }

func hookNotListening(t *testing.T, w HookWorld) {
	url := w.serve(t, w.Hook)
	if status, _ := w.bring(t, url, w.Delivery(text(1))); status != http.StatusServiceUnavailable {
		t.Errorf("answered %d before Listen runs", status)
	}
	h := w.hearer()
	if err := w.listening(t, h)(); !errors.Is(err, context.Canceled) {
		t.Errorf("Listen: %v", err)
	}
	if status, _ := w.bring(t, url, w.Delivery(text(1))); status != http.StatusServiceUnavailable {
		t.Errorf("answered %d after it", status)
	}
	if len(h.arrivals) != 0 {
		t.Errorf("heard %d arrivals", len(h.arrivals))
	}
}

func hookWhole(t *testing.T, w HookWorld) {
	url, h := w.serve(t, w.Hook), w.hearer()
	end := w.listening(t, h)
	before := time.Now()
	for n := range 2 {
		if status, _ := w.bring(t, url, w.Delivery(text(n))); status != http.StatusOK {
			t.Fatalf("answered %d", status)
		}
	}
	_ = end()
	if len(h.arrivals) != 2 || h.arrivals[0].Key == h.arrivals[1].Key {
		t.Fatalf("heard %d arrivals: %+v", len(h.arrivals), h.arrivals)
	}
	for n, a := range h.arrivals {
		checkWhole(t, a, text(n), before)
	}
}

// checkWhole reports what an arrival lacks that was brought just after before.
func checkWhole(t *testing.T, a channels.Arrival, text string, before time.Time) {
	t.Helper()
	if !strings.Contains(words(a), text) || a.Key == "" || a.Media == "" || len(a.Raw) == 0 {
		t.Errorf("the arrival of %s is not whole: %+v", text, a)
	}
	if a.Media == channels.JSON && !strings.Contains(a.Text, text) {
		t.Errorf("the arrival of %s has the text %q", text, a.Text)
	}
	if !duly(a.Times.Arrived, before) || a.Times.Noticed.IsZero() {
		t.Errorf("%s came at %v and was noticed at %v, delivered at %v", text, a.Times.Arrived, a.Times.Noticed, before)
	}
}

func hookDurable(t *testing.T, w HookWorld) {
	url, h := w.serve(t, w.Hook), w.hearer()
	end := w.listening(t, h)
	h.mu.Lock()
	h.deny = true
	h.mu.Unlock()
	if status, _ := w.bring(t, url, w.Delivery(text(1))); status != http.StatusServiceUnavailable {
		t.Errorf("answered %d to what was not kept", status)
	}
	if err := end(); !errors.Is(err, errDeny) {
		t.Errorf("Listen: %v, want the hearer's error", err)
	}
	h.deny = false
	end = w.listening(t, h)
	if status, _ := w.bring(t, url, w.Delivery(text(1))); status != http.StatusOK {
		t.Errorf("answered %d to the next try", status)
	}
	_ = end()
	if got := len(h.arrivals); got != 1 {
		t.Errorf("heard %d arrivals", got)
	}
}

func hookAgain(t *testing.T, w HookWorld) {
	url, h := w.serve(t, w.Hook), w.hearer()
	for range 2 { // a restart between them
		end := w.listening(t, h)
		for range 2 {
			if status, _ := w.bring(t, url, w.Delivery(text(1))); status != http.StatusOK {
				t.Errorf("answered %d", status)
			}
		}
		_ = end()
	}
	for _, a := range h.arrivals {
		if a.Key != h.arrivals[0].Key {
			t.Errorf("offered as %s and as %s", h.arrivals[0].Key, a.Key)
		}
	}
	if len(h.arrivals) == 0 {
		t.Error("heard nothing")
	}
}

// kept is what a ledger holds of arrivals: each once, without what depends on
// when it was noticed.
func kept(arrivals []channels.Arrival) map[string]channels.Arrival {
	all := map[string]channels.Arrival{}
	for _, a := range arrivals {
		a.Raw, a.Times.Noticed = nil, time.Time{} // a batch is wrapped by its neighbours
		if _, known := all[a.Key]; !known {
			all[a.Key] = a
		}
	}
	return all
}

// hookOrder brings the same deliveries in several orders, some of them twice,
// from several senders at once.
func hookOrder(t *testing.T, w HookWorld) {
	const n, repeats = 60, 20
	url := w.serve(t, w.Hook)
	var first map[string]channels.Arrival
	for round := range 4 {
		r := rand.New(rand.NewPCG(uint64(round), 5))
		order := r.Perm(n)
		for range repeats {
			order = append(order, r.IntN(n))
		}
		if round == 0 {
			order = slices.Sorted(slices.Values(order))
		}
		h := w.hearer()
		end := w.listening(t, h)
		var senders sync.WaitGroup
		for part := range slices.Chunk(order, (n+repeats)/4) {
			senders.Go(func() {
				for _, i := range part {
					if status, _ := w.bring(t, url, w.Delivery(text(i))); status != http.StatusOK {
						t.Errorf("delivery %d: answered %d", i, status)
					}
				}
			})
		}
		senders.Wait()
		_ = end()
		got := kept(h.arrivals)
		if first == nil {
			first = got
		}
		if len(got) != n || !reflect.DeepEqual(keys(got), keys(first)) {
			t.Errorf("round %d: %d arrivals, want %d, the same ones in every order", round, len(got), n)
		}
	}
}

// keys returns the keys of arrivals, and who each says has answered.
func keys(arrivals map[string]channels.Arrival) map[string]string {
	all := map[string]string{}
	for key, a := range arrivals {
		all[key] = fmt.Sprint(a.Names, a.Text, a.Responder, a.Opener)
	}
	return all
}

// hookForged changes a good delivery in ways that only a sender without the
// secret would.
func hookForged(t *testing.T, w HookWorld) {
	url, none, h := w.serve(t, w.Hook), w.serve(t, hook.Endpoint{}), w.hearer()
	end := w.listening(t, h)
	for name, forge := range map[string]func(*http.Request){
		"no signature": func(r *http.Request) { r.Header = http.Header{} },
		"another body": func(r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			body = append(body, ' ')
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		},
		"no body": func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 },
		"PUT":     func(r *http.Request) { r.Method = http.MethodPut },
	} {
		var answers []string
		for _, at := range []string{url, none} {
			r := w.Delivery(text(1))
			forge(r)
			status, answer := w.bring(t, at, r)
			if status/100 == 2 {
				t.Errorf("%s: answered %d", name, status)
			}
			answers = append(answers, answer)
		}
		if answers[0] != answers[1] {
			t.Errorf("%s: answered\n%s\nand an unknown endpoint\n%s", name, answers[0], answers[1])
		}
	}
	_ = end()
	if len(h.arrivals) != 0 {
		t.Errorf("heard %d forged arrivals", len(h.arrivals))
	}
}

func hookLarge(t *testing.T, w HookWorld) {
	url, h := w.serve(t, w.Hook), w.hearer()
	end := w.listening(t, h)
	const large = 2 << 20
	for _, told := range []int64{large, -1} { // -1: it does not say how long it is
		r := w.Delivery(text(1))
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat(" ", large))), told
		if status, _ := w.bring(t, url, r); status != http.StatusRequestEntityTooLarge {
			t.Errorf("answered %d to 2 MiB, told as %d", status, told)
		}
	}
	_ = end()
	if len(h.arrivals) != 0 {
		t.Errorf("heard %d arrivals", len(h.arrivals))
	}
}

func hookMark(t *testing.T, w HookWorld) {
	h := w.hearer()
	end := w.listening(t, h)
	h.caughtUp(t)
	if h.checkpoint.Source != w.Listener.Sources()[0] || h.checkpoint.Until.After(time.Now()) {
		t.Errorf("checkpoint %+v at %v", h.checkpoint, time.Now())
	}
	position := h.checkpoint.Position
	_ = end()
	end = w.listening(t, h)
	_ = end()
	if h.checkpoint.Position != position {
		t.Errorf("position %q became %q with nothing heard", position, h.checkpoint.Position)
	}
	if err := w.Listener.Listen(t.Context(), channels.Checkpoint{Source: "nowhere"}, h.hear); err == nil {
		t.Error("it listens to a source that it does not have")
	}
}

func hookEnds(t *testing.T, w HookWorld) {
	h := w.hearer()
	_ = w.listening(t, h)()
	const rounds = 10
	before := runtime.NumGoroutine()
	var took []time.Duration
	for range rounds {
		end := w.listening(t, h)
		began := time.Now()
		if err := end(); !errors.Is(err, context.Canceled) {
			t.Errorf("Listen: %v, want canceled", err)
		}
		took = append(took, time.Since(began))
	}
	promptly(t, took)
	// Connections that lie idle for a while are no leak.
	settled(t, before+rounds-1)
}

// settled waits until there are no more goroutines than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for late := time.Now().Add(limit); time.Now().Before(late); {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
