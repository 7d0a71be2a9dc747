package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/browser/page"
)

// send writes the message, and sends it by one command. Every error after that
// is unsure.
func (w *walk) send(ctx context.Context) (channels.Receipt, error) {
	if err := w.depart(ctx); err != nil { // no step before was seen
		return channels.Receipt{}, err
	}
	press, err := w.written(ctx)
	if err != nil {
		if ctx.Err() == nil {
			if said := w.clear(ctx); said != nil {
				return channels.Receipt{}, said
			}
		}
		return channels.Receipt{}, broken("message", err)
	}
	if err := w.clear(ctx); err != nil {
		return channels.Receipt{}, err
	}
	if err := w.keep(ctx); err != nil {
		return channels.Receipt{}, err
	}
	since := time.Now()
	if err := press(ctx); err != nil {
		return channels.Receipt{}, fmt.Errorf("send: %w: %w", channels.ErrUnsure, err)
	}
	return w.confirm(ctx, since)
}

// written writes the message into its field, and returns what sends it.
func (w *walk) written(ctx context.Context) (press func(context.Context) error, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*confirm)
	defer cancel()
	field, err := w.page.Aim(ctx, w.flow.Message)
	if err != nil {
		return nil, err
	}
	if err := field.Fill(ctx, w.opening.Body); err != nil {
		return nil, err
	}
	if w.flow.Send.Enter {
		return w.page.Enter, nil
	}
	button, err := w.page.Aim(ctx, w.flow.Send.Button)
	return button.Click, err
}

// confirm waits until our own message is drawn, and has left with its words.
func (w *walk) confirm(ctx context.Context, since time.Time) (channels.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, confirm)
	defer cancel()
	for {
		seen, err := w.page.Look(ctx)
		if err != nil {
			return channels.Receipt{}, fmt.Errorf("confirm: %w: %w", channels.ErrUnsure, err)
		}
		drawn, own := ours(seen, w.opening.Body)
		fate, left := w.page.Became(w.opening.Body, since)
		switch {
		case seen.Failed:
			return channels.Receipt{}, fmt.Errorf("confirm: %w: the page says that it was not sent", channels.ErrUnsure)
		case fate == page.Dropped:
			return channels.Receipt{}, fmt.Errorf("confirm: %w: its connection was dropped", channels.ErrUnsure)
		case own && (fate == page.Taken || fate == page.Leaves && w.page.Socket() && time.Since(left) > stands):
			return channels.Receipt{
				At: w.began, Precision: seen.Lag, Response: "drawn " + drawn.At.UTC().Format("15:04:05.000") + ", " + string(fate),
			}, nil
		}
		select {
		case <-ctx.Done():
			return channels.Receipt{}, fmt.Errorf("confirm: %w: own message drawn: %t, on the wire: %q", channels.ErrUnsure, own, fate)
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// ours returns our own line with a text.
func ours(seen page.Sight, text string) (page.Line, bool) {
	for _, l := range seen.Lines {
		if isOurs(l, text) {
			return l, true
		}
	}
	return page.Line{}, false
}

// isOurs reports whether a line is our own with a text, with what the widget puts
// around it.
func isOurs(l page.Line, text string) bool {
	return l.Author == "mine" && strings.Contains(page.Plain(l.Text), page.Plain(text))
}
