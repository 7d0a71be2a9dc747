package board

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
)

// chromium is where Debian's package puts the browser.
const chromium = "/usr/bin/chromium"

// screenshots is the variable that names the folder in which pictures are kept.
const screenshots = "SVARTID_SCREENSHOTS"

// A browser is a real one, with a page of a season open.
type browser struct {
	*testing.T
	context.Context
	home string // address of the site
}

// browse starts the browser before a site. The test is skipped without one, or
// fails if the environment asks for peers by SVARTID_PEERS=1.
func browse(t *testing.T, s *site) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	if _, err := os.Stat(chromium); err != nil {
		absent(t, "chromium is not installed: run `make peers`")
	}
	server := httptest.NewServer(s.mux)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // the browser lives as long as this context
		t.Fatalf("start chromium: %v", err)
	}
	b := &browser{t, ctx, server.URL}
	b.follow()
	return b
}

// follow sets the clock of the browser's pages by that of the site: both begin at noon, and
// run on, by as much more as a test has put aside.
func (b *browser) follow() {
	b.Helper()
	script := fmt.Sprintf(`(() => {
		if (Date.followed) return;
		const real = Date, off = %d, now = () => real.now() + off + Number(localStorage.getItem("ahead") || 0);
		globalThis.Date = class extends real {
			constructor(...at) { if (at.length) super(...at); else super(now()); }
			static now() { return now(); }
			static followed = true;
		};
	})()`, time.Until(noon).Milliseconds())
	if _, err := chromedp.Call(b.Context, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		b.Fatal(err)
	}
}

// absent ends the test for want of a peer.
func absent(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("SVARTID_PEERS") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// do lets the browser do some things, which must all work out.
func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// ask returns what a script in the page says.
func ask[T any](b *browser, script string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context, time.Minute)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", script, err)
	}
	return answer
}

// look makes the window so wide, in light or dark or as printed, and opens a
// page.
func (b *browser) look(width int, scheme, path string) {
	b.Helper()
	b.do("window", chromedp.EmulateViewport(int64(width), 900))
	if _, err := chromedp.Call(b.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media:    map[string]string{"print": "print"}[scheme],
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}, //nolint:misspell // as CSS spells it
	}); err != nil {
		b.Fatal(err)
	}
	b.do(path, chromedp.Navigate(b.home+path))
}

// keep saves a picture of the whole page; without a folder for it, nothing.
func (b *browser) keep(name string) {
	b.Helper()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.Context, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatalf("picture %s: %v", name, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		b.Fatal(err)
	}
}

// cutNames are the names on a page of which not all is seen.
const cutNames = `[...document.querySelectorAll("#companies tbody th a, .tile b, .latest a, .prompt h3, .arrival h3, h1")].filter((e) => {
	const r = e.getBoundingClientRect();
	return r.width > 0 && (e.scrollWidth > Math.ceil(r.width) + 1 || r.right > innerWidth + 1);
}).map((e) => e.textContent + " " + e.scrollWidth + " in " + Math.round(e.getBoundingClientRect().width))`

// brokenLinks are the links of the menu that stand on more than one line.
const brokenLinks = `[...document.querySelectorAll(".top nav a")].filter((a) => a.getClientRects().length && a.getBoundingClientRect().height > 44 ||
	new Set([...a.querySelectorAll(".badge")].flatMap((b) => [...b.getClientRects()].filter((r) => r.width > 1).map((r) => Math.round(r.top)))).size > 1).map((a) => a.textContent)`

// TestScreenshots draws every page as it is seen: on a laptop and a telephone,
// in both languages, in light and dark. No page is wider than its window.
func TestScreenshots(t *testing.T) {
	companies, times := 24, 6
	if os.Getenv(screenshots) != "" {
		companies, times = 192, 25 // the award
	}
	s := newSeason(t, companies, times)
	s.busy()
	s.board.Standings = standing
	b := browse(t, s.site)
	for _, look := range []struct {
		width        int
		scheme, lang string
	}{{1440, "light", "nb"}, {1440, "light", "en"}, {1440, "dark", "nb"}, {1440, "dark", "en"}, {390, "light", "nb"}, {390, "light", "en"}, {390, "dark", "nb"}, {390, "dark", "en"}, {700, "print", "nb"}, {1440, "light", "sv"}, {390, "light", "sv"}, {1440, "light", "da"}, {390, "light", "da"}} {
		for _, path := range []string{"/", "/?sort=waiting&only=pending&list=1", "/companies/company-0002", "/classes/bank", "/contacts/q-doubt", "/queue", "/eyes", "/plan?day=2026-02-24"} {
			name, _, _ := strings.Cut(strings.Trim(path, "/"), "/")
			name = strings.Map(func(c rune) rune {
				if c >= 'a' && c <= 'z' {
					return c
				}
				return -1
			}, cmp.Or(name, "overview"))
			to, err := url.Parse(path)
			if err != nil {
				t.Fatal(err)
			}
			q := to.Query()
			q.Set("lang", look.lang)
			to.RawQuery = q.Encode()
			b.look(look.width, look.scheme, to.String())
			if got := ask[int](b, "document.documentElement.scrollWidth"); got > look.width {
				t.Errorf("%s at %d: is %d wide", path, look.width, got)
			}
			if cut := ask[[]string](b, cutNames); look.width == 390 && len(cut) > 0 {
				t.Errorf("%s at %d: names are not read whole: %.200q", path, look.width, cut)
			}
			if broken := ask[[]string](b, brokenLinks); len(broken) > 0 && look.scheme != "print" {
				t.Errorf("%s at %d in %s: the menu is broken at %q", path, look.width, look.lang, broken)
			}
			b.keep(fmt.Sprintf("%s-%d-%s-%s", name, look.width, look.lang, look.scheme))
		}
	}
}

// standing is what a class may be given for its standing.
func standing(_ context.Context, class string) (ClassView, error) {
	return ClassView{
		Policy: "capped-wait", At: noon,
		Standings: []fairness.Standing{
			{Company: "company-0001", Rank: 1, RankLower: 1, RankUpper: 2, Score: .9731, Lower: .94, Upper: .99, Reached: 24, Valid: 25},
			{Company: "company-0025", Rank: 2, RankLower: 1, RankUpper: 3, Score: .9644, Lower: .92, Upper: .98, Reached: 23, Valid: 25},
			{Company: "company-0049", Rank: 3, RankLower: 2, RankUpper: 3, Score: .71, Lower: .6, Upper: .8, Reached: 18, Valid: 25, Apart: true},
			{Company: "company-0073", Score: survival.Number(math.NaN()), Upper: 1, Unranked: "9 valid contacts, and it takes 14"},
		},
		Sensitivity: &fairness.Sensitivity{Winners: []string{"company-0001"}, Contacts: 75, Removals: []string{"c"}, Variants: []fairness.Variant{
			{What: "policy", How: "capped-wait", Winners: []string{"company-0001"}},
			{What: "policy", How: "award", Winners: []string{"company-0025"}, Changes: true},
			{What: "clock", How: "opening", Winners: []string{"company-0001"}},
		}},
	}, nil
}
