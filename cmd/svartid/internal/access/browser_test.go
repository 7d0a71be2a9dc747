package access

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is where Debian's package puts the browser.
const chromium = "/usr/bin/chromium"

// attack is the page of another site. It tries what a page can, and says in its
// title when it is done.
const attack = `<!doctype html><title>busy</title>
<iframe name="sink" src="TARGET/"></iframe><img src="TARGET/metrics"><script src="TARGET/api/v1/plan"></script>
<form id="judge" method="post" action="TARGET/queue/judgements" target="sink"><input name="by" value="mallory"><input name="token" value="x"></form>
<form id="plain" method="post" enctype="text/plain" action="TARGET/queue/taps" target="sink"><input name="tap" value="sent"></form>
<form id="parts" method="post" enctype="multipart/form-data" action="TARGET/queue/taps" target="sink"><input name="tap" value="sent"></form>
<script>
(async () => {
  const tries = [
    () => fetch("TARGET/-/reload", {method: "POST", mode: "no-cors", credentials: "include"}),
    () => fetch("TARGET/-/reload", {method: "POST", mode: "no-cors", credentials: "omit", referrerPolicy: "no-referrer"}),
    () => fetch("TARGET/queue/taps", {method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({tap: "sent"})}),
    () => fetch("TARGET/api/v1/contacts", {credentials: "include"}),
    () => fetch("TARGET/queue", {mode: "no-cors", credentials: "include"}),
    () => fetch("TARGET/queue/judgements", {method: "PUT", headers: {"X-Any": "x"}}),
    () => navigator.sendBeacon("TARGET/-/reload", "x"),
    () => new Promise((then) => { const s = new EventSource("TARGET/events"); s.onerror = s.onmessage = then; }),
  ];
  for (const one of tries) { try { await one(); } catch {} }
  for (const id of ["judge", "plain", "parts"]) {
    document.getElementById(id).submit();
    await new Promise((then) => setTimeout(then, 300));
  }
  document.title = "done";
})();
</script>`

// TestForeignPages has a real browser, in which the board is open, visit another
// site and a name that leads to our own address. Nothing of theirs gets past the
// guard; a link that a person follows does.
func TestForeignPages(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	if _, err := os.Stat(chromium); err != nil {
		if os.Getenv("SVARTID_PEERS") == "1" {
			t.Fatal("chromium is not installed: run `make peers`")
		}
		t.Skip("chromium is not installed: run `make peers`")
	}
	var mu sync.Mutex
	var reached []string
	guard := NewGuard()
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		reached = append(reached, r.Method+" "+r.Host+r.URL.Path)
		fmt.Fprint(w, "<!doctype html><title>board</title>the board")
	})
	ours := httptest.NewServer(Headers(guard.Handler(Rules{}, pages)))
	defer ours.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(ours.URL, "http://"), ":")
	home := "http://localhost:" + port
	theirs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		target := "http://" + r.URL.Query().Get("target") + ":" + port
		fmt.Fprint(w, strings.ReplaceAll(attack, "TARGET", target))
	}))
	defer theirs.Close()

	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1"), chromedp.Flag("disable-component-update", true),
		// Chromium's own guard of loopback would hide ours.
		chromedp.Flag("disable-features", "LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights"),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	visit := func(address string, until string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		for deadline := time.Now().Add(time.Minute); until != ""; time.Sleep(50 * time.Millisecond) {
			title, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.title", chromedp.EvalAwaitPromise))
			if err != nil || time.Now().After(deadline) {
				t.Fatalf("%s: is at %q, %v", address, title, err)
			}
			if title == until {
				return
			}
		}
	}
	visit(home+"/queue", "board") // the browser has our cookie from here on
	mu.Lock()
	reached = nil
	mu.Unlock()
	evil := strings.Replace(theirs.URL, "127.0.0.1", "evil.example", 1)
	port2 := theirs.URL[strings.LastIndex(theirs.URL, ":"):]
	for _, address := range []string{
		evil + "/?target=localhost",                       // another site
		"http://localhost" + port2 + "/?target=localhost", // another port of this machine
		evil + "/?target=evil.example",                    // the same site, by a name that leads to us
	} {
		visit(address, "done")
	}
	visit("http://evil.example:"+port+"/", "") // the name itself, rebound
	visit("http://evil.example:"+port+"/queue", "")
	mu.Lock()
	if len(reached) > 0 {
		t.Errorf("got past the guard: %q", reached)
	}
	mu.Unlock()
	visit(evil+"/?target=localhost", "done")
	link := fmt.Sprintf("location.href = %q", home+"/"+url.PathEscape("contacts"))
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](link, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		mu.Lock()
		n := len(reached)
		mu.Unlock()
		if n > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a link from another site does not lead to the board")
		}
	}
}
