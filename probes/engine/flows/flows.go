package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// A Checker walks the ways of one edition. Fill the fields, then call Run.
type Checker struct {
	Edition  *edition.Edition
	Channels map[string]any // by name; those that are a channels.FlowLocator are walked
	Ledger   probes.Ledger
	Log      *slog.Logger
	Clock    func() time.Time // nil = time.Now
	// Again is how long after a look that found a way changed it is looked at again.
	// 0 = 10 minutes.
	Again time.Duration

	began    time.Time
	suspects map[place]time.Time // when a first look has found them changed
}

// Defaults of times.
const (
	defaultAgain = 10 * time.Minute
	// longest is how long one look may take.
	longest = 5 * time.Minute
	// pause is how long what had to wait, or failed, waits.
	pause = 5 * time.Minute
)

// Run walks until ctx ends, or the edition is over. What fails is logged, and tried again.
func (c *Checker) Run(ctx context.Context) {
	c.began, c.suspects = c.now(), map[place]time.Time{}
	if len(c.locators()) == 0 {
		return
	}
	for ctx.Err() == nil {
		now := c.now()
		if !c.Edition.To.IsZero() && c.Edition.Day(now).After(c.Edition.To) {
			return
		}
		next, err := c.once(ctx, now)
		if err != nil && ctx.Err() == nil {
			c.Log.Error("a night's look at the ways through pages is made up for", "err", err)
			next = now.Add(pause)
		}
		select {
		case <-ctx.Done():
		case <-time.After(max(next.Sub(c.now()), 0)):
		}
	}
}

func (c *Checker) now() time.Time {
	if c.Clock != nil {
		return c.Clock()
	}
	return time.Now()
}

// locators returns the channels that are walked.
func (c *Checker) locators() map[string]channels.FlowLocator {
	all := map[string]channels.FlowLocator{}
	for name, channel := range c.Channels {
		if l, ok := channel.(channels.FlowLocator); ok {
			all[name] = l
		}
	}
	return all
}

// once walks the first place that is due, if any is, and returns when there is more to do.
func (c *Checker) once(ctx context.Context, now time.Time) (next time.Time, err error) {
	locators := c.locators()
	k := known{flowOf: map[string]func(string) string{}}
	for name, l := range locators {
		k.flowOf[name] = l.Flow
	}
	if err := c.read(ctx, now, &k); err != nil {
		return now, err
	}
	tonight := nightAt(c.Edition.Zone(), now)
	all := places(c.Edition, k.flowOf, c.Edition.Day(now), c.Edition.Day(tonight.From))
	if next = tonight.From; !now.Before(next) {
		next = tonight.To
	}
	for i, at := range all {
		from := c.from(at, tonight, tonight.slot(i, len(all)), k)
		switch {
		case from.IsZero():
		case from.After(now):
			next = earlier(next, from)
		case !free(at, now, k.due):
			next = earlier(next, now.Add(pause))
		default:
			return now, c.look(ctx, at, locators[at.Channel])
		}
	}
	return next, nil
}

// from returns from when on a place may be looked at; zero: not in this night any more. What was found
// to have changed once is looked at again whatever the hour, and so is at the start what had changed before it: a
// flow that was mended is known as such at once.
func (c *Checker) from(at place, tonight night, slot time.Time, k known) time.Time {
	first, suspected := c.suspects[at]
	switch {
	case suspected:
		return first.Add(cmp.Or(c.Again, defaultAgain))
	case k.broken[at.key()] && k.looked[at.key()].Before(c.began):
		return c.began
	case !k.looked[at.key()].Before(tonight.From):
		return time.Time{}
	}
	return slot
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// key returns the place as a mark names it.
func (at place) key() string {
	return probes.FlowCheck{Channel: at.Channel, Company: at.Company}.Source()
}

// known is what looks depend on.
type known struct {
	flowOf map[string]func(reach string) string // by channel
	looked map[string]time.Time                 // when each place was last looked at, by its key
	broken map[string]bool                      // whether it had changed
	due    []opener
}

// read reads when each place was last looked at, and which openers are due.
func (c *Checker) read(ctx context.Context, now time.Time, k *known) error {
	k.looked, k.broken = map[string]time.Time{}, map[string]bool{}
	// The openers of a round that has not begun are in no ledger yet.
	for _, p := range c.Edition.Probes {
		if tick := p.Ticks.Next(now); k.flowOf[p.Channel] != nil && !tick.IsZero() {
			k.due = append(k.due, opener{Channel: p.Channel, At: tick})
		}
	}
	return c.Ledger.View(ctx, func(tx probes.Tx) error {
		looks, err := tx.Checkpoints(ctx, probes.FlowLooks)
		if err != nil {
			return err
		}
		for _, m := range looks {
			k.looked[m.Source] = m.Until
		}
		marks, err := tx.Checkpoints(ctx, probes.FlowChecks)
		if err != nil {
			return err
		}
		for _, f := range probes.BrokenFlows(marks) {
			k.broken[f.Source()] = true
		}
		return c.openers(ctx, tx, now, k)
	})
}

// openers reads which openers are due around an instant.
func (c *Checker) openers(ctx context.Context, tx probes.Tx, now time.Time, k *known) error {
	for channel, flowOf := range k.flowOf {
		found, err := tx.Find(ctx, probes.Query{
			Edition: c.Edition.Name, Channel: channel, Outcomes: []probes.Outcome{probes.Pending},
			DueFrom: now.Add(-apart), DueBefore: now.Add(apart),
		})
		if err != nil {
			return err
		}
		for _, contact := range found {
			co, _ := c.Edition.Company(contact.Plan.Company)
			k.due = append(k.due, opener{channel, flowOf(co.Reach[channel]), contact.Current().Due})
		}
	}
	return nil
}

// look walks the way to a place, and keeps what came of it.
func (c *Checker) look(ctx context.Context, at place, by channels.FlowLocator) error {
	within, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	lost := by.Locate(within, at.Reach)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	found := probes.FlowCheck{Channel: at.Channel, Company: at.Company, At: c.now()}
	var no *channels.Refusal
	changed := errors.As(lost, &no) && no.Sign == channels.SignFlow
	log := c.Log.With("channel", at.Channel, "company", at.Company, "flow", at.Flow)
	if _, again := c.suspects[at]; changed && !again {
		c.suspects[at] = found.At
		log.Warn("the way through a page has changed, or the page was slow: it is looked at again", "err", lost)
		return nil
	}
	delete(c.suspects, at)
	switch {
	case changed:
		found.Broken = no.Text
		log.Error("the way through a page has changed: no opener would leave", "err", lost)
	case lost != nil:
		log.Warn("a look at a page at night says nothing of the way through it", "err", lost)
	default:
		log.Info("the way through a page is as its flow has it")
	}
	err := c.Ledger.Update(ctx, func(tx probes.Tx) error {
		if changed || lost == nil {
			if err := tx.Advance(ctx, probes.FlowChecks, found.Checkpoint()); err != nil {
				return err
			}
		}
		return tx.Advance(ctx, probes.FlowLooks, channels.Checkpoint{Source: at.key(), Until: found.At})
	})
	if err != nil {
		return fmt.Errorf("keep a look at %s: %w", at.Company, err)
	}
	return nil
}
