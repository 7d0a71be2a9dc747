package page

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// An event is what any of the events that are listened to may hold.
type event struct {
	Frame struct {
		ID       string `json:"id"`
		ParentID string `json:"parentId"`
		URL      string `json:"url"`
	} `json:"frame"`
	FrameID string `json:"frameId"`
	Reason  string `json:"reason"`
	Context struct {
		ID       int64  `json:"id"`
		Name     string `json:"name"`
		UniqueID string `json:"uniqueId"`
		AuxData  struct {
			FrameID string `json:"frameId"`
		} `json:"auxData"`
	} `json:"context"`
	Unique     string `json:"executionContextUniqueId"`
	Name       string `json:"name"`
	Payload    string `json:"payload"`
	ContextID  int64  `json:"executionContextId"`
	SessionID  string `json:"sessionId"`
	TargetInfo struct {
		TargetID string `json:"targetId"`
		Type     string `json:"type"`
	} `json:"targetInfo"`
}

// event takes in what the browser tells of one of the page's targets.
func (p *Page) event(m message) {
	if strings.HasPrefix(m.Method, "Network.") {
		p.network(m)
		return
	}
	var e event
	if json.Unmarshal(m.Params, &e) != nil {
		return
	}
	at := session{p.browser.pipe, m.Session}
	switch m.Method {
	case "Target.attachedToTarget":
		p.attached(at, e)
	case "Target.detachedFromTarget":
		p.detached(e.SessionID)
	case "Inspector.targetCrashed":
		p.crashed()
	case "Page.javascriptDialogOpening":
		p.aside(func(ctx context.Context) { // the page waits for it
			_ = call(ctx, at, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{})
		})
	default:
		p.document(at, m.Method, e)
	}
}

// document takes in what becomes of documents, and of our world in them.
func (p *Page) document(at session, method string, e event) {
	switch method {
	case "Page.frameNavigated":
		p.navigated(at, e)
	case "Page.frameDetached":
		p.removed(e)
	case "Runtime.executionContextCreated":
		p.begun(at, e)
	case "Runtime.executionContextDestroyed":
		p.over(func(f frame) bool { return f.unique == e.Unique })
	case "Runtime.executionContextsCleared":
		p.over(func(f frame) bool { return f.session == at })
	case "Runtime.bindingCalled":
		if e.Name == binding && e.Payload != "" {
			p.acted(e.Payload, p.place(at, e.ContextID))
		} else if e.Name == binding {
			p.nudge()
		}
	}
}

// attached watches a frame of another site, or a worker.
func (p *Page) attached(around session, e event) {
	child := session{p.browser.pipe, e.SessionID}
	framed := e.TargetInfo.Type == "iframe"
	if framed {
		p.mu.Lock()
		p.targets[child.id] = parent{session: around, frame: e.TargetInfo.TargetID}
		p.mu.Unlock()
	}
	p.browser.pipe.handle(child.id, p.events.put)
	p.handled.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), setUp)
		defer cancel()
		if framed {
			_ = p.attach(ctx, child) // it may be gone again
			return
		}
		p.run(ctx, child)
	})
}

func (p *Page) detached(id string) {
	p.browser.pipe.handle(id, nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.targets, id)
	for name, f := range p.frames {
		if f.session.id == id {
			delete(p.frames, name)
		}
	}
	if id == p.top.id {
		p.dead = true
	}
}

// navigated notes which document a frame shows, and that the page is still where it may be.
func (p *Page) navigated(at session, e event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.frames[e.Frame.ID]
	if f.session != at {
		f = frame{session: at}
	}
	f.url, f.parent = e.Frame.URL, e.Frame.ParentID
	p.frames[e.Frame.ID] = f
	if e.Frame.ID != p.target || p.host == "" {
		return
	}
	u, err := url.Parse(e.Frame.URL)
	if err == nil && strings.HasPrefix(u.Scheme, "http") && !sameHouse(u.Hostname(), p.host) {
		p.strayed = u.Hostname()
	}
}

// sameHouse reports whether a host is the one, or lies below it; www. is none of its own.
func sameHouse(host, want string) bool {
	want = strings.TrimPrefix(strings.ToLower(want), "www.")
	host = strings.ToLower(host)
	return host == want || strings.HasSuffix(host, "."+want)
}

func (p *Page) removed(e event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Reason != "swap" { // it moves to a process of its own
		delete(p.frames, e.FrameID)
	}
}

// begun notes our world in a frame.
func (p *Page) begun(at session, e event) {
	if e.Context.Name != world {
		return
	}
	p.mu.Lock()
	f := p.frames[e.Context.AuxData.FrameID]
	if f.session != at {
		f = frame{session: at, parent: f.parent, url: f.url}
	}
	f.world, f.unique = runtime.ExecutionContextID(e.Context.ID), e.Context.UniqueID
	p.frames[e.Context.AuxData.FrameID] = f
	p.mu.Unlock()
	p.nudge()
}

// over forgets worlds that have ended, and keeps what they have said.
func (p *Page) over(ended func(frame) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, f := range p.frames {
		if ended(f) {
			f.world, f.unique = 0, ""
			p.frames[name] = f
		}
	}
}

// place returns by which part of its address a frame is named; empty: it is the page itself.
func (p *Page) place(at session, world int64) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, f := range p.frames {
		if f.session == at && int64(f.world) == world && id != p.target {
			if u, err := url.Parse(f.url); err == nil {
				return u.Path
			}
		}
	}
	return ""
}

func (p *Page) crashed() {
	p.mu.Lock()
	p.dead = true
	p.mu.Unlock()
	p.nudge()
}
