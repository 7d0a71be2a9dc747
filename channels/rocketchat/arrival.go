package rocketchat

import (
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
)

// robot is the server's own user.
const robot = "rocket.cat"

// told are the system's messages that are heard, and what they say.
func told() map[string]string {
	return map[string]string{
		"livechat-close":                     "(the conversation was closed)",
		"livechat_transfer_history":          "(the conversation was handed on)",
		"livechat_transfer_history_fallback": "(the conversation was handed on)",
		"omnichannel_placed_chat_on_hold":    "(the conversation was put on hold)",
	}
}

// arrival returns what m is to us, and false if it is nothing: our own line, or
// one of the system's that says nothing of the company.
func (c *Channel) arrival(m message, at place) (channels.Arrival, bool) {
	who, because, text := c.responder(m)
	if m.Token != "" || text == "" {
		return channels.Arrival{}, false
	}
	return channels.Arrival{
		Key:       fmt.Sprintf("rocketchat/%s/%s", at.room, m.ID),
		Media:     channels.Plain,
		Raw:       []byte(text),
		Names:     []string{at.room, at.token},
		Responder: who,
		Because:   because,
		Times: channels.Times{
			Arrived: m.At.Time, Server: m.At.Time, Noticed: c.clock(), Precision: time.Millisecond, Claimed: true,
		},
	}, true
}

// responder returns who wrote m, what shows it, and the words. No words: it is
// not for us.
func (c *Channel) responder(m message) (who channels.Responder, because, text string) {
	if m.Type != "" {
		text := told()[m.Type]
		if text != "" && m.Text != "" {
			text += "\n" + m.Text
		}
		return channels.Bot, "a message of the system: " + m.Type, text
	}
	text = m.words()
	if text == "" {
		text = "(nothing that can be read)"
	}
	switch {
	case m.User.Name == robot:
		return channels.Bot, "written by the server's own " + robot, text
	case slices.Contains(c.cfg.Bots, m.User.Name):
		return channels.Bot, "written by a declared bot", text
	case len(m.Bot) > 0 && string(m.Bot) != "null" && string(m.Bot) != "false":
		return channels.Bot, "marked as a bot's", text
	case m.User.Name == "":
		return channels.Unknown, "no token, and no user", text
	}
	return channels.Human, "no visitor's token: an agent, and no declared bot", text
}
