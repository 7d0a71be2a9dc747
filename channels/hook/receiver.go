package hook

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
)

// A Receiver passes what requests bring to the one goroutine that listens. Each
// offer is heard while its request waits, in the order of arrival; while there
// is no listener it is refused at once. The zero value is ready and may be used
// from several goroutines.
type Receiver struct {
	// Beat is how often Listen itself reports that all that came by now has
	// been offered. 0 = never: the channel offers checkpoints of its own.
	Beat time.Duration
	// Patience is how long senders try again. A longer time without a listener
	// is reported as a gap when Listen is called again. 0 = for ever.
	Patience time.Duration
	Clock    func() time.Time // nil = time.Now
	// Complete returns up to when all that other processes have stored for this channel
	// has been offered here; zero where that is not known. No checkpoint says that more
	// was heard. nil = there are no others.
	Complete func(context.Context) time.Time

	mu       sync.Mutex
	listener *listener // nil: not listening
}

// An offer waits to be heard.
type offer struct {
	tell func(channels.Checkpoint) channels.Batch
	done chan error // buffered: its request may have gone
}

// Offer has a hearing heard, and returns nil once it is durable. The hearing is
// what tell returns, called by Listen with the checkpoint as it stands, one tell at
// a time: state that belongs to the checkpoint's position may be kept there. A
// hearing without a checkpoint gets that one, without its time.
//
// The error is NotListening while there is no listener, and else that of hear.
// After any error the caller may offer again. An offer whose ctx ends may yet
// be heard.
func (r *Receiver) Offer(ctx context.Context, tell func(channels.Checkpoint) channels.Batch) error {
	r.mu.Lock()
	l := r.listener
	r.mu.Unlock()
	if l == nil {
		return NotListening
	}
	o := offer{tell: tell, done: make(chan error, 1)}
	select {
	case l.offers <- o:
	case <-l.gone:
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
// error, and so do the offers that were being heard. Only one call may listen
// at a time.
//
// After a time without a listener, senders try again at growing intervals. So
// the checkpoints of Beat begin to move once Listen has run for as long as it did not.
func (r *Receiver) Listen(ctx context.Context, from channels.Checkpoint, hear channels.Hear) error {
	l := &listener{receiver: r, offers: make(chan offer), gone: make(chan struct{}), at: from, hear: hear}
	if !r.swap(nil, l) {
		return errors.New("another call listens already")
	}
	defer func() {
		r.swap(l, nil)
		close(l.gone)
	}()
	return l.run(ctx)
}

// swap puts a listener in the place of another, and reports whether that was
// the one.
func (r *Receiver) swap(from, to *listener) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listener != from {
		return false
	}
	r.listener = to
	return true
}

// Listening reports whether Listen is running.
func (r *Receiver) Listening() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.listener != nil
}

func (r *Receiver) now() time.Time {
	if r.Clock == nil {
		return time.Now()
	}
	return r.Clock()
}
