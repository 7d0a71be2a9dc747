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

// A company may answer in another room than ours: one to which it invites us, or one
// that it puts in the place of ours. Those are what elsewhere knows. Its zero value
// knows of none.
type elsewhere struct {
	invites map[string]string   // rooms to which we are invited, and by whom
	tries   map[string]int      // to enter them
	rooms   map[string][]string // entered, by the opener's ID
	spoke   map[string][]string // who else is in the opener's own room, by its ID
	open    []channels.Conversation
}

// mostTries is how often a room is tried to be entered, and mostInvites how many
// invitations are kept.
const (
	mostTries   = 20
	mostInvites = 200
)

// invited notes to which rooms a sync says that we are invited.
func (w *elsewhere) invited(said syncReply, us string) {
	for room, invite := range said.Rooms.Invite {
		for _, e := range invite.State.Events {
			if e.Type == "m.room.member" && e.StateKey != nil && *e.StateKey == us && e.Content.Membership == "invite" {
				if w.invites == nil {
					w.invites = map[string]string{}
				}
				if len(w.invites) < mostInvites {
					w.invites[room] = e.Sender
				}
			}
		}
	}
}

// meet notes who else is in the room of a conversation.
func (w *elsewhere) meet(open channels.Conversation, users []string) {
	if w.spoke == nil {
		w.spoke = map[string][]string{}
	}
	w.spoke[open.Opening.ID] = users
}

// of returns the conversations that a user has part in: those with the company that is
// reached as that user, and those in whose room it is.
func (w *elsewhere) of(user string) (all []channels.Conversation) {
	for _, open := range w.open {
		if open.Opening.Reach == user || slices.Contains(w.spoke[open.Opening.ID], user) {
			all = append(all, open)
		}
	}
	return all
}

// join notes that a room belongs to a conversation as well.
func (w *elsewhere) join(open channels.Conversation, room string) {
	if w.rooms == nil {
		w.rooms = map[string][]string{}
	}
	if !slices.Contains(w.rooms[open.Opening.ID], room) {
		w.rooms[open.Opening.ID] = append(w.rooms[open.Opening.ID], room)
	}
}

// names returns the names of all conversations to which a room belongs.
func (w *elsewhere) names(room string) (names []string) {
	for _, open := range w.open {
		if slices.Contains(w.rooms[open.Opening.ID], room) {
			names = append(names, open.Names...)
		}
	}
	return names
}

// accept enters the rooms to which a company that we have asked invites us, and no
// others. One that cannot be entered is the company's, and is tried again.
func (c *Channel) accept(ctx context.Context, w *elsewhere) {
	for room, by := range w.invites {
		for _, open := range w.of(by) {
			if c.follows(ctx, w, open, room) {
				delete(w.invites, room)
			}
		}
	}
}

// follows enters a room beside a conversation's own, and reports whether that is done
// with.
func (c *Channel) follows(ctx context.Context, w *elsewhere, open channels.Conversation, room string) bool {
	if w.tries == nil {
		w.tries = map[string]int{}
	}
	if w.tries[room] >= mostTries {
		return true
	}
	w.tries[room]++
	query := url.Values{"server_name": {serverOf(open.Opening.Reach)}}
	_, err := c.ask(ctx, httpapi.Call{
		Step: "follow into a room", Method: http.MethodPost, Path: path("join", room), Query: query, Body: struct{}{},
	}, nil)
	if err == nil {
		w.join(open, room)
	}
	return err == nil
}

// beside returns what is said in the rooms that belong to a conversation beside its own,
// with the names of the conversation. One that cannot be read is the company's own place.
func (c *Channel) beside(ctx context.Context, w *elsewhere, open channels.Conversation) (all []channels.Arrival, err error) {
	for _, room := range w.rooms[open.Opening.ID] {
		var said []channels.Arrival
		failed := c.back(ctx, span{room: room, filter: looked}, func(e event) bool {
			if a, ok := c.arrival(e, room); ok && !e.at().Before(open.At) {
				a.Names = append(a.Names, w.names(room)...)
				said = append(said, a)
			}
			return true
		})
		if refuses(failed) || ctx.Err() != nil {
			return all, fmt.Errorf("read a room beside %s: %w", open.Opening.Attempt, errors.Join(failed, ctx.Err()))
		}
		slices.Reverse(said)
		all = append(all, said...)
	}
	return all, nil
}

// predecessor returns the room in whose place another stands; empty if in none's.
func (a *asked) predecessor(ctx context.Context, room string) (string, error) {
	var made struct {
		Predecessor named `json:"predecessor"`
	}
	err := a.state(ctx, room, "m.room.create", &made)
	return made.Predecessor.Room, err
}

// elsewhere returns the names of the openers that an arrival may answer in a room in
// which we have asked nothing: that of the room which this one replaces, or those of
// all conversations of whoever speaks. Where these are several a person has to look.
func (a *asked) elsewhere(ctx context.Context, room, sender string, at time.Time) (names []string) {
	before, err := a.predecessor(ctx, room)
	if err != nil {
		return nil
	}
	if before != "" {
		names = append(names, before)
	}
	for _, open := range a.rooms.of(sender) {
		if len(names) > 0 && slices.Contains(open.Names, names[0]) {
			return names
		}
		if !open.At.After(at) {
			names = append(names, open.Names...)
		}
	}
	return names
}
