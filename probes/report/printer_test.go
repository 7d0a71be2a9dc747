package report

import (
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
)

// TestSaidOfRules: what packages fairness, plan and calendar say in English is said in each
// language; what is not known is said as it is.
func TestSaidOfRules(t *testing.T) {
	printers, err := Printers(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	english, norwegian := printers[0], printers[1]
	for _, p := range printers {
		if p.Tag().String() == "nb" {
			norwegian = p
		}
	}
	for _, tt := range []struct {
		name   string
		say    func(*Printer, string) string
		text   string
		en, nb string
	}{
		{"none yet", (*Printer).Unranked, "no valid contact yet", "no valid contact yet", "ingen gyldig henvendelse ennå"},
		{"too few", (*Printer).Unranked, "9 valid contacts, and it takes 14", "9 valid contacts, and it takes 14", "9 gyldige henvendelser, og det kreves 14"},
		{"one", (*Printer).Unranked, "1 valid contacts, and it takes 14", "1 valid contact, and it takes 14", "1 gyldig henvendelse, og det kreves 14"},
		{"a share", (*Printer).Unranked, "9 of 25 planned contacts are valid, and it takes 56 %", "9 of 25 planned contacts are valid, and it takes 56%", "9 av 25 planlagte henvendelser er gyldige, og det kreves 56\u00a0%"},
		{"alone", (*Printer).Unranked, "only 1 company of the class can be ranked, and it takes 3", "only 1 company of the class can be ranked, and it takes 3", "bare 1 selskap i bransjen kan rangeres, og det kreves 3"},
		{"two", (*Printer).Unranked, "only 2 companies of the class can be ranked, and it takes 3", "only 2 companies of the class can be ranked, and it takes 3", "bare 2 selskaper i bransjen kan rangeres, og det kreves 3"},
		{"of a later version", (*Printer).Unranked, "disqualified", "disqualified", "disqualified"},
		{"hours", (*Printer).Within, "2h", "2 h", "2 t"},
		{"minutes", (*Printer).Within, "5m0s", "5 min", "5 min"},
		{"working days", (*Printer).Within, "3 working days", "3 working days", "3 virkedager"},
		{"a working day", (*Printer).Within, "1 working day", "1 working day", "1 virkedag"},
		{"what is no promise", (*Printer).Within, "soon", "soon", "soon"},
		{"moved", (*Printer).Moved, "closed in this round", "closed in this round", "stengt i denne runden"},
		{"no day", (*Printer).Moved, "no day left for 1 a day", "no day left for 1 a day", "ingen ledig dag igjen med 1 om dagen"},
		{"paused", (*Printer).Moved, "paused: flytter", "paused: flytter", "pause: flytter"},
		{"a holiday", (*Printer).Holiday, "långfredagen", "Good Friday", "langfredag"},
		{"a day of no country", (*Printer).Holiday, "Thanksgiving", "Thanksgiving", "Thanksgiving"},
	} {
		for p, want := range map[*Printer]string{english: tt.en, norwegian: tt.nb} {
			if got := tt.say(p, tt.text); got != want {
				t.Errorf("%s in %s: got %q, want %q", tt.name, p.Tag(), got, want)
			}
		}
	}
}

// TestUnrankedIsSaid: every reason that package fairness gives is one that is said in each
// language.
func TestUnrankedIsSaid(t *testing.T) {
	printers, err := Printers(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	span := func(hours time.Duration) fairness.Span { return fairness.Span{Calendar: hours * time.Hour} }
	answered := func(company string, n int) (all []fairness.Contact) {
		for range n {
			all = append(all, fairness.Contact{Company: company, Channel: "mail", State: fairness.Answered, Tries: []fairness.Try{{Deadline: span(2), Wait: span(1)}}})
		}
		return all
	}
	seen := map[string]bool{}
	for _, tt := range []struct {
		rules    fairness.Rules
		contacts []fairness.Contact
	}{
		{fairness.Rules{}, answered("a", 3)},
		{fairness.Rules{}, append(answered("a", 3), answered("b", 3)...)},
		{fairness.Rules{MinContacts: 14}, answered("a", 3)},
		{fairness.Rules{}, []fairness.Contact{{Company: "a", Channel: "mail", Tries: []fairness.Try{{Deadline: span(1)}}}}},
	} {
		for _, s := range tt.rules.Standings(tt.contacts) {
			for _, p := range printers[1:] {
				seen[s.Unranked] = true
				if p.Unranked(s.Unranked) == s.Unranked {
					t.Errorf("%s: %q is said in English", p.Tag(), s.Unranked)
				}
			}
		}
	}
	if len(seen) < 4 {
		t.Errorf("got %v, want four reasons", seen)
	}
}

// TestStandingsTitles: the text of standings calls classes and channels as the English
// titles do, and by their names where there are none.
func TestStandingsTitles(t *testing.T) {
	standings := []fairness.Standing{{Company: "a", Channels: []fairness.ChannelStanding{{Channel: "mail"}, {Channel: "chat"}}}}
	titles := edition.Titles{
		Classes:  map[string]map[string]string{"power": {"en": "Electricity", "nb": "Strøm"}},
		Channels: map[string]map[string]string{"mail": {"en": "E-mail"}},
	}
	for class, want := range map[string]string{"power": "Electricity (power), by capped-wait", "bank": "bank, by capped-wait"} {
		var out strings.Builder
		ClassStandings{Class: class, Policy: fairness.CappedWait, Standings: standings, titles: titles}.Print(&out)
		if got := out.String(); !strings.HasPrefix(got, want+"\n") || !strings.Contains(got, "E-mail -, chat -") {
			t.Errorf("%s: got %q", class, got)
		}
	}
}
