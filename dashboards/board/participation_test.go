package board

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/participation"
)

// TestDecide: a person with a name pauses a company, has it asked again, notes that it
// has withdrawn and that it has consented anew. The page says so at once, in the
// reader's language, and offers what can be decided next.
func TestDecide(t *testing.T) {
	never := firm("elv", "power", "Elv")
	never.Consent = calendar.Date{}
	s := newSite(t, firm("nordlys", "power", "Nordlys"), never)
	now := noon
	s.board.Decide = func(ctx context.Context, act participation.Act) error {
		e := &engine.Engine{Ledger: s.ledger, Edition: s.board.Edition, Clock: func() time.Time { return now }}
		return e.Decide(ctx, act)
	}
	for _, tt := range []struct {
		form  string
		code  int
		wants []string // of the page, or of the refusal
		lacks string
	}{
		{"kind=paused&until=2026-03-13&reason=moves+house&by=Kari", http.StatusSeeOther, []string{
			"not asked from 2 March 2026 to 13 March 2026: moves house Kari", "2026-03-02 – 2026-03-13: decided by the organiser", "it is asked again",
		}, "it has consented"},
		{"kind=paused&until=2026-03-13&reason=moves+house&by=Kari", http.StatusSeeOther, []string{"moves house Kari"}, "moves house Kari not"},
		{"kind=paused&until=2026-03-01&reason=x&by=Kari", http.StatusConflict, []string{"the pause ends on 2026-03-01, before it begins on 2026-03-02"}, ""},
		{"kind=paused&until=&reason=x&by=Kari", http.StatusBadRequest, []string{"the last day of the pause"}, ""},
		{"kind=withdrawn&reason=&by=Kari", http.StatusBadRequest, []string{"want what is decided, a reason and who decides"}, ""},
		{"kind=consented&reason=x&by=Kari", http.StatusConflict, []string{"has consented already"}, ""},
		{"kind=resumed&reason=moved&by=Ola", http.StatusSeeOther, []string{"asked again from 2 March 2026: moved Ola", "None."}, "it is asked again"},
		{"kind=withdrawn&reason=a+letter+from+Lise+Moe+of+lise.moe@nordlys.example&by=Ola", http.StatusSeeOther, []string{
			"Consent was withdrawn, and it is not asked, from 2 March 2026.", "consent withdrawn from 2 March 2026: a letter from", "it has consented",
		}, "Moe"},
		{"kind=consented&reason=a+letter&by=Kari", http.StatusSeeOther, []string{"Consent since 1 January 2025.", "consent given from 2 March 2026: a letter Kari"}, "not asked, from"},
	} {
		values, err := url.ParseQuery(tt.form)
		if err != nil {
			t.Fatal(err)
		}
		answer := s.post("/companies/nordlys/decisions", values)
		if answer.Code != tt.code {
			t.Errorf("%s: got %d: %s", tt.form, answer.Code, plain(answer.Body.String()))
			continue
		}
		text := plain(answer.Body.String())
		if tt.code == http.StatusSeeOther {
			text = plain(s.page("/companies/nordlys?lang=en"))
		}
		holds(t, text, tt.wants...)
		if tt.lacks != "" && strings.Contains(text, tt.lacks) {
			t.Errorf("%s: the page says %q", tt.form, tt.lacks)
		}
	}
	holds(t, plain(s.page("/companies/nordlys?lang=nb")), "samtykke trukket tilbake fra 2. mars 2026: a letter from", "Samtykke fra 1. januar 2025.")
	holds(t, plain(s.page("/companies/elv?lang=en")), "No consent: it is not asked.", "it has consented")
	holds(t, plain(s.page("/companies/elv?lang=nb")), "Uten samtykke: kontaktes ikke.")
}

// TestDecideByRole: who may not decide is offered nothing.
func TestDecideByRole(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.board.Decide = func(context.Context, participation.Act) error { return nil }
	for _, decides := range []bool{true, false} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/companies/nordlys", nil)
		s.mux.ServeHTTP(w, r.WithContext(WithVisitor(r.Context(), Visitor{Name: "Ola", Decides: decides})))
		if got := strings.Contains(w.Body.String(), "/companies/nordlys/decisions"); got != decides {
			t.Errorf("may decide: %t, is offered it: %t", decides, got)
		}
	}
}

// TestCorrectedIsSaid: which entry of the start was wrong is said in the reader's words.
func TestCorrectedIsSaid(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.page("/")
	for _, tt := range []struct{ lang, entry, value, want string }{
		{"en", "class", "bank", "its class was entered wrongly at the start: it is bank all along"},
		{"nb", "class", "bank", "bransjen var ført inn feil ved starten: den er bank hele tiden"},
		{"nb", "hours", "Mon-Fri 09:00-12:00", "åpningstidene var ført inn feil ved starten: de er Mon-Fri 09:00-12:00 hele tiden"},
		{"nb", "calendar", "", "dagene var ført inn feil ved starten: de er utgavens hele tiden"},
		{"sv", "hours", "always", "öppettiderna var fel införda vid starten: de är always hela tiden"},
	} {
		for _, th := range s.board.themes {
			got := th.decided(participation.Act{Kind: participation.Corrected, Entry: tt.entry, Value: tt.value})
			if th.Tag().String() == tt.lang && got != tt.want {
				t.Errorf("%s %s: %q, want %q", tt.lang, tt.entry, got, tt.want)
			}
		}
	}
}
