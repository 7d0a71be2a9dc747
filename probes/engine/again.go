package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/plan"
)

// askAgain plans the contact's next attempt, and returns the contact with it;
// as it was, if the season has no place for one.
func (e *Engine) askAgain(ctx context.Context, tx probes.Tx, c probes.Contact) (probes.Contact, error) {
	at, ok, err := e.nextSlot(ctx, tx, c)
	if err != nil || !ok {
		return c, err
	}
	next := c.Plan
	next.Slot = at
	return tx.Append(ctx, c.ID, probes.NewEvent(probes.Planned, c.Current().Number+1, e.now(), next))
}

// nextSlot returns when the contact's company is asked again: when the plan
// has it or, if that has passed or is closed by now, at the next place that
// keeps the rules of the plan.
func (e *Engine) nextSlot(ctx context.Context, tx probes.Tx, c probes.Contact) (time.Time, bool, error) {
	now := e.now()
	if e.Timing.Again > 0 {
		return now.Add(e.Timing.Again), true, nil
	}
	probe, known := e.Edition.Probe(c.Plan.Probe)
	co, takes := e.Edition.Company(c.Plan.Company)
	if !known || !takes {
		return time.Time{}, false, nil
	}
	if second := c.Plan.Second; second.After(now) {
		if _, open := e.Edition.Opens(probe, co, second); open {
			return second, true, nil
		}
	}
	others, err := e.engagements(ctx, tx, c)
	if err != nil {
		return time.Time{}, false, err
	}
	var taken []time.Time
	for _, o := range others {
		for _, t := range []time.Time{o.At, o.Second} {
			if !t.IsZero() {
				taken = append(taken, t)
			}
		}
	}
	at, ok := e.drawn.season.SecondAttempt(e.drawn.contact(c), taken, now)
	return at, ok, nil
}

// contact returns what the plan knows of a contact of the ledger.
func (d drawnPlan) contact(c probes.Contact) plan.Contact {
	return d.season.WithCell(plan.Contact{
		ID: c.ID, Company: c.Plan.Company, Class: c.Plan.Class, Channel: c.Plan.Channel, Probe: c.Plan.Probe,
		Round: c.Plan.Round, At: c.Plan.Slot, Second: c.Plan.Second,
		Scenario: c.Plan.Scenario, Persona: c.Plan.Persona, Replaces: c.Plan.Replaces,
	})
}

// engagements returns the other contacts that a contact's company has had, or
// is to have: those of the ledger that were put to it or wait to be, with
// their attempts as they came, and those of the plan whose round has not begun.
func (e *Engine) engagements(ctx context.Context, tx probes.Tx, c probes.Contact) ([]plan.Contact, error) {
	all, err := tx.Find(ctx, probes.Query{Edition: c.Plan.Edition, Company: c.Plan.Company})
	if err != nil {
		return nil, err
	}
	var others []plan.Contact
	begun := map[string]bool{}
	for _, other := range all {
		begun[other.ID] = true
		if other.ID == c.ID || !other.Asked() && !other.Live() {
			continue
		}
		o := e.drawn.contact(other)
		o.At = other.Attempts[0].Start()
		if len(other.Attempts) > 1 {
			o.Second = other.Attempts[1].Start()
		} else if !other.Live() {
			o.Second = time.Time{}
		}
		others = append(others, o)
	}
	for _, planned := range e.drawn.ahead.Contacts {
		if planned.Company == c.Plan.Company && !begun[planned.ID] && planned.At.After(e.now()) {
			others = append(others, planned)
		}
	}
	return others, nil
}

// A hold keeps a channel's openers back after its server has refused our login:
// asked again and again with the same password, servers lock accounts. One
// opener at a time tries whether the login is taken again.
type hold struct {
	until time.Time
	wait  time.Duration // doubles
	tried bool          // one opener was let go since
}

// Holds after a login that was refused.
const (
	firstHold   = 30 * time.Second
	longestHold = 15 * time.Minute
)

// held returns how long a channel's openers are kept back; 0 lets one go.
func (e *Engine) held(channel string) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	h, held := e.holds[channel]
	if !held {
		return 0
	}
	now := e.now()
	if wait := h.until.Sub(now); wait > 0 {
		return wait
	}
	h.until, h.tried = now.Add(h.wait), true
	e.holds[channel] = h
	return 0
}

// holdOrRelease holds a channel whose server has refused our login, or releases it
// once the server accepts the login again.
func (e *Engine) holdOrRelease(channel string, result probes.Event) {
	step := channels.Step("")
	if result.Kind == probes.Deferred || result.Kind == probes.Refused {
		if step = probes.Payload[probes.Failure](result).Step; step == "" || step == channels.StepGreet {
			return // it did not come to a login
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if step != channels.StepAuth {
		delete(e.holds, channel)
		return
	}
	h, held := e.holds[channel]
	if held && !h.tried {
		return // it had set out before
	}
	h.wait = min(max(firstHold, 2*h.wait), longestHold)
	h.until, h.tried = e.now().Add(h.wait), false
	e.holds[channel] = h
}

// replace plans another contact for each that was void, broken off or contested, in its
// cell of the plan if that has room, at most twice for the same question
// ([plan.Season.Replacement]). What became of any contact is not asked for
// beyond that, and no person chooses.
func (e *Engine) replace(ctx context.Context) error {
	const look = "contacts to replace"
	changes, now := e.changes(ctx), e.now()
	if e.looks.Idle(look, changes, now) {
		return nil
	}
	var lost []probes.Contact
	var seen probes.Snapshot
	err := e.Ledger.View(ctx, func(tx probes.Tx) (err error) {
		if seen, err = tx.Snapshot(ctx); err != nil {
			return err
		}
		lost, err = tx.Find(ctx, probes.Query{
			Edition: e.Edition.Name, Outcomes: []probes.Outcome{probes.Void, probes.BrokenOff, probes.Contested},
			ChangedSince: e.lostUntil,
		})
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range lost {
		if e.replaced[c.ID] {
			continue
		}
		if err := e.Ledger.Update(ctx, func(tx probes.Tx) error { return e.replaceOne(ctx, tx, c) }); err != nil {
			return fmt.Errorf("%s: %w", c.ID, err)
		}
		e.replaced[c.ID] = true
	}
	e.looks.Found(look, changes, now, time.Time{})
	e.lostUntil = seen.Version
	return nil
}

// replaceOne plans what stands in for a contact, unless something does or
// nothing can.
func (e *Engine) replaceOne(ctx context.Context, tx probes.Tx, c probes.Contact) error {
	probe, known := e.Edition.Probe(c.Plan.Probe)
	if !known {
		return nil
	}
	stead := c.Plan
	stead.Replaces = c.ID
	if _, _, err := tx.Story(ctx, ContactID(stead)); !errors.Is(err, probes.ErrNoContact) {
		return err
	}
	if needed, err := replaces(ctx, tx, c); err != nil || !needed {
		return err
	}
	others, err := e.engagements(ctx, tx, c)
	if err != nil {
		return err
	}
	if c.Asked() {
		others = append(others, e.drawn.contact(c))
	}
	now := e.now()
	next, ok := e.drawn.season.Replacement(e.drawn.contact(c), others, now)
	if !ok {
		e.Log.Warn("not replaced: no room, or replaced twice", "contact", c.ID, "company", c.Plan.Company)
		return nil
	}
	p := e.drawn.plan(probe, next)
	p.Contested = c.Plan.Contested || c.Outcome == probes.Contested
	_, err = tx.Append(ctx, ContactID(p), probes.NewEvent(probes.Planned, 1, now, p))
	e.Log.Info("replaced", "contact", c.ID, "by", ContactID(p), "at", p.Slot)
	return err
}

// keepPlan keeps the plan that the engine follows, if the ledger does not know
// it, and that it is followed again, if another one was meanwhile: after a change in mid-season both are there, and each contact says by
// which it was asked.
func (e *Engine) keepPlan(ctx context.Context) error {
	return e.Ledger.Update(ctx, func(tx probes.Tx) error {
		checkpoints, err := tx.Checkpoints(ctx, probes.DrawnPlans)
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(checkpoints, func(m channels.Checkpoint) bool { return m.Source == e.drawn.digest })
		if !known {
			if _, err := tx.Keep(ctx, []byte(e.drawn.text)); err != nil {
				return err
			}
		}
		if err := probes.Follow(ctx, tx, channels.Checkpoint{Source: e.drawn.digest, Until: e.now()}); err != nil {
			return err
		}
		return e.noteJoined(ctx, tx)
	})
}
