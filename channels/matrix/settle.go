package matrix

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

const (
	page         = 100 // events of one answer
	longestPages = 100 // of one look back
)

// Reconcile looks among our own events in the room for the opener. The error wraps
// channels.ErrNotFound if there is no such room, we have never been in it, or
// none of our events there is the opener.
func (c *Channel) Reconcile(ctx context.Context, o channels.Opening) (channels.Receipt, error) {
	c, o = c.there(o)
	room, err := c.place(ctx, o)
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
	}
	filter := fmt.Sprintf(`{"senders":[%q],"types":["m.room.message"]}`, c.cfg.User)
	var found event
	err = c.back(ctx, span{room: room, filter: filter}, func(e event) bool {
		if c.isOpener(e, o) {
			found = e
		}
		return found.ID == ""
	})
	if f, _ := faultOf(err); f.Code == forbidden || err == nil && found.ID == "" {
		err = channels.ErrNotFound
	}
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
	}
	return channels.Receipt{
		At: found.at(), Precision: time.Millisecond, ID: found.ID, Names: []string{room, found.ID}, Response: "in the room",
	}, nil
}

// place returns the room in which o would be.
func (c *Channel) place(ctx context.Context, o channels.Opening) (string, error) {
	alias := o.Address
	if alias == "" {
		alias = o.Reach
	}
	if strings.HasPrefix(alias, "!") {
		return alias, nil
	}
	room, err := c.resolve(ctx, alias)
	if f, _ := faultOf(err); f.Code == notFound {
		return "", fmt.Errorf("%w: no such room", channels.ErrNotFound)
	}
	return room, err
}

// isOpener reports whether e is the opener o. Another device, or another access
// token, is not told of transactions; in the attempt's own room the words do.
func (c *Channel) isOpener(e event, o channels.Opening) bool {
	if e.Type != "m.room.message" || e.Sender != c.cfg.User || e.At <= 0 {
		return false
	}
	return e.Unsigned.Transaction == o.ID || o.Address != "" && e.Unsigned.Transaction == "" && e.Content.Body == o.Body
}

// A span is a part of a room's history: from a token back to another. Empty
// from = its end, empty to = its beginning.
type span struct{ room, from, to, filter string }

// back shows the events of a span, the newest first, until one is enough.
func (c *Channel) back(ctx context.Context, s span, more func(event) bool) error {
	for range longestPages {
		query := url.Values{"dir": {"b"}, "limit": {fmt.Sprint(page)}}
		for key, value := range map[string]string{"from": s.from, "to": s.to, "filter": s.filter} {
			if value != "" {
				query.Set(key, value)
			}
		}
		var said messagesReply
		_, err := c.ask(ctx, httpapi.Call{
			Step: "look back", Method: http.MethodGet, Path: path("rooms", s.room, "messages"), Query: query,
		}, &said)
		if err != nil {
			return err
		}
		for _, e := range said.Chunk {
			if !more(e) {
				return nil
			}
		}
		if said.End == "" || said.End == s.from || said.End == s.to {
			return nil
		}
		s.from = said.End
	}
	return fmt.Errorf("look back: %w: more than %d events", httpapi.ErrShape, page*longestPages)
}
