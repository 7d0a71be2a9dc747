package board

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/plan"
)

// TestPlanPage: the calendar has what the ledger has begun and what the plan still holds,
// each once, with what was moved and what took the place of what.
func TestPlanPage(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "bank", "Fjord"))
	s.ask("a", "nordlys", "power", failure(probes.Refused, probes.Failure{Fault: fault.Ours}))
	at := noon.Add(24 * time.Hour)
	s.append(life{"b", []probes.Event{ledgertest.Event(probes.Planned, 1, at, probes.Plan{
		Edition: "2026", Company: "nordlys", Class: "power", Channel: "mail", Slot: at, Within: "2h", Replaces: "a", Moved: "day off",
	})}})
	s.board.Planned = func() []plan.Contact {
		return []plan.Contact{
			{ID: "a", Company: "nordlys", Class: "power", Channel: "mail", At: noon.Add(-3 * time.Hour)},
			{ID: "c", Company: "fjord", Class: "bank", Channel: "mail", At: noon.Add(30 * 24 * time.Hour)},
		}
	}
	text := plain(s.page("/plan"))
	holds(t, text, "Plan 3 contacts · 1 asked", "March 2026", "April 2026", "What was moved, and why Why Contacts Companies day off 1 1",
		"Nordlys mail Mon 2 March 10:00:00 void Tue 3 March 13:00:00")
	if n := strings.Count(s.page("/plan"), "/plan?day="); n != 3 {
		t.Errorf("%d days have contacts, want 3", n)
	}
	holds(t, plain(s.page("/plan?day=2026-03-03")), "Tue 3 March 1", "13:00:00 Nordlys mail not asked yet day off the earlier one")
	holds(t, plain(s.page("/plan?day=2026-03-04&lang=nb")), "Ingen spørres denne dagen.", "mars 2026")
}
