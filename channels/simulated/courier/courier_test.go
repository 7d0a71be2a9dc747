package courier

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// A desk answers deliveries as told, the last answer for ever.
type desk struct {
	mu      sync.Mutex
	answers []int
	bodies  []string
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bodies = append(d.bodies, r.Header.Get("webhook-id"))
	status := d.answers[0]
	if len(d.answers) > 1 {
		d.answers = d.answers[1:]
	}
	w.WriteHeader(status)
}

func newCourier(m Mischief) *Courier {
	return &Courier{
		Signature: hook.Signature{Scheme: hook.SchemeStandard, Secrets: []channels.Secret{channels.Inline("whsec_bnk=")}},
		Seed:      "1", Mischief: m, Pauses: []time.Duration{time.Millisecond},
	}
}

func TestBring(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers []int
		repeat  float64
		want    Brought
	}{
		{"at once", []int{200}, 0, Brought{Tries: 1, Times: 1, Status: 200}},
		{"after some tries", []int{503, 500, 403, 429, 204}, 0, Brought{Tries: 5, Times: 1, Status: 204}},
		{"refused for good", []int{503, 422}, 0, Brought{Tries: 2, Status: 422}},
		{"brought again", []int{200}, 1, Brought{Tries: 2, Times: 2, Status: 200}},
		{"brought again to one who is away", []int{200, 503, 200}, 1, Brought{Tries: 3, Times: 2, Status: 200}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &desk{answers: tt.answers}
			server := httptest.NewServer(d)
			defer server.Close()
			c := newCourier(Mischief{Repeat: tt.repeat})
			c.Bring(t.Context(), server.URL, Parcel{ID: "msg_1", Body: []byte("{}")})
			got := c.Log()[0]
			if got.Taken.IsZero() != (tt.want.Times == 0) {
				t.Errorf("taken at %v", got.Taken)
			}
			got.Taken, tt.want.ID = time.Time{}, "msg_1"
			if got != tt.want || len(d.bodies) != tt.want.Tries {
				t.Errorf("got %+v in %d requests, want %+v", got, len(d.bodies), tt.want)
			}
		})
	}
}

func TestBringEnds(t *testing.T) {
	for name, end := range map[string]func(*Courier, context.CancelFunc){
		"with its context": func(_ *Courier, cancel context.CancelFunc) { cancel() },
		"with the courier": func(c *Courier, _ context.CancelFunc) { c.Close() },
	} {
		server := httptest.NewServer(&desk{answers: []int{503}})
		c := newCourier(Mischief{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.Bring(ctx, server.URL, Parcel{ID: "msg_1"})
			c.Bring(ctx, server.URL, Parcel{ID: "msg_2"})
		}()
		time.Sleep(30 * time.Millisecond)
		end(c, cancel)
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Errorf("%s: it goes on", name)
		}
		if log := c.Log(); len(log) != 2 || log[0].Times != 0 || log[1].Tries != 0 {
			t.Errorf("%s: brought %+v", name, log)
		}
		cancel()
		server.Close()
	}
}

// TestPauses grow, and stop growing.
func TestPauses(t *testing.T) {
	c := &Courier{}
	for n, want := range map[int]time.Duration{1: 50 * time.Millisecond, 2: 100 * time.Millisecond, 7: 2 * time.Second, 900: 2 * time.Second} {
		if got := c.pause(n); got != want {
			t.Errorf("after try %d: %v, want %v", n, got, want)
		}
	}
	c.Pauses = []time.Duration{1, 2}
	if c.pause(1) != 1 || c.pause(2) != 2 || c.pause(9) != 2 {
		t.Error("pauses of its own are not kept to")
	}
}

// TestLinger loses the order.
func TestLinger(t *testing.T) {
	d := &desk{answers: []int{200}}
	server := httptest.NewServer(d)
	defer server.Close()
	c := newCourier(Mischief{Linger: 50 * time.Millisecond})
	var bringing sync.WaitGroup
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		bringing.Go(func() { c.Bring(t.Context(), server.URL, Parcel{ID: id}) })
		time.Sleep(2 * time.Millisecond)
	}
	bringing.Wait()
	inOrder := true
	for i := 1; i < len(d.bodies); i++ {
		inOrder = inOrder && d.bodies[i-1] < d.bodies[i]
	}
	if inOrder || len(d.bodies) != 8 {
		t.Errorf("came as %v", d.bodies)
	}
}
