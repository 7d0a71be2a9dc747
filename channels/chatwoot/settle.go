package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Reconcile looks in the visitor's conversations for a message of the visitor's,
// which can only be the opener. The error wraps channels.ErrNotFound if they
// were read and hold none, or if the inbox is there and knows no such visitor.
func (c *Channel) Reconcile(ctx context.Context, o channels.Opening) (channels.Receipt, error) {
	receipt, err := c.settle(ctx, visitorOf(o))
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("settle %s: %w", o.Attempt, err)
	}
	return receipt, nil
}

func (c *Channel) settle(ctx context.Context, v visitor) (channels.Receipt, error) {
	if v.source == "" {
		return channels.Receipt{}, errors.New("it has no source_id")
	}
	rooms, err := c.roomsOf(ctx, v)
	switch {
	case missing(err):
		// Without the inbox, too, the server would know no visitor.
		if err := ask(ctx, c.server(v.inbox), get("look for inbox", inboxPath(v.inbox)), nil); err != nil {
			return channels.Receipt{}, err
		}
		return channels.Receipt{}, channels.ErrNotFound
	case err != nil:
		return channels.Receipt{}, err
	case len(rooms) == 0:
		return channels.Receipt{}, channels.ErrNotFound
	}
	r, said, err := c.opener(ctx, rooms)
	if err != nil {
		return channels.Receipt{}, err
	}
	if said == nil {
		return channels.Receipt{}, channels.ErrNotFound
	}
	return r.receipt(*said), nil
}

// missing reports whether the server knows no such thing.
func missing(err error) bool {
	var no *httpapi.Answer
	return errors.As(err, &no) && (no.Code == http.StatusNotFound || no.Code == http.StatusGone)
}
