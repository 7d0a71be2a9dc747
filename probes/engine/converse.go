package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// conversations returns what tells a channel, whenever it asks, which
// conversations to listen to.
func (e *Engine) conversations(name string) func(context.Context) ([]channels.Conversation, error) {
	known := map[string]channels.Conversation{} // by attempt, and when and how exactly it left
	return func(ctx context.Context) (open []channels.Conversation, err error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		err = e.Ledger.View(ctx, func(tx probes.Tx) error {
			contacts, err := tx.Find(ctx, probes.Query{
				Edition: e.Edition.Name, Channel: name, DueFrom: e.now().Add(-e.reach(name)),
			})
			if err != nil {
				return err
			}
			for _, c := range contacts {
				for _, a := range c.Attempts {
					if !e.listensTo(c, a) {
						continue
					}
					key := fmt.Sprint(c.ID, " ", a.Number, " ", a.Sent.UnixNano(), " ", a.Receipt.Precision)
					conv, ok := known[key]
					if !ok {
						if conv, err = conversationOf(ctx, tx, a); err != nil {
							e.Log.Warn("a conversation is not listened to", "contact", c.ID, "err", err)
							continue
						}
						known[key] = conv
					}
					conv.Over = !c.Live()
					open = append(open, conv)
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("conversations on %s: %w", name, err)
		}
		return open, nil
	}
}

// conversationOf returns the conversation of an attempt that has left, with the
// names that are still kept. The error wraps ErrNoEvidence if its words were
// erased.
func conversationOf(ctx context.Context, tx probes.Tx, a probes.Attempt) (channels.Conversation, error) {
	opening, err := openingOf(ctx, tx, a)
	if err != nil {
		return channels.Conversation{}, err
	}
	receipt, err := a.Receipt.Revealed(ctx, tx)
	if err != nil {
		return channels.Conversation{}, fmt.Errorf("receipt of %s: %w", a.Intent.Token, err)
	}
	return channels.Conversation{Opening: opening, At: a.Sent, Precision: a.Receipt.Precision, Names: receipt.Names}, nil
}

// reach is how far back a contact may be due that is still listened to.
func (e *Engine) reach(channel string) time.Duration {
	longest := time.Duration(0)
	for _, p := range e.Edition.Probes {
		if p.Channel == channel {
			longest = max(longest, p.Within.Duration, time.Duration(p.Within.WorkingDays)*3*24*time.Hour)
		}
	}
	return longest + 2*e.Timing.Follow
}

// listensTo reports whether an attempt may still be answered, or answered late.
// A prompt may have been followed and not yet tapped.
func (e *Engine) listensTo(c probes.Contact, a probes.Attempt) bool {
	begun := !a.Sent.IsZero() || a.State == probes.AttemptPrompt
	return begun && !c.Closed && (c.Live() || e.now().Before(a.Deadline.Add(e.Timing.Follow)))
}

// sayGoodbye ends politely the conversations whose contact has been answered, so
// that no agent waits for a customer who has gone. The event is durable first, so
// that the closing is sent once or, after a crash, not at all.
func (e *Engine) sayGoodbye(ctx context.Context) error {
	for _, p := range e.Edition.Probes {
		closer, ok := e.Channels[p.Channel].(channels.Closer)
		if !ok || p.Closing == "" && len(p.Closings) == 0 {
			continue
		}
		if err := e.closeProbe(ctx, p, closer); err != nil {
			return fmt.Errorf("say goodbye on %s: %w", p.Channel, err)
		}
	}
	return nil
}

// closeProbe says goodbye in the conversations of one probe.
func (e *Engine) closeProbe(ctx context.Context, p edition.Probe, closer channels.Closer) error {
	look := "conversations of " + p.Name + " to end"
	changes, now := e.changes(ctx), e.now()
	if e.looks.Idle(look, changes, now) {
		return nil
	}
	var done []probes.Contact
	err := e.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		done, err = tx.Find(ctx, probes.Query{
			Edition: e.Edition.Name, Probe: p.Name, Outcomes: []probes.Outcome{probes.Answered, probes.Late, probes.Deflected},
			DueFrom: e.now().Add(-e.reach(p.Channel)),
		})
		return err
	})
	if err != nil {
		return err
	}
	kept := true
	for _, c := range done {
		a := c.Current()
		closing := e.Edition.ClosingOf(p, c.Plan.Scenario)
		if c.Closed || a.Sent.IsZero() || a.Prompt.How != "" || closing == "" {
			continue
		}
		var conv channels.Conversation
		err := e.Ledger.View(ctx, func(tx probes.Tx) (err error) {
			conv, err = conversationOf(ctx, tx, a)
			return err
		})
		if err != nil {
			kept = false
			continue // its words were erased: too late to say anything
		}
		if err := e.write(ctx, c.ID, probes.NewEvent(probes.Closed, a.Number, e.now(), probes.Closing{Words: closing})); err != nil {
			return err
		}
		within, cancel := context.WithTimeout(ctx, e.Timing.Open)
		if err := closer.Close(within, conv, closing); err != nil {
			e.Log.Warn("goodbye was not said", "contact", c.ID, "err", err)
		}
		cancel()
	}
	if kept {
		e.looks.Found(look, changes, now, time.Time{})
	}
	return nil
}
