package engine

import (
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// A hold keeps a channel's openers back after its server has refused our login:
// asked again and again with the same password, servers lock accounts.
type hold struct {
	until time.Time
	wait  time.Duration // doubles
}

// Holds after a login that was refused.
const (
	firstHold   = 30 * time.Second
	longestHold = 15 * time.Minute
)

// held returns how long a channel's openers are kept back.
func (e *Engine) held(channel string) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return max(e.holds[channel].until.Sub(e.now()), 0)
}

// heed holds a channel whose server has refused our login, or lets it go once
// an opener has left.
func (e *Engine) heed(channel string, result probes.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case result.Kind == probes.Sent:
		delete(e.holds, channel)
	case result.Kind == probes.Deferred && probes.Payload[probes.Failure](result).Step == channels.StepAuth:
		h := e.holds[channel]
		h.wait = min(max(firstHold, 2*h.wait), longestHold)
		h.until = e.now().Add(h.wait)
		e.holds[channel] = h
	}
}
