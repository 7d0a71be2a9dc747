package engine

import (
	"context"
	"fmt"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// undecided reports whether nothing may be decided on a channel, because a
// clock cannot be trusted: our own, or one that dates what is heard there.
// Clocks that companies keep hold nothing up.
func (e *Engine) undecided(channel string) bool {
	why := e.doubt(channel)
	e.mu.Lock()
	before := e.doubted[channel]
	if e.doubted != nil {
		e.doubted[channel] = why != ""
	}
	e.mu.Unlock()
	switch {
	case why != "" && !before:
		e.Log.Warn("nothing is decided", "channel", channel, "because", why)
	case why == "" && before:
		e.Log.Info("clocks agree again", "channel", channel)
	}
	return why != ""
}

// doubt returns why a channel's clocks cannot be trusted; empty if they can.
func (e *Engine) doubt(channel string) string {
	if e.stepped() {
		return "our own clock has stepped"
	}
	hearer := e.Edition.Hearer(channel)
	listener, ok := e.Channels[hearer].(channels.Listener)
	if !ok {
		return ""
	}
	source, ahead := e.offsets.wrong(hearer, listener.Sources())
	if source == "" {
		return ""
	}
	return fmt.Sprintf("the clock of %s is %v ahead of ours", source, ahead)
}

// setUnruled notes whether contacts of a channel may be decided and not ruled.
func (e *Engine) setUnruled(channel string, some bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.unruled != nil {
		e.unruled[channel] = some
	}
}

// anyUnruled reports whether contacts of a channel may be decided and not ruled.
func (e *Engine) anyUnruled(channel string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.unruled[channel]
}

// ruleRest rules contacts that were decided while clocks disagreed.
func (e *Engine) ruleRest(ctx context.Context, channel string) error {
	if !e.anyUnruled(channel) {
		return nil
	}
	decided := probes.Query{Edition: e.Edition.Name, Channel: channel}
	for _, o := range probes.Outcomes() {
		if o != probes.Pending {
			decided.Outcomes = append(decided.Outcomes, o)
		}
	}
	var rest []string
	err := e.Ledger.View(ctx, func(tx probes.Tx) error {
		found, err := tx.Find(ctx, decided)
		for _, c := range found {
			if c.Ruled == "" {
				rest = append(rest, c.ID)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	e.setUnruled(channel, false)
	if len(rest) == 0 {
		return nil
	}
	err = e.Ledger.Update(ctx, func(tx probes.Tx) error {
		for _, id := range rest {
			if err := e.record(ctx, tx, id); err != nil {
				return fmt.Errorf("rule %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		e.setUnruled(channel, true)
	}
	return err
}
