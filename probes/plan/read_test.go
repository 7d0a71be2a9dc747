package plan_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// TestRead: what a canonical text says of contacts, companies and days off is read
// as it was written, of any season and with any words in it.
func TestRead(t *testing.T) {
	for seed := range uint64(30) {
		s := anySeason(seed).season()
		s.Companies[0].Pauses = append(s.Companies[0].Pauses, edition.Pause{From: s.From, To: s.From, Channel: "mail", Reason: "moves\\t\tto\nÅs\r"})
		p := plan.Draw(s)
		got, err := plan.Read(p.Canonical(s))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(got.Contacts) != len(p.Contacts) || len(got.Contacts) > 0 && !reflect.DeepEqual(got.Contacts, p.Contacts) {
			t.Errorf("seed %d: got %d contacts, want %d", seed, len(got.Contacts), len(p.Contacts))
		}
		for _, co := range s.Companies {
			is, known := got.Companies[co.ID]
			if !known || is.Class != co.Class || !slices.Equal(is.Pauses, co.Pauses) {
				t.Errorf("seed %d: got %+v, want %s and %+v", seed, is, co.Class, co.Pauses)
			}
		}
		days := slices.SortedFunc(slices.Values(s.Rules.Calendar.DaysOff), calendar.Date.Compare)
		if len(got.Companies) != len(s.Companies) || !slices.Equal(got.DaysOff, days) {
			t.Errorf("seed %d: got %d companies and %v", seed, len(got.Companies), got.DaysOff)
		}
	}
}

// TestReadRefuses: what is no canonical text is told, with its line.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "no plan's canonical text",
		"season\tx":                            "no plan's canonical text",
		"svartid-plan\t1\nday-off\tnever":      "line 2: it is no plan's canonical text",
		"svartid-plan\t1\nday-off":             "line 2: it is no plan's canonical text: day-off has 1 fields",
		"svartid-plan\t1\nx\ncontact\ta\tb":    "line 3: it is no plan's canonical text: contact has 3 fields",
		"svartid-plan\t1\npause\ta\tx\ty\t\t-": "line 2: it is no plan's canonical text",
	} {
		_, err := plan.Read(text)
		if !errors.Is(err, plan.ErrCanonical) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if got, err := plan.Read("svartid-plan\t1\nlater\tx\n"); err != nil || len(got.Contacts) > 0 {
		t.Errorf("a line of a later version: got %+v, %v", got, err)
	}
}
