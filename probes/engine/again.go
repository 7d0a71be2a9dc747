package engine

import (
	"context"
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

// heed holds a channel whose server has refused our login, or lets it go once
// the server has taken it again.
func (e *Engine) heed(channel string, result probes.Event) {
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
