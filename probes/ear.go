package probes

import (
	"context"
	"time"

	"github.com/svartid/svartid/channels"
)

// An ear hears one source of one channel for as long as the engine runs.
type ear struct {
	engine   *Engine
	channel  string
	source   string
	listener channels.Listener
}

// run listens until ctx ends. A source that breaks is heard again from its
// mark, after a pause that doubles as long as nothing is heard.
func (r ear) run(ctx context.Context) error {
	e, pause := r.engine, r.engine.Pace.Retry
	for ctx.Err() == nil {
		heard := false
		err := r.listen(ctx, func() { heard = true })
		if ctx.Err() != nil {
			break
		}
		e.Senses.lost(Sense{r.channel, r.source})
		if heard {
			pause = e.Pace.Retry
		}
		e.Log.Warn("not listening", "channel", r.channel, "source", r.source, "again in", pause, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, e.Pace.RetryTo)
	}
	e.Senses.lost(Sense{r.channel, r.source})
	return nil
}

// listen hears the source once, from where its mark is.
func (r ear) listen(ctx context.Context, heard func()) error {
	from := channels.Mark{Source: r.source}
	err := r.engine.Ledger.View(ctx, func(tx Tx) error {
		marks, err := tx.Marks(ctx, r.channel)
		for _, m := range marks {
			if m.Source == r.source {
				from = m
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.listener.Listen(ctx, from, func(ctx context.Context, h channels.Hearing) error {
		if err := r.engine.hear(ctx, r.channel, r.source, h); err != nil {
			return err
		}
		heard()
		r.engine.Senses.found(Sense{r.channel, r.source})
		return nil
	})
}
