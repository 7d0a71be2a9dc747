package page

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"github.com/svartid/svartid/channels/browser/flow"
)

//go:embed ear.js
var ear string

// The names of our world and of what is called in it. The page sees neither.
const (
	world   = "svartid"
	binding = "svartidSay"
)

// A Page is one conversation's window.
type Page struct {
	browser *Browser
	context cdp.BrowserContextID
	top     session
	target  string
	flow    flow.Flow
	script  string
	kept    Kept
	nudge   func()
	acts    func(flow.Act) // of a recording; nil = none
	events  *mailbox
	handled sync.WaitGroup

	mu       sync.Mutex
	frames   map[string]frame  // by id
	targets  map[string]parent // of frames of other sites, by session
	shown    map[string]*shown // what each world has said, by its unique id
	wire     wire
	host     string // the page may go to no other
	strayed  string
	response int64 // the status of the page itself
	dead     bool
}

// A frame is a document with our world in it.
type frame struct {
	session session
	url     string
	parent  string
	world   runtime.ExecutionContextID // 0: none yet
	unique  string
}

// A parent is where a target of another site is embedded.
type parent struct {
	session session // of the page around it
	frame   string
}

// Open opens a window of its own for a flow, with what was kept of an earlier
// visit. Nudge is called, and must not wait, when there may be something new.
func (b *Browser) Open(ctx context.Context, f flow.Flow, kept Kept, nudge func()) (*Page, error) {
	return b.opened(ctx, f, func(p *Page) { p.kept, p.nudge = kept, nudge })
}

// opened opens a window, as set has it.
func (b *Browser) opened(ctx context.Context, f flow.Flow, set func(*Page)) (*Page, error) {
	made, err := cdp.Call(ctx, b.root(), target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		return nil, err
	}
	p := &Page{
		browser: b, context: made.BrowserContextID, flow: f, nudge: func() {}, events: newMailbox(),
		frames: map[string]frame{}, targets: map[string]parent{}, shown: map[string]*shown{},
	}
	set(p)
	script, err := scriptOf(f, p.kept)
	if p.script = script + p.script; err == nil {
		err = p.open(ctx)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// open makes the window, and has it watched before it shows anything.
func (p *Page) open(ctx context.Context) error {
	root := p.browser.root()
	refuse := map[string]string{"behavior": "deny", "browserContextId": string(p.context)} //nolint:misspell // the protocol's
	if err := root.Call(ctx, browser.CommandSetDownloadBehavior, refuse, nil); err != nil {
		return err
	}
	if err := p.restore(ctx, p.kept); err != nil {
		return err
	}
	fresh := true
	made, err := cdp.Call(ctx, root, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: p.context, NewWindow: &fresh,
	})
	if err != nil {
		return err
	}
	flat := true
	attached, err := cdp.Call(ctx, root, target.AttachToTarget, target.AttachToTargetParams{TargetID: made.TargetID, Flatten: &flat})
	if err != nil {
		return err
	}
	p.top, p.target = session{p.browser.pipe, string(attached.SessionID)}, string(made.TargetID)
	p.handled.Go(func() { p.events.each(p.browser.Gone(), p.event) })
	return p.attach(ctx, p.top)
}

// attach has everything of a target watched, and lets it run.
func (p *Page) attach(ctx context.Context, s session) error {
	p.browser.pipe.handle(s.id, p.events.put)
	flat := true
	var failed error
	for _, err := range []error{
		call(ctx, s, cdppage.Enable, cdppage.EnableParams{}),
		call(ctx, s, network.Enable, network.EnableParams{}),
		call(ctx, s, dom.Enable, dom.EnableParams{}),
		call(ctx, s, inspector.Enable, cdp.Empty{}),
		call(ctx, s, runtime.Enable, cdp.Empty{}),
		call(ctx, s, runtime.AddBinding, runtime.AddBindingParams{Name: binding, ExecutionContextName: world}),
		call(ctx, s, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
			Source: p.script, WorldName: world,
		}),
		call(ctx, s, target.SetAutoAttach, target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &flat}),
		call(ctx, s, runtime.RunIfWaitingForDebugger, cdp.Empty{}),
	} {
		failed = errors.Join(failed, err)
	}
	return failed
}

// call calls a command and drops what it returns.
func call[P, R any](ctx context.Context, s session, c cdp.Command[P, R], params P) error {
	_, err := cdp.Call(ctx, s, c, params)
	return err
}

// run lets a worker go on, which has no document; its sockets are seen.
func (p *Page) run(ctx context.Context, s session) {
	p.browser.pipe.handle(s.id, p.events.put)
	_ = call(ctx, s, network.Enable, network.EnableParams{})
	_ = call(ctx, s, runtime.RunIfWaitingForDebugger, cdp.Empty{})
}

// Close ends the window, and all that the page has kept in the browser.
func (p *Page) Close() {
	p.mu.Lock()
	p.dead = true
	sessions := []string{p.top.id}
	for id := range p.targets {
		sessions = append(sessions, id)
	}
	p.mu.Unlock()
	p.browser.dispose(p.context)
	for _, id := range sessions {
		if id != "" {
			p.browser.pipe.handle(id, nil)
		}
	}
	p.events.close()
	p.handled.Wait()
}

// Gone reports whether the page has crashed, or was closed.
func (p *Page) Gone() bool {
	select {
	case <-p.browser.Gone():
		return true
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// A Door says how a page was reached. Its zero value says that it was not.
type Door struct {
	Code int64  // of HTTP; 0: there was no answer
	Text string // why there was none, as the browser has it, such as net::ERR_NAME_NOT_RESOLVED
}

// Navigate goes to an address, and returns once the document is there. The error is
// of the browser; that the address does not answer is in the Door.
func (p *Page) Navigate(ctx context.Context, url, host string) (Door, error) {
	p.mu.Lock()
	p.host, p.response = host, 0
	p.mu.Unlock()
	went, err := cdp.Call(ctx, p.top, cdppage.Navigate, cdppage.NavigateParams{URL: url})
	if err != nil {
		return Door{}, err
	}
	if went.ErrorText != "" {
		return Door{Text: went.ErrorText}, nil
	}
	// What came is told beside the answer to the command, sooner or later.
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = p.until(ctx, func() (bool, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.response != 0, nil
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	return Door{Code: p.response}, err
}

// Strayed returns the host that the page has gone to although it is not its own; none: it has not.
func (p *Page) Strayed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.strayed
}

// URL returns where the page is.
func (p *Page) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.frames[p.target].url
}

// scriptOf returns the script of every frame, with what it has to look for.
func scriptOf(f flow.Flow, kept Kept) (string, error) {
	spec, err := json.Marshal(specOf(f))
	if err != nil {
		return "", err
	}
	stored, err := json.Marshal(kept.Stores)
	if err != nil {
		return "", err
	}
	// A comment stands before the function.
	return fmt.Sprintf("(%s)(%s, %s)", strings.TrimSpace(ear), spec, stored), nil
}

// until asks ok again and again until it is true, ctx ends, or the page is gone.
func (p *Page) until(ctx context.Context, ok func() (bool, error)) error {
	for {
		done, err := ok()
		switch {
		case err != nil:
			return err
		case done:
			return nil
		case p.Gone():
			return ErrGone
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
