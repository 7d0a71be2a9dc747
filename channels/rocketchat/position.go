package rocketchat

import (
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
)

// grace is how long a message may lie about its time before it can be read:
// the server dates it, and keeps it once its own hooks have let it through.
const grace = time.Minute

// A position is what has been heard of the conversations that are read, by
// their opener's _id.
type position = channels.Positions[heard]

// Heard is how far a conversation has been heard.
type heard struct {
	Room  string   `json:"room"`
	Since int64    `json:"since"`         // unix ms; all before it has been heard
	IDs   []string `json:"ids,omitempty"` // what has been heard of the time after
}

// since is where h has to be read from.
func (h heard) since() time.Time { return time.UnixMilli(h.Since) }

// knows reports whether m has been heard.
func (h heard) knows(m message) bool {
	return m.At.UnixMilli() < h.Since || slices.Contains(h.IDs, m.ID)
}

// with returns h after all of messages have been heard, the oldest first.
func (h heard) with(messages []message) heard {
	if len(messages) == 0 {
		return h
	}
	h.Since = max(h.Since, messages[len(messages)-1].At.Add(-grace).UnixMilli())
	h.IDs = nil
	for _, m := range messages {
		if m.At.UnixMilli() >= h.Since {
			h.IDs = append(h.IDs, m.ID)
		}
	}
	return h
}
