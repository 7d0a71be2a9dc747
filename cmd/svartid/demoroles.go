package main

import (
	"fmt"

	"github.com/svartid/svartid/channels/simulated"
)

// A role is how one company is met over one channel beside mail.
type role struct {
	simulated.Company
	channel string
	reach   string // by which the channel knows the company
	manner  simulated.Manner
}

// demoWays lists, by class, how companies are met beside mail. No class is met
// in every way, so that the board stays readable.
func demoWays() map[string][]string {
	return map[string][]string{
		"power": {"chatwoot", "phone"}, "bank": {"messenger", "webhook"},
		"telecom": {"rocketchat"}, "insurance": {"matrix", "phone"},
	}
}

// demoManners are dealt to the companies of a class in turn, so that each way
// is seen to be fast, begun by a bot, deflecting, silent, slow and offline.
func demoManners() []simulated.Manner {
	return []simulated.Manner{
		simulated.Brisk, simulated.BotFirst, simulated.Referring, simulated.Mute, simulated.Sluggish, simulated.Offline,
	}
}

// demoRoles deals the companies their ways, and another manner for each.
func demoRoles(companies []simulated.Company) (roles []role) {
	manners, met := demoManners(), map[string]int{} // by class, so far
	for n, co := range companies {
		for way, channel := range demoWays()[co.Class] {
			manner := manners[(met[co.Class]+2*way)%len(manners)]
			if channel == "messenger" && manner == simulated.Offline {
				manner = simulated.BotOnly // a page has no form in place of the chat
			}
			roles = append(roles, role{co, channel, demoReach(co, channel, n), manner})
		}
		met[co.Class]++
	}
	return roles
}

// demoReach is the name by which a channel knows the nth company.
func demoReach(co simulated.Company, channel string, n int) string {
	switch channel {
	case "messenger":
		return fmt.Sprint(102030405060000 + n)
	case "matrix":
		return "@" + co.ID + ":" + demoServer
	case "phone":
		return co.Phone()
	}
	return co.ID
}
