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
//
// A server that offers IDLE and refuses it, or breaks off whenever it is idle,
// is polled.
func (e *ear) rest(ctx context.Context, poll <-chan time.Time) (news bool, err error) {
	if e.pause > 0 && !e.doze(ctx, time.After(e.pause), poll, nil) {
		return false, ctx.Err()
	}
	select {
	case <-e.news:
		return true, nil
	default:
	}
	if !e.Caps().Has(imap.CapIdle) || e.habits.avoids(habitIdle) {
		news = e.doze(ctx, nil, poll, e.news)
		return news, ctx.Err()
	}
	idle, err := e.Idle()
	if err != nil {
		return e.restless(ctx, poll, err)
	}
	news = e.doze(ctx, nil, poll, e.news)
	err = errors.Join(idle.Close(), idle.Wait())
	if refused := (*imap.Error)(nil); errors.As(err, &refused) {
		err = nil // it has ended all the same
	}
	if ctx.Err() == nil {
		e.habits.breaks(habitIdle, err)
	}
	if err != nil {
		return false, fmt.Errorf("idle: %w", err)
	}
	return news, ctx.Err()
}

// restless waits where the server does not idle: it has refused, or the
// connection broke.
func (e *ear) restless(ctx context.Context, poll <-chan time.Time, err error) (news bool, _ error) {
	if refused := (*imap.Error)(nil); !errors.As(err, &refused) {
		if ctx.Err() == nil {
			e.habits.breaks(habitIdle, err)
		}
		return false, fmt.Errorf("idle: %w", err)
	}
	e.habits.refused(habitIdle)
	news = e.doze(ctx, nil, poll, e.news)
	return news, ctx.Err()
}

// doze returns true on news or when enough has passed, and false when it is time
// to poll or all is over.
func (e *ear) doze(ctx context.Context, enough, poll <-chan time.Time, news <-chan struct{}) bool {
	e.line.Rest()
	defer e.line.Await()
	select {
	case <-news:
		return true
	case <-enough:
		return true
	case <-poll:
	case <-ctx.Done():
	case <-e.Closed():
	}
	return false
}
