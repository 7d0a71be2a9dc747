package rocketchat

import (
	"context"
	"net/http"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// tokenHeader is where the server puts its word.
const tokenHeader = "X-RocketChat-Livechat-Token"

// patience is how long a delivery waits for the reading that is under way.
// Before that the server would have given up anyway.
const patience = 5 * time.Second

// newHook returns the hook of c, which refuses all where it has no secret.
func (c *Channel) newHook(opt Options) hook.Endpoint {
	secret := c.cfg.hookToken()
	if secret.IsZero() {
		return hook.Endpoint{Count: opt.Count}
	}
	return hook.Endpoint{
		Signature: hook.Signature{
			Scheme: hook.SchemeStatic, Secrets: []channels.Secret{secret}, Header: tokenHeader, Clock: c.clock,
		},
		Take:  c.nudge,
		Count: opt.Count,
	}
}

// ServeHTTP takes what the server's webhook delivers.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.hook.ServeHTTP(w, r) }

// nudge has all conversations read now, and returns once that was heard. What
// was delivered is not looked at: its sender is proven, its content is not.
func (c *Channel) nudge(ctx context.Context, _ hook.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make(chan error, 1)
	select {
	case c.nudges <- done:
	case <-ctx.Done():
		return hook.NotListening
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return hook.NotKept
	}
}
