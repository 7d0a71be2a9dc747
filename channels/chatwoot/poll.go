package chatwoot

import (
	"context"
	"errors"
	"fmt"
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
	until  time.Time          // and in all of them
	clock  channels.ClockReading
	gaps   []channels.Gap
	broken []error
}

// poll reads every conversation that is followed and offers what is new. The
// mark moves if all of them could be read.
func (e *poller) poll(ctx context.Context) error {
	r := &round{poller: e, said: map[room][]message{}, asked: map[room]time.Time{}, until: e.opt.Clock()}
	followed, err := e.open(ctx)
	if err != nil {
		return fmt.Errorf("followed conversations: %w", err)
	}
	for _, f := range followed {
		if r.stopped() {
			break
		}
		where := r.locate(ctx, f)
		r.rooms = append(r.rooms, where)
		if where.id != 0 {
			r.read(ctx, where, f.At)
		}
	}
	if err := e.receiver.Offer(ctx, r.tell); err != nil {
		return err
	}
	e.attend(r.rooms)
	e.line.follow(e.streams(ctx, r.rooms))
	return errors.Join(r.broken...)
}

// tell returns what of the round is new to a listener that has heard up to the
// given checkpoint.
func (r *round) tell(at channels.Checkpoint) channels.Batch {
	h := channels.Batch{Gaps: r.gaps, Clock: r.clock}
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
	if len(r.broken) == 0 {
		known = known.only(r.rooms)
		h.Checkpoint.Until = latest(r.poller.until, r.until.Truncate(time.Second))
		r.poller.until = h.Checkpoint.Until
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
		r.fail(room{visitor: v}, f.At, err)
		return room{visitor: v}
	}
	return found[0]
}

// errEmpty says that a visitor who has spoken has no conversation.
var errEmpty = errors.New("there is none")

// read reads what is new in where, which has been followed since the given time.
func (r *round) read(ctx context.Context, where room, since time.Time) {
	said, m, err := r.saidIn(ctx, where, r.at.floor(where))
	if err != nil {
		r.fail(where, since, err)
		return
	}
	delete(r.gone, where.source)
	r.said[where], r.asked[where], r.clock = said, m.Until(), m.Clock()
	r.clock.Claimed = true
	if m.Until().Before(r.until) {
		r.until = m.Until()
	}
}

// fail notes that where could not be read. If it never will be, that is a gap at
// its company, told once; anything else breaks the round.
func (r *round) fail(where room, since time.Time, err error) {
	var no *httpapi.Answer
	lost := errors.As(err, &no) && no.Final() || errors.Is(err, errFlood) || errors.Is(err, errEmpty)
	if !lost {
		r.broken = append(r.broken, err)
		return
	}
	if !r.gone[where.source] {
		r.gone[where.source] = true
		r.gaps = append(r.gaps, channels.Gap{
			From: latest(since, r.poller.until), To: r.opt.Clock(), Reach: where.inbox,
			Reason: fmt.Sprintf("conversation %s: %v", where, err),
		})
	}
}

// stopped reports whether going on is no use: the server did not answer at all,
// or asked us to wait, and every further question would fare alike.
func (r *round) stopped() bool {
	for _, err := range r.broken {
		var no *httpapi.Answer
		if !errors.As(err, &no) && !errors.Is(err, httpapi.ErrShape) || no != nil && no.RetryAfter > 0 {
			return true
		}
	}
	return false
}

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
