package engine

import (
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// A hold keeps a channel's openers back after its server has refused our login:
// asked again and again with the same password, servers lock accounts. One
// opener at a time tries whether the login is taken again.
type hold struct {
	until time.Time
	wait  time.Duration // doubles
	tried bool          // one opener was let go since
}

// Holds after a login that was refused.
const (
	firstHold   = 30 * time.Second
	longestHold = 15 * time.Minute
)

// held returns how long a channel's openers are kept back; 0 lets one go.
func (e *Engine) held(channel string) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	h, held := e.holds[channel]
	if !held {
		return 0
	}
	now := e.now()
	if wait := h.until.Sub(now); wait > 0 {
		return wait
	}
	h.until, h.tried = now.Add(h.wait), true
	e.holds[channel] = h
	return 0
}

// heed holds a channel whose server has refused our login, or lets it go once
// the server has taken it again.
func (e *Engine) heed(channel string, result probes.Event) {
	step := channels.Step("")
	if result.Kind == probes.Deferred || result.Kind == probes.Refused {
		if step = probes.Payload[probes.Failure](result).Step; step == "" || step == channels.StepGreet {
			return // it did not come to a login
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if step != channels.StepAuth {
		delete(e.holds, channel)
		return
	}
	h, held := e.holds[channel]
	if held && !h.tried {
		return // it had set out before
	}
	h.wait = min(max(firstHold, 2*h.wait), longestHold)
	h.until, h.tried = e.now().Add(h.wait), false
	e.holds[channel] = h
}
