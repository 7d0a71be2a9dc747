package matrix

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/httpapi"
)

// An asked knows what we have asked in the rooms of one call of Listen, by the names
// that Prepare gives. So what is heard names its opener also to those who have not
// seen the room made, such as a process beside the one that asked.
type asked struct {
	*Channel
	aliases map[string]string  // of rooms that are ours, by room; empty: the room is the company's
	said    map[string][]event // our messages since Listen was called, by room
	rooms   *lookout
	senders map[string]string // who made an arrival that the last sync has told, by its key
}

// note keeps the messages of ours that a sync shows, and who made the others.
func (a *asked) note(said syncReply) {
	a.senders = map[string]string{}
	for id, room := range said.Rooms.Join {
		for _, e := range room.Timeline.Events {
			a.senders[keyOf(id, e.ID)] = e.Sender
			if e.Sender == a.cfg.User && e.Unsigned.Transaction != "" {
				a.said[id] = append(a.said[id], e)
			}
		}
	}
}

// nameAll adds to each arrival that is not our own opener the names of the one that it answers.
func (a *asked) nameAll(ctx context.Context, heard []channels.Arrival) {
	for i, h := range heard {
		if !h.Opener {
			heard[i].Names = append(h.Names, a.name(ctx, h)...)
		}
	}
}

// name returns the name of the opener that an arrival answers: the alias of a room
// of ours, and the transaction of what it replies to, or else of our newest message
// before it, in a company's. None if the server does not say: the room is a name too.
func (a *asked) name(ctx context.Context, heard channels.Arrival) []string {
	room := heard.Names[0]
	alias, known := a.aliases[room]
	if !known {
		var err error
		if alias, err = a.alias(ctx, room); err != nil {
			return nil
		}
		a.aliases[room] = alias
	}
	if alias != "" {
		return []string{alias}
	}
	var opener event
	var err error
	if len(heard.Names) > 1 {
		opener, err = a.event(ctx, room, heard.Names[1])
	} else {
		opener, err = a.before(ctx, room, heard.Times.Arrived)
	}
	if err != nil || opener.Sender != a.cfg.User || opener.Unsigned.Transaction == "" {
		return a.elsewhere(ctx, room, a.senders[heard.Key], heard.Times.Arrived)
	}
	return []string{opener.Unsigned.Transaction}
}

// alias returns the alias of a room that we have made; empty if it is not ours.
func (a *asked) alias(ctx context.Context, room string) (string, error) {
	var said struct {
		Alias string `json:"alias"`
	}
	err := a.state(ctx, room, "m.room.canonical_alias", &said)
	if err != nil || serverOf(said.Alias) != serverOf(a.cfg.User) {
		return "", err
	}
	return said.Alias, nil
}

// state reads a room's state of a type without a key; a state that is not there, or
// not for us to see, leaves what it is read into as it was.
func (c *Channel) state(ctx context.Context, room, kind string, into any) error {
	_, err := c.ask(ctx, httpapi.Call{
		Step: "see " + kind, Method: http.MethodGet, Path: path("rooms", room, "state", kind),
	}, into)
	if f, _ := faultOf(err); f.Code == notFound || f.Code == forbidden {
		return nil
	}
	return err
}

// event returns one event of a room.
func (c *Channel) event(ctx context.Context, room, id string) (found event, err error) {
	_, err = c.ask(ctx, httpapi.Call{
		Step: "see event", Method: http.MethodGet, Path: path("rooms", room, "event", id),
	}, &found)
	return found, err
}

// before returns our newest message in a room until an instant.
func (a *asked) before(ctx context.Context, room string, until time.Time) (found event, err error) {
	for _, e := range slices.Backward(a.said[room]) {
		if !e.at().After(until) {
			return e, nil
		}
	}
	filter := fmt.Sprintf(`{"senders":[%q],"types":["m.room.message"]}`, a.cfg.User)
	err = a.back(ctx, span{room: room, filter: filter}, func(e event) bool {
		if e.at().After(until) {
			return true
		}
		found = e
		return false
	})
	return found, err
}
