package world

import (
	"fmt"

	"github.com/svartid/svartid/channels/simulated"
)

// A Role is how one company is met over one channel beside mail.
type Role struct {
	simulated.Company
	Channel   string
	Reach     string // by which the channel knows the company
	Behaviour simulated.Behaviour
}

// Roles returns the roles of a channel, in the order of the companies.
func (w *World) Roles(channel string) (roles []Role) {
	for _, r := range w.roles {
		if r.Channel == channel {
			roles = append(roles, r)
		}
	}
	return roles
}

// ways lists, by class, how companies are met beside mail. No class is met in
// every way, so that the board stays readable.
func ways() map[string][]string {
	return map[string][]string{
		"power": {"chatwoot", "phone"}, "bank": {"messenger", "webhook"},
		"telecom": {"rocketchat"}, "insurance": {"matrix", "phone"},
	}
}

// behaviours go to the companies of a class in turn, so that each channel has
// one that is fast, begun by a bot, deflecting, silent, slow and offline.
func behaviours() []simulated.Behaviour {
	return []simulated.Behaviour{
		simulated.Brisk, simulated.BotFirst, simulated.Referring, simulated.Mute, simulated.Sluggish, simulated.Offline,
	}
}

// assign gives each company its roles, with another behaviour in each.
func assign(companies []simulated.Company) (roles []Role) {
	all, met := behaviours(), map[string]int{} // by class, so far
	for n, co := range companies {
		for way, channel := range ways()[co.Class] {
			behaviour := all[(met[co.Class]+2*way)%len(all)]
			if channel == "messenger" && behaviour == simulated.Offline {
				behaviour = simulated.BotOnly // a page has no form in place of the chat
			}
			roles = append(roles, Role{Company: co, Channel: channel, Reach: reach(co, channel, n), Behaviour: behaviour})
		}
		met[co.Class]++
	}
	return roles
}

// reach is the name by which a channel knows the nth company.
func reach(co simulated.Company, channel string, n int) string {
	switch channel {
	case "messenger":
		return fmt.Sprint(102030405060000 + n)
	case "matrix":
		return "@" + co.ID + ":" + homeserver
	case "phone":
		return co.Phone()
	}
	return co.ID
}
