package rocketchat

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Reconcile reads the history of the last room of o's visitor for our _id. The
// error wraps channels.ErrNotFound if the server knows no such visitor, no room
// of its, or no such message in it.
func (c *Channel) Reconcile(ctx context.Context, o channels.Opening) (channels.Receipt, error) {
	c, o = c.there(o)
	at, id, err := c.find(ctx, o)
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
	}
	return channels.Receipt{
		At: at, Precision: time.Millisecond, ID: o.ID, Names: []string{id}, Response: "in the room's history",
	}, nil
}

// find returns when the opener was taken, and into which room.
func (c *Channel) find(ctx context.Context, o channels.Opening) (at time.Time, id string, err error) {
	if id, err = c.lastRoom(ctx, o.Address); err != nil {
		return at, id, err
	}
	said, err := c.history(ctx, place{o.Address, id}, time.Time{})
	if err != nil {
		return at, id, err
	}
	for _, m := range said.messages {
		if m.ID == o.ID {
			return m.At.Time, id, nil
		}
	}
	return at, id, channels.ErrNotFound
}

// lastRoom returns the id of the room that the visitor had last, open or not,
// and makes none. Servers that do not tell of the last tell of an open one.
func (c *Channel) lastRoom(ctx context.Context, token string) (string, error) {
	if token == "" {
		return "", channels.ErrNotFound
	}
	var known visitorReply
	_, err := c.client.Exchange(ctx, httpapi.Call{
		Step: "visitor", Method: http.MethodGet, Path: "/api/v1/livechat/visitor/" + url.PathEscape(token),
	}, &known)
	if reason(err) == badToken {
		return "", fmt.Errorf("%w: no such visitor", channels.ErrNotFound)
	}
	if err != nil {
		return "", err
	}
	if last := known.Visitor.LastChat; last != nil && last.ID != "" {
		return last.ID, nil
	}
	var open configReply
	_, err = c.client.Exchange(ctx, httpapi.Call{
		Step: "config", Method: http.MethodGet, Path: "/api/v1/livechat/config", Query: url.Values{"token": {token}},
	}, &open)
	if err != nil {
		return "", err
	}
	if open.Config.Room == nil || open.Config.Room.ID == "" {
		return "", fmt.Errorf("%w: the visitor has no room", channels.ErrNotFound)
	}
	return open.Config.Room.ID, nil
}
