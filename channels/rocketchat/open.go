package rocketchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// Reasons of the server's that mean something to us.
const (
	noAgent    = "no-agent-online"
	tooMany    = "error-too-many-requests"
	badRoom    = "invalid-room"
	badToken   = "invalid-token"
	roomClosed = "room-closed"
)

// Open puts o to its department as a new visitor, and asks leave once only the
// message is to be sent. The error wraps ErrRefused if
// no chat is offered or the server said a final no, and ErrUnsure if the message
// may have been taken and its answer did not come.
func (c *Channel) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	shared := c
	c, o = c.there(o)
	if o.Address == "" || o.ID == "" {
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, &channels.Refusal{Text: "it is not prepared", Ours: true})
	}
	ask := func(step func() error) error { return step() }
	if c == shared {
		ask = func(step func() error) error { return unhurried(ctx, step) }
	}
	var how offer
	var r room
	err := ask(func() (err error) { how, err = c.offered(ctx, o); return err })
	if err == nil {
		err = ask(func() error { return c.enter(ctx, o, how) })
	}
	if err == nil {
		err = ask(func() (err error) { r, err = c.room(ctx, o.Address); return err })
	}
	if err != nil {
		return channels.Receipt{}, err
	}
	return c.send(ctx, o, r, leave)
}

// unhurried takes a step again as long as a server that several companies share wants us
// slower, and ctx lets us wait: it counts all that we ask it, for whichever of them, and
// none of them is to blame. What a company's own server says is the engine's to judge.
func unhurried(ctx context.Context, step func() error) error {
	const longest = 2 * time.Minute // the server's window is one
	for {
		err := step()
		pause, ok := limited(err)
		until, bounded := ctx.Deadline()
		if !ok || pause <= 0 || pause > longest || bounded && time.Until(until) <= pause || httpapi.Rest(ctx, pause) != nil {
			return err
		}
	}
}

// enter makes the visitor of o known to the server.
func (c *Channel) enter(ctx context.Context, o channels.Opening, how offer) error {
	visitor := map[string]string{"token": o.Address, "name": o.Persona.Name, "department": how.department}
	if how.email {
		visitor["email"] = mailbox(o)
	}
	_, err := c.client.Exchange(ctx, httpapi.Call{
		Step: "visitor", Method: http.MethodPost, Path: "/api/v1/livechat/visitor",
		Body: map[string]any{"visitor": visitor},
	}, &visitorReply{})
	return refused(err)
}

// room returns the visitor's open room, or a new one.
func (c *Channel) room(ctx context.Context, token string) (room, error) {
	var said roomReply
	_, err := c.client.Exchange(ctx, httpapi.Call{
		Step: "room", Method: http.MethodGet, Path: "/api/v1/livechat/room", Query: url.Values{"token": {token}},
	}, &said)
	if err == nil && said.Room.ID == "" {
		err = fmt.Errorf("room: %w: it has no _id", httpapi.ErrShape)
	}
	return said.Room, refused(err)
}

// send hands the opener over.
func (c *Channel) send(ctx context.Context, o channels.Opening, r room, leave channels.Leave) (channels.Receipt, error) {
	said, m, err := c.say(ctx, httpapi.Call{Step: "message", Leave: leave}, line{o.Address, r.ID, o.Body, o.ID})
	if known(err) {
		return channels.Receipt{}, fmt.Errorf("%w: %w", channels.ErrUnsure, err)
	}
	if err != nil {
		return channels.Receipt{}, refused(err)
	}
	receipt := channels.Receipt{
		At: said.At.Time, Precision: time.Millisecond, ID: said.ID, Names: []string{r.ID}, Response: "taken by an agent",
	}
	if r.ServedBy == nil {
		receipt.Response = "waits in the queue"
	}
	if receipt.At.IsZero() {
		receipt.At, receipt.Precision = taken(m)
	}
	return receipt, nil
}

// A line is one message of ours.
type line struct{ token, room, text, id string }

// say posts a line.
func (c *Channel) say(ctx context.Context, call httpapi.Call, l line) (message, httpapi.Moment, error) {
	var said messageReply
	call.Method, call.Path = http.MethodPost, "/api/v1/livechat/message"
	call.Body = map[string]string{"token": l.token, "rid": l.room, "msg": l.text, "_id": l.id}
	m, err := c.client.Exchange(ctx, call, &said)
	return said.Message, m, err
}

// taken returns when a message was taken if its answer does not say: as the
// head of the answer has it, or else as we saw it.
func taken(m httpapi.Moment) (at time.Time, precision time.Duration) {
	if m.Server.IsZero() {
		return m.Answered, m.Answered.Sub(m.Asked)
	}
	return m.Server, time.Second + m.Answered.Sub(m.Asked)
}

// known reports whether a no may mean that the server has a message of that
// _id: it then says 400 and no reason, or lets its database's words through.
func known(err error) bool {
	var no *httpapi.Answer
	if !errors.As(err, &no) || no.Code != http.StatusBadRequest || !json.Valid(no.Body) {
		return false
	}
	why := reason(err)
	return why == "" || strings.HasPrefix(why, "E11000")
}

// refused makes a refusal of a final no, with a sign where no agent is online. A
// room that was closed as we came may be opened again, and some versions say 400
// where they mean 429.
func refused(err error) error {
	switch why := reason(err); why {
	case tooMany:
		return &channels.Deferral{No: channels.Refusal{Step: channels.StepDoor, Code: http.StatusTooManyRequests, Text: why}, Err: err}
	case roomClosed:
		return err
	case noAgent:
		return httpapi.Refused(err, func(*httpapi.Answer) channels.Refusal {
			return channels.Refusal{Sign: channels.SignOffline, Status: statusOffline, Text: why}
		})
	}
	return httpapi.Refused(err, nil)
}
