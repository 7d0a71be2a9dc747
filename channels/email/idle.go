package email

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// awaitNews waits until the server announces something (news), or until it is time
// to poll. The deadline stands still meanwhile: a connection that has
// died without a word is found by the command after the poll.
//
// A server that offers IDLE and refuses it, or breaks off whenever it is idle,
// is polled.
func (l *listener) awaitNews(ctx context.Context, poll <-chan time.Time) (news bool, err error) {
	if l.pause > 0 && !l.sleep(ctx, time.After(l.pause), poll, nil) {
		return false, ctx.Err()
	}
	select {
	case <-l.news:
		return true, nil
	default:
	}
	if !l.Caps().Has(imap.CapIdle) || l.history.skips(optionalIdle) {
		news = l.sleep(ctx, nil, poll, l.news)
		return news, ctx.Err()
	}
	idle, err := l.Idle()
	if err != nil {
		return l.awaitWithoutIdle(ctx, poll, err)
	}
	news = l.sleep(ctx, nil, poll, l.news)
	err = errors.Join(idle.Close(), idle.Wait())
	if refused := (*imap.Error)(nil); errors.As(err, &refused) {
		err = nil // it has ended all the same
	}
	if ctx.Err() == nil {
		l.history.record(optionalIdle, err)
	}
	if err != nil {
		return false, fmt.Errorf("idle: %w", err)
	}
	return news, ctx.Err()
}

// awaitWithoutIdle waits where the server does not idle: it has refused, or the
// connection broke.
func (l *listener) awaitWithoutIdle(ctx context.Context, poll <-chan time.Time, err error) (news bool, _ error) {
	if refused := (*imap.Error)(nil); !errors.As(err, &refused) {
		if ctx.Err() == nil {
			l.history.record(optionalIdle, err)
		}
		return false, fmt.Errorf("idle: %w", err)
	}
	l.history.refused(optionalIdle)
	news = l.sleep(ctx, nil, poll, l.news)
	return news, ctx.Err()
}

// sleep returns true on news or when enough has passed, and false when it is time
// to poll or all is over.
func (l *listener) sleep(ctx context.Context, enough, poll <-chan time.Time, news <-chan struct{}) bool {
	l.timed.Rest()
	defer l.timed.Await()
	select {
	case <-news:
		return true
	case <-enough:
		return true
	case <-poll:
	case <-ctx.Done():
	case <-l.Closed():
	}
	return false
}
