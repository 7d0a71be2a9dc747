package plan_test

import (
	"reflect"
	"testing"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*plan.Season)
		want  []string
	}{
		{"none", func(*plan.Season) {}, nil},
		{
			"too many for the edition", func(s *plan.Season) { s.Limits.PerCompanyPerEdition = 22 },
			[]string{"company company-000: 25 contacts do not fit: 22 slots (a company in an edition)"},
		},
		{
			"too many for the days", func(s *plan.Season) {
				s.To, s.Probes = date("2027-02-05"), s.Probes[:2]
				s.Probes[1].Ticks = must(calendar.ParseCron("0 9 * * 1-5", oslo()))
			},
			[]string{"company company-000: 24 contacts do not fit: 20 slots (1 a day on 20 days from 2027-01-11 to 2027-02-05)"},
		},
		{
			"never ticks", func(s *plan.Season) { s.Probes[1].Ticks = must(calendar.ParseCron("0 9 30 2 *", oslo())) },
			[]string{"probe chat: no tick from 2027-01-11 to 2027-04-09"},
		},
		{
			"never open", func(s *plan.Season) { s.Probes[1].Hours = must(calendar.ParseHours("Sat 10:00-12:00")) },
			[]string{"probe chat: closed in all of its 6 rounds"},
		},
		{
			"no persona", func(s *plan.Season) { s.Personas = s.Personas[4:] },
			[]string{"probe email: no persona on mail"},
		},
		{
			"no scenario", func(s *plan.Season) { s.Companies[3].Language = "fi" },
			[]string{"company company-003: no scenario in its language"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := award().season()
			s.Companies = s.Companies[:5]
			tt.spoil(&s)
			var got []string
			for _, f := range s.Faults() {
				got = append(got, f.String())
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNeeds(t *testing.T) {
	s := award().season()
	s.Personas = s.Personas[:8]
	want := []plan.Need{{"mail", 4, 13}, {"chat", 4, 6}, {"facebook", 0, 3}, {"phone", 0, 3}}
	if got := s.Needs(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := (plan.Need{Channel: "mail", Have: 4, Want: 13}).String(),
		"mail: 4 personas write to a company in turns; it would take 13 for none to write twice"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (plan.Need{Channel: "mail", Have: 13, Want: 13}).String(); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
