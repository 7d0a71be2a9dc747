package rocketchat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// behind is how far a checkpoint stays behind the clock: what is dated by then and
// not yet kept by the server is still offered, but may not be vouched for.
const behind = 2 * time.Second

// errUnshown says that a conversation does not show what we said in it: then it
// may not show either what was answered.
var errUnshown = errors.New("our own message is not shown")

// errNotFollowed is returned when Listen is called before Follow.
var errNotFollowed = errors.New("listen: Follow has not been called")

// Listen reads the histories of the open conversations in turn, again and
// again, until ctx ends or the server breaks.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if c.follow == nil {
		return errNotFollowed
	}
	heard, err := parsePosition(from.Position)
	if err != nil {
		return err
	}
	l := &listening{Channel: c, heard: heard, until: from.Until, hear: hear}
	for {
		wait, err := l.turn(ctx)
		if l.asked != nil {
			l.asked <- err
			l.asked = nil
		}
		if err != nil && wait == 0 {
			return err
		}
		if l.asked, err = c.rest(ctx, wait); err != nil {
			return err
		}
	}
}

// rest waits until it is time to read again, or until an early read is asked for.
func (c *Channel) rest(ctx context.Context, wait time.Duration) (asked chan error, err error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case asked := <-c.nudges:
		return asked, nil
	case <-timer.C:
		return nil, nil
	}
}

// A listening is one call of Listen.
type listening struct {
	*Channel
	heard position
	until time.Time
	hear  channels.Hear
	asked chan error // who wants to know what the turn came to
}

// turn reads each conversation once, and has it heard. wait is how long to rest
// before the next; 0 with an error ends it all.
func (l *listening) turn(ctx context.Context) (wait time.Duration, err error) {
	open, err := l.follow(ctx)
	if err != nil {
		return 0, fmt.Errorf("follow: %w", err)
	}
	t := turn{next: position{}, until: l.clock().Add(-l.behind), read: map[*Channel]int{}}
	for _, conversation := range open {
		l.read(ctx, conversation, &t)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	failed := errors.Join(t.failed...)
	t.until = later(t.until, l.until)
	t.Checkpoint = channels.Checkpoint{Source: source, Position: t.next.String()}
	deaf := failed != nil && len(t.read) == 0
	if deaf {
		t.UntilIfTheirs = t.until
	} else {
		t.Checkpoint.Until = t.until
	}
	if err := l.hear(ctx, t.Batch); err != nil {
		return 0, err
	}
	l.heard = t.next
	if !deaf {
		l.until = t.until
	}
	if pause, ok := limited(errors.Join(t.shared...)); ok {
		return max(pause, l.cfg.Poll), failed
	}
	if !deaf {
		return l.cfg.Poll, nil
	}
	return 0, failed
}

// A turn is what one reading of all conversations has come to.
type turn struct {
	channels.Batch
	next   position
	until  time.Time
	read   map[*Channel]int // conversations, by their server
	failed []error
	shared []error         // those of the channel's own server
	tired  map[string]bool // departments at which every further question would fare alike
}

// fail notes that a conversation could not be read.
func (t *turn) fail(reach string, err error) {
	t.failed = append(t.failed, err)
	var no *httpapi.Answer
	_, limits := limited(err)
	t.Unread = append(t.Unread, channels.Unread{
		Reach: reach, Reason: err.Error(), Ours: limits || errors.Is(err, httpapi.ErrShape),
		Answered: lost(err) || errors.Is(err, errUnshown) || errors.As(err, &no) && no.Final(),
	})
	if limits || httpapi.Unreached(err) {
		if t.tired == nil {
			t.tired = map[string]bool{}
		}
		t.tired[reach] = true
	}
}

// read reads one conversation. One that cannot be read keeps the others from
// nothing; where the server limits us or does not answer, the rest of its
// department waits too, and everything on the server once that is so of two.
func (l *listening) read(ctx context.Context, open channels.Conversation, t *turn) {
	o := open.Opening
	before := l.heard[o.ID]
	t.next[o.ID] = before
	on, _ := l.at(o.Reach)
	if t.tired[o.Reach] || t.read[on] == 0 && l.tired(on, t) > 1 {
		return
	}
	if before.Room == "" && len(open.Names) > 0 {
		before.Room = open.Names[0]
	}
	var said telling
	var err error
	if before.Room == "" {
		before.Room, err = on.lastRoom(ctx, o.Address)
	}
	if err == nil {
		said, err = on.history(ctx, place{o.Address, before.Room}, before.since())
	}
	if err != nil {
		t.fail(o.Reach, err)
		if on == l.Channel {
			t.shared = append(t.shared, err)
		}
		return
	}
	said.own = on != l.Channel
	if len(said.messages) < page && !slices.ContainsFunc(said.messages, message.ours) {
		t.fail(o.Reach, fmt.Errorf("history: %w", errUnshown)) // what is shown is heard all the same
	} else {
		t.read[on]++
	}
	l.take(said, place{o.Address, before.Room}, before, t)
	t.next[o.ID] = before.with(said.messages)
}

// take offers what is new of a conversation.
func (l *listening) take(said telling, at place, before heard, t *turn) {
	if !said.own {
		t.Clock = said.clock
	}
	// How far a company's own server was read is known by our clock, from before the turn.
	if until := said.until.Add(-l.behind); !said.own && until.Before(t.until) {
		t.until = until
	}
	for _, m := range said.messages {
		if before.knows(m) {
			continue
		}
		if a, ok := l.arrival(m, at); ok {
			if said.own {
				a.Times.Server = time.Time{} // of another clock than the source's
			}
			t.Arrivals = append(t.Arrivals, a)
		}
	}
}

// tired counts the departments of a server at which asking is no use.
func (l *listening) tired(on *Channel, t *turn) (n int) {
	for reach := range t.tired {
		if there, _ := l.at(reach); there == on {
			n++
		}
	}
	return n
}

// lost reports whether the server itself says that it has no such visitor or
// room. What it has lost cannot be heard again.
func lost(err error) bool {
	why := reason(err)
	return why == badRoom || why == badToken || errors.Is(err, channels.ErrNotFound)
}

// limited reports whether the server wants us to slow down, and for how long.
func limited(err error) (pause time.Duration, ok bool) {
	var no *httpapi.Answer
	if !errors.As(err, &no) || no.Code != 429 && reason(err) != tooMany {
		return 0, false
	}
	return no.RetryAfter, true
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
