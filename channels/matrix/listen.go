package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// heard is the filter of what we listen to.
const heard = `{"presence":{"types":[]},"account_data":{"types":[]},"room":{` +
	`"ephemeral":{"types":[]},"account_data":{"types":[]},"state":{"types":[]},` +
	`"timeline":{"types":["m.room.message","m.room.encrypted","m.sticker","m.room.member"],"limit":100}}}`

// Listen hears all rooms, from where the checkpoint left off, until ctx ends or the
// server breaks.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if err := c.known(ctx); err != nil {
		return ended(ctx, err)
	}
	since, until := from.Position, from.Until
	rooms, homes := &lookout{}, &homeservers{}
	ctx, end := context.WithCancel(ctx)
	defer homes.pool.Wait()
	defer end()
	wait := time.Duration(0) // the first time what is there is all that is asked for: until then it is not known that we hear
	asked := &asked{Channel: c, aliases: map[string]string{}, said: map[string][]event{}, rooms: rooms}
	for {
		said, m, err := c.sync(ctx, since, wait)
		if pause, ok := limited(err); ok {
			if err := httpapi.Rest(ctx, max(pause, time.Second)); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return ended(ctx, err)
		}
		h := channels.Batch{
			Checkpoint: channels.Checkpoint{Source: source, Position: said.Next, Until: m.Until().Add(-c.behind)}, Clock: m.Clock(),
		}
		if h.Arrivals, err = c.arrivals(ctx, said, since); err != nil {
			return ended(ctx, err)
		}
		rooms.invited(said, c.cfg.User)
		rooms.joined(said)
		failed := c.look(ctx, rooms, &h)
		asked.note(said)
		asked.nameAll(ctx, h.Arrivals)
		c.lookElsewhere(ctx, homes, rooms.theirs, &h)
		h.Checkpoint.Until = rooms.until(h.Checkpoint.Until)
		if h.Checkpoint.Until.Before(until) {
			h.Checkpoint.Until = until
		}
		if err := hear(ctx, h); err != nil {
			return err
		}
		since, until, wait = h.Checkpoint.Position, h.Checkpoint.Until, c.wait
		if len(rooms.theirs) > 0 {
			wait = c.every // they are looked at between two syncs
		}
		if pause, ok := limited(failed); ok {
			failed = httpapi.Rest(ctx, max(pause, time.Second))
		}
		if failed != nil {
			return ended(ctx, failed)
		}
	}
}

// sync asks what has happened since, and waits so long for something to.
func (c *Channel) sync(ctx context.Context, since string, wait time.Duration) (said syncReply, m httpapi.Moment, err error) {
	query := url.Values{"filter": {heard}, "timeout": {strconv.FormatInt(wait.Milliseconds(), 10)}, "set_presence": {"offline"}}
	if since != "" {
		query.Set("since", since)
	}
	m, err = c.ask(ctx, httpapi.Call{
		Step: "sync", Method: http.MethodGet, Path: "/sync", Query: query, Patience: wait,
	}, &said)
	if err == nil && said.Next == "" {
		err = fmt.Errorf("sync: %w: no next_batch", httpapi.ErrShape)
	}
	return said, m, err
}

// arrivals returns what came from others, in order of time.
func (c *Channel) arrivals(ctx context.Context, said syncReply, since string) ([]channels.Arrival, error) {
	var all []channels.Arrival
	for _, rooms := range []map[string]roomReply{said.Rooms.Join, said.Rooms.Leave} {
		for _, room := range slices.Sorted(maps.Keys(rooms)) {
			events, err := c.whole(ctx, room, rooms[room].Timeline, since)
			if err != nil {
				return nil, err
			}
			for _, e := range events {
				if a, ok := c.arrival(e, room); ok {
					all = append(all, a)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b channels.Arrival) int {
		return cmp.Compare(a.Times.Arrived.UnixNano(), b.Times.Arrived.UnixNano())
	})
	return all, nil
}

// whole returns the events of a timeline with those that were left out of it.
func (c *Channel) whole(ctx context.Context, room string, t timeline, since string) ([]event, error) {
	if !t.Limited || t.Before == "" {
		return t.Events, nil
	}
	var left []event
	err := c.back(ctx, span{room: room, from: t.Before, to: since}, func(e event) bool {
		left = append(left, e)
		return true
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(left)
	return append(left, t.Events...), nil
}

// ended returns why ctx ended, if that is what broke off.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}
