package channels

import (
	"context"
	"errors"
	"sync"
	"time"
)

// mostAtOnce is how many offers are heard together: one commit of the ledger
// serves them all.
const mostAtOnce = 256

// A Door is where those who bring something, such as ServeHTTP, meet the one
// who listens. Each offer is heard while its bringer waits, in the order of
// arrival; while nobody listens it is refused at once. The zero value is ready
// and may be used from several goroutines.
type Door struct {
	// Beat is how often Listen itself reports that all that came by now has
	// been offered. 0 = never: the channel offers marks of its own.
	Beat time.Duration
	// Patience is how long senders try again. What nobody listened to for
	// longer is told as a gap when somebody listens again. 0 = for ever.
	Patience time.Duration
	Clock    func() time.Time // nil = time.Now

	mu  sync.Mutex
	ear *ear // nil: nobody listens
}

// An ear is one call of Listen.
type ear struct {
	offers chan offer
	gone   chan struct{} // closed when nobody takes offers any more
}

// An offer waits to be heard.
type offer struct {
	tell func(Checkpoint) Batch
	done chan error // buffered: nobody waits for its bringer
}

// Offer has a hearing heard, and returns nil once it is durable. The hearing is
// what tell returns, called by Listen with the mark as it stands, one tell at
// a time: state that belongs to the mark's position may be kept there. A
// hearing without a mark gets that one, without its time.
//
// The error is NotListening while nobody listens, and the hearer's else. After
// any error the caller may offer again. An offer whose ctx ends may yet be
// heard.
func (d *Door) Offer(ctx context.Context, tell func(Checkpoint) Batch) error {
	d.mu.Lock()
	ear := d.ear
	d.mu.Unlock()
	if ear == nil {
		return NotListening
	}
	o := offer{tell: tell, done: make(chan error, 1)}
	select {
	case ear.offers <- o:
	case <-ear.gone:
		return NotListening
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Listen hears what is offered, until ctx ends or hear fails; it returns that
// error, and all who were being heard get it too. Only one may listen at a
// time.
//
// After a time in which nobody listened, senders try again at growing
// intervals. So the marks of Beat begin to move once somebody has listened for
// as long as nobody did.
func (d *Door) Listen(ctx context.Context, from Checkpoint, hear Hear) error {
	e := &ear{offers: make(chan offer), gone: make(chan struct{})}
	d.mu.Lock()
	taken := d.ear != nil
	if !taken {
		d.ear = e
	}
	d.mu.Unlock()
	if taken {
		return errors.New("somebody listens already")
	}
	defer func() {
		d.mu.Lock()
		d.ear = nil
		d.mu.Unlock()
		close(e.gone)
	}()
	l := &listening{door: d, ear: e, at: from, hear: hear}
	return l.run(ctx)
}

// Listening reports whether somebody listens just now.
func (d *Door) Listening() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ear != nil
}

func (d *Door) now() time.Time {
	if d.Clock == nil {
		return time.Now()
	}
	return d.Clock()
}

// A listening is one call of Listen, as far as it has come.
type listening struct {
	door *Door
	ear  *ear
	at   Checkpoint
	hear Hear
}

func (l *listening) run(ctx context.Context) error {
	sure, err := l.begin(ctx)
	if err != nil {
		return err
	}
	var beat <-chan time.Time
	if l.door.Beat > 0 {
		ticker := time.NewTicker(l.door.Beat)
		defer ticker.Stop()
		beat = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case o := <-l.ear.offers:
			err = l.take(ctx, o)
		case <-beat:
			if now := l.door.now(); now.Before(sure) {
				err = l.tell(ctx, Batch{}) // still there, and not yet sure
			} else {
				err = l.tell(ctx, Batch{Checkpoint: Checkpoint{Until: now}})
			}
		}
		if err != nil {
			return err
		}
	}
}

// begin tells the gap since the mark, if it is one, and returns from when on a
// beat may say that all has been heard.
func (l *listening) begin(ctx context.Context) (sure time.Time, err error) {
	now := l.door.now()
	away := now.Sub(l.at.Until)
	first := Batch{}
	switch {
	case l.at.Until.IsZero() || away <= 0:
		away = 0
	case l.door.Patience > 0 && away > l.door.Patience:
		first.Gaps = []Gap{{From: l.at.Until, To: now, Reason: "nobody listened for longer than senders try again"}}
		first.Checkpoint.Until = now
		away = 0
	}
	if l.door.Beat > 0 && away == 0 {
		first.Checkpoint.Until = now
	}
	return now.Add(away), l.tell(ctx, first)
}

// take hears an offer, and those that wait beside it.
func (l *listening) take(ctx context.Context, first offer) error {
	offers := []offer{first}
	for len(offers) < mostAtOnce {
		select {
		case o := <-l.ear.offers:
			offers = append(offers, o)
			continue
		default:
		}
		break
	}
	all, at := Batch{}, l.at
	for _, o := range offers {
		h := o.tell(at)
		at = at.advanced(h.Checkpoint)
		all.Arrivals, all.Gaps = append(all.Arrivals, h.Arrivals...), append(all.Gaps, h.Gaps...)
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

// tell has one hearing heard, and moves the mark.
func (l *listening) tell(ctx context.Context, h Batch) error {
	if h.Checkpoint.Source == "" {
		h.Checkpoint.Source, h.Checkpoint.Position = l.at.Source, l.at.Position
	}
	if err := l.hear(ctx, h); err != nil {
		return err
	}
	l.at = l.at.advanced(h.Checkpoint)
	return nil
}

// advanced returns m moved on to what to says.
func (m Checkpoint) advanced(to Checkpoint) Checkpoint {
	if to.Source != "" {
		m.Position = to.Position
	}
	if to.Until.After(m.Until) {
		m.Until = to.Until
	}
	return m
}
