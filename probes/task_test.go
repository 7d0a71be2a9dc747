package probes_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

func TestTasks(t *testing.T) {
	contact := func(id, company string, days int, change func(*probes.Contact)) probes.Contact {
		c := probes.Contact{ID: id, Plan: probes.Plan{Company: company, Channel: "mail", Slot: slot.AddDate(0, 0, days)}, Outcome: probes.Unanswered}
		change(&c)
		return c
	}
	address := func(c *probes.Contact) { c.Fault = fault.Address }
	policy := func(c *probes.Contact) { c.Fault, c.Provisional = fault.Policy, true }
	all := []probes.Contact{
		contact("later", "nordlys", 7, address),
		contact("first", "nordlys", 0, address),
		contact("elsewhere", "fjord", 3, address),
		contact("again", "kraft", 1, address),
		contact("looked at", "kraft", 0, func(c *probes.Contact) { address(c); c.Amended = true }),
		contact("policy", "vind", 2, policy),
		contact("policy again", "vind", 9, policy),
		contact("full", "sol", 0, func(c *probes.Contact) { c.Fault = fault.Theirs }),
		contact("doubtful", "sol", 0, func(c *probes.Contact) { c.Provisional = true }),
	}
	var got []string
	for _, c := range probes.Tasks(all) {
		got = append(got, c.ID)
	}
	if want := "[first policy elsewhere policy again]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	// Doors of one company are told apart by channel.
	other := contact("chat", "nordlys", time.Now().Day(), address)
	other.Plan.Channel = "chat"
	if got := probes.Tasks(append(all, other)); len(got) != 5 {
		t.Errorf("got %d tasks, want the chat's as well", len(got))
	}
}
