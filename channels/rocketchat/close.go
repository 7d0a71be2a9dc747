package rocketchat

import (
	"context"
	"fmt"
	"net/http"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Close says words, if there are any, and closes the room, so that it leaves
// the agent's list. A room that was closed before is left as it is.
func (c *Channel) Close(ctx context.Context, open channels.Conversation, words string) error {
	if len(open.Names) == 0 {
		return fmt.Errorf("close %s: its room is not known", open.Opening.Attempt)
	}
	c, o := c.there(open.Opening)
	room := open.Names[0]
	if words != "" {
		_, _, err := c.say(ctx, httpapi.Call{Step: "closing line"},
			line{o.Address, room, words, derive("closing", o, messageID)})
		if reason(err) == roomClosed {
			return nil
		}
		if err != nil && !known(err) {
			return err
		}
	}
	_, err := c.client.Exchange(ctx, httpapi.Call{
		Step: "close room", Method: http.MethodPost, Path: "/api/v1/livechat/room.close",
		Body: map[string]string{"token": o.Address, "rid": room},
	}, nil)
	if reason(err) == roomClosed {
		return nil
	}
	return err
}
