package hook

import (
	"context"
	"time"

	"github.com/svartid/svartid/channels"
)

// mostAtOnce is how many offers are heard together: one commit of the ledger
// serves them all.
const mostAtOnce = 256

// A listener is one call of Listen, as far as it has come.
type listener struct {
	receiver *Receiver
	offers   chan offer
	gone     chan struct{} // closed when offers are no longer taken
	at       channels.Checkpoint
	hear     channels.Hear
}

func (l *listener) run(ctx context.Context) error {
	sure, err := l.begin(ctx)
	if err != nil {
		return err
	}
	var beat <-chan time.Time
	if l.receiver.Beat > 0 {
		ticker := time.NewTicker(l.receiver.Beat)
		defer ticker.Stop()
		beat = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case o := <-l.offers:
			err = l.take(ctx, o)
		case <-beat:
			if now := l.receiver.now(); now.Before(sure) {
				err = l.tell(ctx, channels.Batch{}) // still there, and not yet sure
			} else {
				err = l.tell(ctx, channels.Batch{Checkpoint: channels.Checkpoint{Until: now}})
			}
		}
		if err != nil {
			return err
		}
	}
}

// begin tells the gap since the checkpoint, if it is one, and returns from when on a
// beat may say that all has been heard.
func (l *listener) begin(ctx context.Context) (sure time.Time, err error) {
	now := l.receiver.now()
	away := now.Sub(l.at.Until)
	first := channels.Batch{}
	switch {
	case l.at.Until.IsZero() || away <= 0:
		away = 0
	case l.receiver.Patience > 0 && away > l.receiver.Patience:
		first.Gaps = []channels.Gap{{From: l.at.Until, To: now, Reason: "not listened to for longer than senders try again"}}
		first.Checkpoint.Until = now
		away = 0
	}
	if l.receiver.Beat > 0 && away == 0 {
		first.Checkpoint.Until = now
	}
	return now.Add(away), l.tell(ctx, first)
}

// take hears an offer, and those that wait beside it.
func (l *listener) take(ctx context.Context, first offer) error {
	offers := []offer{first}
	for len(offers) < mostAtOnce {
		select {
		case o := <-l.offers:
			offers = append(offers, o)
			continue
		default:
		}
		break
	}
	all, at := channels.Batch{}, l.at
	for _, o := range offers {
		h := o.tell(at)
		at = advanced(at, h.Checkpoint)
		all.Arrivals, all.Gaps = append(all.Arrivals, h.Arrivals...), append(all.Gaps, h.Gaps...)
		all.Unread = append(all.Unread, h.Unread...)
		if !h.Clock.Shown.IsZero() {
			all.Clock = h.Clock
		}
		if h.UntilIfTheirs.After(all.UntilIfTheirs) {
			all.UntilIfTheirs = h.UntilIfTheirs
		}
		if h.Checkpoint.Until.After(all.Checkpoint.Until) {
			all.Checkpoint.Until = h.Checkpoint.Until
		}
	}
	all.Checkpoint.Source, all.Checkpoint.Position = at.Source, at.Position
	err := l.tell(ctx, all)
	for _, o := range offers {
		o.done <- err
	}
	return err
}

// tell has one hearing heard, and moves the checkpoint.
func (l *listener) tell(ctx context.Context, h channels.Batch) error {
	if h.Checkpoint.Source == "" {
		h.Checkpoint.Source, h.Checkpoint.Position = l.at.Source, l.at.Position
	}
	l.bound(ctx, &h)
	if err := l.hear(ctx, h); err != nil {
		return err
	}
	l.at = advanced(l.at, h.Checkpoint)
	return nil
}

// bound has a hearing say that all was heard up to when that is so of what other
// processes have stored, too.
func (l *listener) bound(ctx context.Context, h *channels.Batch) {
	if l.receiver.Complete == nil || h.Checkpoint.Until.IsZero() && h.UntilIfTheirs.IsZero() {
		return
	}
	complete := l.receiver.Complete(ctx)
	for _, until := range []*time.Time{&h.Checkpoint.Until, &h.UntilIfTheirs} {
		if until.After(complete) {
			*until = complete
		}
	}
}

// advanced returns m moved on to what to says.
func advanced(m, to channels.Checkpoint) channels.Checkpoint {
	if to.Source != "" {
		m.Position = to.Position
	}
	if to.Until.After(m.Until) {
		m.Until = to.Until
	}
	return m
}
