package webhook

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// lookAgain is how long an unknown attempt is taken to be unknown before the
// open conversations are read again.
const lookAgain = time.Second

// Sources returns the one endpoint.
func (c *Channel) Sources() []string { return []string{source} }

// Listen hears what the endpoint takes, until ctx ends.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if from.Source != source {
		return fmt.Errorf("listen: %q is not a source", from.Source)
	}
	if !c.cfg.signed() {
		return c.receiver.Listen(ctx, from, hear)
	}
	ctx, end := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { c.watch(ctx) })
	defer watching.Wait()
	defer end()
	return c.receiver.Listen(ctx, from, hear)
}

// ServeHTTP takes one signed event. It answers 200 once that is heard.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.hook.ServeHTTP(w, r) }

// Follow tells the channel what has been asked, by which it refuses what says
// to be older. Without it nothing is refused for that.
func (c *Channel) Follow(open func(context.Context) ([]channels.Conversation, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow = open
}

// take offers what a delivery holds. The error is a hook.Code where the
// delivery is refused.
func (c *Channel) take(ctx context.Context, d hook.Delivery) error {
	e, err := parse(d.Body)
	if err != nil {
		return err
	}
	if e.Type == typeBeat {
		return c.beaten(ctx, e, d.Came)
	}
	a, err := c.arrival(e, d)
	if err != nil {
		return err
	}
	if !a.Opener {
		a.Times.Looked = c.open(d.Came)
	}
	left, err := c.leftAt(ctx, e.Data.Attempt)
	if err != nil {
		return err
	}
	if err := plausible(a, left); err != nil {
		return err
	}
	return c.receiver.Offer(ctx, func(channels.Checkpoint) channels.Batch {
		return channels.Batch{Arrivals: []channels.Arrival{a}}
	})
}

// leftAt returns when an attempt's opener left, or zero if that is not known.
func (c *Channel) leftAt(ctx context.Context, attempt string) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, known := c.left[attempt]
	now := c.clock()
	if known || c.follow == nil || now.Sub(c.looked).Abs() < lookAgain {
		return at, nil
	}
	open, err := c.follow(ctx)
	if err != nil {
		return at, fmt.Errorf("look for %s: %w", attempt, err)
	}
	c.looked = now
	clear(c.left)
	for _, conversation := range open {
		c.left[conversation.Opening.Attempt] = conversation.At
	}
	return c.left[attempt], nil
}
