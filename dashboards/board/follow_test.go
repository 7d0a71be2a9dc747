package board

import (
	"context"
	"fmt"
	"hash/maphash"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/reading"
)

// TestFollowsPages: of a page that is open, only the pieces that look different are
// pushed, and none while nothing happens to what it shows.
func TestFollowsPages(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"), firm("fjord", "banks", "Fjord"), firm("elv", "power", "Elv"))
	s.board.Health, s.board.Sources = &probes.SourceHealth{}, map[string][]string{"mail": {"INBOX"}}
	var now atomic.Int64
	now.Store(noon.UnixNano())
	s.board.Clock = func() time.Time { return time.Unix(0, now.Load()) }
	s.ask("a", "nordlys", "power", left())
	server := httptest.NewServer(s.mux)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shown, err := s.board.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]<-chan string{}
	for _, path := range []string{"/companies/nordlys", "/companies/fjord", "/contacts/a", "/eyes"} {
		holds(t, s.page(path+"?lang=nb"), fmt.Sprintf(`data-stream="%s/events?lang=nb&amp;version=%d"`, path, shown.version))
		events[path] = stream(t, ctx, fmt.Sprint(server.URL, path, "/events?lang=nb&version=", shown.version))
		quiet(t, events[path])
	}

	s.append(life{"a", []probes.Event{heard(time.Hour, reading.Answer)}})
	company := gather(t, events["/companies/nordlys"], 4)
	for id, want := range map[string]string{
		"figures": "100 %", "curves": "besvart av et menneske", "contacts": "mail: besvart, 1 t", "centres": "own",
	} {
		if !strings.Contains(strings.ToLower(plain(company[id])), want) {
			t.Errorf("%s: got %q, want %q", id, plain(company[id]), want)
		}
	}
	contact := gather(t, events["/contacts/a"], 3)
	holds(t, plain(contact["state"]), "besvart etter 1 t")
	holds(t, plain(contact["tries"]), "svar etter 1 t")
	holds(t, plain(contact["story"]), "Mottatt")
	quiet(t, events["/companies/nordlys"])
	quiet(t, events["/contacts/a"])
	quiet(t, events["/companies/fjord"]) // of another class

	// Another company of the class has been answered for: the curve beside that of the company moves.
	s.ask("b", "elv", "power", left(), heard(time.Hour, reading.Answer))
	if got := gather(t, events["/companies/nordlys"], 1); got["curves"] == "" {
		t.Errorf("got %v, want the curves", got)
	}
	quiet(t, events["/companies/nordlys"])

	// What we hear shows without any event of the ledger.
	s.board.Health.MarkDown(probes.Source{Channel: "mail", Name: "INBOX"})
	if got := gather(t, events["/eyes"], 2); !strings.Contains(plain(got["state"]), "1") {
		t.Errorf("got %v, want one source that is not heard", got)
	}
}

// TestFollowsFromWhatWasShown: a page that the ledger has changed since it was drawn is
// pushed whole; one that knows the newest, not at all.
func TestFollowsFromWhatWasShown(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	s.ask("a", "nordlys", "power", left(), heard(time.Hour, reading.Answer))
	shown, err := s.board.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path string
		want int // pieces, of them the badge of the queue
	}{
		{fmt.Sprint("/companies/nordlys/events?version=", shown.version), 0},
		{"/companies/nordlys/events?version=1", 7},
		{"/contacts/a/events", 4},
		{"/eyes/events?version=x", 5},
		{"/companies/none/events", 0},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, tt.path, nil))
		cancel()
		if got := strings.Count(w.Body.String(), "id: "); got != tt.want {
			t.Errorf("%s: got %d pieces, want %d: %.300s", tt.path, got, tt.want, w.Body)
		}
	}
}

// TestFollowsNames: names are pushed to those alone who have asked to see them, and that
// they were shown is recorded each time.
func TestFollowsNames(t *testing.T) {
	s := newSite(t, firm("nordlys", "power", "Nordlys"))
	var seen []probes.Access
	s.board.Accessed = func(_ context.Context, a probes.Access) error {
		seen = append(seen, a)
		return nil
	}
	raw := []byte("From: Ola Hansen <ola@nordlys.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHei, vi åpner klokken 10. Hilsen Ola Hansen, telefon 91 23 45 67")
	s.ask("a", "nordlys", "power", left())
	if err := s.ledger.Update(t.Context(), func(tx probes.Tx) error {
		digest, err := tx.Keep(t.Context(), raw)
		if err != nil {
			return err
		}
		_, err = tx.Append(t.Context(), "a", ledgertest.Event(probes.Heard, 1, noon.Add(-time.Hour), probes.Classification{
			Kind: reading.Answer, Evidence: digest, Times: channels.Times{Arrived: noon.Add(-time.Hour)},
		}))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, query string
		who         Visitor
		shown       bool
	}{
		{"a judge who asks", "?names=shown", Visitor{Name: "Kari", Judges: true}, true},
		{"a judge who does not", "", Visitor{Name: "Kari", Judges: true}, false},
		{"a viewer who asks", "?names=shown", Visitor{Name: "Per"}, false},
	} {
		seen = nil
		ctx, cancel := context.WithTimeout(WithVisitor(t.Context(), tt.who), 300*time.Millisecond)
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/contacts/a/events"+tt.query, nil))
		cancel()
		if got := strings.Contains(w.Body.String(), "91 23 45 67"); got != tt.shown || !strings.Contains(w.Body.String(), "klokken 10") {
			t.Errorf("%s: names are shown: %t", tt.name, got)
		}
		if got := len(seen); got != map[bool]int{true: 1}[tt.shown] || got > 0 && seen[0] != (probes.Access{Reader: "Kari", What: "names on /contacts/a"}) {
			t.Errorf("%s: recorded %v", tt.name, seen)
		}
	}
}

// still holds what a person has before a page changes under the hand, and says what of it
// is lost.
const still = `(() => {
	const at = document.activeElement;
	window.was = { at, y: scrollY, x: document.querySelector(".scroll")?.scrollLeft, open: document.querySelectorAll("details[open]").length, h1: document.querySelector("h1"), mark: window };
	return true;
})()`

const lost = `(() => {
	const lost = [];
	if (document.activeElement !== was.at) lost.push("the focus");
	if (Math.abs(scrollY - was.y) > 1) lost.push("the place: " + was.y + " became " + scrollY);
	if (document.querySelectorAll("details[open]").length !== was.open) lost.push("what was open");
	if (document.querySelector("h1") !== was.h1) lost.push("the page");
	return lost;
})()`

// TestMovingPages: in a real browser, pages of a company, a contact and our health show what
// changes without a reload, and leave what a person is at.
func TestMovingPages(t *testing.T) {
	s := newSeason(t, 24, 6)
	s.busy()
	s.board.Decide = func(context.Context, participation.Act) error { return nil }
	at := noon.Add(-40 * time.Minute)
	s.append(question("q-open", "company-0001", "bank", at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{})))
	b := browse(t, s.site)
	b.listen()

	b.look(1440, "light", "/companies/company-0001")
	b.until(`document.getElementById("live").textContent === "live"`)
	b.do("write", chromedp.Evaluate[chromedp.Void](`document.querySelector("#participation details").open = true; document.querySelector("#curves details").open = true;
		document.querySelector('[name="reason"]').value = "moves house"; document.querySelector("#centres").old = true; document.querySelector("#figures tbody tr").old = true;
		document.querySelector('[name="reason"]').focus(); scrollTo(0, 400)`), chromedp.Evaluate[chromedp.Void](still))
	before := ask[string](b, `document.querySelector("#figures").textContent`)
	s.append(life{"q-open", []probes.Event{ledgertest.Event(probes.Heard, 1, at.Add(time.Minute), probes.Classification{
		Kind: reading.Answer, Centre: "Nye Svar AS", Times: channels.Times{Arrived: at.Add(time.Minute)},
	})}})
	b.until(fmt.Sprintf(`document.querySelector("#figures").textContent !== %q && document.querySelector("#centres").innerText.includes("Nye Svar AS")`, before))
	b.until(`[...document.querySelectorAll("#contacts .mark")].some((a) => a.getAttribute("href") === "/contacts/q-open" && a.textContent.includes("answered"))`)
	if got := ask[[]string](b, lost); len(got) > 0 {
		b.Errorf("a company's page has lost %q", got)
	}
	if !ask[bool](b, `document.querySelector('[name="reason"]').value === "moves house" && document.querySelector("#centres").old && document.querySelector("#figures tbody tr").old`) {
		b.Error("more than what has changed is new, or what was written is gone")
	}

	b.look(390, "light", "/contacts/q-doubt")
	b.until(`document.getElementById("live").textContent === "live"`)
	b.do("open", chromedp.Click(".story summary"), chromedp.Evaluate[chromedp.Void](`document.querySelector(".story summary").focus(); scrollTo(0, 200)`), chromedp.Evaluate[chromedp.Void](still))
	lines := ask[int](b, `document.querySelectorAll(".story > li").length`)
	s.append(life{"q-doubt", []probes.Event{ledgertest.Event(probes.Heard, 1, noon, probes.Classification{Kind: reading.Deflection, Times: channels.Times{Arrived: noon}})}})
	b.until(fmt.Sprintf(`document.querySelectorAll(".story > li").length > %d`, lines))
	if got := ask[[]string](b, lost); len(got) > 0 {
		b.Errorf("a contact's page has lost %q", got)
	}

	b.look(1440, "light", "/eyes")
	b.until(`document.getElementById("live").textContent === "live"`)
	b.do("hold", chromedp.Evaluate[chromedp.Void](`document.querySelector("#listeners .scroll").focus()`), chromedp.Evaluate[chromedp.Void](still))
	s.board.Health.MarkDown(probes.Source{Channel: "mail", Name: "Junk"})
	b.until(`document.querySelector("#state dd").textContent === "1" && document.querySelector("#listeners").innerText.includes("not heard")`)
	if got := ask[[]string](b, lost); len(got) > 0 {
		b.Errorf("the page of our health has lost %q", got)
	}
}

// BenchmarkFollow measures one look of the pages of an edition like the award's that are
// open, while nothing happens, and when one company has answered: of its own page, and of
// a contact, and of our health.
func BenchmarkFollow(b *testing.B) {
	s := newSeason(b, 192, 25)
	for path, id := range map[string]string{"GET /companies/{id}/events": "company-0001", "GET /contacts/{id}/events": "c-0001-03", "GET /eyes/events": ""} {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil)
		r.SetPathValue("id", id)
		f := &followed{moving: s.board.movingPages()[path], board: s.board, visit: s.board.visiting(r), seed: maphash.MakeSeed()}
		f.page(f.visit)
		look := func(b *testing.B) {
			if _, _, err := f.next(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		look(b)
		b.Run("idle"+strings.TrimPrefix(path, "GET "), func(b *testing.B) {
			for b.Loop() {
				look(b)
			}
		})
		b.Run("answer"+strings.TrimPrefix(path, "GET "), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				at := noon.Add(-time.Hour)
				s.append(question(fmt.Sprint("f-", id, b.N, "-", i), "company-0001", "bank", at, ledgertest.Event(probes.Sent, 1, at, probes.Sending{})))
				if _, err := s.board.look(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				look(b)
			}
		})
	}
}
