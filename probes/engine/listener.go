package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// A sourceListener hears one source of one channel for as long as the engine runs.
type sourceListener struct {
	engine   *Engine
	channel  string
	source   string
	listener channels.Listener
}

// run listens until ctx ends. A source that breaks is heard again from its
// checkpoint, after a pause that doubles as long as nothing is heard.
func (r sourceListener) run(ctx context.Context) error {
	e, pause := r.engine, r.engine.Timing.Retry
	for ctx.Err() == nil {
		heard := false
		err := r.listen(ctx, func() { heard = true })
		if ctx.Err() != nil {
			break
		}
		e.Health.MarkDown(probes.Source{Channel: r.channel, Name: r.source})
		if heard {
			pause = e.Timing.Retry
		}
		e.Log.Warn("not listening", "channel", r.channel, "source", r.source, "again in", pause, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, e.Timing.RetryTo)
	}
	e.Health.MarkDown(probes.Source{Channel: r.channel, Name: r.source})
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.Timing.Drain)
	defer cancel()
	if err := e.keepHeld(last, r.channel); err != nil {
		e.Log.Warn("not written down how far it was heard in its last minute", "channel", r.channel, "err", err)
	}
	return nil
}

// listen hears the source once, from its checkpoint.
func (r sourceListener) listen(ctx context.Context, heard func()) error {
	from := channels.Checkpoint{Source: r.source}
	err := r.engine.Ledger.View(ctx, func(tx probes.Tx) error {
		at, err := r.engine.checkpoint(ctx, tx, probes.Source{Channel: r.channel, Name: r.source})
		if at.Source != "" {
			from = at
		}
		return err
	})
	if err != nil {
		return err
	}
	if now := r.engine.now(); from.Until.After(now.Add(probes.ClockTolerance)) {
		from.Until = now // it was made by a clock that was wrong
	}
	return r.listener.Listen(ctx, from, func(ctx context.Context, h channels.Batch) error {
		if err := r.engine.hear(ctx, r.channel, r.source, h); err != nil {
			return err
		}
		heard()
		r.engine.Health.MarkUp(probes.Source{Channel: r.channel, Name: r.source})
		return nil
	})
}

// longestHeld is for how long at most a source at which nothing comes moves on without
// that being written down. A start after a crash goes on from what is written.
const longestHeld = time.Minute

// writeHeld writes down how far the sources of a channel were heard beyond what is
// written, and returns that: what is decided in the same transaction may rest on it.
// Once it is durable, e.marks is to be told.
func (e *Engine) writeHeld(ctx context.Context, tx probes.Tx, channel string) ([]channels.Checkpoint, error) {
	all := e.marks.Held(channel)
	return all, advanceAll(ctx, tx, channel, all)
}

// advanceAll moves checkpoints of a channel.
func advanceAll(ctx context.Context, tx probes.Tx, channel string, all []channels.Checkpoint) error {
	for _, at := range all {
		if err := tx.Advance(ctx, channel, at); err != nil {
			return fmt.Errorf("write how far %s was heard: %w", at.Source, err)
		}
	}
	return nil
}

// keepHeld is writeHeld in an update of its own; nothing is held any more then.
func (e *Engine) keepHeld(ctx context.Context, channel string) error {
	if len(e.marks.Held(channel)) == 0 {
		return nil
	}
	var written []channels.Checkpoint
	err := e.Ledger.Update(ctx, func(tx probes.Tx) (err error) {
		written, err = e.writeHeld(ctx, tx, channel)
		return err
	})
	if err == nil {
		e.marks.Written(channel, written...)
	}
	return err
}
