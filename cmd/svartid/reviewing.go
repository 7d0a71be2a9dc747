package main

import (
	"context"
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/review"
)

// reviewAgain is how long what was found to wait for a person holds: to find it,
// the whole edition is read.
const reviewAgain = time.Minute

// A waitingList keeps the letters that wait for a person. The zero value is ready.
type waitingList struct {
	mu    sync.Mutex
	at    time.Time
	items []review.Item
}

// waiting returns the letters that wait for a person, as they were at most
// reviewAgain ago.
func (p *program) waiting(ctx context.Context) ([]review.Item, error) {
	p.toJudge.mu.Lock()
	defer p.toJudge.mu.Unlock()
	if !p.toJudge.at.IsZero() && time.Since(p.toJudge.at) < reviewAgain {
		return p.toJudge.items, nil
	}
	var items []review.Item
	err := p.ledger.View(ctx, func(tx probes.Tx) (err error) {
		items, err = review.Queue(ctx, tx, p.edition, review.Viewer{})
		return err
	})
	if err != nil {
		return nil, err
	}
	p.toJudge.items, p.toJudge.at = items, time.Now()
	return items, nil
}
