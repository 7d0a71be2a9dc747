package board

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
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

func newSite(t testing.TB, companies ...probes.Company) *site {
	t.Helper()
	l, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Fold: probes.Rules{}.Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // one test closes it itself
	s := &site{t: t, ledger: l, mux: http.NewServeMux()}
	s.board = &Board{
		Ledger: l, Clock: func() time.Time { return noon }, Every: 10 * time.Millisecond,
		Edition: &probes.Edition{Name: "2026", Companies: companies},
	}
	s.board.Mount(t.Context(), s.mux)
	return s
}

func firm(id, class, name string) probes.Company {
	return probes.Company{ID: id, Class: class, Name: name, Reach: map[string]string{"mail": "post@" + id + ".example"}}
}

// append appends events one by one, and the ruling where they decide it.
func (s *site) append(id string, events ...probes.Event) {
	s.t.Helper()
	err := s.ledger.Update(s.t.Context(), func(tx probes.Tx) error {
		for _, e := range events {
			c, err := tx.Append(s.t.Context(), id, e)
			if err == nil && c.Outcome != probes.Pending && c.Outcome != c.Ruled {
				_, err = tx.Append(s.t.Context(), id, ledgertest.Event(probes.Ruled, 1, noon, c.Ruling()))
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

// ask appends a contact that was asked three hours before noon and promised an
// answer within two, and what followed.
func (s *site) ask(id, company, class string, then ...probes.Event) {
	s.t.Helper()
	at := noon.Add(-3 * time.Hour)
	s.append(id, append([]probes.Event{
		ledgertest.Event(probes.Planned, 1, at, probes.Plan{
			Edition: "2026", Company: company, Class: class, Channel: "mail", Slot: at, Within: "2h",
		}),
		ledgertest.Event(probes.Intended, 1, at, probes.Intent{Token: "token-" + id}),
	}, then...)...)
}

func left() probes.Event {
	return ledgertest.Event(probes.Sent, 1, noon.Add(-3*time.Hour), probes.Sending{})
}

func heard(after time.Duration, kind reading.Kind) probes.Event {
	at := noon.Add(after - 3*time.Hour)
	return ledgertest.Event(probes.Heard, 1, at, probes.Judged{
		Kind: kind, Centre: "own", Times: channels.Times{Arrived: at}, Because: []reading.Reason{{Signal: "<b>thread", Weight: 3, Saw: "<i>"}},
	})
}

func covered() probes.Event {
	return ledgertest.Event(probes.Covered, 1, noon, probes.Coverage{Until: noon})
}

func failure(kind probes.EventKind, f probes.Failure) probes.Event {
	return ledgertest.Event(kind, 1, noon.Add(-3*time.Hour), f)
}

// get returns what a request is answered with.
func (s *site) get(method, path string) *httptest.ResponseRecorder {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

// page returns a page that must be there.
func (s *site) page(path string) string {
	s.t.Helper()
	answer := s.get(http.MethodGet, path)
	if answer.Code != http.StatusOK {
		s.t.Fatalf("%s: got %d: %s", path, answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// plain is a page without its tags, words set apart by single spaces.
func plain(page string) string {
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(text), " ")
}

func TestEmptyLedger(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "banks", "Fjord"))
	got := plain(s.page("/"))
	for _, want := range []string{
		"edition 2026", "answered 0", "contested 0",
		"banks company reach median pending latest contacts Fjord mail – – power", "Nordlys mail – –",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	if nobody := newSite(t).page("/"); !strings.Contains(nobody, "pending") {
		t.Errorf("without companies: got %q", nobody)
	}
}

// TestEveryOutcome: each outcome is counted, drawn and told.
func TestEveryOutcome(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	void := ledgertest.Event(probes.Amended, 0, noon, probes.Amendment{Outcome: probes.Void, Reason: "wrong address", By: "kari"})
	for outcome, then := range map[probes.Outcome][]probes.Event{
		probes.Answered:   {left(), heard(time.Hour, reading.Answer)},
		probes.Deflected:  {left(), heard(time.Hour, reading.Deflection), covered()},
		probes.Unanswered: {left(), covered()},
		probes.Late:       {left(), covered(), heard(150*time.Minute, reading.Answer)},
		probes.Pending:    {left()},
		probes.BrokenOff:  {left(), failure(probes.Broken, probes.Failure{Reason: "mailbox is gone"})},
		probes.Void:       {left(), covered(), void},
		probes.Contested:  {failure(probes.Refused, probes.Failure{Policy: true})},
	} {
		s.ask("c-"+string(outcome), "nordlys", "power", then...)
	}
	overview := s.page("/")
	text := plain(overview)
	for _, o := range probes.Outcomes() {
		if !strings.Contains(text, string(o)+" 1") {
			t.Errorf("%s is not counted once in %q", o, text)
		}
		if n := strings.Count(overview, `href="/contacts/c-`+string(o)+`"`); n != 1 {
			t.Errorf("%s: got %d bars, want 1", o, n)
		}
		if !strings.Contains(overview, `<rect class="`+string(o)+`"`) {
			t.Errorf("%s is not drawn", o)
		}
		page := s.page("/contacts/c-" + string(o))
		if !strings.Contains(page, `<span class="tag `+string(o)+`">`) || !strings.Contains(page, "Nordlys") {
			t.Errorf("%s: got %q", o, page)
		}
	}
	if want := "Nordlys mail 25 % 1/4 never 1"; !strings.Contains(text, want) {
		t.Errorf("got %q, want %q in it", text, want)
	}
	if story := plain(s.page("/contacts/c-void")); !strings.Contains(story, "amended to void by kari: wrong address") {
		t.Errorf("got %q", story)
	}
}

func TestContactPage(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.ask("c", "nordlys", "power", left(), heard(90*time.Minute, reading.Answer))
	s.ask("gone", "fjord", "banks", left())
	got := plain(s.page("/contacts/c"))
	for _, want := range []string{"contact c · Nordlys · mail · answered after 90 min", "heard an answer", "&lt;b&gt;thread (&#43;3): &lt;i&gt;", "2026-03-02 10:30:00"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	if got := plain(s.page("/contacts/gone")); !strings.Contains(got, "contact gone · fjord · mail · pending") {
		t.Errorf("of a company that has left: got %q", got)
	}
}

func TestRoutes(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.ask("c", "nordlys", "power", left())
	for _, tt := range []struct {
		method, path string
		status       int
		kind, body   string // begins with; holds
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", "Nordlys"},
		{"HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"POST", "/", 405, "text/plain", "Method Not Allowed"},
		{"GET", "/contacts/c", 200, "text/html", "contact <b>c</b>"},
		{"GET", "/contacts/none", 404, "text/plain", "no such contact"},
		{"GET", "/contacts/%3Cscript%3E", 404, "text/plain", "no such contact"},
		{"GET", "/contacts/", 404, "text/plain", ""},
		{"DELETE", "/contacts/c", 405, "text/plain", ""},
		{"GET", "/nothing", 404, "text/plain", ""},
		{"GET", "/style.css", 200, "text/css", "--answered"},
		{"GET", "/live.js", 200, "text/javascript", "EventSource"},
		{"HEAD", "/events", 200, "text/event-stream", ""},
		{"POST", "/events", 405, "text/plain", ""},
	} {
		answer := s.get(tt.method, tt.path)
		kind, body := answer.Header().Get("Content-Type"), answer.Body.String()
		if answer.Code != tt.status || !strings.HasPrefix(kind, tt.kind) || !strings.Contains(body, tt.body) {
			t.Errorf("%s %s: got %d %s %.80q, want %d %s %q", tt.method, tt.path, answer.Code, kind, body, tt.status, tt.kind, tt.body)
		}
		if policy := answer.Header().Get("Content-Security-Policy"); strings.HasPrefix(tt.kind, "text/html") != (policy != "") {
			t.Errorf("%s %s: got policy %q", tt.method, tt.path, policy)
		}
	}
}

func TestLedgerFails(t *testing.T) {
	s := newSite(t)
	if err := s.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/contacts/c"} {
		answer := s.get(http.MethodGet, path)
		if answer.Code != http.StatusInternalServerError || !strings.HasPrefix(answer.Body.String(), "the ledger did not answer") {
			t.Errorf("%s: got %d: %s", path, answer.Code, answer.Body)
		}
	}
	if pushed := s.page("/events"); pushed != "" {
		t.Errorf("got %q", pushed)
	}
}

// TestEscaped: what others have named shows as they wrote it, and does nothing.
func TestEscaped(t *testing.T) {
	const evil = `<script>alert("1")</script>'"&`
	s := newSite(t, firm("nordlys", evil, evil))
	s.board.Edition.Name = evil
	s.append(`x"><script>`, ledgertest.Event(probes.Planned, 1, noon, probes.Plan{
		Edition: evil, Company: "nordlys", Class: evil, Channel: "mail", Scenario: evil, Slot: noon.Add(-time.Hour), Within: "2h",
	}), ledgertest.Event(probes.Intended, 1, noon, probes.Intent{Token: "a"}))
	for _, path := range []string{"/", "/contacts/x%22%3E%3Cscript%3E"} {
		page := strings.ReplaceAll(s.page(path), `<script src="/live.js" defer></script>`, "")
		if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;alert") {
			t.Errorf("%s: got %s", path, page)
		}
	}
	if page := s.page("/"); !strings.Contains(page, `href="/contacts/x%22%3e%3cscript%3e"`) {
		t.Errorf("got %s", page)
	}
}
