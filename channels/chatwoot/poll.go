package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// A round is one reading of all conversations that are followed, or of those on one
// server.
type round struct {
	*poller
	rooms   []room // an id of 0: it could not be found out
	said    map[room][]message
	noticed map[room]time.Time
	asked   map[room]time.Time // before it, all that was said in a room has been read
	until   time.Time          // and in all that could be read
	clock   channels.ClockReading
	failed  failures
	shared  bool     // of one server: it is the channel's own
	at      position // what had been heard as it began

	found map[string]room // where looks of earlier rounds have found conversations, by visitor
}

// newRound returns one that has read nothing. Position is what has been heard.
func (e *poller) newRound(position position) *round {
	return &round{
		poller: e, said: map[room][]message{}, noticed: map[room]time.Time{}, asked: map[room]time.Time{},
		until: e.opt.Clock(), at: position, found: map[string]room{},
	}
}

// poll reads every conversation that is followed, those of each server in turn and
// the servers side by side, and offers what is new and which inboxes could not be
// read. The error says why if none could be.
func (e *poller) poll(ctx context.Context) error {
	r := e.newRound(e.at)
	followed, err := e.open(ctx)
	if err != nil {
		return fmt.Errorf("followed conversations: %w", err)
	}
	e.look(ctx, followed, r)
	if ctx.Err() != nil {
		return ctx.Err()
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

// look has the servers read side by side, and adds what came of it to a round.
func (e *poller) look(ctx context.Context, followed []channels.Conversation, r *round) {
	following := map[string][]channels.Conversation{} // by server
	for _, f := range followed {
		_, server := at(f.Opening.Reach)
		following[server] = append(following[server], f)
	}
	asks := map[string]func(context.Context) *round{}
	for server, conversations := range following {
		one := e.newRound(e.at)
		one.shared = server == ""
		asks[server] = func(ctx context.Context) *round {
			for _, f := range conversations {
				if one.conversation(ctx, f); ctx.Err() != nil {
					break
				}
			}
			return one
		}
	}
	got := e.pool.Ask(ctx, asks, "")
	for _, one := range got.Late {
		r.told(one) // how far it has read is known of an earlier round alone
		for _, where := range one.rooms {
			r.found[where.source] = where
		}
	}
	for _, one := range got.Fresh {
		r.told(one)
		r.add(one)
	}
	for server, conversations := range following {
		if err := got.Waiting[server]; err != nil {
			r.wait(conversations, err)
		}
	}
}

// conversation finds one conversation, and reads it.
func (r *round) conversation(ctx context.Context, f channels.Conversation) {
	if r.skips(f.Opening.Reach) {
		return
	}
	where := r.locate(ctx, f)
	r.rooms = append(r.rooms, where)
	if where.id != 0 {
		r.read(ctx, where)
	}
}

// told takes over what was said on one server.
func (r *round) told(one *round) {
	for where, said := range one.said {
		r.said[where] = append(r.said[where], said...)
		r.noticed[where] = one.noticed[where]
	}
}

// add takes over how the reading of one server went, that belongs to the round.
func (r *round) add(one *round) {
	r.rooms = append(r.rooms, one.rooms...)
	maps.Copy(r.asked, one.asked)
	if one.shared {
		r.clock, r.until = one.clock, earliest(r.until, one.until)
		if len(one.asked) == 0 && one.failed.several() {
			for i := range one.failed.places {
				one.failed.places[i].Ours = true // a server that several companies share is as good as our own
			}
		}
	}
	r.failed.errors = append(r.failed.errors, one.failed.errors...)
	r.failed.places = append(r.failed.places, one.failed.places...)
}

// wait notes why the conversations of a server are not read yet. They go on being
// followed.
func (r *round) wait(conversations []channels.Conversation, err error) {
	for _, f := range conversations {
		v := visitorOf(f.Opening)
		where, known := r.followed(v.source)
		if found, late := r.found[v.source]; late && !known {
			where = found
		} else if !known {
			where = room{visitor: v}
		}
		r.rooms = append(r.rooms, where)
		r.failed.errors = append(r.failed.errors, err)
		r.failed.places = append(r.failed.places, channels.Unread{
			Reach: f.Opening.Reach, Reason: err.Error(), Ours: errors.Is(err, httpapi.ErrBusy),
		})
	}
}

// errTired says that a server was not asked again in a round in which it does not answer.
var errTired = errors.New("not asked: the server does not answer others")

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
				h.Arrivals = append(h.Arrivals, where.arrival(m, r.noticed[where]))
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
		r.said[where], r.noticed[where] = said, r.opt.Clock() // what is shown is heard all the same
		err = fmt.Errorf("read messages of %s: %w", where, errUnshown)
	}
	if err != nil {
		r.failed.note(where.inbox, err)
		return
	}
	r.said[where], r.asked[where], r.noticed[where] = said, m.Until(), r.opt.Clock()
	if where.own() {
		return // how far it was read is known by our clock, from before the round
	}
	r.clock = m.Clock()
	r.clock.Claimed = true
	if m.Until().Before(r.until) {
		r.until = m.Until()
	}
}

// skips reports whether asking at an inbox is no use in this reading of a server: a
// conversation of it got no answer or was asked to wait, or those of two inboxes did
// and none could be read. An inbox of which that is first known is noted.
func (r *round) skips(inbox string) bool {
	if r.failed.tired[inbox] {
		return true
	}
	if len(r.failed.tired) < 2 || len(r.asked) > 0 {
		return false
	}
	r.failed.places = append(r.failed.places, channels.Unread{Reach: inbox, Reason: errTired.Error()})
	return true
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
	if answered && (no.Code == http.StatusTooManyRequests || no.RetryAfter > 0) || httpapi.Unreached(err) {
		if f.tired == nil {
			f.tired = map[string]bool{}
		}
		f.tired[inbox] = true
	}
}

// several reports whether more than one inbox could not be read.
func (f *failures) several() bool {
	return slices.ContainsFunc(f.places, func(u channels.Unread) bool { return u.Reach != f.places[0].Reach })
}

// isAny reports whether err is one of several.
func isAny(err error, all ...error) bool {
	return slices.ContainsFunc(all, func(one error) bool { return errors.Is(err, one) })
}

// earliest returns the earlier of two times.
func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
