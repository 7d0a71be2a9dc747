package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report"
)

// TestExplainHangs: an explanation says what a verdict hangs on, and who answered
// us while a door was closed.
func TestExplainHangs(t *testing.T) {
	ed := &edition.Edition{Name: "2027", Rules: edition.Rules{Calendar: calendar.Calendar{Zone: time.UTC}}}
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules(ed.Rules).Fold})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC)
	plan := probes.Plan{
		Edition: "2027", Company: "nordlys", Class: "power", Channel: "chat", Probe: "chat", Within: "1h",
		Slot: at, Round: at, Attempts: 1,
	}
	var text strings.Builder
	err = l.Update(t.Context(), func(tx probes.Tx) error {
		_, err := tx.Append(t.Context(), "c1",
			probes.NewEvent(probes.Planned, 1, at, plan),
			probes.NewEvent(probes.Deferred, 1, at, probes.Failure{Reason: "503", Fault: fault.Theirs, Reached: "mail, vantage.example"}),
			probes.NewEvent(probes.Held, 1, at.Add(2*time.Hour), probes.Suspension{
				For: probes.HoldReview, Letters: []probes.Unopened{{Arrival: "a1", At: at.Add(time.Minute)}},
			}))
		if err != nil {
			return err
		}
		x, err := report.Explain(t.Context(), tx, ed, "c1")
		if err == nil {
			x.Print(&text, report.Style{})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"answered us: mail, vantage.example", "provisional ", "hangs on      arrival a1 of Mon 2027-01-11 09:01"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, text.String())
		}
	}
}
