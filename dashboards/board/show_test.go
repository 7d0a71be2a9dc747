package board

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/reading"
)

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
		{"GET", "/classes/power", 200, "text/html", "Standings are not computed here."},
		{"GET", "/classes/none", 404, "text/html", "Nothing here"},
		{"GET", "/companies/nordlys", 200, "text/html", "<h1>Nordlys "},
		{"GET", "/companies/none", 404, "text/html", "Nothing here"},
		{"GET", "/contacts/c", 200, "text/html", "<dd>c</dd>"},
		{"GET", "/contacts/none", 404, "text/html", "There is no such page."},
		{"GET", "/contacts/%3Cscript%3E", 404, "text/html", "There is no such page."},
		{"GET", "/contacts/", 404, "text/plain", ""},
		{"DELETE", "/contacts/c", 405, "text/plain", ""},
		{"GET", "/queue", 200, "text/html", "Nothing is due."},
		{"GET", "/queue/taps", 405, "text/plain", ""},
		{"GET", "/eyes", 200, "text/html", "Nothing has been listened to yet."},
		{"GET", "/nothing", 404, "text/plain", ""},
		{"GET", "/style.css", 200, "text/css", "--answered"},
		{"GET", "/board.js", 200, "text/javascript", "EventSource"},
		{"GET", "/icon.svg", 200, "image/svg+xml", "<svg"},
		{"HEAD", "/events", 200, "text/event-stream", ""},
		{"POST", "/events", 405, "text/plain", ""},
	} {
		answer := s.get(tt.method, tt.path)
		kind, body := answer.Header().Get("Content-Type"), answer.Body.String()
		if answer.Code != tt.status || !strings.HasPrefix(kind, tt.kind) || !strings.Contains(body, tt.body) {
			t.Errorf("%s %s: got %d %s %.80q, want %d %s %q", tt.method, tt.path, answer.Code, kind, body, tt.status, tt.kind, tt.body)
		}
		if strings.HasPrefix(tt.kind, "text/html") != strings.Contains(answer.Header().Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'") {
			t.Errorf("%s %s: got policy %q", tt.method, tt.path, answer.Header().Get("Content-Security-Policy"))
		}
	}
}

// TestNothingInline: no page holds a script, a style or a handler of its own,
// or points elsewhere, so that the policy costs nothing.
func TestNothingInline(t *testing.T) {
	s := newSeason(t, 24, 4)
	s.busy()
	s.board.Standings = standing
	for _, path := range []string{"/", "/classes/bank", "/companies/company-0003", "/contacts/q-doubt", "/queue", "/eyes", "/contacts/none"} {
		page := s.get(http.MethodGet, path).Body.String()
		for _, bad := range []string{"<script>", "<style", " style=", " onclick=", " onload=", "javascript:", "ZgotmplZ", "NaN", "%!", "<no value>"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: holds %q", path, bad)
			}
		}
	}
}

func TestLedgerFails(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	if err := s.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/classes/power", "/companies/nordlys", "/contacts/c", "/queue", "/eyes"} {
		answer := s.get(http.MethodGet, path)
		if answer.Code != http.StatusInternalServerError || !strings.Contains(answer.Body.String(), "The ledger did not answer") {
			t.Errorf("%s: got %d: %s", path, answer.Code, plain(answer.Body.String()))
		}
	}
	if pushed := s.page("/events"); pushed != "" {
		t.Errorf("got %q", pushed)
	}
}

// TestEscaped: what others have named shows as they wrote it, and does nothing.
func TestEscaped(t *testing.T) {
	const evil = `<script>alert("1")</script>'"&`
	co := firm("nordlys", evil, evil)
	co.Reach["mail"] = evil
	co.Pauses = []edition.Pause{{From: date(2026, 3, 1), To: date(2026, 3, 3), Reason: evil}}
	s := newSite(t, co)
	s.board.Edition.Name = evil
	s.append(life{`x"><script>`, []probes.Event{
		ledgertest.Event(probes.Planned, 1, noon, probes.Plan{
			Edition: evil, Company: "nordlys", Class: evil, Channel: "mail", Scenario: evil, Slot: noon.Add(-time.Hour), Within: "2h",
		}),
		ledgertest.Event(probes.Intended, 1, noon.Add(-time.Hour), probes.Intent{Token: evil, Address: evil}),
		ledgertest.Event(probes.Sent, 1, noon.Add(-time.Hour), probes.Sending{Response: evil}),
		ledgertest.Event(probes.Heard, 1, noon, probes.Classification{Kind: reading.Other, Flagged: evil, Because: []reading.Reason{{Signal: evil, Saw: evil}}}),
	}})
	for _, path := range []string{"/", "/?find=" + "%3Cscript%3E", "/companies/nordlys", "/contacts/x%22%3E%3Cscript%3E", "/queue", "/eyes", "/queue?noted=%3Cscript%3E&of=%3Cscript%3E"} {
		page := s.page(path)
		if strings.Contains(page, "<script>") {
			t.Errorf("%s: holds a script: %q", path, page)
		}
		if path != "/queue?noted=%3Cscript%3E&of=%3Cscript%3E" {
			holds(t, page, "&lt;script&gt;")
		}
	}
}

// TestPacked: a client that accepts compression gets a smaller body.
func TestPacked(t *testing.T) {
	s := newSeason(t, 48, 4)
	whole := s.page("/")
	answer := s.get(http.MethodGet, "/", "Accept-Encoding", "gzip, br")
	if got := answer.Header().Get("Content-Encoding"); got != "gzip" || answer.Body.Len()*3 > len(whole) {
		t.Errorf("got %q, %d of %d bytes", got, answer.Body.Len(), len(whole))
	}
	z, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != whole {
		t.Errorf("got another page: %v", err)
	}
	if got := s.get(http.MethodGet, "/icon.svg", "Accept-Encoding", "gzip").Header().Get("Content-Encoding"); got != "" {
		t.Errorf("packed what is small: %q", got)
	}
}

// TestZone: the pages tell the time of the edition, or of UTC.
func TestZone(t *testing.T) {
	b := &Board{Edition: &edition.Edition{}}
	if b.zone() != time.UTC || b.every() != 5*time.Second || b.slot() != time.Hour {
		t.Errorf("got %v, %v, %v", b.zone(), b.every(), b.slot())
	}
	if since := time.Since(b.now()); since < 0 || since > time.Minute {
		t.Errorf("off by %v", since)
	}
}
