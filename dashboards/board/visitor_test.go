package board

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// as has every request of a site made by a visitor.
func (s *site) as(who Visitor) {
	pages := s.mux
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		pages.ServeHTTP(w, r.WithContext(WithVisitor(r.Context(), who)))
	})
}

// TestShopper sees the prompts of the own personas, and nothing else that waits or
// was said; those of others cannot be tapped, as if they were not there.
func TestShopper(t *testing.T) {
	own := Visitor{Name: "ola", Taps: true, Shopper: true, Token: "t-1", Personas: []string{"Kari Nordmann"}}
	other := Visitor{Name: "eva", Taps: true, Shopper: true, Personas: []string{"Eva Berg"}}
	for _, tt := range []struct {
		name string
		who  Visitor
		sees bool
		tap  int
	}{
		{"of another persona", other, false, http.StatusNotFound},
		{"of none", Visitor{Name: "nils", Taps: true, Shopper: true}, false, http.StatusNotFound},
		{"of the own persona", own, true, http.StatusSeeOther},
	} {
		there := newSeason(t, 24, 2)
		there.busy()
		there.as(tt.who)
		page := there.page("/queue")
		if got := strings.Contains(page, "p-phone"); got != tt.sees {
			t.Errorf("%s: sees it: %t", tt.name, got)
		}
		for _, secret := range []string{"ola@fjord-bank.example", "INBOX/7/81", "vi åpner klokken 10", `id="arrivals"`, `href="/eyes"`} {
			if strings.Contains(page, secret) {
				t.Errorf("%s: sees %s", tt.name, secret)
			}
		}
		got := there.post("/queue/taps", form("contact", "p-phone", "attempt", "1", "tap", "ringing", "by", "mallory"))
		if got.Code != tt.tap {
			t.Errorf("%s: got %d, want %d", tt.name, got.Code, tt.tap)
		}
		missing := there.post("/queue/taps", form("contact", "p-nothing", "attempt", "1", "tap", "ringing"))
		if tt.tap == http.StatusNotFound && strings.ReplaceAll(missing.Body.String(), "p-nothing", "p-phone") != got.Body.String() {
			t.Errorf("%s: what is another's is told from what there is not", tt.name)
		}
		if tt.sees && (len(there.taps) != 1 || there.taps[0].By != "ola") {
			t.Errorf("%s: noted %+v", tt.name, there.taps)
		}
	}
}

// TestShopperEvents: a shopper who reads the events is told how many of the own prompts
// wait, as the page of the queue says it, and neither of what waits for others nor
// figures of companies.
func TestShopperEvents(t *testing.T) {
	for persona, want := range map[string]string{"Kari Nordmann": "2", "Eva Berg": "0"} {
		s := newSeason(t, 24, 2)
		s.busy()
		s.as(Visitor{Name: "ola", Taps: true, Shopper: true, Personas: []string{persona}})
		text := s.pushed()
		badge := regexp.MustCompile(`id="waiting"[^>]*>([^<]*)<`)
		told := badge.FindStringSubmatch(text)
		if told == nil || told[1] != want || strings.Contains(text, "company-") || strings.Contains(text, `id="counts"`) {
			t.Errorf("%s: got %s, want %q waiting", persona, text, want)
		}
		if page := badge.FindStringSubmatch(s.page("/queue")); page == nil || page[1] != want {
			t.Errorf("%s: the page says %q, want %q", persona, page, want)
		}
	}
}

// pushed returns the first events that a reader is sent.
func (s *site) pushed() string {
	t := s.t
	t.Helper()
	server := httptest.NewServer(s.mux)
	defer server.Close()
	stream, err := http.Get(server.URL + "/events?version=1")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	late := time.AfterFunc(time.Minute, func() { stream.Body.Close() })
	defer late.Stop()
	text := ""
	for part := make([]byte, 4096); !strings.Contains(text, "\n\n"); {
		n, err := stream.Body.Read(part)
		if text += string(part[:n]); err != nil {
			t.Fatalf("%v after %s", err, text)
		}
	}
	return text
}

// TestNamedByLogin: what a person does is recorded by the name of the login,
// whatever the form says; forms carry the token, and none is there that the
// visitor may not send.
func TestNamedByLogin(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	s.as(Visitor{Name: "kari", Token: "t-77", Login: true, Judges: true})
	page := s.page("/queue")
	if strings.Contains(page, `action="/queue/taps"`) || strings.Contains(page, `action="/queue/name"`) {
		t.Error("a judge is offered to tap, or to say another name")
	}
	if n := strings.Count(page, `name="token" value="t-77"`); n < 3 {
		t.Errorf("%d forms carry the token", n)
	}
	holds(t, page, `action="/logout"`, `action="/queue/judgements"`)
	said := form("channel", "mail", "arrival", "INBOX/7/81", "kind", "answer", "reason", "clear", "by", "mallory")
	if got := s.post("/queue/judgements", said); got.Code != http.StatusSeeOther {
		t.Fatalf("got %d: %s", got.Code, plain(got.Body.String()))
	}
	if story := plain(s.page("/contacts/q-doubt")); !strings.Contains(story, "read as answer by kari: clear") || strings.Contains(story, "mallory") {
		t.Errorf("got %q", story)
	}
	s = newSeason(t, 24, 2)
	s.busy()
	s.as(Visitor{Name: "eva"})
	if page := s.page("/queue"); strings.Contains(page, `action="/queue/judgements"`) {
		t.Error("a viewer is offered to judge")
	}
}

// TestLoggedOutWhileTapping: a tap that comes after the end of a session, or from a
// page of an earlier one, is kept until one has logged in again, and is noted once.
func TestLoggedOutWhileTapping(t *testing.T) {
	s := newSeason(t, 24, 2)
	s.busy()
	pages := s.mux
	var in atomic.Bool
	var token atomic.Value
	in.Store(true)
	token.Store("t-1")
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		posted := r.Method == http.MethodPost
		switch asset := strings.Contains(r.URL.Path, "."); {
		case !in.Load() && posted:
			http.Error(w, "log in", http.StatusUnauthorized)
			return
		case !in.Load() && r.URL.Path != "/login" && !asset:
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		case posted && r.PostFormValue("token") != token.Load():
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		who := Visitor{Name: "ola", Token: token.Load().(string), Login: true, Taps: true}
		pages.ServeHTTP(w, r.WithContext(WithVisitor(r.Context(), who)))
	})
	b := browse(t, s.site)
	b.listen()
	b.look(390, "light", "/queue")
	in.Store(false)
	b.do("tap", chromedp.Click(`#prompt-p-messenger-1 button[value="sent"]`))
	b.until(`document.getElementById("notice").textContent.includes("You are no longer logged in.")`)
	if len(s.taps) > 0 {
		t.Errorf("noted %+v", s.taps)
	}
	token.Store("t-2") // of the new session
	in.Store(true)
	b.until(`(document.getElementById("noted")?.textContent || "").startsWith("Noted for Fjord Mobil") && !!document.querySelector("#prompt-p-messenger-1.running")`)
	if len(s.taps) != 1 || s.taps[0].By != "ola" {
		t.Errorf("noted %+v", s.taps)
	}
}

// TestLoginPage shows no more than a form, in both languages.
func TestLoginPage(t *testing.T) {
	s := newSeason(t, 4, 2)
	s.busy()
	s.as(Visitor{Token: "t-1"})
	page := s.page("/login?" + url.Values{"to": {`/queue"><script>`}}.Encode())
	holds(t, page, `name="token" value="t-1"`, `name="to" value="/queue&#34;&gt;&lt;script&gt;"`)
	if strings.Contains(page, `href="/eyes"`) || strings.Contains(page, "do not go together") {
		t.Errorf("got %s", plain(page))
	}
	holds(t, plain(s.page("/login?failed=1&lang=nb")), "hører ikke sammen", "Passord")
}
