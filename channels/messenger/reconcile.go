package messenger

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

const (
	// mostAtOnce is how many pages are asked side by side.
	mostAtOnce = 8
	// longestUnsure is how long a page that does not answer is given before
	// what could have happened on it is told as a gap.
	longestUnsure = 15 * time.Minute
)

// A PageState is how a page stands with us, for people to see.
type PageState struct {
	Page     string
	Good     time.Time // when it was last sure that we hear it; zero = never
	Looked   time.Time // when it was last asked; zero = it is timed by taps
	Trouble  string    // what is wrong; empty = nothing
	Since    time.Time // since when
	Personas []string  // who is enrolled
}

// Pages returns how every page stands, by its number.
func (c *Channel) Pages() []PageState {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []PageState
	for _, page := range slices.Sorted(maps.Keys(c.pages)) {
		state := c.states[page]
		state.Page, state.Personas = page, c.roll.personas(page)
		all = append(all, state)
	}
	return all
}

// reconcile asks every page again and again, and offers what it learns, until
// ctx ends.
func (c *Channel) reconcile(ctx context.Context, from channels.Checkpoint) {
	began := c.clock()
	w := watch{channel: c, until: map[string]time.Time{}, sure: began}
	heard := began // for the first time, or after a gap that the receiver reports
	if away := began.Sub(from.Until); away > 0 && away <= patience {
		// What came meanwhile is brought again, after at most as long.
		heard, w.sure = from.Until, began.Add(away)
	}
	for page, reach := range c.pages {
		if reach.heard() {
			w.until[page] = heard
		}
	}
	ticker := time.NewTicker(c.look)
	defer ticker.Stop()
	for {
		w.offer(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// A watch is what one call of Listen knows of the pages.
type watch struct {
	channel *Channel
	until   map[string]time.Time // what each page is known to have been heard to
	sure    time.Time            // from when on the checkpoint may move
}

// offer asks all pages, and has what follows from it heard.
func (w *watch) offer(ctx context.Context) {
	began := w.channel.clock()
	answers := w.channel.askAll(ctx)
	if ctx.Err() != nil {
		return
	}
	h := w.judge(began, answers)
	if until := w.covered(began); !began.Before(w.sure) {
		h.Checkpoint.Until = until
	}
	for {
		err := w.channel.receiver.Offer(ctx, func(channels.Checkpoint) channels.Batch { return h })
		if !errors.Is(err, hook.NotListening) {
			return // a hearer that failed ends Listen, and this with it
		}
		select { // Listen is about to begin
		case <-ctx.Done():
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// askAll asks every page that is heard, some at a time.
func (c *Channel) askAll(ctx context.Context) map[string]error {
	var mu sync.Mutex
	answers := map[string]error{}
	turns := make(chan struct{}, mostAtOnce)
	var asking sync.WaitGroup
	for page, reach := range c.pages {
		if !reach.heard() {
			continue
		}
		turns <- struct{}{}
		asking.Go(func() {
			err := c.ask(ctx, reach)
			<-turns
			mu.Lock()
			defer mu.Unlock()
			answers[page] = err
		})
	}
	asking.Wait()
	return answers
}

// judge moves each page on that was heard, and returns those that were not. If
// Meta says so of some pages and others are well, these have closed their doors
// to us; if it says so of all, it is a gap, because it may be our own app. A page
// of which nothing is known stays where it is for a while.
func (w *watch) judge(began time.Time, answers map[string]error) (h channels.Batch) {
	well := slices.Contains(slices.Collect(maps.Values(answers)), nil)
	for _, page := range slices.Sorted(maps.Keys(answers)) {
		err := answers[page]
		w.channel.note(page, began, err)
		var d *unheardPage
		reason := ""
		switch {
		case err == nil:
		case errors.As(err, &d):
			reason = d.reason
		case began.Sub(w.until[page]) > longestUnsure:
			reason = "Meta did not say whether the page is subscribed"
		default:
			continue
		}
		switch {
		case reason == "":
		case d != nil && well:
			h.Unread = append(h.Unread, channels.Unread{Reach: page, Reason: reason, Answered: true})
		default:
			h.Gaps = append(h.Gaps, channels.Gap{From: w.until[page], To: began, Reach: page, Reason: reason})
		}
		w.until[page] = began
	}
	return h
}

// covered returns until when every page was heard, or is told not to have been.
func (w *watch) covered(began time.Time) time.Time {
	for _, until := range w.until {
		if until.Before(began) {
			began = until
		}
	}
	return began
}

// note keeps how a page stands.
func (c *Channel) note(page string, at time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := c.states[page]
	state.Looked = at
	var d *unheardPage
	switch {
	case err == nil:
		state.Good, state.Trouble, state.Since = at, "", time.Time{}
	case errors.As(err, &d):
		state.Trouble = d.reason
	default:
		state.Trouble = err.Error()
	}
	if err != nil && state.Since.IsZero() {
		state.Since = at
		if !state.Good.IsZero() {
			state.Since = state.Good
		}
	}
	c.states[page] = state
}
