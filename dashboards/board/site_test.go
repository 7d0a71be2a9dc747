package board

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/engine"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// A site is a board over a real ledger in memory.
type site struct {
	t      testing.TB
	ledger *ledger.Ledger
	board  *Board
	mux    *http.ServeMux
}

func newSite(t testing.TB, companies ...edition.Company) *site {
	t.Helper()
	rules := probes.Rules{Calendar: calendar.Calendar{Zone: oslo(t), Country: "NO"}}
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: rules.Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // one test closes it itself
	s := &site{t: t, ledger: l, mux: http.NewServeMux()}
	s.board = &Board{
		Ledger: l, Clock: func() time.Time { return noon }, Every: 10 * time.Millisecond,
		Edition: &edition.Edition{Name: "2026", Rules: edition.Rules(rules), Companies: companies},
	}
	s.board.Judge = func(ctx context.Context, all ...probes.Judgement) error {
		return (&engine.Engine{Ledger: l, Clock: s.board.Clock}).Judge(ctx, all...)
	}
	s.board.Mount(t.Context(), s.mux)
	return s
}

func oslo(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func firm(id, class, name string) edition.Company {
	return edition.Company{ID: id, Class: class, Name: name, Consent: date(2025, 1, 1), Reach: map[string]string{"mail": "post@" + id + ".example"}}
}

// A life is what happened to one contact.
type life struct {
	id     string
	events []probes.Event
}

// append appends lives in one transaction, and the rulings where they decide.
func (s *site) append(lives ...life) {
	s.t.Helper()
	err := s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
		for _, l := range lives {
			c, err := tx.Append(s.t.Context(), l.id, l.events...)
			if err == nil && c.Outcome != probes.Pending && c.Outcome != c.Ruled {
				_, err = tx.Append(s.t.Context(), l.id, ledgertest.Event(probes.Ruled, 1, noon, c.Ruling()))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// question is a contact of a company that was asked at an instant, and what
// followed.
func question(id, company, class string, at time.Time, then ...probes.Event) life {
	return life{id, append([]probes.Event{
		ledgertest.Event(probes.Planned, 1, at, probes.Plan{
			Edition: "2026", Company: company, Class: class, Channel: "mail", Slot: at, Within: "2h",
			Probe: "e-mail", Scenario: "opening hours", Persona: "Kari Nordmann",
		}),
		ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: "token-" + id}),
	}, then...)}
}

// ask appends a contact that was asked three hours before noon and promised an
// answer within two, and what followed.
func (s *site) ask(id, company, class string, then ...probes.Event) {
	s.t.Helper()
	s.append(question(id, company, class, noon.Add(-3*time.Hour), then...))
}

func left() probes.Event {
	return ledgertest.Event(probes.Sent, 1, noon.Add(-3*time.Hour), probes.Sending{})
}

func heard(after time.Duration, kind reading.Kind) probes.Event {
	at := noon.Add(after - 3*time.Hour)
	return ledgertest.Event(probes.Heard, 1, at, probes.Classification{
		Kind: kind, Centre: "own", Times: channels.Times{Arrived: at}, Because: []reading.Reason{{Signal: "<b>thread", Weight: 3, Saw: "<i>"}},
	})
}

func covered() probes.Event {
	return ledgertest.Event(probes.Covered, 1, noon, probes.Coverage{Until: noon})
}

func failure(kind probes.EventKind, f probes.Failure) probes.Event {
	return ledgertest.Event(kind, 1, noon.Add(-3*time.Hour), f)
}

// get returns what a request is answered with. Headers are name, value …
func (s *site) get(method, path string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	s.mux.ServeHTTP(w, r)
	return w
}

// post sends a form as one of our own pages does, unless headers say otherwise.
func (s *site) post(path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	s.mux.ServeHTTP(w, r)
	return w
}

// page returns a page that must be there, in English unless the path says
// otherwise.
func (s *site) page(path string) string {
	s.t.Helper()
	answer := s.get(http.MethodGet, path)
	if answer.Code != http.StatusOK {
		s.t.Fatalf("%s: got %d: %s", path, answer.Code, plain(answer.Body.String()))
	}
	return answer.Body.String()
}

// plain is a page without its tags, words set apart by single spaces.
func plain(page string) string {
	text := regexp.MustCompile(`(?s)<style.*?</style>|<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(text), " ")
}

// holds reports what a text lacks.
func holds(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
}

// TestWorkerMayAsk: whatever is forbidden to all answers, the worker of the queue may fetch
// the pages and what they are made of; else each page after the queue is without its style.
func TestWorkerMayAsk(t *testing.T) {
	s := newSeason(t, 1, 1)
	w := httptest.NewRecorder()
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/worker.js", nil))
	if got := w.Header().Get("Content-Security-Policy"); w.Code != http.StatusOK || !strings.Contains(got, "connect-src 'self'") {
		t.Errorf("got %d, %q", w.Code, got)
	}
}
