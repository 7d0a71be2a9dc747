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

// TestFlowBrokenAtNight: a way that a look at night found changed is broken from then until an opener leaves by it, or a
// later look finds it as it was, on any scrape and though no contact has changed.
func TestFlowBrokenAtNight(t *testing.T) {
	f := newFixture(t, pair())
	at := map[string]string{"company": "nordlys", "channel": "chat"}
	wants := func(what string, want float64) {
		t.Helper()
		if got := value(find(f.scrape(t)["svartid_flow_broken"], at)); got != want {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
		if got := value(find(f.scrape(t)["svartid_flow_broken"], map[string]string{"company": "fjord", "channel": "mail"})); got != 0 {
			t.Errorf("%s: another company has %v", what, got)
		}
	}
	look := func(at time.Time, broken string) {
		t.Helper()
		check := probes.FlowCheck{Channel: "chat", Company: "nordlys", At: at, Broken: broken}
		if err := f.ledger.Update(t.Context(), func(tx probes.Tx) error { return tx.Advance(t.Context(), probes.FlowChecks, check.Checkpoint()) }); err != nil {
			t.Fatal(err)
		}
	}
	sent := func(id string, at time.Time) {
		t.Helper()
		f.append(t, id, ledgertest.Event(probes.Planned, 1, at, probes.Plan{
			Edition: "2026", Company: "nordlys", Class: "power", Channel: "chat", Slot: at, Within: "2h",
		}), ledgertest.Event(probes.Sent, 1, at, probes.Sending{}))
	}
	wants("before any look", 0)
	look(noon, "click {css: #chat}")
	wants("found changed", 1)
	look(noon.Add(time.Hour), "")
	wants("found as it was", 0)
	look(noon.Add(2*time.Hour), "click {css: #chat}")
	wants("found changed again", 1)
	sent("earlier", noon.Add(time.Hour))
	wants("an opener had left before", 1)
	sent("later", noon.Add(3*time.Hour))
	wants("an opener has left since", 0)
}
