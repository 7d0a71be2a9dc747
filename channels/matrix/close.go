package matrix

import (
	"context"
	"fmt"
	"net/http"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Close says words, if there are any, and leaves the room if it is the
// attempt's own.
func (c *Channel) Close(ctx context.Context, open channels.Conversation, words string) error {
	c, o := c.there(open.Opening)
	if len(open.Names) == 0 {
		return fmt.Errorf("close %s: its room is not known", o.Attempt)
	}
	room := open.Names[0]
	if words != "" {
		if _, _, err := c.say(ctx, httpapi.Call{Step: "closing line"},
			line{room, derive("closing", o, transactionLength), words}); err != nil {
			return err
		}
	}
	if o.Address == "" {
		return nil
	}
	_, err := c.ask(ctx, httpapi.Call{
		Step: "leave", Method: http.MethodPost, Path: path("rooms", room, "leave"), Body: struct{}{},
	}, nil)
	return err
}
