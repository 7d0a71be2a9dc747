package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// source is the one place that is listened to: all that is on the server.
const source = "conversations"

// Sources returns the one source that there is.
func (c *Channel) Sources() []string { return []string{source} }

// Follow takes the func that says which conversations are listened to.
func (c *Channel) Follow(open func(context.Context) ([]channels.Conversation, error)) { c.open = open }

// Listen hears every conversation that is followed: over the websocket, at our
// hook, and at each poll by reading what was said to the end. Only a poll moves
// the checkpoint. The error says at which step the server could not be read, after
// everything that could has been offered; the websocket may break as it likes.
// Only one may listen at a time.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if from.Source != source {
		return fmt.Errorf("listen: %q is not a source", from.Source)
	}
	if c.open == nil {
		return errors.New("listen: Follow has not been called")
	}
	ctx, stop := context.WithCancelCause(ctx)
	e := &poller{Channel: c, at: parsePosition(from.Position), until: from.Until, line: newLine(c)}
	e.pool = httpapi.Pool[*round]{Patience: c.patience, Read: func(r *round) bool { return len(r.asked) > 0 }}
	var wg sync.WaitGroup
	defer e.pool.Wait()
	defer wg.Wait()
	defer stop(nil)
	opened := false
	err := c.receiver.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		if opened {
			return hear(ctx, h)
		}
		// The receiver says first that it listens, which is no news.
		opened = true
		wg.Go(func() { e.line.run(ctx) })
		wg.Go(func() { stop(e.listen(ctx)) })
		return nil
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// A poller is the part of one call of Listen that polls.
type poller struct {
	*Channel
	line  *line
	at    position  // as it was when the last poll was heard
	until time.Time // and so was this
	pool  httpapi.Pool[*round]
}

// listen polls until ctx ends or the server cannot be read.
func (e *poller) listen(ctx context.Context) error {
	ticker := time.NewTicker(e.opt.Poll)
	defer ticker.Stop()
	for {
		if err := e.poll(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// offer has a message heard that came between two polls, if the customer is
// shown it and has not seen it before. It returns nil once that is durable.
func (c *Channel) offer(ctx context.Context, r room, m message, noticed time.Time) error {
	if !m.heard() || m.conversation() != r.id {
		return nil
	}
	return c.receiver.Offer(ctx, func(at channels.Checkpoint) channels.Batch {
		known := parsePosition(at.Position)
		if known.has(r, m.id()) {
			return channels.Batch{}
		}
		return channels.Batch{
			Arrivals:   []channels.Arrival{r.arrival(m, noticed)},
			Checkpoint: channels.Checkpoint{Source: source, Position: known.with(r, m.id()).String()},
		}
	})
}

// followed returns where v is listened to, as the last poll found it.
func (c *Channel) followed(source string) (room, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.rooms[source]
	return r, ok
}

// attend makes rooms those that are listened to.
func (c *Channel) attend(rooms []room) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := map[string]room{}
	tokens := map[string]string{}
	for _, r := range rooms {
		if r.id != 0 {
			kept[r.source] = r
			tokens[r.source] = c.tokens[r.source]
		}
	}
	c.rooms, c.tokens = kept, tokens
}
