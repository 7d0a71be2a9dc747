// Package courier brings signed deliveries to a hook, as platforms do: again
// and again until they are taken, some of them twice, and not in order.
package courier

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/svartid/svartid/channels/hook"
)

// Mischief is what is done to deliveries on their way. The zero value does
// none.
type Mischief struct {
	Repeat float64       // the chance that one that was taken is brought again
	Linger time.Duration // each sets out at a moment drawn up to this: the order is lost
}

// A Courier brings deliveries. Fill the fields before the first.
type Courier struct {
	Signature hook.Signature
	Mischief  Mischief
	Seed      string
	// Pauses lie between one try and the next; the last is repeated. None =
	// 50 ms, doubling to 2 s.
	Pauses []time.Duration
	Client *http.Client // nil = one of its own, with a timeout of 10 s

	mu    sync.Mutex
	r     *rand.Rand
	log   []Brought
	over  bool
	under map[*Brought]context.CancelFunc // deliveries under way
}

// A Brought is one delivery, and what became of it.
type Brought struct {
	ID     string
	Tries  int
	Times  int       // how often it was taken
	Taken  time.Time // the first time
	Status int       // of the last answer; 0 = none came
}

// Bring delivers a parcel to the hook at url until it is taken, it is refused
// for good (4xx but 403, 408 and 429), ctx ends or Close is called. Now and
// then it brings it again.
func (c *Courier) Bring(ctx context.Context, url string, p Parcel) {
	linger, again := c.draw()
	b := Brought{ID: p.ID}
	ctx, done := c.begin(ctx, &b)
	defer done()
	wait(ctx, linger)
	for ctx.Err() == nil {
		b.Tries++
		b.Status = c.post(ctx, url, p)
		if b.Status/100 == 2 {
			b.Times++
			if b.Taken.IsZero() {
				b.Taken = time.Now()
			}
			if !again {
				break
			}
			again = false
			continue
		}
		if final(b.Status) {
			break
		}
		wait(ctx, c.pause(b.Tries))
	}
}

// begin sets out with b, and returns how it ends: with ctx, or with the courier.
func (c *Courier) begin(ctx context.Context, b *Brought) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		cancel()
	}
	if c.under == nil {
		c.under = map[*Brought]context.CancelFunc{}
	}
	c.under[b] = cancel
	return ctx, func() {
		cancel()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.under, b)
		c.log = append(c.log, *b)
	}
}

// Close ends what is under way, and all that would be.
func (c *Courier) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	for _, cancel := range c.under {
		cancel()
	}
}

// Log returns what has been brought, in the order in which it was done with.
func (c *Courier) Log() []Brought {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Brought(nil), c.log...)
}

// final reports whether an answer ends all tries. 403 does not: it is what an
// endpoint says whose secret cannot be read just now.
func final(status int) bool {
	switch status {
	case http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return status/100 == 4
}

// draw says how long the next delivery lingers, and whether it comes again.
func (c *Courier) draw() (linger time.Duration, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.r == nil {
		c.r = rand.New(rand.NewChaCha8(sha256.Sum256([]byte("courier " + c.Seed))))
	}
	if c.Mischief.Linger > 0 {
		linger = time.Duration(c.r.Int64N(int64(c.Mischief.Linger)))
	}
	return linger, c.r.Float64() < c.Mischief.Repeat
}

// pause is what lies behind the nth try.
func (c *Courier) pause(n int) time.Duration {
	if len(c.Pauses) == 0 {
		return min(50*time.Millisecond<<min(n-1, 6), 2*time.Second)
	}
	return c.Pauses[min(n, len(c.Pauses))-1]
}

// post brings it once, and returns the status; 0 = no answer came.
func (c *Courier) post(ctx context.Context, url string, p Parcel) int {
	r, err := Request(ctx, c.Signature, url, p)
	if err != nil {
		return 0
	}
	client := c.Client
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10))
	return resp.StatusCode
}

// A Parcel is what is brought, under its own id.
type Parcel struct {
	ID   string
	Body []byte
}

// Request returns the signed request that brings a parcel.
func Request(ctx context.Context, signature hook.Signature, url string, p Parcel) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(p.Body))
	if err != nil {
		return nil, fmt.Errorf("deliver: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if err := signature.Sign(r.Header, p.ID, p.Body); err != nil {
		return nil, fmt.Errorf("deliver: %w", err)
	}
	return r, nil
}

// wait waits for d, or for ctx to end.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
