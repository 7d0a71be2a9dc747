package metrics_test

import (
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

// TestFlowBroken: the way through a company's page is broken from the first opener that did
// not find it until one leaves again, whichever contact is written down first.
func TestFlowBroken(t *testing.T) {
	plan := func(slot time.Time, channel string) probes.Event {
		return ledgertest.Event(probes.Planned, 1, slot, probes.Plan{
			Edition: "2026", Company: "nordlys", Class: "power", Channel: channel, Slot: slot, Within: "2h",
		})
	}
	lost := func(at time.Time, status string) probes.Event {
		return ledgertest.Event(probes.Deferred, 1, at, probes.Failure{Status: status, Step: channels.StepDoor, Fault: fault.Ours})
	}
	left := func(at time.Time) probes.Event { return ledgertest.Event(probes.Sent, 1, at, probes.Sending{}) }
	for name, c := range map[string]struct {
		chat []probes.Event // a contact each
		want float64
	}{
		"nothing":                    {nil, 0},
		"left":                       {[]probes.Event{left(noon)}, 0},
		"another failure":            {[]probes.Event{lost(noon, "4.7.1"), lost(noon, "captcha")}, 0},
		"broken":                     {[]probes.Event{lost(noon, channels.StatusFlow)}, 1},
		"broken after one left":      {[]probes.Event{left(noon), lost(noon.Add(time.Hour), channels.StatusFlow)}, 1},
		"the same, told late":        {[]probes.Event{lost(noon.Add(time.Hour), channels.StatusFlow), left(noon)}, 1},
		"mended":                     {[]probes.Event{lost(noon, channels.StatusFlow), left(noon.Add(time.Hour))}, 0},
		"the same, told out of turn": {[]probes.Event{left(noon.Add(time.Hour)), lost(noon, channels.StatusFlow)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, pair())
			for i, e := range c.chat {
				f.append(t, ledgertest.ID(i), plan(e.At, "chat"), e)
			}
			f.append(t, "mail", plan(noon, "mail"), left(noon.Add(2*time.Hour)))
			got := value(find(f.scrape(t)["svartid_flow_broken"], map[string]string{"company": "nordlys", "channel": "chat"}))
			if got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
