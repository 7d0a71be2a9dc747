// Package vantage looks whether hosts answer that are no company's, to tell a
// company's closed door from our own line being down.
package vantage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/engine"
)

const (
	// longestGlance is how long a vantage point may take to answer.
	longestGlance = 5 * time.Second
	// glanceHolds is for how long it is not looked again once one has answered.
	glanceHolds = 30 * time.Second
)

// A lookout looks whether hosts answer that are no company's. It may be used from
// several goroutines at once.
type lookout struct {
	pages []string
	clock func() time.Time

	mu     sync.Mutex
	looked time.Time // when one last answered
	seen   []engine.Witness
}

// Of returns what looks at pages, by a clock; nil if there are none. It may be
// called from several goroutines at once.
func Of(pages []string, clock func() time.Time) func(context.Context) []engine.Witness {
	if len(pages) == 0 {
		return nil
	}
	return (&lookout{pages: pages, clock: clock}).look
}

// look returns the hosts that answer, whatever they say, in order of their names.
func (l *lookout) look(ctx context.Context) []engine.Witness {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	if since := now.Sub(l.looked); len(l.seen) > 0 && since >= 0 && since < glanceHolds {
		return slices.Clone(l.seen)
	}
	ctx, cancel := context.WithTimeout(ctx, longestGlance)
	defer cancel()
	found := make([]*engine.Witness, len(l.pages))
	var looking sync.WaitGroup
	for i, page := range l.pages {
		looking.Go(func() { found[i] = glance(ctx, page, l.clock) })
	}
	looking.Wait()
	l.seen, l.looked = nil, now
	for _, w := range found {
		if w != nil {
			l.seen = append(l.seen, *w)
		}
	}
	return slices.Clone(l.seen)
}

// glance asks for the head of a page; nil if its host does not answer. It follows
// no redirect, and keeps no connection: one that stands from before proves nothing.
func glance(ctx context.Context, page string, clock func() time.Time) *engine.Witness {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, page, http.NoBody)
	if err != nil {
		return nil
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	asker := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	asked := clock()
	resp, err := asker.Do(req)
	if err != nil {
		return nil
	}
	_ = resp.Body.Close() // a HEAD has none
	w := &engine.Witness{Name: page}
	if at, err := url.Parse(page); err == nil {
		w.Name = at.Host
	}
	if shown, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		w.Clock = channels.ClockReading{Shown: shown, After: asked, Before: clock(), Precision: time.Second}
	}
	return w
}
