package clock

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// Receipts names the clock that dates the Receipts of openers, where the
// sources of a channel are named.
const Receipts = "door"

// Offsets are what is known of the clocks that others keep. The zero value is
// ready.
type Offsets struct {
	mu    sync.Mutex
	known map[probes.Source]probes.ForeignClock
	dirty map[probes.Source]bool // not in the ledger as it stands
}

// Of returns how far a clock is ahead Of ours.
func (o *Offsets) Of(which probes.Source) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.known[which].Offset.Ahead()
}

// Read takes in a reading of a clock.
func (o *Offsets) Read(which probes.Source, r channels.ClockReading, claimed bool) {
	if r.Shown.IsZero() || r.Before.Before(r.After) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil {
		o.known, o.dirty = map[probes.Source]probes.ForeignClock{}, map[probes.Source]bool{}
	}
	before, known := o.known[which]
	after := probes.ForeignClock{Offset: before.Offset.Refine(probes.OffsetOf(r)), Claimed: claimed}
	o.known[which] = after
	moved := (after.Offset.Ahead() - before.Offset.Ahead()).Abs() > 100*time.Millisecond
	if stale := after.Offset.At.Sub(before.Offset.At) > time.Hour; !known || moved || stale {
		o.dirty[which] = true
	}
}

// Agree reports whether there are clocks that no company keeps, and all of them
// would Agree with ours if that were ahead by so much.
func (o *Offsets) Agree(ahead time.Duration) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	some := false
	for _, c := range o.known {
		if c.Claimed {
			continue
		}
		if some = true; !c.Offset.Shifted(ahead).Agrees() {
			return false
		}
	}
	return some
}

// Shift takes in that our own clock was set ahead by so much.
func (o *Offsets) Shift(ahead time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for which, c := range o.known {
		c.Offset = c.Offset.Shifted(ahead)
		o.known[which], o.dirty[which] = c, true
	}
}

// Wrong returns the first of a channel's clocks that is kept by no company and
// disagrees with ours, and by how much.
func (o *Offsets) Wrong(channel string, sources []string) (source string, ahead time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, source := range sources {
		c := o.known[probes.Source{Channel: channel, Name: source}]
		if !c.Claimed && !c.Offset.Agrees() {
			return source, c.Offset.Ahead()
		}
	}
	return "", 0
}

// Keep writes down what has changed.
func (o *Offsets) Keep(ctx context.Context, tx probes.Tx) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for which := range o.dirty {
		if err := tx.Advance(ctx, probes.Clocks, o.known[which].Checkpoint(which)); err != nil {
			return fmt.Errorf("keep clock of %s: %w", which.Channel, err)
		}
	}
	clear(o.dirty)
	return nil
}

// Restore takes up what was written down.
func (o *Offsets) Restore(ctx context.Context, tx probes.Tx) error {
	checkpoints, err := tx.Checkpoints(ctx, probes.Clocks)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known, o.dirty = map[probes.Source]probes.ForeignClock{}, map[probes.Source]bool{}
	maps.Copy(o.known, probes.ForeignClocks(checkpoints))
	return nil
}
