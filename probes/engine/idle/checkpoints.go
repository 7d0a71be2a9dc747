package idle

import (
	"sync"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// Checkpoints are how far sources were heard, as far as that is not written down: a
// source at which nothing came moves on in memory alone for a while. The zero value is
// ready.
type Checkpoints struct {
	mu      sync.Mutex
	written map[probes.Source]channels.Checkpoint // as they were last written by this process
	held    map[probes.Source]channels.Checkpoint
}

// Hold takes a checkpoint that came without anything else, and reports whether it need
// not be written now. It has to be where the source was not yet heard by this process,
// where the position has moved, where the checkpoint goes back, and where the one that
// is written is older by longest or more.
func (c *Checkpoints) Hold(channel string, at channels.Checkpoint, longest time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := probes.Source{Channel: channel, Name: at.Source}
	written, known := c.written[s]
	if !known || at.Corrects || at.Source == "" || at.Position != written.Position {
		return false
	}
	if at.Until.IsZero() {
		return true
	}
	if at.Until.Before(c.latest(s).Until) || at.Until.Sub(written.Until) >= longest {
		return false
	}
	if c.held == nil {
		c.held = map[probes.Source]channels.Checkpoint{}
	}
	c.held[s] = at
	return true
}

// latest returns the later of what is written and what is held of a source.
func (c *Checkpoints) latest(s probes.Source) channels.Checkpoint {
	if held, some := c.held[s]; some {
		return held
	}
	return c.written[s]
}

// Written notes checkpoints that are durable now, in the order in which they were
// written. What was held of their sources is over: it was written, or it was wrong.
func (c *Checkpoints) Written(channel string, all ...channels.Checkpoint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written == nil {
		c.written = map[probes.Source]channels.Checkpoint{}
	}
	for _, at := range all {
		s := probes.Source{Channel: channel, Name: at.Source}
		if at.Until.IsZero() {
			at.Until = c.written[s].Until // the ledger keeps it
		}
		c.written[s] = at
		delete(c.held, s)
	}
}

// Forget notes that it is not known what is written of a source, as after a write that
// failed: the next checkpoint is written.
func (c *Checkpoints) Forget(channel, source string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.written, probes.Source{Channel: channel, Name: source})
}

// Held returns what is held of a channel's sources.
func (c *Checkpoints) Held(channel string) (all []channels.Checkpoint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s, at := range c.held {
		if s.Channel == channel {
			all = append(all, at)
		}
	}
	return all
}

// Withdraw takes away and returns what is held of a source, if anything: before its next
// batch is written, so that no other writes it after that.
func (c *Checkpoints) Withdraw(channel, source string) (all []channels.Checkpoint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := probes.Source{Channel: channel, Name: source}
	if at, some := c.held[s]; some {
		all = append(all, at)
		delete(c.held, s)
	}
	return all
}

// Ahead moves checkpoints of a channel, as the ledger has them, on to where they are held.
func (c *Checkpoints) Ahead(channel string, all []channels.Checkpoint) []channels.Checkpoint {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, at := range all {
		if held, some := c.held[probes.Source{Channel: channel, Name: at.Source}]; some && held.Until.After(at.Until) {
			all[i].Until = held.Until
		}
	}
	return all
}
