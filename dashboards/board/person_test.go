package board

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading"
)

// TestPerson does in a real browser what people do with the board.
func TestPerson(t *testing.T) {
	s := newSeason(t, 24, 6)
	s.busy()
	b := browse(t, s.site)
	b.listen()
	for _, does := range []struct {
		name string
		what func(*browser, *season)
	}{
		{"searches", searches},
		{"sorts and filters", sorts},
		{"opens a contact", opensContact},
		{"walks by keyboard", walks},
		{"sees an answer arrive", seesAnswer},
		{"judges an arrival", judgesArrival},
		{"sends a prompt with one thumb", sendsPrompt},
		{"loses the connection while tapping", losesConnection},
		{"changes the language", changesLanguage},
		{"reads without script", readsWithoutScript},
	} {
		t.Run(does.name, func(t *testing.T) {
			does.what(&browser{t, b.Context, b.home}, s)
		})
	}
}

// listen fails the test for what the browser complains of, such as a breach
// of the Content-Security-Policy.
func (b *browser) listen() {
	ctx, cancel := context.WithCancel(b.Context)
	messages, done := chromedp.Console(ctx), make(chan struct{})
	b.Cleanup(func() {
		cancel()
		<-done
	})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			if text := fmt.Sprint(m); strings.Contains(text, "Content Security Policy") || strings.Contains(text, "Uncaught") {
				b.Error(text)
			}
		}
	}()
}

// until waits until a script is true of the page, which may be another by then.
func (b *browser) until(script string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context, time.Minute)
	defer cancel()
	for {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Promise.resolve("+script+").then(Boolean)", chromedp.EvalAwaitPromise))
		if err == nil && yes {
			return
		}
		if ctx.Err() != nil {
			b.Fatalf("%s: %v; the page says %q", script, err, ask[string](b, "document.body.innerText"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// names are the companies that are shown, in order.
const names = `[...document.querySelectorAll("#companies tbody tr")].filter((r) => !r.hidden).map((r) => r.querySelector("a").textContent).join(" ")`

func searches(b *browser, _ *season) {
	b.look(1440, "light", "/?list=1")
	b.do("type", chromedp.SendKeys("#find", "lyngheim møb"))
	if got, want := ask[string](b, names), "Lyngheim Møbler"; got != want {
		b.Errorf("got %q, want %q", got, want)
	}
	b.until(`document.getElementById("shown").textContent.startsWith("1 ")`)
	b.do("search by the form", chromedp.Submit("#find"))
	b.until(`location.search.includes("find=lyngheim") && ` + names + ` === "Lyngheim Møbler"`)
}

func sorts(b *browser, _ *season) {
	b.look(1440, "light", "/")
	b.do("choose", chromedp.SetValue(`select[name="sort"]`, "reach"), chromedp.Click(`input[name="list"]`), chromedp.Click(".wish button"))
	b.until(`location.search.includes("sort=reach") && document.querySelectorAll("#companies tbody tr").length === 24`)
	shares := ask[[]float64](b, `[...document.querySelectorAll("#companies .reach b")].map((e) => parseFloat(e.textContent))`)
	for i := range shares[1:] {
		if shares[i] > shares[i+1] {
			b.Errorf("got %v", shares)
		}
	}
	b.do("filter", chromedp.SetValue(`select[name="only"]`, "pending"), chromedp.Click(".wish button"))
	b.until(`location.search.includes("only=pending") && document.querySelectorAll("#companies tbody tr").length < 24`)
}

func opensContact(b *browser, _ *season) {
	b.look(1440, "light", "/companies/company-0001")
	b.do("open", chromedp.Click(`.mark[href="/contacts/q-doubt"]`))
	b.until(`location.pathname === "/contacts/q-doubt"`)
	b.do("ask why", chromedp.Click(".story summary"))
	b.until(`document.querySelector(".story details").open && document.body.innerText.includes("phrase.answer (+4)")`)
	if ask[bool](b, `!!document.querySelector("blockquote script")`) {
		b.Error("a mail's script is in the page")
	}
}

// walks: the first stop leads past the menu, and each stop is seen.
func walks(b *browser, _ *season) {
	b.look(1440, "light", "/")
	b.do("tab", chromedp.KeyEvent("\t"))
	if got := ask[string](b, "document.activeElement.className"); got != "skip" {
		b.Errorf("first stop: got %q", got)
	}
	b.do("skip", chromedp.KeyEvent("\r"))
	b.until(`document.activeElement.id === "main"`)
	b.do("tab on", chromedp.KeyEvent("\t"))
	if got := ask[string](b, `document.activeElement.className + getComputedStyle(document.activeElement).outlineStyle`); got != "tilesolid" {
		b.Errorf("the stop after: got %q", got)
	}
}

// seesAnswer: an answer shows without a reload, in its row alone, and keeps
// the keyboard where it was.
func seesAnswer(b *browser, s *season) {
	b.look(1440, "light", "/")
	b.until(`document.getElementById("live").textContent === "live"`)
	ask[bool](b, `[...document.querySelectorAll("#companies tbody tr")].forEach((r) => { r.old = true; }) || document.querySelector("#co-company-0004 a").focus() || true`)
	before := ask[string](b, `document.querySelector("#co-company-0004 small").textContent`)
	s.ask("live", "company-0004", "bredbånd", left(), heard(time.Hour, reading.Answer))
	b.until(fmt.Sprintf(`document.querySelector("#co-company-0004 .reach small").textContent !== %q`, before))
	b.until(`document.getElementById("latest").innerText.includes("answered 1 h")`)
	if got := ask[int](b, `[...document.querySelectorAll("#companies tbody tr")].filter((r) => !r.old).length`); got != 1 {
		b.Errorf("%d rows are new, want 1", got)
	}
	if !ask[bool](b, `document.activeElement.closest("tr")?.id === "co-company-0004"`) {
		b.Error("the keyboard has lost its place")
	}
}

func judgesArrival(b *browser, s *season) {
	b.look(1440, "light", "/queue")
	form := `form.judge:has(input[value="INBOX/7/81"]) `
	b.do("judge", chromedp.Click(form+`input[value="acknowledgement"]`), chromedp.SendKeys(form+`[name="reason"]`, "says only thanks"),
		chromedp.SendKeys(form+`[name="by"]`, "Kari"), chromedp.Click(form+"button"))
	b.until(`(document.getElementById("noted")?.textContent || "").startsWith("Noted for") && document.querySelectorAll(".arrival").length === 1`)
	if got := ask[string](b, `document.querySelector(".judge [name=by]").value`); got != "Kari" {
		b.Errorf("the name is forgotten: got %q", got)
	}
	holds(b.T, plain(s.page("/contacts/q-doubt")), "read as acknowledgement by Kari: says only thanks")
}

// sendsPrompt: on a telephone, the buttons are big and under the thumb, and
// two quick taps are one.
func sendsPrompt(b *browser, s *season) {
	b.look(390, "light", "/queue")
	sent := `#prompt-p-messenger-1 button[value="sent"]`
	place := ask[[]float64](b, fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.height, r.width, r.bottom]; })()`, sent))
	if place[0] < 48 || place[1] < 300 || place[2] > 900 {
		b.Errorf("the button is %v high, %v wide and ends at %v", place[0], place[1], place[2])
	}
	b.do("copy", chromedp.Click("#prompt-p-messenger-1 .copier"))
	b.until(`document.querySelector("#prompt-p-messenger-1 .copier").textContent === "Copied"`)
	b.do("tap twice", chromedp.DoubleClick(sent))
	b.until(`(document.getElementById("noted")?.textContent || "").startsWith("Noted for") && !!document.querySelector("#prompt-p-messenger-1.running")`)
	b.keep("prompt-390-en-sent")
	b.until(`!document.querySelector(".settling")`) // what has changed under a thumb takes no tap yet
	if len(s.taps) != 1 || s.taps[0].Report != channels.TapSent || s.taps[0].By != "Kari" {
		b.Errorf("got %+v", s.taps)
	}
	b.do("answered", chromedp.Click(`#prompt-p-messenger-1 button[value="a person answered"]`))
	b.until(`document.querySelector("#prompt-p-messenger-1.done .next")`)
}

// losesConnection: a tap that the server could not take is tried again, over a
// reload of the page too, and noted once.
func losesConnection(b *browser, s *season) {
	var down atomic.Bool
	down.Store(true)
	note := s.board.Tap
	s.board.Tap = func(ctx context.Context, tap probes.ManualReport) error {
		if down.Load() {
			return errors.New("the ledger is locked")
		}
		return note(ctx, tap)
	}
	b.look(390, "light", "/queue")
	before := len(s.taps)
	b.do("tap", chromedp.Click(`#prompt-p-phone-1 button[value="ringing"]`))
	b.until(`document.getElementById("notice").textContent.startsWith("No connection.")`)
	b.do("reload", chromedp.Reload())
	b.until(`document.getElementById("notice").textContent.startsWith("No connection.")`)
	down.Store(false)
	b.until(`(document.getElementById("noted")?.textContent || "").startsWith("Noted for") && !!document.querySelector("#prompt-p-phone-1.running")`)
	if got := len(s.taps) - before; got != 1 {
		b.Errorf("noted %d times", got)
	}
}

func changesLanguage(b *browser, _ *season) {
	b.look(1440, "light", "/queue")
	b.do("choose", chromedp.Click(`.languages a[lang="nb"]`))
	b.until(`document.documentElement.lang === "nb"`)
	b.do("go on", chromedp.Navigate(b.home+"/"))
	if got := ask[string](b, `document.querySelector("h1").textContent`); !strings.HasPrefix(got, "Hvem svarer") {
		b.Errorf("forgotten on the next page: got %q", got)
	}
	b.do("back", chromedp.Navigate(b.home+"/?lang=en"))
}

func readsWithoutScript(b *browser, s *season) {
	if _, err := chromedp.Call(b.Context, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.Fatal(err)
	}
	for path, want := range map[string]string{"/?sort=silent": "Lyngheim Møbler", "/queue": "it is ringing", "/companies/company-0003": "Answered by a person"} {
		b.do(path, chromedp.Navigate(b.home+path))
		text, err := chromedp.Run(b.Context, chromedp.TextContent("main"))
		if err != nil || !strings.Contains(text, want) {
			b.Errorf("%s: got %v, %.300q", path, err, text)
		}
	}
	b.do("tap by the form", chromedp.Navigate(b.home+"/queue"), chromedp.Click(`#prompt-p-phone-1 button[value="menu"]`), chromedp.WaitVisible(".progress li:nth-child(2)"))
	if got := s.get(http.MethodGet, "/queue").Body.String(); strings.Contains(got, `value="menu"`) {
		b.Error("was not noted")
	}
}
