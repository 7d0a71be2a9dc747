package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// A round is one reading of all conversations that are followed.
type round struct {
	*poller
	rooms  []room // an id of 0: it could not be found out
	said   map[room][]message
	asked  map[room]time.Time // before it, all that was said in a room has been read
	until  time.Time          // and in all that could be read
	clock  channels.ClockReading
	failed failures
}

// poll reads every conversation that is followed and offers what is new, and
// which inboxes could not be read. The error says why if none could be.
func (e *poller) poll(ctx context.Context) error {
	r := &round{poller: e, said: map[room][]message{}, asked: map[room]time.Time{}, until: e.opt.Clock()}
	followed, err := e.open(ctx)
	if err != nil {
		return fmt.Errorf("followed conversations: %w", err)
	}
	for _, f := range followed {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.skips(f.Opening.Reach) {
			continue
		}
		where := r.locate(ctx, f)
		r.rooms = append(r.rooms, where)
		if where.id != 0 {
			r.read(ctx, where)
		}
	}
	if err := e.receiver.Offer(ctx, r.tell); err != nil {
		return err
	}
	e.attend(r.rooms)
	e.line.follow(e.streams(ctx, r.rooms))
	if r.deaf() {
		return errors.Join(r.failed.errors...)
	}
	return nil
}

// deaf reports whether nothing could be read, of something that was to be.
func (r *round) deaf() bool { return len(r.asked) == 0 && len(r.failed.errors) > 0 }

// tell returns what of the round is new to a listener that has heard up to the
// given checkpoint.
func (r *round) tell(at channels.Checkpoint) channels.Batch {
	h := channels.Batch{Unread: r.failed.places, Clock: r.clock}
	known := parsePosition(at.Position)
	for _, where := range r.rooms {
		for _, m := range r.said[where] {
			if m.heard() && !known.has(where, m.id()) {
				h.Arrivals = append(h.Arrivals, where.arrival(m, r.opt.Clock()))
				known = known.with(where, m.id())
			}
		}
		if asked, ok := r.asked[where]; ok {
			known = known.raise(where, r.said[where], asked)
		}
	}
	if len(r.failed.errors) == 0 {
		known = known.only(r.rooms)
	}
	if until := latest(r.poller.until, r.until.Truncate(time.Second)); r.deaf() {
		h.UntilIfTheirs = until
	} else {
		h.Checkpoint.Until, r.poller.until = until, until
	}
	r.poller.at = known
	h.Checkpoint.Source, h.Checkpoint.Position = source, known.String()
	return h
}

// locate returns where a conversation is: as the last poll found it, as its
// receipt names it, or as the server lists it.
func (r *round) locate(ctx context.Context, f channels.Conversation) room {
	v := visitorOf(f.Opening)
	if known, ok := r.followed(v.source); ok {
		return known
	}
	for _, name := range f.Names {
		if id, ok := strings.CutPrefix(name, v.inbox+"/"); ok {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				return room{v, n}
			}
		}
	}
	found, err := r.roomsOf(ctx, v)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("list conversations: %w", errEmpty)
	}
	if err != nil {
		r.failed.note(v.inbox, err)
		return room{visitor: v}
	}
	return found[0]
}

// errUnshown says that a conversation does not show what we said in it: then it
// may not show either what was answered.
var errUnshown = errors.New("our own message is not shown")

// errEmpty says that a visitor who has spoken has no conversation.
var errEmpty = errors.New("there is none")

// read reads what is new in where.
func (r *round) read(ctx context.Context, where room) {
	floor := r.at.floor(where)
	said, m, err := r.saidIn(ctx, where, floor)
	if err == nil && (floor == 0 || len(said) == 0) && !slices.ContainsFunc(said, message.ours) {
		r.said[where] = said // what is shown is heard all the same
		err = fmt.Errorf("read messages of %s: %w", where, errUnshown)
	}
	if err != nil {
		r.failed.note(where.inbox, err)
		return
	}
	r.said[where], r.asked[where] = said, m.Until()
	if where.own() {
		return // how far it was read is known by our clock, from before the round
	}
	r.clock = m.Clock()
	r.clock.Claimed = true
	if m.Until().Before(r.until) {
		r.until = m.Until()
	}
}

// skips reports whether asking at an inbox is no use in this round: a
// conversation of it got no answer or was asked to wait, or those of two inboxes
// of its server did and none there could be read.
func (r *round) skips(inbox string) bool {
	if r.failed.tired[inbox] {
		return true
	}
	_, server := at(inbox)
	tired := 0
	for other := range r.failed.tired {
		if _, there := at(other); there == server {
			tired++
		}
	}
	for where := range r.asked {
		if _, there := at(where.inbox); there == server {
			return false
		}
	}
	return tired > 1
}

// failures are what could not be read in a round. The zero value is none.
type failures struct {
	errors []error
	places []channels.Unread
	tired  map[string]bool // inboxes at which every further question would fare alike
}

// note notes that a conversation of an inbox could not be read.
func (f *failures) note(inbox string, err error) {
	var no *httpapi.Answer
	answered := errors.As(err, &no)
	f.errors = append(f.errors, err)
	f.places = append(f.places, channels.Unread{
		Reach: inbox, Reason: err.Error(), Ours: errors.Is(err, httpapi.ErrShape) || answered && no.Code == http.StatusTooManyRequests,
		Answered: answered && no.Final() || isAny(err, errFlood, errEmpty, errUnshown),
	})
	if answered && no.RetryAfter > 0 || httpapi.Unreached(err) {
		if f.tired == nil {
			f.tired = map[string]bool{}
		}
		f.tired[inbox] = true
	}
}

// isAny reports whether err is one of several.
func isAny(err error, all ...error) bool {
	return slices.ContainsFunc(all, func(one error) bool { return errors.Is(err, one) })
}

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
