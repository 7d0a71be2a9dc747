package chatwoot

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// settled is how long a message may take from its created_at until it can be
// read: the server gives out ids before it shows what they name, so that a
// lower one may come to light after a higher.
const settled = time.Minute

// A position is how far each conversation has been heard, by its name: a floor
// below which every message has been, and the messages above it that have.
// It is never changed, only replaced.
type position map[string][]int64

// parsePosition reads what String wrote. Anything else is the beginning: to
// hear a conversation again costs nothing, as arrivals are kept once.
func parsePosition(s string) position {
	var p position
	if json.Unmarshal([]byte(s), &p) != nil || p == nil {
		return position{}
	}
	for name, ids := range p {
		if len(ids) == 0 {
			delete(p, name)
		}
	}
	return p
}

// String returns p as JSON, the same for the same position.
func (p position) String() string {
	b, _ := json.Marshal(p) // numbers by names cannot fail
	return string(b)
}

// floor returns the message of r up to which all have been heard.
func (p position) floor(r room) int64 {
	if ids := p[r.String()]; len(ids) > 0 {
		return ids[0]
	}
	return 0
}

// has reports whether message id of r has been heard.
func (p position) has(r room, id int64) bool {
	return id <= p.floor(r) || slices.Contains(p[r.String()], id)
}

// with returns p after the given messages of r have been heard.
func (p position) with(r room, ids ...int64) position {
	next := maps.Clone(p)
	known := p[r.String()]
	if len(known) == 0 {
		known = []int64{0}
	}
	above := append(slices.Clone(known[1:]), ids...)
	slices.Sort(above)
	next[r.String()] = append([]int64{known[0]}, slices.Compact(above)...)
	return next
}

// raise returns p with the floor of r lifted to the last message of said, which
// is all that could be read of r, that had settled by the given moment of the
// server's.
func (p position) raise(r room, said []message, now time.Time) position {
	floor := p.floor(r)
	for _, m := range said {
		if m.CreatedAt.Before(now.Add(-settled)) {
			floor = max(floor, int64(m.ID))
		}
	}
	kept := []int64{floor}
	for _, id := range p[r.String()] {
		if id > floor {
			kept = append(kept, id)
		}
	}
	next := maps.Clone(p)
	next[r.String()] = kept
	return next
}

// only returns what p knows of the given rooms.
func (p position) only(rooms []room) position {
	next := position{}
	for _, r := range rooms {
		if ids, ok := p[r.String()]; ok {
			next[r.String()] = ids
		}
	}
	return next
}
