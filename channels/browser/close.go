package browser

import (
	"context"
	"errors"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/flow"
	"github.com/svartid/svartid/channels/browser/page"
)

// Close says words, if there are any, takes the steps that end the conversation, and
// forgets the visitor. Where the page says that the conversation is over, nothing is pressed any more.
func (c *Channel) Close(ctx context.Context, open channels.Conversation, words string) error {
	o := open.Opening
	var failed error
	if r := c.inside(o.ID); r != nil {
		_, f, err := c.there(o.Reach)
		if err == nil {
			w := walk{Channel: c, page: r.page, flow: f, opening: o}
			err = w.bye(ctx, words)
		}
		if err != nil {
			failed = fmt.Errorf("close %s: %w", o.Attempt, err)
		}
	}
	return errors.Join(failed, c.exit(o.ID, o.Attempt))
}

// bye says the last words and takes the last steps.
func (w *walk) bye(ctx context.Context, words string) error {
	seen, err := w.page.Look(ctx)
	if err != nil {
		return err
	}
	if state, _ := seen.State(); state != "" {
		return nil
	}
	if words != "" {
		last := *w
		last.opening.Body = words
		press, err := last.written(ctx)
		if err == nil {
			err = press(ctx)
		}
		if err != nil {
			return fmt.Errorf("last words: %w", err)
		}
	}
	for i, s := range w.flow.Finish {
		if err := w.step(ctx, s); err != nil {
			return fmt.Errorf("finish[%d]: %w", i, err)
		}
	}
	return nil
}

// Flow returns the name of the flow by which a reach is got to; empty if it is none of ours.
func (c *Channel) Flow(reach string) string { return c.places[reach].Flow }

// Locate opens a company's page and takes the steps of its flow of which the company sees
// nothing. It returns nil if the next element is there.
func (c *Channel) Locate(ctx context.Context, reach string) error {
	place, f, err := c.there(reach)
	if err != nil {
		return err
	}
	done, err := c.queue(ctx)
	if err != nil {
		return err
	}
	defer done()
	p, err := c.window(ctx, place, page.Kept{})
	if err != nil {
		return err
	}
	defer p.Close()
	w := walk{Channel: c, page: p, flow: f}
	for i, s := range f.Open[:f.Quiet()] {
		if err := w.step(ctx, s); err != nil {
			return fmt.Errorf("open[%d]: %w", i, err)
		}
	}
	if f.Quiet() == len(f.Open) {
		return w.ready(ctx)
	}
	next := f.Open[f.Quiet()]
	if err := w.step(ctx, flow.Step{Do: flow.Wait, At: next.At, Within: next.Within}); err != nil && !next.Optional {
		return fmt.Errorf("open[%d]: %w", f.Quiet(), err)
	}
	return nil
}
