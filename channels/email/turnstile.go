package email

import (
	"context"
	"sync"
	"time"
)

// defaultRelogin is how long after one login the next may come while something
// fails. Providers lock an account for a time after a few dozen in an hour.
const defaultRelogin = time.Minute

// A turnstile holds logins to one account back while something fails there,
// whoever asks: each folder has a connection of its own, and the account is
// locked for all.
type turnstile struct {
	every time.Duration

	mu      sync.Mutex
	next    time.Time // when the next login may come, if something fails
	failing map[string]bool
}

func newTurnstile(every time.Duration) *turnstile {
	if every <= 0 {
		every = defaultRelogin
	}
	return &turnstile{every: every, failing: map[string]bool{}}
}

// wait returns when the next login may come. The error is that of ctx.
func (t *turnstile) wait(ctx context.Context) error {
	timer := time.NewTimer(t.book())
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// book takes the next turn and returns how long it is until then.
func (t *turnstile) book() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	at := now
	if len(t.failing) > 0 && t.next.After(now) {
		at = t.next
	}
	t.next = at.Add(t.every)
	return at.Sub(now)
}

// through takes note that a login is over, however it went.
func (t *turnstile) through() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if next := time.Now().Add(t.every); next.After(t.next) {
		t.next = next
	}
}

// failed takes note that a session for a purpose has failed, or a login for it.
func (t *turnstile) failed(purpose string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failing[purpose] = true
}

// works takes note that a session for a purpose does what it should.
func (t *turnstile) works(purpose string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failing, purpose)
}
