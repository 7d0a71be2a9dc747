package rocketchat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// behind is how far a checkpoint stays behind the clock: what is dated by then and
// not yet kept by the server is still offered, but may not be vouched for.
const behind = 2 * time.Second

// overdue is how long a conversation of the shared server may wait to be read because the
// server limits us, before its company is told as not read and holds up no other.
const overdue = 15 * time.Minute

// errTired says that a server was not asked again in a turn in which it does not answer.
var errTired = errors.New("not asked: the server does not answer others")

// errLimited says that a conversation waits because the server takes no more questions.
var errLimited = errors.New("not asked: the server allows so many questions a minute, and there are more conversations than that")

// errUnshown says that a conversation does not show what we said in it: then it
// may not show either what was answered.
var errUnshown = errors.New("our own message is not shown")

// errNotFollowed is returned when Listen is called before Follow.
var errNotFollowed = errors.New("listen: Follow has not been called")

// Listen reads the histories of the open conversations again and again, those of
// each server in turn and the servers side by side, until ctx ends or the server
// breaks.
func (c *Channel) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	if c.follow == nil {
		return errNotFollowed
	}
	heard, err := channels.ParsePositions[heard](from.Position)
	if err != nil {
		return err
	}
	l := &listening{Channel: c, heard: heard, until: from.Until, hear: hear, read: map[string]time.Time{}}
	l.pool = httpapi.Pool[*look]{Patience: c.patience, Read: func(k *look) bool { return k.read > 0 }}
	ctx, end := context.WithCancel(ctx)
	defer l.pool.Wait()
	defer end()
	for {
		begun := time.Now()
		wait, err := l.turn(ctx)
		if l.asked != nil {
			l.asked <- err
			l.asked = nil
		}
		if err != nil && wait == 0 {
			return err
		}
		if l.asked, err = c.rest(ctx, wait-time.Since(begun)); err != nil {
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
	read  map[string]time.Time // by when all that was said had been read, by the opener's _id
	asked chan error           // who wants to know what the turn came to
	pool  httpapi.Pool[*look]
}

// readUntil returns by when all that was said in a conversation has been read.
func (l *listening) readUntil(o channels.Conversation) time.Time {
	if at, ok := l.read[o.Opening.ID]; ok {
		return at
	}
	return o.At
}

// turn reads each conversation once, as far as the servers allow, and has it heard. wait is how long after its
// beginning the next may begin; 0 with an error ends it all.
func (l *listening) turn(ctx context.Context) (wait time.Duration, err error) {
	open, err := l.follow(ctx)
	if err != nil {
		return 0, fmt.Errorf("follow: %w", err)
	}
	t := turn{next: position{}, until: l.clock().Add(-l.behind)}
	l.look(ctx, open, &t)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	failed := errors.Join(t.failed...)
	t.until = later(t.until, l.until)
	t.Checkpoint = channels.Checkpoint{Source: source, Position: t.next.String()}
	deaf := failed != nil && t.read == 0
	if deaf {
		t.UntilIfTheirs = t.until
	} else {
		t.Checkpoint.Until = t.until
	}
	if err := l.hear(ctx, t.Batch); err != nil {
		return 0, err
	}
	l.heard = t.next
	maps.DeleteFunc(l.read, func(opener string, _ time.Time) bool { _, follows := t.next[opener]; return !follows })
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

// look has the servers read side by side, and takes in what they said.
func (l *listening) look(ctx context.Context, open []channels.Conversation, t *turn) {
	following := map[*Channel][]channels.Conversation{}
	names := map[*Channel]string{}
	for _, o := range open {
		on, name := l.on(o.Opening.Reach)
		following[on], names[on] = append(following[on], o), name
		t.next[o.Opening.ID] = l.heard[o.Opening.ID]
	}
	asks := map[string]func(context.Context) *look{}
	for on, conversations := range following {
		slices.SortStableFunc(conversations, func(a, b channels.Conversation) int { return l.readUntil(a).Compare(l.readUntil(b)) })
		k := &look{on: on, shared: on == l.Channel, known: position{}}
		for _, o := range conversations {
			k.known[o.Opening.ID] = l.heard[o.Opening.ID]
		}
		asks[names[on]] = func(ctx context.Context) *look {
			for _, o := range conversations {
				if k.conversation(ctx, o); ctx.Err() != nil {
					break
				}
			}
			return k
		}
	}
	got := l.pool.Ask(ctx, asks, "")
	for _, k := range got.Late {
		t.told(k, l) // how far it has read is known of an earlier turn alone
	}
	for _, k := range got.Fresh {
		t.told(k, l)
		t.add(k)
	}
	for on, conversations := range following {
		if err := got.Waiting[names[on]]; err != nil {
			t.wait(conversations, err)
		}
	}
	t.hold(l, following[l.Channel])
}

// A turn is what one reading of all conversations has come to.
type turn struct {
	channels.Batch
	next    position
	until   time.Time
	read    int // conversations
	failed  []error
	shared  []error  // those of the channel's own server
	limited []string // the openers on it that wait because it limits us
}

// told takes in what was said, unless it has been heard or is not listened to any
// more.
func (t *turn) told(k *look, l *listening) {
	for _, s := range k.said {
		before, follows := t.next[s.opener]
		if !follows {
			continue
		}
		if before.Room == "" {
			before.Room = s.at.room
		}
		for _, m := range s.messages {
			if before.knows(m) {
				continue
			}
			if a, ok := k.on.arrival(m, s.at); ok {
				a.Times.Noticed = s.noticed
				if !k.shared {
					a.Times.Server = time.Time{} // of another clock than the source's
				}
				t.Arrivals = append(t.Arrivals, a)
			}
		}
		t.next[s.opener] = before.with(s.messages)
		if !s.until.IsZero() {
			l.read[s.opener] = s.until
		}
		if k.shared { // of another's clock the channel's source knows nothing
			t.Clock = s.clock
		}
	}
	t.limited = append(t.limited, k.limited...)
}

// hold keeps the mark at what the conversations of the shared server were read to. Those
// that could not be read are told as such; those that only wait for their turn hold it too,
// unless they have waited for too long.
func (t *turn) hold(l *listening, shared []channels.Conversation) {
	unread := map[string]bool{}
	for _, u := range t.Unread {
		unread[u.Reach] = true
	}
	for _, o := range shared {
		read := l.readUntil(o)
		late := slices.Contains(t.limited, o.Opening.ID) && l.clock().Sub(read) > overdue
		switch {
		case unread[o.Opening.Reach]:
		case late:
			t.Unread = append(t.Unread, channels.Unread{Reach: o.Opening.Reach, Reason: errLimited.Error(), Ours: true})
		case read.Add(-l.behind).Before(t.until):
			t.until = read.Add(-l.behind)
		}
	}
}

// add takes in how a look that belongs to the turn went.
func (t *turn) add(k *look) {
	t.read += k.read
	if k.shared && k.read == 0 && k.several() {
		for i := range k.unread {
			k.unread[i].Ours = true // a server that several companies share is as good as our own
		}
	}
	t.Unread, t.failed = append(t.Unread, k.unread...), append(t.failed, k.failed...)
	if k.shared {
		t.shared = append(t.shared, k.failed...)
	}
}

// wait notes why the conversations of a server are not read yet.
func (t *turn) wait(conversations []channels.Conversation, err error) {
	for _, o := range conversations {
		t.failed = append(t.failed, err)
		t.Unread = append(t.Unread, channels.Unread{Reach: o.Opening.Reach, Reason: err.Error(), Ours: errors.Is(err, httpapi.ErrBusy)})
	}
}

// A look is one reading of the conversations on one server.
type look struct {
	on     *Channel
	shared bool     // it is the channel's own server
	known  position // what had been heard as it began
	said   []statement
	read   int // conversations
	unread []channels.Unread
	failed []error
	tired  map[string]bool // departments at which every further question would fare alike
	// limited are the openers that wait for their turn because the shared server takes no
	// more questions for now.
	limited []string
}

// several reports whether conversations with more than one company could not be read.
func (k *look) several() bool {
	return slices.ContainsFunc(k.unread, func(u channels.Unread) bool { return u.Reach != k.unread[0].Reach })
}

// A statement is what was said in a conversation.
type statement struct {
	telling
	opener  string
	at      place
	noticed time.Time
}

// fail notes that a conversation could not be read.
func (k *look) fail(reach string, err error) {
	k.failed = append(k.failed, err)
	var no *httpapi.Answer
	_, limits := limited(err)
	k.unread = append(k.unread, channels.Unread{
		Reach: reach, Reason: err.Error(), Ours: limits || errors.Is(err, httpapi.ErrShape),
		Answered: lost(err) || errors.Is(err, errUnshown) || errors.As(err, &no) && no.Final(),
	})
	if limits || httpapi.Unreached(err) {
		if k.tired == nil {
			k.tired = map[string]bool{}
		}
		k.tired[reach] = true
	}
}

// conversation reads one conversation. One that cannot be read keeps the others from
// nothing; where the server does not answer, the rest of its department waits too, and
// everything on the server once that is so of two. A server that several share and that
// limits us is asked no more: those that are left come first in the next turn.
func (k *look) conversation(ctx context.Context, open channels.Conversation) {
	o := open.Opening
	switch {
	case k.tired[o.Reach]:
		return
	case len(k.limited) > 0:
		k.limited = append(k.limited, o.ID)
		return
	case k.read == 0 && len(k.tired) > 1:
		k.unread = append(k.unread, channels.Unread{Reach: o.Reach, Reason: errTired.Error()})
		return
	}
	at, said, err := k.recall(ctx, open)
	if _, limits := limited(err); limits && k.shared {
		k.failed, k.limited = append(k.failed, err), append(k.limited, o.ID)
		return
	}
	if err != nil {
		k.fail(o.Reach, err)
		return
	}
	if len(said.messages) < page && !slices.ContainsFunc(said.messages, message.ours) {
		said.until = time.Time{}
		k.fail(o.Reach, fmt.Errorf("history: %w", errUnshown)) // what is shown is heard all the same
	} else {
		k.read++
	}
	k.said = append(k.said, statement{said, o.ID, at, k.on.clock()})
}

// recall reads the history of a conversation on from what has been heard of it.
func (k *look) recall(ctx context.Context, open channels.Conversation) (at place, said telling, err error) {
	before := k.known[open.Opening.ID]
	if before.Room == "" && len(open.Names) > 0 {
		before.Room = open.Names[0]
	}
	if before.Room == "" {
		before.Room, err = k.on.lastRoom(ctx, open.Opening.Address)
	}
	at = place{open.Opening.Address, before.Room}
	if err == nil {
		said, err = k.on.history(ctx, at, before.since())
	}
	return at, said, err
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
