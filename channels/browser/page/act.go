package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"

	"github.com/svartid/svartid/channels/browser/flow"
)

// What keeps a step from being taken.
var (
	ErrMissing   = errors.New("no such element is to be seen")
	ErrAmbiguous = errors.New("more than one element fits")
	ErrCovered   = errors.New("something lies over the element")
	ErrWritten   = errors.New("the field does not hold what was written")
)

// An element is one that was found.
type element struct {
	frame frame
	id    runtime.RemoteObjectID
}

// Count returns how many visible elements fit, in all frames.
func (p *Page) Count(ctx context.Context, f flow.Find) (int, error) {
	places, err := p.places(ctx, f)
	total := 0
	for _, n := range places {
		total += n.count
	}
	return total, err
}

type place struct {
	frame frame
	count int
}

// places returns the frames in which something fits. Where nothing does, closed shadow
// roots are looked for once.
func (p *Page) places(ctx context.Context, f flow.Find) ([]place, error) {
	found, err := p.search(ctx, f)
	if err != nil || len(found) > 0 {
		return found, err
	}
	seen := map[string]bool{}
	for _, w := range p.worlds() {
		if !seen[w.session.id] {
			seen[w.session.id] = true
			_ = p.pierce(ctx, w.session) // it may be gone meanwhile
		}
	}
	return p.search(ctx, f)
}

func (p *Page) search(ctx context.Context, f flow.Find) (found []place, err error) {
	wanted, err := json.Marshal(findOf(f))
	if err != nil {
		return nil, err
	}
	for _, w := range p.worlds() {
		if f.Frame != "" && !strings.Contains(w.url, f.Frame) {
			continue
		}
		n := 0
		if err := evaluate(ctx, w, fmt.Sprintf("svartid.count(%s)", wanted), &n); err != nil {
			if p.Gone() || ctx.Err() != nil {
				return nil, errors.Join(ErrGone, err)
			}
			continue
		}
		if n > 0 {
			found = append(found, place{w, n})
		}
	}
	return found, nil
}

// find returns the one element that fits.
func (p *Page) find(ctx context.Context, f flow.Find) (element, error) {
	found, err := p.places(ctx, f)
	switch {
	case err != nil:
		return element{}, err
	case len(found) == 0:
		return element{}, fmt.Errorf("%w: %s", ErrMissing, f)
	case len(found) > 1 || found[0].count > 1:
		return element{}, fmt.Errorf("%w: %s", ErrAmbiguous, f)
	}
	wanted, err := json.Marshal(findOf(f))
	if err != nil {
		return element{}, err
	}
	id, err := object(ctx, found[0].frame, fmt.Sprintf("svartid.seen(%s)[0] ?? null", wanted))
	if err == nil && id == "" {
		err = fmt.Errorf("%w: %s", ErrMissing, f)
	}
	return element{found[0].frame, id}, err
}

// on calls a function of ours with an element as its this.
func (e element) on(ctx context.Context, function string, into any, args ...any) error {
	wrapped := []map[string]any{}
	for _, a := range args {
		wrapped = append(wrapped, map[string]any{"value": a})
	}
	var got runtime.EvaluateResult
	err := e.frame.session.Call(ctx, runtime.CommandCallFunctionOn, map[string]any{
		"objectId": e.id, "functionDeclaration": function, "returnByValue": true, "arguments": wrapped,
	}, &got)
	switch {
	case err != nil:
		return err
	case got.ExceptionDetails != nil:
		return fmt.Errorf("%w: %s", errScript, details(got.ExceptionDetails))
	case into == nil || got.Result == nil || len(got.Result.Value) == 0:
		return nil
	}
	return json.Unmarshal(got.Result.Value, into)
}

// A spot is a point of the window.
type spot struct{ x, y float64 }

func (s spot) far(from spot) bool { return math.Hypot(s.x-from.x, s.y-from.y) > 1 }

// spot returns the middle of an element in the window.
func (p *Page) spot(ctx context.Context, e element) (spot, error) {
	var got struct {
		Quads [][]float64 `json:"quads"`
	}
	if err := e.frame.session.Call(ctx, dom.CommandGetContentQuads, map[string]any{"objectId": e.id}, &got); err != nil {
		return spot{}, err
	}
	if len(got.Quads) == 0 || len(got.Quads[0]) < 8 {
		return spot{}, ErrMissing
	}
	q := got.Quads[0]
	at := spot{(q[0] + q[2] + q[4] + q[6]) / 4, (q[1] + q[3] + q[5] + q[7]) / 4}
	return p.outwards(ctx, e.frame.session, at)
}

// outwards turns a point in a frame of another site into one of the window.
func (p *Page) outwards(ctx context.Context, s session, at spot) (spot, error) {
	for range 10 {
		p.mu.Lock()
		around, framed := p.targets[s.id]
		p.mu.Unlock()
		if !framed {
			return at, nil
		}
		var owner struct {
			Backend int64 `json:"backendNodeId"`
		}
		if err := around.session.Call(ctx, dom.CommandGetFrameOwner, map[string]string{"frameId": around.frame}, &owner); err != nil {
			return at, err
		}
		var box struct {
			Model struct {
				Content []float64 `json:"content"`
			} `json:"model"`
		}
		if err := around.session.Call(ctx, dom.CommandGetBoxModel, map[string]int64{"backendNodeId": owner.Backend}, &box); err != nil {
			return at, err
		}
		if len(box.Model.Content) < 2 {
			return at, ErrMissing
		}
		at.x, at.y, s = at.x+box.Model.Content[0], at.y+box.Model.Content[1], around.session
	}
	return at, ErrMissing
}

// aim waits for the one element that fits to stand still with nothing over it.
func (p *Page) aim(ctx context.Context, f flow.Find) (e element, at spot, err error) {
	why := fmt.Errorf("%w: %s", ErrMissing, f)
	err = p.until(ctx, func() (bool, error) {
		e, at, err = p.still(ctx, f)
		if err == nil || p.Gone() {
			return err == nil, nil
		}
		if ctx.Err() == nil {
			why = err
		}
		return false, nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = why
	}
	return e, at, err
}

// still returns the element and where it is, if it does not move.
func (p *Page) still(ctx context.Context, f flow.Find) (e element, at spot, err error) {
	if e, err = p.find(ctx, f); err != nil {
		return e, at, err
	}
	if err = e.frame.session.Call(ctx, dom.CommandScrollIntoViewIfNeeded, map[string]any{"objectId": e.id}, nil); err != nil {
		return e, at, err
	}
	if at, err = p.spot(ctx, e); err != nil {
		return e, at, err
	}
	time.Sleep(60 * time.Millisecond)
	again, err := p.spot(ctx, e)
	if err != nil {
		return e, at, err
	}
	covered := false
	if err = e.on(ctx, "function() { return svartid.covered(this) }", &covered); err != nil {
		return e, at, err
	}
	switch {
	case again.far(at):
		return e, at, fmt.Errorf("%w: it moves: %s", ErrCovered, f)
	case covered:
		return e, at, fmt.Errorf("%w: %s", ErrCovered, f)
	}
	return e, at, nil
}

// Aim is an element that was found, and is not yet acted on.
type Aim struct {
	page    *Page
	element element
	at      spot
}

// Aim waits for the one element that fits to stand still with nothing over it. The error
// wraps ErrMissing, ErrAmbiguous or ErrCovered if it does not before ctx ends.
func (p *Page) Aim(ctx context.Context, f flow.Find) (Aim, error) {
	e, at, err := p.aim(ctx, f)
	return Aim{p, e, at}, err
}

// Click presses the left button of the mouse on it, once.
func (a Aim) Click(ctx context.Context) error {
	for _, step := range []input.DispatchMouseEventParams{
		{Type: input.DispatchMouseEventTypeMouseMoved},
		{Type: input.DispatchMouseEventTypeMousePressed, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1},
		{Type: input.DispatchMouseEventTypeMouseReleased, Button: input.MouseButtonLeft, ClickCount: 1},
	} {
		step.X, step.Y = a.at.x, a.at.y
		if err := call(ctx, a.page.top, input.DispatchMouseEvent, step); err != nil {
			return err
		}
	}
	return nil
}

// Fill writes a text into it in place of what it holds, and reads it back. The error wraps
// ErrWritten if it does not hold the text.
func (a Aim) Fill(ctx context.Context, text string) error {
	if err := a.Click(ctx); err != nil {
		return err
	}
	if err := a.element.on(ctx, "function() { svartid.clear(this) }", nil); err != nil {
		return err
	}
	if err := call(ctx, a.page.top, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		return err
	}
	holds := ""
	if err := a.element.on(ctx, "function() { return svartid.valueOf(this) }", &holds); err != nil {
		return err
	}
	if Plain(holds) != Plain(text) {
		return ErrWritten
	}
	return nil
}

// Choose takes the option of a list that has these words.
func (a Aim) Choose(ctx context.Context, words string) error {
	chosen := false
	if err := a.element.on(ctx, "function(words) { return svartid.choose(this, words) }", &chosen, words); err != nil {
		return err
	}
	if !chosen {
		return fmt.Errorf("%w: an option %q", ErrMissing, words)
	}
	return nil
}

// Holds returns what it holds.
func (a Aim) Holds(ctx context.Context) (text string, err error) {
	err = a.element.on(ctx, "function() { return svartid.valueOf(this) }", &text)
	return text, err
}

// Enter presses the key Enter, once, where the last text was written.
func (p *Page) Enter(ctx context.Context) error {
	key := input.DispatchKeyEventParams{
		Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
	}
	down, up := key, key
	down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, "\r", "\r"
	up.Type = input.DispatchKeyEventTypeKeyUp
	if err := call(ctx, p.top, input.DispatchKeyEvent, down); err != nil {
		return err
	}
	return call(ctx, p.top, input.DispatchKeyEvent, up)
}

// Wait waits until something fits. The error wraps ErrMissing if nothing does before
// ctx ends.
func (p *Page) Wait(ctx context.Context, f flow.Find) error {
	err := p.until(ctx, func() (bool, error) {
		n, err := p.Count(ctx, f)
		if err != nil && !p.Gone() && ctx.Err() != nil {
			return false, nil
		}
		return n > 0, err
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s", ErrMissing, f)
	}
	return err
}

// Plain returns a text with each run of spaces as one.
func Plain(text string) string { return strings.Join(strings.Fields(text), " ") }
