package board

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
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
func (s *site) get(method, path string) (*http.Response, string) {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return w.Result(), string(body)
}

// page returns a page that must be there.
func (s *site) page(path string) string {
	s.t.Helper()
	answer, body := s.get("GET", path)
	if answer.StatusCode != 200 {
		s.t.Fatalf("%s: got %s: %s", path, answer.Status, body)
	}
	return body
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
		answer, body := s.get(tt.method, tt.path)
		if answer.StatusCode != tt.status || !strings.HasPrefix(answer.Header.Get("Content-Type"), tt.kind) || !strings.Contains(body, tt.body) {
			t.Errorf("%s %s: got %d %s %.80q, want %d %s %q", tt.method, tt.path,
				answer.StatusCode, answer.Header.Get("Content-Type"), body, tt.status, tt.kind, tt.body)
		}
		if policy := answer.Header.Get("Content-Security-Policy"); strings.HasPrefix(tt.kind, "text/html") != (policy != "") {
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
		if answer, body := s.get("GET", path); answer.StatusCode != 500 || !strings.HasPrefix(body, "the ledger did not answer") {
			t.Errorf("%s: got %s: %s", path, answer.Status, body)
		}
	}
	if _, body := s.get("GET", "/events"); body != "" {
		t.Errorf("got %q pushed", body)
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

// TestPushes: what has happened is pushed, each time as one event, and nothing
// while nothing happens and nobody waits.
func TestPushes(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nord\r\nlys"))
	var now atomic.Int64
	now.Store(noon.Add(-170 * time.Minute).UnixNano())
	s.board.Clock = func() time.Time { return time.Unix(0, now.Load()) }
	server := httptest.NewServer(s.mux)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	events := stream(t, ctx, server.URL+"/events")
	first := <-events
	if !strings.Contains(plain(first), "answered 0") || strings.Contains(first, "<html") {
		t.Fatalf("got %q", first)
	}
	select {
	case again := <-events:
		t.Errorf("nothing has happened: got %.100q", again)
	case <-time.After(100 * time.Millisecond):
	}
	s.ask("c", "nordlys", "power", left(), heard(time.Hour, reading.Answer))
	if got := plain(<-events); !strings.Contains(got, "answered 1") || !strings.Contains(got, "Nord lys mail 100 % 1/1") {
		t.Errorf("got %q", got)
	}
	s.ask("d", "nordlys", "power", left())
	for range 3 { // somebody waits, and the wait grows
		got := <-events
		if !strings.Contains(plain(got), "pending 1") || got == first {
			t.Errorf("got %q", got)
		}
		first = got
		now.Add(int64(10 * time.Minute))
	}
}

// TestPushesEnd: a page that stays open ends with the program.
func TestPushesEnd(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	ctx, cancel := context.WithCancel(t.Context())
	mux := http.NewServeMux()
	s.board.Mount(ctx, mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	events := stream(t, t.Context(), server.URL+"/events")
	<-events
	cancel()
	select {
	case _, more := <-events:
		if more {
			t.Error("pushed once more")
		}
	case <-time.After(5 * time.Second):
		t.Error("still open")
	}
}

// stream reads server-sent events until they end. The data's line feeds are kept.
func stream(t *testing.T, ctx context.Context, url string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("got %s", got)
	}
	events := make(chan string)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		if err := split(ctx, answer.Body, events); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	return events
}

// split cuts a stream into events, by the WHATWG's rules: a line ends at a
// line feed, a carriage return or both, and an empty one ends the event.
func split(ctx context.Context, from io.Reader, events chan<- string) error {
	buffer, text := make([]byte, 1<<16), ""
	for {
		n, err := from.Read(buffer)
		text += strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(buffer[:n]))
		for {
			event, rest, whole := strings.Cut(text, "\n\n")
			if !whole {
				break
			}
			var data []string
			for line := range strings.Lines(event) {
				value, isData := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "data: ")
				if !isData {
					return fmt.Errorf("got the line %q", line)
				}
				data = append(data, value)
			}
			select {
			case events <- strings.Join(data, "\n"):
			case <-ctx.Done():
				return ctx.Err()
			}
			text = rest
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
