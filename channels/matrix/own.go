package matrix

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// patience is how long a look waits for companies' own homeservers.
const patience = 5 * time.Second

// Homeservers of companies are read room by room: a sync each would be a source of which the
// verdicts on all others depend. Its zero value has read none.
type homeservers struct {
	pool   httpapi.Pool[[]ownRoom]
	read   map[string]time.Time // by when all that was said was shown, by the opener's ID
	heard  map[string]bool      // the keys of what was offered
	unread []channels.Unread    // at the last look
	at     time.Time            // when all were last read
	alone  []string             // the openers with which who was invited had not come by then
}

// An ownRoom is one room on a company's own homeserver, as it was read.
type ownRoom struct {
	channels.Conversation
	asked time.Time
	seen  glance
	alone bool // who was invited has not come
}

// onTheirs reports whether a conversation is on a homeserver of a company's.
func (c *Channel) onTheirs(one channels.Conversation) bool {
	on, _, _ := c.at(one.Opening.Reach)
	return on != c
}

// onOurs reports whether it is not.
func (c *Channel) onOurs(one channels.Conversation) bool { return !c.onTheirs(one) }

// lookElsewhere reads the rooms on companies' own homeservers, side by side, if it is time to, and adds to the batch what
// they show and which could not be read. One that fails holds up no other.
func (c *Channel) lookElsewhere(ctx context.Context, s *homeservers, open []channels.Conversation, h *channels.Batch) {
	defer func() { h.Unread, h.Alone = append(slices.Clone(h.Unread), s.unread...), append(h.Alone, s.alone...) }()
	now := c.clock()
	if now.Sub(s.at) < c.every {
		return
	}
	s.at, s.unread, s.alone = now, nil, nil
	if s.forget(open); len(open) == 0 {
		return
	}
	// Our own homeserver has answered: so a turn waits for none of the others for longer than it must.
	asks := map[string]func(context.Context) []ownRoom{"": func(context.Context) []ownRoom { return nil }}
	at := map[string][]channels.Conversation{}
	for _, one := range open {
		_, name, _ := c.at(one.Opening.Reach)
		at[name] = append(at[name], one)
	}
	for name, all := range at {
		asks[name] = func(ctx context.Context) []ownRoom { return c.servers[name].rooms(ctx, c, all) }
	}
	s.pool.Patience, s.pool.Read = patience, func([]ownRoom) bool { return true }
	got := s.pool.Ask(ctx, asks)
	for _, rooms := range got.Late {
		s.take(rooms, h)
	}
	s.unread, s.alone = nil, nil // of a look that began earlier
	for _, rooms := range got.Fresh {
		s.take(rooms, h)
	}
	for name, err := range got.Waiting {
		for _, one := range at[name] {
			s.unread = append(s.unread, channels.Unread{
				Reach: one.Opening.Reach, Reason: err.Error(), Ours: errors.Is(err, httpapi.ErrBusy),
			})
		}
	}
}

// rooms reads the rooms of conversations on a homeserver. Once it does not answer the rest is not asked for.
func (c *Channel) rooms(ctx context.Context, of *Channel, all []channels.Conversation) (rooms []ownRoom) {
	var down error
	for _, one := range all {
		room := ownRoom{Conversation: one, asked: c.clock()}
		_, room.Opening = of.there(one.Opening)
		if down == nil {
			room.seen = c.glance(ctx, room.Conversation)
			room.alone = c.waits(ctx, room)
			if refuses(room.seen.err) {
				down = room.seen.err
			}
		} else {
			room.seen.err = down
		}
		room.Opening = one.Opening
		rooms = append(rooms, room)
	}
	return rooms
}

// waits reports whether who was invited into a room has not come.
func (c *Channel) waits(ctx context.Context, room ownRoom) bool {
	var l lookout
	c.attends(ctx, room.Conversation, room.seen, &l)
	return len(l.alone([]channels.Conversation{room.Conversation})) > 0
}

// take takes in what rooms show, and which could not be read.
func (s *homeservers) take(rooms []ownRoom, h *channels.Batch) {
	if s.heard == nil {
		s.heard, s.read = map[string]bool{}, map[string]time.Time{}
	}
	for _, room := range rooms {
		id := room.Opening.ID
		for _, a := range room.seen.arrivals {
			if s.heard[a.Key] {
				continue
			}
			s.heard[a.Key] = true
			a.Names = append(a.Names, cmp.Or(room.Opening.Address, id))
			if a.Times.Looked = s.read[id]; a.Times.Looked.IsZero() {
				a.Times.Looked = room.At
			}
			h.Arrivals = append(h.Arrivals, a)
		}
		switch out := room.seen.out; {
		case out != nil && out.Sender == *out.StateKey:
			gap := channels.Gap{From: out.at(), To: room.asked, Reach: room.Opening.Reach, Reason: "our own account has left the room"}
			h.Gaps = append(h.Gaps, gap)
		case out != nil:
			s.unread = append(s.unread, channels.Unread{
				Reach: room.Opening.Reach, Reason: "we were put out of the room", Answered: true,
			})
		case room.seen.err != nil:
			s.unread = append(s.unread, room.unread())
		default:
			if s.read[id] = room.asked; room.alone {
				s.alone = append(s.alone, id)
			}
		}
	}
}

// unread says why a room could not be read. What the homeserver has lost of ours is the company's.
func (r ownRoom) unread() channels.Unread {
	err := r.seen.err
	lost := errors.Is(err, errUnshown) && r.asked.Sub(r.At) > settles
	_, pause := limited(err)
	return channels.Unread{
		Reach: r.Opening.Reach, Reason: err.Error(), Answered: withheld(err) || lost, Ours: pause || errors.Is(err, httpapi.ErrShape),
	}
}

// forget forgets what is not followed any more.
func (s *homeservers) forget(open []channels.Conversation) {
	follows := map[string]bool{}
	for _, one := range open {
		follows[one.Opening.ID] = true
	}
	maps.DeleteFunc(s.read, func(id string, _ time.Time) bool { return !follows[id] })
}
