package planned

import (
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
)

// TestForgotten: of what did not leave, a plan is held to what nothing has
// become of; what was given up is on record.
func TestForgotten(t *testing.T) {
	slot := time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC)
	with := func(outcome probes.Outcome, state probes.State) probes.Contact {
		return probes.Contact{ID: "a", Outcome: outcome, Attempts: []probes.Attempt{{Number: 1, State: state, Due: slot}}}
	}
	void := with(probes.Void, probes.AttemptUnsent)
	void.Attempts[0].Failure.Reason = "svartid was not running in its slot"
	instead := probes.Contact{ID: "b", Plan: probes.Plan{Replaces: "a"}, Outcome: probes.Pending, Attempts: []probes.Attempt{{State: probes.AttemptPlanned}}}
	void.Attempts[0].Failure.Fault = fault.Ours
	for name, tt := range map[string]struct {
		asked     []probes.Contact
		now       time.Time
		forgotten bool
		because   string
	}{
		"not known":             {nil, slot.Add(time.Minute), true, "the ledger does not know it"},
		"waits, the same day":   {[]probes.Contact{with(probes.Pending, probes.AttemptPlanned)}, slot.Add(time.Hour), false, "planned"},
		"waits, the day after":  {[]probes.Contact{with(probes.Pending, probes.AttemptPlanned)}, slot.Add(24 * time.Hour), true, "planned"},
		"unsure, the day after": {[]probes.Contact{with(probes.Pending, probes.AttemptUnsure)}, slot.Add(24 * time.Hour), false, "unsure"},
		"void":                  {[]probes.Contact{void}, slot.Add(24 * time.Hour), false, "unsent: svartid was not running in its slot"},
		"void and replaced":     {[]probes.Contact{void, instead}, slot.Add(24 * time.Hour), false, "unsent: svartid was not running in its slot; in its place: b"},
		"void, and it is over":  {[]probes.Contact{void}, slot.Add(20 * 24 * time.Hour), true, "unsent: svartid was not running in its slot"},
		"replaced, it is over":  {[]probes.Contact{void, instead}, slot.Add(20 * 24 * time.Hour), false, "unsent: svartid was not running in its slot; in its place: b"},
		"refused":               {[]probes.Contact{with(probes.Unanswered, probes.AttemptRefused)}, slot.Add(24 * time.Hour), false, "refused"},
	} {
		d := Plan{edition: &edition.Edition{To: calendar.DateOf(slot.Add(10 * 24 * time.Hour))}}
		b := d.compare([]Revealed{{Line: Line{Contact: "a", At: slot}}}, tt.asked, tt.now)
		if len(b.Missing) != 1 || (b.forgotten() == 1) != tt.forgotten || b.Missing[0].because() != tt.because {
			t.Errorf("%s: got %+v, want forgotten %v because %q", name, b.Missing, tt.forgotten, tt.because)
		}
	}
}
