package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Open puts o to its company: in a room of its own if the company is a user, in
// the company's if it is a room. It asks leave once only the message is to be
// sent; the user sees the invitation before that. The error wraps ErrRefused if the server said a
// final no, and ErrUnsure if the message may have been taken and its answer did
// not come.
func (c *Channel) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	if o.ID == "" {
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, &channels.Refusal{Text: "it is not prepared", Ours: true})
	}
	on, o := c.there(o)
	if err := on.known(ctx); err != nil {
		return channels.Receipt{}, on.theirs(err)
	}
	room, err := on.room(ctx, o)
	if err != nil {
		return channels.Receipt{}, on.theirs(err)
	}
	receipt, err := on.send(ctx, o, room, leave)
	return receipt, on.theirs(err)
}

// Locate asks for the profile of a user, or for the room behind an alias. That a
// room is there which is given by its id is known only by joining it.
func (c *Channel) Locate(ctx context.Context, reach string) error {
	on, _, to := c.at(reach)
	return on.theirs(on.locate(ctx, to))
}

func (c *Channel) locate(ctx context.Context, reach string) error {
	if err := c.known(ctx); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(reach, "@"):
		return c.profile(ctx, reach)
	case strings.HasPrefix(reach, "#"):
		_, err := c.resolve(ctx, reach)
		return refused(err, theirs)
	}
	return fmt.Errorf("find room %s by its id: %w", reach, errors.ErrUnsupported)
}

// profile returns an error with SignMissing if the homeserver knows of no such
// user. A server that shows profiles to nobody says something else.
func (c *Channel) profile(ctx context.Context, user string) error {
	_, err := c.ask(ctx, httpapi.Call{Step: "see profile", Method: http.MethodGet, Path: path("profile", user)}, nil)
	return refused(err, theirs)
}

// room returns the room in which o is asked. A user who does not exist can be
// invited all the same, so the profile is asked for first; any other answer than
// that there is no such user is left to the invitation.
func (c *Channel) room(ctx context.Context, o channels.Opening) (string, error) {
	if o.Address == "" {
		return c.enter(ctx, o.Reach)
	}
	var no *channels.Refusal
	if err := c.profile(ctx, o.Reach); errors.As(err, &no) && no.Sign == channels.SignMissing {
		return "", err
	}
	var made named
	local, _, _ := strings.Cut(strings.TrimPrefix(o.Address, "#"), ":")
	_, err := c.ask(ctx, httpapi.Call{
		Step: "create room", Method: http.MethodPost, Path: "/createRoom",
		Body: map[string]any{
			"room_alias_name": local, "invite": []string{o.Reach}, "is_direct": true,
			"preset": "trusted_private_chat", "visibility": "private",
		},
	}, &made)
	if f, _ := faultOf(err); f.Code == roomInUse {
		return c.again(ctx, o)
	}
	if err != nil {
		return "", refused(err, ours)
	}
	return made.Room, made.whole("create room")
}

// again returns the room that an earlier try has made. Whether its invitation
// went out as well that try did not learn.
func (c *Channel) again(ctx context.Context, o channels.Opening) (string, error) {
	room, err := c.resolve(ctx, o.Address)
	if err != nil {
		return "", refused(err, ours)
	}
	var member struct {
		Membership string `json:"membership"`
	}
	_, err = c.ask(ctx, httpapi.Call{
		Step: "see who is invited", Method: http.MethodGet, Path: path("rooms", room, "state", "m.room.member", o.Reach),
	}, &member)
	if f, _ := faultOf(err); err != nil && f.Code != notFound {
		return "", refused(err, ours)
	}
	if member.Membership == "invite" || member.Membership == "join" {
		return room, nil
	}
	_, err = c.ask(ctx, httpapi.Call{
		Step: "invite", Method: http.MethodPost, Path: path("rooms", room, "invite"),
		Body: map[string]string{"user_id": o.Reach},
	}, nil)
	return room, refused(err, theirs)
}

// enter joins the room that a company is reached in.
func (c *Channel) enter(ctx context.Context, reach string) (string, error) {
	var joined named
	_, err := c.ask(ctx, httpapi.Call{
		Step: "join", Method: http.MethodPost, Path: path("join", reach), Body: struct{}{},
	}, &joined)
	if err != nil {
		return "", refused(err, theirs)
	}
	return joined.Room, joined.whole("join")
}

// resolve returns the room behind an alias.
func (c *Channel) resolve(ctx context.Context, alias string) (string, error) {
	var found named
	_, err := c.ask(ctx, httpapi.Call{
		Step: "find room", Method: http.MethodGet, Path: path("directory", "room", alias),
	}, &found)
	if err != nil {
		return "", err
	}
	return found.Room, found.whole("find room")
}

// whole returns an error if an answer names no room.
func (n named) whole(step string) error {
	if n.Room == "" {
		return fmt.Errorf("%s: %w: no room_id", step, httpapi.ErrShape)
	}
	return nil
}

// send hands the opener over.
func (c *Channel) send(ctx context.Context, o channels.Opening, room string, leave channels.Leave) (channels.Receipt, error) {
	sent, m, err := c.say(ctx, httpapi.Call{Step: "message", Leave: leave}, line{room, o.ID, o.Body})
	if err != nil {
		return channels.Receipt{}, refused(err, whose(o))
	}
	receipt := channels.Receipt{ID: sent, Names: []string{room}, Response: "taken"}
	if sent != "" {
		receipt.Names = append(receipt.Names, sent) // by which a reply may point at it
	}
	receipt.At, receipt.Precision = c.dated(ctx, room, sent, m)
	return receipt, nil
}

// whose tells in whose room an opener is said: in one of our own if the company
// is a user.
func whose(o channels.Opening) string {
	if o.Address == "" {
		return theirs
	}
	return ours
}

// A line is one message of ours.
type line struct{ room, transaction, text string }

// say sends a line and returns the event that it became.
func (c *Channel) say(ctx context.Context, call httpapi.Call, l line) (string, httpapi.Moment, error) {
	var said named
	call.Method, call.Path = http.MethodPut, path("rooms", l.room, "send", "m.room.message", l.transaction)
	call.Body = map[string]string{"msgtype": "m.text", "body": l.text}
	m, err := c.ask(ctx, call, &said)
	return said.Event, m, err
}

// dated returns when the server took an event. Its answer does not say, so the
// event is asked for; if that goes wrong the head of the answer serves, or else
// our own clock.
func (c *Channel) dated(ctx context.Context, room, id string, m httpapi.Moment) (time.Time, time.Duration) {
	taken, err := c.event(ctx, room, id)
	took := m.Answered.Sub(m.Asked)
	switch {
	case c.foreign: // by the company's clock we are dated by none
		return m.Answered, took
	case err == nil && taken.At > 0:
		return taken.at(), time.Millisecond
	case m.Server.IsZero():
		return m.Answered, took
	}
	return m.Server, time.Second + took
}
