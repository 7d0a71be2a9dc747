package page

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"github.com/svartid/svartid/channels/browser/flow"
)

// A spec is what the script has to look for.
type spec struct {
	Heard  heardSpec             `json:"heard"`
	States map[string][]findSpec `json:"states"`
}

type heardSpec struct {
	Item   findSpec            `json:"item"`
	Text   *findSpec           `json:"text,omitempty"`
	Mine   findSpec            `json:"mine"`
	Who    map[string]findSpec `json:"who,omitempty"`
	Failed *findSpec           `json:"failed,omitempty"`
}

type findSpec struct {
	Role  string `json:"role,omitempty"`
	Name  string `json:"name,omitempty"`
	Text  string `json:"text,omitempty"`
	Label string `json:"label,omitempty"`
	Test  string `json:"test,omitempty"`
	CSS   string `json:"css,omitempty"`
}

func findOf(f flow.Find) findSpec {
	return findSpec{Role: f.Role, Name: f.Name, Text: f.Text, Label: f.Label, Test: f.Test, CSS: f.CSS}
}

func specOf(f flow.Flow) spec {
	s := spec{
		Heard:  heardSpec{Item: findOf(f.Heard.Item), Mine: findOf(f.Heard.Mine), Who: map[string]findSpec{}},
		States: map[string][]findSpec{},
	}
	if !f.Heard.Text.IsZero() {
		text := findOf(f.Heard.Text)
		s.Heard.Text = &text
	}
	if !f.Heard.Failed.IsZero() {
		failed := findOf(f.Heard.Failed)
		s.Heard.Failed = &failed
	}
	for author, find := range f.Heard.Who {
		s.Heard.Who[author] = findOf(find)
	}
	for state, finds := range f.States {
		for _, find := range finds {
			s.States[string(state)] = append(s.States[string(state)], findOf(find))
		}
	}
	return s
}

// A Line is one message as the page shows it.
type Line struct {
	Author string    // mine, bot, human or acknowledgement; empty: the page does not say
	Text   string    // its words
	HTML   string    // its element
	At     time.Time // when its words were last seen to change, by the page's clock
	Polled bool      // it was found by looking, and no change told of it
	Gone   bool      // it is not shown any more
}

// A Sight is what a page shows, in all its frames.
type Sight struct {
	At     time.Time     // of the look, by the page's clock: all before it is here but for the lag
	Lag    time.Duration // how late the page has run in the last two seconds
	Lines  []Line        // in order; what is gone stands before what is shown
	States map[flow.State]string
	Failed bool // the page says that a message of ours was not sent
}

// State returns the first state that ends a flow, with the page's words; "" if none does.
func (s Sight) State() (state flow.State, words string) {
	for _, state := range flow.States() {
		if words, there := s.States[state]; there && state.Ends() {
			return state, words
		}
	}
	return "", ""
}

// A record is a message as the script keeps it.
type record struct {
	N       int     `json:"n"`
	Author  string  `json:"author"`
	Text    string  `json:"text"`
	HTML    string  `json:"html"`
	At      float64 `json:"at"`
	By      string  `json:"by"`
	Left    float64 `json:"left"` // when its element was taken away; 0: it is shown
	Version int     `json:"version"`
}

// A look is what one world tells.
type look struct {
	Now       float64           `json:"now"`
	Lag       float64           `json:"lag"`
	Version   int               `json:"version"`
	Order     []int             `json:"order"`
	Changed   []record          `json:"changed"`
	States    map[string]string `json:"states"`
	Failed    bool              `json:"failed"`
	Mysteries int               `json:"mysteries"`
}

// Shown is what one world has told by now.
type shown struct {
	version int
	records map[int]record
	order   []int
	began   int // the how manieth world of the page
}

// Look looks at every frame. The error wraps ErrGone if the page has crashed.
func (p *Page) Look(ctx context.Context) (seen Sight, err error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = p.until(within, func() (bool, error) { // between two documents there is nothing to see
		seen, err = p.look(ctx)
		return !seen.At.IsZero(), err
	})
	if err != nil {
		return seen, fmt.Errorf("look: %w", err)
	}
	seen.Lines = p.lines()
	return seen, nil
}

func (p *Page) look(ctx context.Context) (Sight, error) {
	s := Sight{States: map[flow.State]string{}}
	for _, f := range p.worlds() {
		l, err := p.lookAt(ctx, f)
		if err == nil && l.Mysteries > 0 {
			if p.pierce(ctx, f.session) == nil {
				l, err = p.lookAt(ctx, f)
			}
		}
		if err != nil {
			if p.Gone() || ctx.Err() != nil {
				return s, errors.Join(ErrGone, err)
			}
			continue // the frame has gone to another document meanwhile
		}
		s.add(l)
	}
	if p.Gone() {
		return s, ErrGone
	}
	return s, nil
}

// add takes in what one frame tells.
func (s *Sight) add(l look) {
	if at := moment(l.Now); s.At.IsZero() || at.Before(s.At) {
		s.At = at
	}
	s.Lag = max(s.Lag, time.Duration(l.Lag*float64(time.Millisecond)))
	s.Failed = s.Failed || l.Failed
	for state, words := range l.States {
		s.States[flow.State(state)] = words
	}
}

// moment returns a time of the page's clock, which counts milliseconds since 1970.
func moment(ms float64) time.Time { return time.UnixMicro(int64(ms * 1000)) }

// worlds returns the frames with our world, those around others first.
func (p *Page) worlds() (all []frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.frames {
		if f.world != 0 {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b frame) int {
		return cmp.Or(len(a.parent)-len(b.parent), cmp.Compare(a.unique, b.unique))
	})
	return all
}

// lookAt has one world tell what has changed.
func (p *Page) lookAt(ctx context.Context, f frame) (l look, err error) {
	p.mu.Lock()
	known := p.shown[f.unique]
	if known == nil {
		known = &shown{records: map[int]record{}, began: len(p.shown)}
		p.shown[f.unique] = known
	}
	since := known.version
	p.mu.Unlock()
	if err = evaluate(ctx, f, fmt.Sprintf("svartid.look(%d)", since), &l); err != nil {
		return l, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range l.Changed {
		known.records[r.N] = r
	}
	known.version, known.order = max(known.version, l.Version), l.Order
	return l, nil
}

// evaluate has an expression of ours evaluated in our world of a frame.
func evaluate(ctx context.Context, f frame, expression string, into any) error {
	byValue := true
	got, err := runtimeEvaluate(ctx, f, expression, &byValue)
	if err != nil {
		return err
	}
	return json.Unmarshal(got.Value, into)
}

// object returns the name of what an expression of ours is in a frame; empty: nothing.
func object(ctx context.Context, f frame, expression string) (runtime.RemoteObjectID, error) {
	got, err := runtimeEvaluate(ctx, f, expression, nil)
	if err != nil || got.Subtype == "null" {
		return "", err
	}
	return got.ObjectID, nil
}

// errScript says that our own script has failed.
var errScript = errors.New("our script failed")

// patience is how long a page may take to answer our script.
const patience = 10 * time.Second

func runtimeEvaluate(ctx context.Context, f frame, expression string, byValue *bool) (*runtime.RemoteObject, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var got runtime.EvaluateResult
	err := f.session.Call(ctx, runtime.CommandEvaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: f.world, ReturnByValue: byValue,
	}, &got)
	if err != nil {
		return nil, err
	}
	if got.ExceptionDetails != nil || got.Result == nil {
		return nil, fmt.Errorf("%w: %s", errScript, details(got.ExceptionDetails))
	}
	return got.Result, nil
}

func details(e *runtime.ExceptionDetails) string {
	if e == nil {
		return "it returned nothing"
	}
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text
}

// pierce hands closed shadow roots to the script.
func (p *Page) pierce(ctx context.Context, s session) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var got struct {
		Root node `json:"root"`
	}
	if err := s.Call(ctx, dom.CommandGetDocument, map[string]any{"depth": -1, "pierce": true}, &got); err != nil {
		return err
	}
	p.mu.Lock()
	top := p.target
	if t, framed := p.targets[s.id]; framed {
		top = t.frame
	}
	p.mu.Unlock()
	var failed error
	got.Root.closed(top, func(frameID string, backend int64) {
		failed = errors.Join(failed, p.adopt(ctx, s, frameID, backend))
	})
	// Else every change of the tree would be told to us from now on.
	return errors.Join(failed, call(ctx, s, dom.Disable, struct{}{}), call(ctx, s, dom.Enable, dom.EnableParams{}))
}

// A node is what is needed of the debugger's tree.
type node struct {
	Backend  int64  `json:"backendNodeId"`
	FrameID  string `json:"frameId"`
	RootType string `json:"shadowRootType"`
	Children []node `json:"children"`
	Shadows  []node `json:"shadowRoots"`
	Document *node  `json:"contentDocument"`
}

// closed calls f for each closed shadow root, with its frame.
func (n node) closed(frameID string, f func(frameID string, backend int64)) {
	for _, s := range n.Shadows {
		if s.RootType == "closed" {
			f(frameID, s.Backend)
		}
		s.closed(frameID, f)
	}
	for _, c := range n.Children {
		c.closed(frameID, f)
	}
	if n.Document != nil {
		n.Document.closed(n.FrameID, f)
	}
}

// adopt hands one root to the script of its frame.
func (p *Page) adopt(ctx context.Context, s session, frameID string, backend int64) error {
	p.mu.Lock()
	f := p.frames[frameID]
	p.mu.Unlock()
	if f.world == 0 {
		return nil
	}
	var got struct {
		Object runtime.RemoteObject `json:"object"`
	}
	in := map[string]any{"backendNodeId": backend, "executionContextId": f.world}
	if err := s.Call(ctx, dom.CommandResolveNode, in, &got); err != nil {
		return err
	}
	return s.Call(ctx, runtime.CommandCallFunctionOn, map[string]any{
		"objectId": got.Object.ObjectID, "functionDeclaration": "function() { svartid.adopt(this) }",
	}, nil)
}
