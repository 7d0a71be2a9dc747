package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// settles is how long after it left an opener may be missing in its room: the
// homeserver keeps an event before it answers that it has it.
const settles = time.Minute

// looked is the filter of what is read in a room.
const looked = `{"types":["m.room.message","m.room.encrypted","m.sticker","m.room.member","m.room.tombstone"]}`

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
	denied map[string]denial    // rooms that are not given to us, by the opener's ID
	heard  map[string]bool      // the keys of what was offered and still stands in an open room
	came   map[string]bool      // whether who was invited has come, by the opener's ID; not there: it is not known
	unread []channels.Unread
	at     time.Time               // when all were last read
	theirs []channels.Conversation // those on companies' own homeservers
	elsewhere
}

// A denial is since when a room has not been given to us, and when it last was.
type denial struct{ since, shown time.Time }

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
	l.theirs = slices.DeleteFunc(slices.Clone(open), c.onOurs)
	open = slices.DeleteFunc(slices.Clone(open), c.onTheirs)
	l.open = open
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
	h.Alone = append(h.Alone, l.alone(open)...)
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
	c.accept(ctx, &l.elsewhere)
	for _, one := range open {
		asked := c.clock()
		seen := c.glance(ctx, one)
		if breaks(seen.err) {
			failed++
		}
		if refuses(seen.err) || ctx.Err() != nil || failed == len(open) {
			return fmt.Errorf("read the room of %s: %w", one.Opening.Attempt, seen.err)
		}
		said, err := c.further(ctx, l, one, seen)
		if err != nil {
			return err
		}
		for _, a := range append(seen.arrivals, said...) {
			if stand[a.Key] = true; l.offer(a.Key) {
				h.Arrivals = append(h.Arrivals, a)
			}
		}
		if l.deny(one.Opening.ID, asked, seen.err); seen.err == nil && seen.out == nil {
			delete(l.denied, one.Opening.ID)
		}
		c.note(one, seen, l, h)
		c.attends(ctx, one, seen, l)
		l.read[one.Opening.ID] = asked.Add(-c.behind)
	}
	l.heard = stand
	return nil
}

// further returns what is said elsewhere because of a conversation whose own room was
// looked into.
func (c *Channel) further(ctx context.Context, l *lookout, open channels.Conversation, seen glance) ([]channels.Arrival, error) {
	l.meet(open, seen.others)
	if seen.moved != "" && !slices.Contains(l.rooms[open.Opening.ID], seen.moved) {
		c.follows(ctx, &l.elsewhere, open, seen.moved)
	}
	return c.beside(ctx, &l.elsewhere, open)
}

// attends notes whether who was invited into a room of our own has come. The homeserver is asked once; after that a sync
// tells.
func (c *Channel) attends(ctx context.Context, open channels.Conversation, seen glance, l *lookout) {
	o := open.Opening
	if came, known := l.came[o.ID]; o.Address == "" || seen.err != nil || came || known || len(open.Names) == 0 {
		return
	}
	came := slices.Contains(seen.others, o.Reach)
	if !came {
		var member struct {
			Membership string `json:"membership"`
		}
		_, err := c.ask(ctx, httpapi.Call{
			Step: "see who has come", Method: http.MethodGet, Path: path("rooms", open.Names[0], "state", "m.room.member", o.Reach),
		}, &member)
		if err != nil {
			return // it is asked at the next look
		}
		came = member.Membership == "join"
	}
	if l.came == nil {
		l.came = map[string]bool{}
	}
	l.came[o.ID] = came
}

// joined notes who a sync says has come into a room of an open conversation.
func (l *lookout) joined(said syncReply) {
	for _, open := range l.open {
		if _, known := l.came[open.Opening.ID]; !known || len(open.Names) == 0 {
			continue
		}
		for _, e := range said.Rooms.Join[open.Names[0]].Timeline.Events {
			if e.Type == "m.room.member" && e.Sender == open.Opening.Reach && e.Content.Membership == "join" {
				l.came[open.Opening.ID] = true
			}
		}
	}
}

// alone returns the openers with which who was invited has not come into the room.
func (l *lookout) alone(open []channels.Conversation) (ids []string) {
	for _, one := range open {
		if came, known := l.came[one.Opening.ID]; known && !came {
			ids = append(ids, one.Opening.ID)
		}
	}
	return ids
}

// deny notes that a room is not given to us.
func (l *lookout) deny(id string, asked time.Time, err error) {
	if _, noted := l.denied[id]; noted || !withheld(err) {
		return
	}
	if l.denied == nil {
		l.denied = map[string]denial{}
	}
	l.denied[id] = denial{since: asked, shown: l.read[id]}
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
	case withheld(seen.err) && open.Opening.Address == "": // the company's own room
		l.unread = append(l.unread, channels.Unread{Reach: reach, Reason: seen.err.Error(), Answered: true})
	case withheld(seen.err) && now.Sub(l.denied[open.Opening.ID].since) >= c.patience:
		gap.From, gap.Reason = l.denied[open.Opening.ID].shown, "our homeserver gives us the room no more"
		h.Gaps = append(h.Gaps, gap)
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
	others   []string           // who else has said or done anything in it
	moved    string             // the room that takes its place; empty: none does
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
		g.note(e, c.cfg.User)
		if a, ok := c.arrival(e, room); ok {
			g.arrivals = append(g.arrivals, a)
		}
		shown = slices.Contains(open.Names, e.ID) || c.isOpener(e, open.Opening)
		if shown && open.Precision > time.Millisecond && !c.foreign {
			g.arrivals = append(g.arrivals, c.own(e, room, open.Opening.ID))
		}
		return !shown
	})
	slices.Reverse(g.arrivals)
	if withheld(g.err) && !g.member {
		c.left(ctx, room, &g)
	}
	if g.err == nil && !shown {
		g.err = fmt.Errorf("look back: %w", errUnshown)
	}
	return g
}

// note takes in what an event tells of who is in the room, and of where it goes on. The
// events come newest first.
func (g *glance) note(e event, us string) {
	if e.Type == "m.room.member" && e.StateKey != nil && *e.StateKey == us {
		g.membership(e)
	}
	if e.Sender == us || e.Sender == "" {
		return
	}
	if !slices.Contains(g.others, e.Sender) {
		g.others = append(g.others, e.Sender)
	}
	if e.Type == "m.room.tombstone" && g.moved == "" {
		g.moved = e.Content.Moved
	}
}

// left asks how we came to be out of a room that is not given to us. Some homeservers
// show who has left a room nothing more of it, and all tell in a sync who put him out. If
// it does not say either, or knows of no such room, that stays an error of the room.
func (c *Channel) left(ctx context.Context, room string, g *glance) {
	query := url.Values{"timeout": {"0"}, "set_presence": {"offline"}, "filter": {fmt.Sprintf(
		`{"presence":{"types":[]},"account_data":{"types":[]},"room":{"rooms":[%q],"include_leave":true,`+
			`"ephemeral":{"types":[]},"account_data":{"types":[]},"state":{"types":["m.room.member"]},`+
			`"timeline":{"types":["m.room.member"],"limit":%d}}}`, room, page)}}
	var said syncReply
	if _, err := c.ask(ctx, httpapi.Call{Step: "see who left", Method: http.MethodGet, Path: "/sync", Query: query}, &said); err != nil {
		return
	}
	for _, e := range slices.Backward(said.Rooms.Leave[room].Timeline.Events) {
		if e.Type == "m.room.member" && e.StateKey != nil && *e.StateKey == c.cfg.User {
			g.membership(e)
		}
	}
	if g.out != nil {
		g.err = nil
	}
}

// withheld reports whether the homeserver says of a room alone that it is not there, or
// not for us.
func withheld(err error) bool {
	var no *httpapi.Answer
	return errors.As(err, &no) && slices.Contains([]int{http.StatusForbidden, http.StatusNotFound, http.StatusGone}, no.Code)
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
