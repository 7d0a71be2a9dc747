package rocketchat

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// grace is how long a message may lie about its time before it can be read:
// the server dates it, and keeps it once its own hooks have let it through.
const grace = time.Minute

// A position is what has been heard of the conversations that are read, by
// their opener's _id.
type position map[string]heard

// Heard is how far a conversation has been heard.
type heard struct {
	Room  string   `json:"room"`
	Since int64    `json:"since"`         // unix ms; all before it has been heard
	IDs   []string `json:"ids,omitempty"` // what has been heard of the time after
}

// parsePosition reads a checkpoint's position. None = nothing has been heard.
func parsePosition(s string) (position, error) {
	p := position{}
	if s == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(s), &p); err != nil {
		return nil, fmt.Errorf("position: %w", err)
	}
	return p, nil
}

// String returns p as a checkpoint keeps it.
func (p position) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "{}"
	}
	return string(b)
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
