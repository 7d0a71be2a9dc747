package result

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/participation"
)

// TestDecisions: the result lists what people have decided of who is asked, with the
// reason and a name that stands for the person, and names no person.
func TestDecisions(t *testing.T) {
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules{}.Fold})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	consent := calendar.Date{Year: 2025, Month: 1, Day: 1}
	ed := &edition.Edition{Name: "2027", Key: "00ff", Companies: []edition.Company{
		{ID: "kraft", Name: "Nordlys Kraft", Consent: consent}, {ID: "bank", Name: "Fjord Bank", Consent: consent},
	}}
	at := time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC)
	var got []Decision
	err = l.Update(t.Context(), func(tx probes.Tx) error {
		for i, a := range []participation.Act{
			{Kind: participation.Paused, Company: "kraft", To: calendar.Date{Year: 2027, Month: 2, Day: 5}, Reason: "moves house, says Ola Nordmann of ola@kraft.example", By: "Kari Ås"},
			{Kind: participation.Withdrawn, Company: "bank", Reason: "Fjord Bank has written", By: " kari  ås"},
			{Kind: participation.Paused, Company: "kraft", To: calendar.Date{Year: 2027, Month: 2, Day: 9}, Reason: "still", By: "Marte"},
		} {
			a.At = at.Add(time.Duration(i) * time.Hour)
			if err := participation.Record(t.Context(), tx, ed, a); err != nil {
				return err
			}
		}
		got, err = decisions(t.Context(), tx, ed)
		return err
	})
	if err != nil || len(got) != 3 {
		t.Fatalf("got %d decisions, %v", len(got), err)
	}
	text := fmt.Sprintf("%+v", got)
	for _, hidden := range []string{"Kari", "kari", "Ola", "ola@", "Marte"} {
		if strings.Contains(text, hidden) {
			t.Errorf("%q is named in %s", hidden, text)
		}
	}
	if got[0].By != got[1].By || got[0].By == got[2].By || !strings.HasPrefix(got[0].By, "person-") {
		t.Errorf("got the persons %q, %q and %q", got[0].By, got[1].By, got[2].By)
	}
	if !strings.HasPrefix(got[0].Reason, "moves house") || got[1].Reason != "Fjord Bank has written" || got[0].To != "2027-02-05" || got[1].To != "" {
		t.Errorf("got %+v", got)
	}
}
