package imapconn

import (
	"context"
	"sync"
	"time"
)

// defaultRelogin is how long after one login the next may come while something
// fails. Providers lock an account for a time after a few dozen in an hour.
const defaultRelogin = time.Minute

// A LoginLimiter holds logins to one account back while something fails there,
// for all folders at once: each has a connection of its own, and the account is
// locked for all.
type LoginLimiter struct {
	every time.Duration

	mu      sync.Mutex
	next    time.Time // when the next login may come, if something fails
	failing map[string]bool
}

// NewLoginLimiter returns a limiter that lets one login through in the given time;
// 0 = a minute.
func NewLoginLimiter(every time.Duration) *LoginLimiter {
	if every <= 0 {
		every = defaultRelogin
	}
	return &LoginLimiter{every: every, failing: map[string]bool{}}
}

// Wait returns when the next login may come. The error is that of ctx.
func (l *LoginLimiter) Wait(ctx context.Context) error {
	timer := time.NewTimer(l.reserve())
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// reserve takes the next login and returns how long it is until then.
func (l *LoginLimiter) reserve() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	at := now
	if len(l.failing) > 0 && l.next.After(now) {
		at = l.next
	}
	l.next = at.Add(l.every)
	return at.Sub(now)
}

// Done notes that a login is over, however it went.
func (l *LoginLimiter) Done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if next := time.Now().Add(l.every); next.After(l.next) {
		l.next = next
	}
}

// Failed notes that a session for a purpose has failed, or a login for it.
func (l *LoginLimiter) Failed(purpose string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failing[purpose] = true
}

// Works notes that a session for a purpose does what it should.
func (l *LoginLimiter) Works(purpose string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.failing, purpose)
}
