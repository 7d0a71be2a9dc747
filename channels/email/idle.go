package email

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// rest waits until the server announces something (news), or until it is time
// to poll. The clock of the line stands still meanwhile: a connection that has
// died without a word is found by the command after the poll.
func (e *ear) rest(ctx context.Context, poll <-chan time.Time) (news bool, err error) {
	select {
	case <-e.news:
		return true, nil
	default:
	}
	if !e.Caps().Has(imap.CapIdle) {
		news = e.doze(ctx, poll)
		return news, ctx.Err()
	}
	idle, err := e.Idle()
	if err != nil {
		return false, fmt.Errorf("idle: %w", err)
	}
	news = e.doze(ctx, poll)
	if err := errors.Join(idle.Close(), idle.Wait()); err != nil {
		return false, fmt.Errorf("idle: %w", err)
	}
	return news, ctx.Err()
}

// doze returns true on news, and false when it is time to poll or all is over.
func (e *ear) doze(ctx context.Context, poll <-chan time.Time) bool {
	e.line.rest()
	defer e.line.await()
	select {
	case <-e.news:
		return true
	case <-poll:
	case <-ctx.Done():
	case <-e.Closed():
	}
	return false
}
