package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/browser/page"
)

// Open walks the flow of o's page and asks leave before the first step that the
// company sees. The error wraps ErrRefused if the chat is closed to us, or is not as the flow has it, and ErrUnsure
// if something went wrong once the message was to leave.
func (c *Channel) Open(ctx context.Context, o channels.Opening, leave channels.Leave) (channels.Receipt, error) {
	if o.ID == "" {
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, &channels.Refusal{Text: "it is not prepared", Ours: true})
	}
	place, f, err := c.there(o.Reach)
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, err)
	}
	if !c.room() {
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, errFull)
	}
	done, err := c.queue(ctx)
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, err)
	}
	defer done()
	p, err := c.window(ctx, place, page.Kept{})
	if err != nil {
		return channels.Receipt{}, fmt.Errorf("open %s: %w", o.Attempt, err)
	}
	w := walk{Channel: c, page: p, flow: f, opening: o, leave: leave}
	receipt, err := w.through(ctx)
	picture := screen(ctx, p)
	if err != nil {
		p.Close()
		return receipt, fmt.Errorf("open %s: %w", o.Attempt, &channels.SeenError{Err: err, Picture: picture})
	}
	receipt.Picture = picture
	c.enter(&room{page: p, place: place, opening: o, began: w.began})
	return receipt, nil
}

// screen returns what is on the screen, as WebP; nil if that cannot be had any more.
func screen(ctx context.Context, p *page.Page) []byte {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), picturing)
	defer cancel()
	picture, err := p.Picture(ctx)
	if err != nil {
		return nil // what became of the opener is known without it
	}
	return picture
}

// picturing is how long a picture may take.
const picturing = 3 * time.Second

// A walk is one walk through a flow.
type walk struct {
	*Channel
	page    *page.Page
	flow    flow.Flow
	opening channels.Opening
	leave   channels.Leave
	began   time.Time   // of the first step that the company saw; zero: none yet
	skipped []flow.Step // banners that had not come when it was their turn
}

// through walks the whole way.
func (w *walk) through(ctx context.Context) (channels.Receipt, error) {
	for i, s := range w.flow.Open {
		if i == w.flow.Quiet() {
			if err := w.depart(ctx); err != nil {
				return channels.Receipt{}, err
			}
		}
		if err := w.step(ctx, s); err != nil {
			return channels.Receipt{}, fmt.Errorf("open[%d]: %w", i, err)
		}
	}
	if err := w.ready(ctx); err != nil {
		return channels.Receipt{}, err
	}
	return w.send(ctx)
}

// depart keeps the session and asks leave, once.
func (w *walk) depart(ctx context.Context) error {
	if !w.began.IsZero() {
		return nil
	}
	if err := w.keep(ctx); err != nil {
		return err
	}
	if err := w.leave(ctx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w.began = w.clock()
	return nil
}

// keep makes the session durable.
func (w *walk) keep(ctx context.Context) error {
	kept, err := w.page.Keep(ctx)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	began := w.began
	if began.IsZero() {
		began = w.clock()
	}
	text, err := json.Marshal(stay{began, kept})
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return w.keeper.Put(w.opening.Attempt, text)
}

// clear looks whether the page shows what ends a flow.
func (w *walk) clear(ctx context.Context) error {
	if host := w.page.Strayed(); host != "" {
		return broken("at "+host, errStrayed)
	}
	seen, err := w.page.Look(ctx)
	if err != nil {
		return fmt.Errorf("look: %w", err)
	}
	if state, words := seen.State(); state != "" {
		return fmt.Errorf("the page shows %s: %w", state, ended(state, words))
	}
	return nil
}

// step takes one step.
func (w *walk) step(ctx context.Context, s flow.Step) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	err := w.act(ctx, s)
	if errors.Is(err, page.ErrCovered) && w.uncover(ctx) {
		err = w.act(ctx, s)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case s.Optional && errors.Is(err, page.ErrMissing):
		if s.Do == flow.Accept {
			w.skipped = append(w.skipped, s)
		}
		return nil
	}
	// What was not found may be so because of what the page shows instead.
	if said := w.clear(ctx); said != nil {
		return said
	}
	return broken(fmt.Sprintf("%s %s", s.Do, s.At), err)
}

// uncover clicks away the banners that have come late, and reports whether there were any.
func (w *walk) uncover(ctx context.Context) (any bool) {
	for _, s := range w.skipped {
		any = w.act(ctx, s) == nil || any
	}
	w.skipped = nil
	return any
}

// act does what a step says. What may be missing is waited for as long as the step says; once it is
// there it has the time that any element has to stand still.
func (w *walk) act(ctx context.Context, s flow.Step) error {
	within, cancel := context.WithTimeout(ctx, s.Within)
	defer cancel()
	if s.Do == flow.Wait {
		return w.page.Wait(within, s.At)
	}
	if s.Optional {
		if err := w.page.Wait(within, s.At); err != nil {
			return err
		}
		within, cancel = context.WithTimeout(ctx, max(s.Within, flow.DefaultWithin))
		defer cancel()
	}
	aim, err := w.page.Aim(within, s.At)
	if err != nil {
		return err
	}
	ctx, end := context.WithTimeout(ctx, acting)
	defer end()
	words := flow.Words{"name": w.opening.Persona.Name, "email": mailbox(w.opening)}
	switch s.Do {
	case flow.Fill:
		return aim.Fill(ctx, s.Said(words))
	case flow.Choose:
		return aim.Choose(ctx, s.Said(words))
	}
	return aim.Click(ctx)
}

// ready waits until a message would leave.
func (w *walk) ready(ctx context.Context) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, 2*flow.DefaultWithin)
	defer cancel()
	var err error
	if !w.flow.Ready.Find.IsZero() {
		err = w.page.Wait(within, w.flow.Ready.Find)
	}
	for err == nil && w.flow.Ready.Socket && !w.page.Socket() {
		select {
		case <-within.Done():
			err = errUnconnected
		case <-time.After(20 * time.Millisecond):
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if said := w.clear(ctx); said != nil {
		return said
	}
	if errors.Is(err, errUnconnected) {
		no := channels.Refusal{Step: channels.StepDoor, Sign: channels.SignUnreachable, Text: err.Error()}
		return &channels.Deferral{No: no, Err: fmt.Errorf("ready: %w", err)}
	}
	return broken("ready", err)
}

// errUnconnected says that a chat is drawn and does not reach its server.
var errUnconnected = errors.New("the page has opened no socket to its chat")

// acting is how long the browser may take to carry out one act.
const acting = 30 * time.Second

// mailbox returns the address that a form is given.
func mailbox(o channels.Opening) string { return o.Persona.Address }
