package chatwoot

import (
	"context"
	"fmt"
	"net/http"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Close says words, if there are any, and ends the conversation, as a visitor
// may. One that the company has ended stays as it is: a word more would open it
// again. The words go out at most once.
func (c *Channel) Close(ctx context.Context, o channels.Conversation, closing string) error {
	v := visitorOf(o.Opening)
	listed, err := c.listed(ctx, v)
	if err != nil {
		return fmt.Errorf("close: %w", err)
	}
	for _, one := range listed {
		if one.Status == resolved {
			continue
		}
		if err := c.leave(ctx, room{v, int64(one.ID)}, words{closing, o.Opening.Attempt + "-closing"}); err != nil {
			return fmt.Errorf("close: %w", err)
		}
	}
	return nil
}

// leave says the last words in r, and ends it.
func (c *Channel) leave(ctx context.Context, r room, last words) error {
	if last.Content != "" {
		if err := c.say(ctx, r, httpapi.Call{Step: "send closing line", Body: last}, nil); err != nil {
			return err
		}
	}
	_, err := c.server(r.inbox).Exchange(ctx, httpapi.Call{
		Step: "end conversation", Method: http.MethodPost, Path: r.path("toggle_status"), Body: struct{}{},
	}, nil)
	return err
}
