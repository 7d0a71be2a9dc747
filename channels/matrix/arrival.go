package matrix

import (
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
)

// Words for what holds none.
const (
	unreadable = "(encrypted: it cannot be read)"
	wordless   = "(nothing that can be read)"
)

// arrival returns what e is to us, and false if it is nothing: our own, taken
// back, or of no interest.
func (c *Channel) arrival(e event, room string) (channels.Arrival, bool) {
	if e.Sender == "" || e.ID == "" || e.Sender == c.cfg.User || e.Unsigned.Transaction != "" {
		return channels.Arrival{}, false
	}
	who, because, text := c.responder(e)
	if text == "" || len(e.Unsigned.Redacted) > 0 {
		return channels.Arrival{}, false
	}
	a := channels.Arrival{
		Key: keyOf(room, e.ID), Media: channels.Plain, Raw: []byte(text),
		Names: []string{room}, Responder: who, Because: because, Times: c.times(e),
	}
	if e.Content.Reply != "" {
		a.Names = append(a.Names, e.Content.Reply)
	}
	return a, true
}

// own returns our own opener as the room shows it. Its homeserver has dated it to the
// millisecond, which the receipt of a server that limits us does not have: there the
// head of the answer served, cut to the second.
func (c *Channel) own(e event, room, opener string) channels.Arrival {
	return channels.Arrival{
		Key: keyOf(room, e.ID), Media: channels.Plain, Raw: []byte(e.Content.Body), Opener: true,
		Names: []string{opener}, Times: c.times(e),
	}
}

// keyOf names an event of a room for ever.
func keyOf(room, id string) string { return "matrix/" + room + "/" + id }

// times returns when e came. The sender's server has dated it: if that is not
// ours, or the account is on a company's, it is the sender's word, and cannot be later than we saw it.
func (c *Channel) times(e event) channels.Times {
	now := c.clock().UTC()
	if serverOf(e.Sender) == serverOf(c.cfg.User) && !c.foreign {
		return channels.Times{Arrived: e.at(), Server: e.at(), Noticed: now, Precision: time.Millisecond}
	}
	t := channels.Times{Arrived: e.at(), Sender: e.at(), Noticed: now, Claimed: true}
	if t.Arrived.After(now) {
		t.Arrived = now
	}
	t.Precision = max(time.Millisecond, now.Sub(t.Arrived))
	return t
}

// responder returns who made e, what shows it, and the words. No words: it is
// not for us.
func (c *Channel) responder(e event) (who channels.Responder, because, text string) {
	text = e.Content.Body
	if text == "" {
		text = wordless
	}
	bot := slices.Contains(c.cfg.Bots, e.Sender)
	switch {
	case e.Type == "m.room.member":
		return channels.Bot, "a change of who is in the room", departure(e)
	case bot:
		return channels.Bot, "sent by a declared bot", text
	case e.Type == "m.room.encrypted":
		return channels.Unreadable, "encrypted", unreadable
	case e.Type == "m.sticker":
		return channels.Unknown, "a sticker", text
	case e.Type != "m.room.message":
		return channels.Unknown, e.Type, ""
	case e.Content.Type == "m.notice":
		return channels.Bot, "m.notice, which bots send", text
	case e.Content.Type == "":
		return channels.Unknown, "a message of no type", text
	}
	return channels.Human, e.Content.Type + " of a user who is no declared bot", text
}

// departure says who has left the room, if any user has.
func departure(e event) string {
	if e.StateKey == nil || e.Content.Membership != "leave" && e.Content.Membership != "ban" {
		return ""
	}
	if *e.StateKey == e.Sender {
		return "(" + e.Sender + " has left the room)"
	}
	return "(" + *e.StateKey + " was put out of the room)"
}
