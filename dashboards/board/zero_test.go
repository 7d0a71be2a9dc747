package board

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/report"
)

// TestZeroed: the pages of a company and of a contact say which answers count as unanswered
// in the standings, by the hours of the start, in both languages.
func TestZeroed(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "power", "Fjord"))
	s.board.Edition.Probes = []edition.Probe{{Name: "e-mail", Channel: "mail"}}
	for _, c := range []struct{ id, company string }{{"a", "nordlys"}, {"b", "nordlys"}, {"c", "fjord"}} {
		s.ask(c.id, c.company, "power", left(), heard(30*time.Minute, reading.Answer))
	}
	s.follow("always", noon.Add(-48*time.Hour))
	s.follow("Sun 08:00-09:00", noon.Add(-4*time.Hour))
	for lang, want := range map[string]struct{ company, contact string }{
		"en": {"In the standings 1 of these answers count as unanswered: by the hours", "In the standings it counts as unanswered, because the company keeps fewer hours"},
		"nb": {"I stillingen teller 1 av disse svarene som ubesvart: etter åpningstidene", "I stillingen teller den som ubesvart, fordi selskapet har kortere åpningstider"},
	} {
		holds(t, plain(s.page("/companies/nordlys?lang="+lang)), want.company)
		holds(t, plain(s.page("/contacts/a?lang="+lang)), want.contact)
		for _, other := range []string{"/companies/fjord", "/contacts/b", "/contacts/c"} {
			if page := plain(s.page(other + "?lang=" + lang)); strings.Contains(page, want.company[:20]) {
				t.Errorf("%s: got %s", other, page)
			}
		}
	}
}

// TestDroppedRounds: the page of a class says what the plan of the start asks it and is not
// asked any more, in both languages.
func TestDroppedRounds(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	var dropped []report.Dropped
	s.board.Standings = func(context.Context, string) (ClassView, error) { return ClassView{Dropped: dropped}, nil }
	for lang, want := range map[string]string{
		"en": "The plan of the start asks this class by letters what is not asked any more",
		"nb": "Planen fra starten har spørsmål til denne bransjen fra letters som ikke lenger blir stilt",
	} {
		if dropped = nil; strings.Contains(plain(s.page("/classes/power?lang="+lang)), want) {
			t.Errorf("%s: says so where nothing was dropped", lang)
		}
		dropped = []report.Dropped{{Probe: "letters", Rounds: 3, Questions: 12}}
		holds(t, plain(s.page("/classes/power?lang="+lang)), want)
	}
}

// follow has a plan followed from an instant on: that nordlys is asked once, as contact a,
// and keeps hours in which openers may leave.
func (s *site) follow(hours string, since time.Time) {
	s.t.Helper()
	at := noon.Add(-3 * time.Hour).Format(time.RFC3339)
	text := strings.Join([]string{
		"svartid-plan\t1", "season\t2026\tseed\t\t", "calendar\tEurope/Oslo\tNO", "probe\te-mail\tmail",
		"company\tnordlys\tpower\tnb\t2025-01-01\t" + hours + "\tmail",
		fmt.Sprintf("contact\ta\tnordlys\tpower\tmail\te-mail\t%s\t%s\t\tMon\t10-11\tprice\tKari\t\t", at, at),
	}, "\n") + "\n"
	ctx := s.t.Context()
	err := s.ledger.Update(ctx, func(tx probes.Tx) error {
		digest, err := tx.Keep(ctx, []byte(text))
		if err != nil {
			return err
		}
		if err := tx.Advance(ctx, "mail", channels.Checkpoint{Source: "INBOX", Until: noon}); err != nil {
			return err
		}
		return probes.Follow(ctx, tx, channels.Checkpoint{Source: digest, Until: since})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
