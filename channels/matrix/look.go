package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// settles is how long after it left an opener may be missing in its room: the
// homeserver keeps an event before it answers that it has it.
const settles = time.Minute

// looked is the filter of what is read in a room.
const looked = `{"types":["m.room.message","m.room.encrypted","m.sticker","m.room.member"]}`

// errUnshown says that a room does not show what we said in it: then it may not
// show either what was answered.
var errUnshown = errors.New("our own message is not shown")

// Inspect tells the channel which conversations are open. Until their contacts are
// decided their rooms are read, back to our own message. Without it a sync vouches
// for every room.
func (c *Channel) Inspect(open func(context.Context) ([]channels.Conversation, error)) {
	c.follow = open
}

// A lookout is what is known of the rooms of open conversations. Its zero value
// has seen none.
type lookout struct {
	read   map[string]time.Time // by when all that was said was shown, by the opener's ID
	heard  map[string]bool      // the keys of what was offered and still stands in an open room
	unread []channels.Unread
	at     time.Time // when all were last read
}

// until returns by when everything that was said in every open room has been
// offered, as far as a sync has come.
func (l *lookout) until(sync time.Time) time.Time {
	for _, read := range l.read {
		if read.Before(sync) {
			sync = read
		}
	}
	return sync
}

// look reads the room of every open conversation, if it is time to, and adds to
// the batch what no sync has told, the rooms that could not be read and what was
// lost. The error is of a homeserver that does not serve us.
func (c *Channel) look(ctx context.Context, l *lookout, h *channels.Batch) error {
	if c.follow == nil {
		return nil
	}
	open, err := c.follow(ctx)
	if err != nil {
		return fmt.Errorf("follow: %w", err)
	}
	open = slices.DeleteFunc(slices.Clone(open), func(one channels.Conversation) bool { return one.Over })
	read := map[string]time.Time{}
	for _, one := range open {
		read[one.Opening.ID] = one.At
		if before, known := l.read[one.Opening.ID]; known {
			read[one.Opening.ID] = before
		}
	}
	l.read = read
	for _, a := range h.Arrivals {
		l.offer(a.Key)
	}
	if now := c.clock(); now.Sub(l.at) >= c.every {
		l.at = now
		err = c.lookInto(ctx, open, l, h)
	}
	h.Unread = l.unread
	return err
}

// offer notes that an arrival is offered, and reports whether that is news.
func (l *lookout) offer(key string) bool {
	if l.heard == nil {
		l.heard = map[string]bool{}
	}
	news := !l.heard[key]
	l.heard[key] = true
	return news
}

// lookInto reads the rooms one by one. A homeserver may fail at one room and serve
// the others; where it fails at all of them it is the homeserver.
func (c *Channel) lookInto(ctx context.Context, open []channels.Conversation, l *lookout, h *channels.Batch) error {
	stand, failed := map[string]bool{}, 0
	l.unread = nil
	for _, one := range open {
		asked := c.clock()
		seen := c.glance(ctx, one)
		if breaks(seen.err) {
			failed++
		}
		if refuses(seen.err) || ctx.Err() != nil || failed == len(open) {
			return fmt.Errorf("read the room of %s: %w", one.Opening.Attempt, seen.err)
		}
		for _, a := range seen.arrivals {
			if stand[a.Key] = true; l.offer(a.Key) {
				h.Arrivals = append(h.Arrivals, a)
			}
		}
		c.note(one, seen, l, h)
		l.read[one.Opening.ID] = asked.Add(-c.behind)
	}
	l.heard = stand
	return nil
}

// note notes of a room that was looked into what it does not show, and why.
func (c *Channel) note(open channels.Conversation, seen glance, l *lookout, h *channels.Batch) {
	now, reach := c.clock(), open.Opening.Reach
	gap := channels.Gap{From: open.At, To: now, Reach: reach}
	switch {
	case seen.out != nil && seen.out.Sender != c.cfg.User:
		l.unread = append(l.unread, channels.Unread{Reach: reach, Reason: "we were put out of the room", Answered: true})
	case seen.out != nil:
		gap.From, gap.Reason = seen.out.at(), "our own account has left the room"
		h.Gaps = append(h.Gaps, gap)
	case seen.err == nil:
	case errors.Is(seen.err, errUnshown) && now.Sub(open.At) > settles:
		gap.Reason = seen.err.Error()
		h.Gaps = append(h.Gaps, gap)
	default:
		l.unread = append(l.unread, channels.Unread{Reach: reach, Reason: seen.err.Error(), Ours: true})
	}
}

// A glance is what a room shows back to our own message.
type glance struct {
	arrivals []channels.Arrival // the oldest first
	out      *event             // by which we are no longer in the room; nil: we are
	member   bool               // something was said of whether we are
	err      error              // why it does not show that; wraps errUnshown if the room was read and our opener is not there
}

// glance reads a conversation's room from its end back to our opener.
func (c *Channel) glance(ctx context.Context, open channels.Conversation) (g glance) {
	room := ""
	if len(open.Names) > 0 {
		room = open.Names[0]
	} else if room, g.err = c.place(ctx, open.Opening); g.err != nil {
		return g
	}
	shown := false
	g.err = c.back(ctx, span{room: room, filter: looked}, func(e event) bool {
		if e.Type == "m.room.member" && e.StateKey != nil && *e.StateKey == c.cfg.User {
			g.membership(e)
		}
		if a, ok := c.arrival(e, room); ok {
			g.arrivals = append(g.arrivals, a)
		}
		shown = slices.Contains(open.Names, e.ID) || c.isOpener(e, open.Opening)
		return !shown
	})
	slices.Reverse(g.arrivals)
	if g.err == nil && !shown {
		g.err = fmt.Errorf("look back: %w", errUnshown)
	}
	return g
}

// membership takes in what was said of our being in the room. The newest counts,
// which comes first.
func (g *glance) membership(e event) {
	if !g.member && (e.Content.Membership == "leave" || e.Content.Membership == "ban") {
		g.out = &e
	}
	g.member = true
}

// refuses reports whether the homeserver cannot be reached, knows us no more or
// limits us, so that it says nothing of a room.
func refuses(err error) bool {
	_, pause := limited(err)
	var no *httpapi.Answer
	unknown := errors.As(err, &no) && no.Code == http.StatusUnauthorized
	return pause || unknown || httpapi.Unreached(err)
}

// breaks reports whether the homeserver failed as it was asked.
func breaks(err error) bool {
	var no *httpapi.Answer
	return errors.As(err, &no) && no.Code/100 == 5
}
