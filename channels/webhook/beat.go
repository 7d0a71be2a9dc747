package webhook

import (
	"context"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

const (
	// quiet is how long the other end may send no beat before it is not heard: five
	// of those that it owes.
	quiet = 5 * time.Minute
	// fresh is how long before a beat an opener may have left that it need not name.
	fresh = 2 * time.Second
)

// signed reports whether the other end says by beats of its own how far it has
// brought everything.
func (c Config) signed() bool { return c.Beats == BeatsSigned }

// undecided returns the conversations on which something depends.
func (c *Channel) undecided(ctx context.Context) ([]channels.Conversation, error) {
	c.mu.Lock()
	follow := c.follow
	c.mu.Unlock()
	if follow == nil {
		return nil, nil
	}
	open, err := follow(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(open), func(one channels.Conversation) bool { return one.Over }), nil
}

// beaten takes a beat: everything up to its occurred_at, and no later than now,
// has been brought to us for the attempts that it names.
func (c *Channel) beaten(ctx context.Context, e event, came time.Time) error {
	if !c.cfg.signed() {
		return nil
	}
	until, err := claimed(e, came)
	if err != nil {
		return err
	}
	open, err := c.undecided(ctx)
	if err != nil {
		return err
	}
	b := covered(open, e.Data.Attempts, until)
	if err := c.receiver.Offer(ctx, func(channels.Checkpoint) channels.Batch { return b }); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastBeat = until
	return nil
}

// covered returns what a beat says of the open conversations. The attempts that it
// does not name the other end has lost, unless they have just left: those the mark
// waits for. If it names none of several companies', it says nothing of any.
func covered(open []channels.Conversation, attempts []string, until time.Time) (b channels.Batch) {
	named, mark := 0, until
	for _, one := range open {
		switch {
		case slices.Contains(attempts, one.Opening.Attempt):
			named++
		case one.At.Before(until.Add(-fresh)):
			b.Unread = append(b.Unread, channels.Unread{
				Reach: one.Opening.Reach, Answered: true, Reason: "the other end's beat does not name the attempt",
			})
		case one.At.Before(mark):
			mark = one.At
		}
	}
	if len(b.Unread) > 0 && named == 0 {
		b.UntilIfTheirs = mark
	} else {
		b.Checkpoint.Until = mark
	}
	return b
}

// claimed returns up to when a beat says that everything was brought: never later
// than it came. The error is Malformed or ClockSkew.
func claimed(e event, came time.Time) (time.Time, error) {
	if e.Data.OccurredAt == "" {
		return came, nil
	}
	at, _, err := moment(e.Data.OccurredAt)
	switch {
	case err != nil:
		return came, hook.Malformed
	case at.After(came.Add(skew)):
		return came, hook.ClockSkew
	case at.Before(came):
		return at, nil
	}
	return came, nil
}

// watch says, as long as the other end beats for us, what follows where it does
// not: with nothing that depends on it our own endpoint is enough, and after a
// while without a beat no company's place is read.
func (c *Channel) watch(ctx context.Context) {
	c.mu.Lock()
	c.lastBeat = c.clock()
	c.since = c.lastBeat
	c.mu.Unlock()
	ticker := time.NewTicker(c.tick)
	defer ticker.Stop()
	for {
		if b, due := c.unbeaten(ctx); due {
			_ = c.receiver.Offer(ctx, func(channels.Checkpoint) channels.Batch { return b }) // the next tick says it again
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// open returns since when our endpoint, which is there whether the other end beats
// or not, would have had what has come only now: a beat that is left out makes no answer
// earlier. It is the zero time where the checkpoint says as much.
func (c *Channel) open(came time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := came.Add(-c.tick); !c.since.IsZero() && last.After(c.since) {
		return last
	}
	return c.since
}

// unbeaten returns what a look at the clock says, if anything.
func (c *Channel) unbeaten(ctx context.Context) (b channels.Batch, due bool) {
	open, err := c.undecided(ctx)
	if err != nil {
		return b, false
	}
	now := c.clock()
	c.mu.Lock()
	silent := now.Sub(c.lastBeat) > c.quiet
	c.mu.Unlock()
	switch {
	case len(open) == 0:
		b.Checkpoint.Until = now
		return b, true
	case !silent:
		return b, false
	}
	for _, one := range open {
		b.Unread = append(b.Unread, channels.Unread{Reach: one.Opening.Reach, Reason: "the other end sends no beat"})
	}
	b.UntilIfTheirs = now
	return b, true
}
