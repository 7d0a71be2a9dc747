package rocketchat

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

const (
	page         = 50  // messages of one answer
	longestPages = 200 // of one history
)

// A place is a conversation as the server knows it.
type place struct{ token, room string }

// A telling is what a room's history said.
type telling struct {
	messages []message // the oldest first, each once
	until    time.Time // all before it had been said; zero: our own message is not shown
	clock    channels.ClockReading
}

// history reads what was said in a room at since or later, and may return some
// of what was said before. The server tells the newest first, so that what is
// said meanwhile moves the rest to a later page, and none is missed.
func (c *Channel) history(ctx context.Context, at place, since time.Time) (telling, error) {
	var all telling
	met := map[string]bool{}
	for n := range longestPages {
		var said historyReply
		m, err := c.client.Exchange(ctx, httpapi.Call{
			Step: "history", Method: http.MethodGet,
			Path: "/api/v1/livechat/messages.history/" + url.PathEscape(at.room),
			Query: url.Values{
				"token": {at.token}, "limit": {strconv.Itoa(page)}, "offset": {strconv.Itoa(n * page)},
			},
		}, &said)
		if err != nil {
			return telling{}, err
		}
		if n == 0 {
			all.until, all.clock = m.Until(), m.Clock()
			all.clock.Claimed = true
		}
		early := false
		for _, m := range said.Messages {
			if m.ID == "" || m.At.IsZero() {
				return telling{}, fmt.Errorf("history: %w: a message without _id or ts", httpapi.ErrShape)
			}
			if !met[m.ID] {
				met[m.ID] = true
				all.messages = append(all.messages, m)
			}
			early = early || m.At.Before(since)
		}
		if early || len(said.Messages) < page {
			slices.Reverse(all.messages)
			slices.SortStableFunc(all.messages, func(a, b message) int { return a.At.Compare(b.At.Time) })
			return all, nil
		}
	}
	return telling{}, fmt.Errorf("history: %w: more than %d messages", httpapi.ErrShape, longestPages*page)
}
