package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
)

// How long a transcript is waited for, and how long after its first line it counts as whole.
const (
	toShow  = 20 * time.Second
	isWhole = 4 * time.Second
)

// errEmpty says that a page shows no transcript, which says nothing of what was said.
var errEmpty = errors.New("the page shows no conversation")

// Reconcile comes back as o's visitor and looks for our own message. The error wraps
// channels.ErrNotFound if the transcript holds what others have said and not ours; any other leaves open whether it left.
func (c *Channel) Reconcile(ctx context.Context, o channels.Opening) (channels.Receipt, error) {
	r := c.inside(o.ID)
	if r == nil {
		var err error
		if r, err = c.back(ctx, o); err != nil {
			return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
		}
	}
	if err := r.shows(ctx); err != nil {
		r.page.Close()
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
	}
	c.enter(r)
	return channels.Receipt{At: r.began, Precision: time.Second, Response: "in the transcript"}, nil
}

// shows waits until the page shows our own message, or a transcript without it.
func (r *room) shows(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, toShow)
	defer cancel()
	var first time.Time
	for {
		seen, err := r.page.Look(ctx)
		if err != nil {
			return fmt.Errorf("look: %w", err)
		}
		if _, there := ours(seen, r.opening.Body); there {
			return nil
		}
		if state, words := seen.State(); state != "" {
			return fmt.Errorf("%w, but %s: %s", errEmpty, state, words)
		}
		switch {
		case len(seen.Lines) == 0:
			first = time.Time{}
		case first.IsZero():
			first = time.Now()
		case time.Since(first) > isWhole:
			return channels.ErrNotFound
		}
		select {
		case <-ctx.Done():
			return errEmpty
		case <-time.After(50 * time.Millisecond):
		}
	}
}
