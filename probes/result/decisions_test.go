package result

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
)

// TestPauses: the result lists pauses of the configuration, and those that were taken
// back, with until when they were in force and a name that stands for who ended them.
func TestPauses(t *testing.T) {
	on := func(d int) calendar.Date { return calendar.Date{Year: 2027, Month: 2, Day: d} }
	ed := &edition.Edition{Key: "00ff", Companies: []edition.Company{{ID: "kraft", Pauses: []edition.Pause{{From: on(1), To: on(3)}}}}}
	lifted := field.Pause{Company: "bank", From: on(2), To: on(9), Channel: "mail", Lifted: true, Until: time.Date(2027, 2, 4, 9, 0, 0, 0, time.UTC), By: "Kari Ås"}
	got := pauses(ed, []report.ClassStandings{{Changes: report.Changes{Pauses: []field.Pause{
		{Company: "kraft", From: on(1), To: on(3)}, lifted, {Company: "nord", From: on(5), To: on(6), Lifted: true},
	}}}})
	want := []Pause{
		{Company: "bank", From: "2027-02-02", To: "2027-02-09", Channel: "mail", Lifted: true, Until: "2027-02-04T09:00:00Z", By: pseudonym("00ff", "Kari Ås")},
		{Company: "kraft", From: "2027-02-01", To: "2027-02-03"},
		{Company: "nord", From: "2027-02-05", To: "2027-02-06", Lifted: true},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

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
