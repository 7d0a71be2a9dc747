package board

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/engine"
)

// A telephone is a browser as a shopper has it in the hand, and the road to the board,
// which can be cut.
type telephone struct {
	*browser
	season *season
	ahead  *atomic.Int64 // of both clocks
	cut    *atomic.Bool
}

// newTelephone opens the queue of a season as a shopper sees it: the prompts of one
// persona, in a window of 390 px, under a thumb.
func newTelephone(t *testing.T) *telephone {
	t.Helper()
	p := &telephone{season: newSeason(t, 24, 2), ahead: &atomic.Int64{}, cut: &atomic.Bool{}}
	began := time.Now()
	p.season.board.Clock = func() time.Time { return noon.Add(time.Since(began) + time.Duration(p.ahead.Load())) }
	fresh := func() *engine.Engine { // one that has run on would not believe a clock that is set
		return &engine.Engine{Ledger: p.season.ledger, Clock: p.season.board.Clock, Edition: p.season.board.Edition}
	}
	p.season.board.Tap = func(ctx context.Context, tap probes.ManualReport) error { return fresh().Report(ctx, tap) }
	p.season.board.Untap = func(ctx context.Context, tap probes.ManualReport) error { return fresh().Unreport(ctx, tap) }
	pages := p.season.mux
	p.season.mux = http.NewServeMux()
	p.season.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if p.cut.Load() {
			panic(http.ErrAbortHandler) // as a line that is cut: there is no answer
		}
		pages.ServeHTTP(w, r.WithContext(WithVisitor(r.Context(), Visitor{
			Name: "kari", Taps: true, Shopper: true, Personas: []string{"Kari Nordmann"},
		})))
	})
	p.browser = browse(t, p.season.site)
	p.do("telephone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	return p
}

// pass lets time pass on both clocks.
func (p *telephone) pass(d time.Duration) {
	p.Helper()
	p.ahead.Add(int64(d))
	ask[bool](p.browser, fmt.Sprintf(`localStorage.setItem("ahead", %d) || true`, time.Duration(p.ahead.Load()).Milliseconds()))
}

// place is the middle of what a selector finds, in the window, after it was scrolled to.
func (p *telephone) place(selector string) [2]float64 {
	p.Helper()
	p.until(fmt.Sprintf("document.querySelector(%q)", selector))
	ask[bool](p.browser, fmt.Sprintf(`(document.querySelector(%q).scrollIntoView({block: "nearest"}), true)`, selector))
	return p.where(selector)
}

// where is the middle of what a selector finds, as it is in the window.
func (p *telephone) where(selector string) [2]float64 {
	p.Helper()
	at := ask[[]float64](p.browser, fmt.Sprintf(`(() => { const e = document.querySelector(%q); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector))
	return [2]float64{at[0], at[1]}
}

// touch lets a thumb down on a place, and up.
func (p *telephone) touch(at [2]float64) {
	p.Helper()
	for _, what := range []input.DispatchTouchEventParams{
		{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}},
		{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}},
	} {
		if _, err := chromedp.Call(p.Context, input.DispatchTouchEvent, what); err != nil {
			p.Fatal(err)
		}
	}
}

// tap touches what a selector finds, once the page takes taps there.
func (p *telephone) tap(selector string) {
	p.Helper()
	p.until(`!document.querySelector(".settling")`)
	p.touch(p.place(selector))
}

// says waits until the notice says something.
func (p *telephone) says(what string) {
	p.Helper()
	p.until(fmt.Sprintf("document.getElementById('notice').textContent.includes(%q)", what))
}

// first is the prompt on top, and whether it is open.
func (p *telephone) first() string {
	p.Helper()
	return ask[string](p.browser, `(() => { const e = document.querySelector(".prompt"); return e ? e.dataset.contact + (e.open ? " open" : "") + (e.classList.contains("done") ? " done" : "") : ""; })()`)
}

// taps are what the ledger has of a contact: each tap with the time since noon at which
// it was made, in minutes.
func (p *telephone) taps(contact string) string {
	p.Helper()
	var all []string
	err := p.season.ledger.View(p.Context, func(tx probes.Tx) error {
		_, story, err := tx.Story(p.Context, contact)
		if err != nil {
			return err
		}
		story, err = probes.Reveal(p.Context, tx, story)
		for _, e := range probes.InForce(story) {
			if by := e.Tap(); by != nil {
				all = append(all, fmt.Sprintf("%s %d by %s", by.Report, int(e.At.Sub(noon).Minutes()), by.By))
			}
		}
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return strings.Join(all, ", ")
}

// TestShopperHour is an hour of one shopper with a telephone: two prompts at once and a
// third that comes while a thumb is down, a second tap on the same place, taps that are
// taken back, a connection that is lost in a call and comes back a quarter of an hour
// later. What the ledger has in the end is what the shopper did, and no company has a tap
// that was meant for another.
func TestShopperHour(t *testing.T) {
	p := newTelephone(t)
	p.season.prompt("p-messenger", "company-0003", "messenger", "messenger")
	p.season.prompt("p-phone", "company-0007", "phone", "phone")
	p.do("queue", chromedp.Navigate(p.home+"/queue"))
	p.until(`caches.open("queue-1").then((c) => c.match("/queue"))`)
	p.keep("hour-01-two-prompts")
	if got := p.first(); got != "p-messenger open" {
		t.Fatalf("on top is %q", got)
	}
	if wide := ask[[]string](p.browser, `[...document.querySelectorAll("h3, .prompt summary")].filter((e) => e.scrollWidth > e.clientWidth || e.getBoundingClientRect().right > 390).map((e) => e.textContent)`); len(wide) > 0 {
		t.Errorf("cannot be read whole: %q", wide)
	}

	p.tap("#prompt-p-phone-1 summary")
	if got := p.first(); got != "p-phone open" {
		t.Fatalf("the prompt that was opened is not on top: %q", got)
	}
	p.pass(time.Minute)
	ringing := `#prompt-p-phone-1 button[value="ringing"]`
	p.tap(ringing)
	p.says("Noted for Lyngheim Møbler: it is ringing, at 13:01")
	if got := ask[string](p.browser, `document.documentElement.dataset.awake`); window(p, "wakeLock") && got != "1" {
		t.Errorf("the screen may go off in a call: %q", got)
	}

	// A third prompt comes, due sooner than all: nothing moves.
	person := `#prompt-p-phone-1 button[value="a person answered"]`
	p.until(`!document.querySelector(".settling")`)
	p.place(person)
	before := p.where(person)
	p.season.prompt("p-third", "company-0000", "messenger", "messenger")
	p.until(`document.querySelector("#prompt-p-third-1")`)
	p.keep("hour-02-a-third-comes")
	if after := p.where(person); after != before || p.first() != "p-phone open" {
		t.Errorf("what was under the thumb at %v is at %v, and on top is %q", before, after, p.first())
	}

	// The line is cut in the call. The shopper goes on.
	p.cut.Store(true)
	p.pass(2 * time.Minute)
	p.tap(`#prompt-p-phone-1 button[value="menu"]`)
	p.says("No connection.")
	p.says("Kept for Lyngheim Møbler: a menu, at 13:03")
	p.until(`!document.querySelector('#prompt-p-phone-1 button[value="menu"]')`)
	p.pass(time.Minute)
	p.tap(person)
	p.until(`!document.querySelector("#prompt-p-phone-1 .taps")`)
	p.keep("hour-03-without-a-connection")
	p.do("reload without a connection", chromedp.Reload())
	p.says("No connection.")
	p.pass(15 * time.Minute)
	p.cut.Store(false)
	p.says("Noted for Lyngheim Møbler: a person answered, at 13:04")
	p.keep("hour-04-sent-later")
	if got, want := p.taps("p-phone"), "ringing 1 by kari, menu 3 by kari, a person answered 4 by kari"; got != want {
		t.Errorf("the call: got %q, want %q", got, want)
	}

	// A tap by mistake, and a second one on the same place.
	p.do("again", chromedp.Navigate(p.home+"/queue"))
	p.until(`document.querySelector(".prompt[open]")`)
	p.tap("#prompt-p-third-1 summary")
	p.until(`document.querySelector("#prompt-p-third-1[open]")`)
	sent := p.place(`#prompt-p-third-1 button[value="sent"]`)
	p.until(`!document.querySelector(".settling")`)
	p.touch(sent)
	p.touch(sent)
	p.says("Noted for Nordlys Kraft: sent, at 13:19")
	p.touch(sent) // a late third: the page has just changed under it
	p.tap("#notice .undo button")
	p.says("Taken back for Nordlys Kraft: sent.")
	if got := p.taps("p-third"); got != "" {
		t.Errorf("taken back: got %q", got)
	}
	p.tap(`#prompt-p-third-1 button[value="sent"]`)
	p.says("Noted for Nordlys Kraft: sent, at 13:19")
	p.pass(10 * time.Minute)
	end := `#prompt-p-third-1 button[value="a person answered"]`
	p.until(`!document.querySelector(".settling")`)
	at := p.place(end)
	p.touch(at)
	p.says("Noted for Nordlys Kraft: a person answered, at 13:29")
	p.touch(at) // once more: the prompt is done, and no other has come under the thumb
	p.keep("hour-05-done")
	if got := p.first(); got != "p-third open done" {
		t.Errorf("on top is %q, want the one that was done", got)
	}
	p.tap(".prompt .next")
	if got := p.first(); got != "p-messenger open" {
		t.Errorf("next is %q", got)
	}
	p.keep("hour-06-next")
	for contact, want := range map[string]string{
		"p-third": "sent 19 by kari, a person answered 29 by kari", "p-messenger": "", "p-phone": "ringing 1 by kari, menu 3 by kari, a person answered 4 by kari",
	} {
		if got := p.taps(contact); got != want {
			t.Errorf("%s: got %q, want %q", contact, got, want)
		}
	}
}

// window reports whether the browser has something for pages.
func window(p *telephone, what string) bool {
	return ask[bool](p.browser, fmt.Sprintf("%q in navigator", what))
}

// TestLastingQueue: without any connection the queue opens as it was, its taps are
// kept over a reload, and one that is taken back before it was sent never was.
func TestLastingQueue(t *testing.T) {
	p := newTelephone(t)
	p.season.prompt("p-phone", "company-0007", "phone", "phone")
	p.do("queue", chromedp.Navigate(p.home+"/queue"))
	p.until(`navigator.serviceWorker.controller`)
	p.do("queue, kept", chromedp.Reload())
	p.cut.Store(true)
	p.do("without a connection", chromedp.Navigate(p.home+"/queue"))
	p.tap(`#prompt-p-phone-1 button[value="ringing"]`)
	p.says("Kept for Lyngheim Møbler: it is ringing")
	p.tap("#notice button")
	p.until(`document.querySelector('#prompt-p-phone-1 button[value="ringing"]') && JSON.parse(localStorage.getItem("taps")).length === 0`)
	p.tap(`#prompt-p-phone-1 button[value="busy"]`)
	p.says("Kept for Lyngheim Møbler: busy")
	p.cut.Store(false)
	p.says("Noted for Lyngheim Møbler: busy")
	if got := p.taps("p-phone"); got != string(channels.Busy)+" 0 by kari" {
		t.Errorf("got %q", got)
	}
}
