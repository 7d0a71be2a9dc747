package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// TestChanges: each rule that a plan has committed to and that is another now is named,
// and the seed without what it was.
func TestChanges(t *testing.T) {
	promised := anySeason(1).season()
	promised.Seed, promised.From, promised.To = "s3cret", calendar.Date{Year: 2027, Month: 1, Day: 4}, calendar.Date{Year: 2027, Month: 1, Day: 29}
	promised.Terms = []edition.Term{{Name: "score", Value: "capped-wait"}, {Name: "floor", Value: "0.5"}}
	drawn := plan.Draw(promised)
	committed, err := plan.Read(drawn.Canonical(promised))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*plan.Season)
		want   string
	}{
		{"nothing", func(*plan.Season) {}, ""},
		{"other names for cells", func(s *plan.Season) { s.Personas = nil }, ""},
		{"the seed", func(s *plan.Season) { s.Seed = "an0ther" }, "the seed is another"},
		{"the first day", func(s *plan.Season) { s.From = s.From.AddDays(1) }, "first day was 2027-01-04, and is 2027-01-05"},
		{"the last day", func(s *plan.Season) { s.To = s.To.AddDays(-7) }, "last day was 2027-01-29, and is 2027-01-22"},
		{"no last day", func(s *plan.Season) { s.To = calendar.Date{} }, "last day was 2027-01-29, and is not set"},
		{"the policy", func(s *plan.Season) {
			s.Terms = []edition.Term{{Name: "score", Value: "award"}, s.Terms[1]}
		}, "score was capped-wait, and is award"},
		{"a floor less", func(s *plan.Season) { s.Terms = s.Terms[:1] }, "floor was 0.5, and is not set"},
		{"a weight", func(s *plan.Season) {
			s.Terms = append([]edition.Term{{Name: "weight of phone", Value: "0.01"}}, s.Terms...)
		}, "weight of phone was not set, and is 0.01"},
		{"several", func(s *plan.Season) {
			s.Seed, s.To, s.Terms = "x", s.To.AddDays(1), s.Terms[:1]
		}, "the seed is another; last day was 2027-01-29, and is 2027-01-30; floor was 0.5, and is not set"},
	} {
		now := promised
		tt.change(&now)
		var got []string
		for _, c := range committed.Changes(now) {
			got = append(got, c.String())
			if text := fmt.Sprintf("%+v", c); strings.Contains(text, "s3cret") || strings.Contains(text, "an0ther") {
				t.Errorf("%s: the seed is told: %s", tt.name, text)
			}
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := (plan.Committed{}).Changes(promised); len(got) > 0 {
		t.Errorf("a text without a season: got %v", got)
	}
}

// TestBegun: a plan's first day begins by the clock of its own zone.
func TestBegun(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	c := plan.Committed{From: calendar.Date{Year: 2027, Month: 1, Day: 4}, Zone: oslo}
	midnight := time.Date(2027, 1, 3, 23, 0, 0, 0, time.UTC)
	if c.Begun(midnight) || !c.Begun(midnight.Add(time.Second)) {
		t.Error("midnight in Oslo is not where the day begins")
	}
	if (plan.Committed{From: c.From}).Begun(midnight.Add(time.Second)) || !(plan.Committed{}).Begun(midnight) {
		t.Error("without a zone the day begins by UTC, and without a day at once")
	}
}
