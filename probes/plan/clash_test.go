package plan_test

import (
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/plan"
)

// TestClash: names that stand on several channels cost a plan its even cells,
// and names of each channel's own mend it.
func TestClash(t *testing.T) {
	s := award().season()
	if got := plan.Draw(s).Clash(s).String(); got != "" {
		t.Errorf("enough personas: got %q", got)
	}
	one := s.Personas[0].Name
	for i := range s.Personas {
		s.Personas[i].Name = one
	}
	clash := plan.Draw(s).Clash(s)
	if clash.Contacts == 0 || clash.Companies == 0 || !strings.Contains(clash.String(), one+" on ") || !strings.Contains(clash.String(), "give each channel names of its own") {
		t.Errorf("one name for all: got %+v", clash)
	}
	t.Logf("one name for all: %d contacts of %d companies", clash.Contacts, clash.Companies)
	for i := range s.Personas {
		s.Personas[i].Name = s.Personas[i].Channel
	}
	if clash := plan.Draw(s).Clash(s); clash.Contacts != 0 || len(clash.Names) != 0 {
		t.Errorf("a name a channel: got %+v", clash)
	}
}

// TestBalanceOfReached: a company that lacks a channel is compared by it with
// nobody, and over all channels with those that have the same.
func TestBalanceOfReached(t *testing.T) {
	on := func(company, channel, weekday string) plan.Contact {
		return plan.Contact{Company: company, Class: "bank", Channel: channel, Probe: channel, Weekday: weekday, Slot: "09-10", Scenario: "price", Persona: "Kari"}
	}
	b := plan.Plan{Contacts: []plan.Contact{
		on("a", "mail", "Mon"), on("a", "chat", "Tue"), on("b", "mail", "Mon"), on("b", "chat", "Tue"), on("c", "mail", "Mon"), on("d", "mail", "Mon"),
	}}.Balance()
	for _, by := range plan.Measures() {
		if got := b.Worst(by); got != 0 {
			t.Errorf("%s: got %d, want 0", by, got)
		}
	}
	b = plan.Plan{Contacts: []plan.Contact{
		on("a", "mail", "Mon"), on("a", "chat", "Tue"), on("b", "mail", "Tue"), on("b", "chat", "Tue"), on("c", "mail", "Mon"),
	}}.Balance()
	for by, want := range map[plan.Measure]int{plan.ByWeekday: 1, plan.ByCell: 1, plan.ByChannel: 0, plan.ByTopic: 0, plan.BySlot: 0} {
		if got := b.Worst(by); got != want {
			t.Errorf("another day: %s: got %d, want %d", by, got, want)
		}
	}
}
