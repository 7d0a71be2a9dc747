package plan_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// Whatever a plan follows from is in its digest.
func TestDigestHoldsTheSeason(t *testing.T) {
	small := func() plan.Season {
		s := award().season()
		s.Companies = s.Companies[:2]
		return s
	}
	drawn := plan.Draw(small())
	digest := drawn.Digest(small())
	for name, change := range map[string]func(*plan.Season){
		"seed":     func(s *plan.Season) { s.Seed += "x" },
		"edition":  func(s *plan.Season) { s.Name = "ksp-2028" },
		"last day": func(s *plan.Season) { s.To = s.To.AddDays(1) },
		"day off":  func(s *plan.Season) { s.Rules.Calendar.DaysOff = nil },
		"half day": func(s *plan.Season) { s.Rules.Calendar.HalfDays = map[calendar.Date]calendar.Clock{s.To: 720} },
		"country":  func(s *plan.Season) { s.Rules.Calendar.Country = "SE" },
		"hours":    func(s *plan.Season) { s.Hours = calendar.Hours{} },
		"limit":    func(s *plan.Season) { s.Limits.PerCompanyPerDay = 2 },
		"cron":     func(s *plan.Season) { s.Probes[0].Ticks = s.Probes[1].Ticks },
		"spread":   func(s *plan.Season) { s.Probes[0].Spread.WorkingDays++ },
		"promise":  func(s *plan.Season) { s.Probes[0].Within.DayEnds = 960 },
		"attempts": func(s *plan.Season) { s.Probes[0].Attempts++ },
		"persona":  func(s *plan.Season) { s.Personas[0].Name = "Kari" },
		"scenario": func(s *plan.Season) { s.Scenarios[0].Classes = []string{"x"} },
		"consent":  func(s *plan.Season) { s.Companies[0].Consent = s.From },
		"leaving":  func(s *plan.Season) { s.Companies[0].Withdrawn = s.From },
		"pause":    func(s *plan.Season) { s.Companies[0].Pauses = []edition.Pause{{From: s.From, To: s.To}} },
		"term":     func(s *plan.Season) { s.Terms = []edition.Term{{Name: "deflection", Value: "answered"}} },
		"own days": func(s *plan.Season) {
			s.Companies[0].Calendar = &calendar.Calendar{Zone: s.Rules.Calendar.Zone, Country: "SE"}
		},
	} {
		s := small()
		change(&s)
		if drawn.Digest(s) == digest {
			t.Errorf("%s: the digest is the same", name)
		}
	}
	s := small()
	slices.Reverse(s.Companies)
	if drawn.Digest(s) != digest {
		t.Error("the order of companies changes the digest")
	}
	drawn.Contacts[0].Persona = "Nobody"
	if drawn.Digest(small()) == digest {
		t.Error("another plan has the same digest")
	}
}

func TestCanonical(t *testing.T) {
	s := award().season()
	s.Seed = "a\tb\nc\\d\re"
	s.Companies, s.Scenarios, s.Personas = s.Companies[:1], s.Scenarios[:1], s.Personas[:1]
	s.Probes = s.Probes[:1]
	s.Companies[0].Pauses = []edition.Pause{{From: s.From, To: s.To, Reason: "moving", Channel: "mail"}}
	p := plan.Draw(s)
	text := p.Canonical(s)
	want := strings.Join([]string{
		"svartid-plan\t1",
		"season\ttest-2027\ta\\tb\\nc\\\\d\\re\t2027-01-11\t2027-04-09\tMon-Fri 09:00-15:00\t1\t25",
		"calendar\tEurope/Oslo\tNO",
		"day-off\t2027-03-24",
		"probe\temail\tmail\t0 9 * * 1\tMon-Fri 09:00-12:00\t1\t5 working days\t3 working days\t00:00\t00:00",
		"scenario\tscenario-1\tnb\t",
		"persona\tKari Nordmann\tmail",
		"company\tcompany-000\tclass-00\tnb\t2026-11-01\talways\tchat,facebook,mail,phone",
		"pause\tcompany-000\t2027-01-11\t2027-04-09\tmail\tmoving",
		"left\tcompany-000\temail\t2027-01-11T08:00:00Z\tpaused: moving",
	}, "\n")
	if !strings.HasPrefix(text, want+"\n") {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
	if got, want := p.Digest(s), fmt.Sprintf("%x", sha256.Sum256([]byte(text))); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}
