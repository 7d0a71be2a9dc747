package probes

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// planner is the name under which the ledger keeps how far each probe's rounds
// are drawn: a mark whose source is the probe, at its last tick.
const planner = "plan"

// plan begins the rounds whose tick has come, and gives the queue what is due
// within the horizon.
func (e *Engine) plan(ctx context.Context) error {
	now := e.now()
	for _, p := range e.Edition.Probes {
		if _, opens := e.Channels[p.Channel].(channels.Opener); !opens {
			continue
		}
		if err := e.planRound(ctx, p, now); err != nil {
			return fmt.Errorf("plan round of %s: %w", p.Name, err)
		}
	}
	if err := e.enqueue(ctx, now); err != nil {
		return fmt.Errorf("queue openers: %w", err)
	}
	return nil
}

// planRound begins the newest round of a probe whose tick has passed, if it is
// not yet begun. Those between are skipped: nobody is written to twice to
// catch up.
func (e *Engine) planRound(ctx context.Context, p Probe, now time.Time) error {
	var tick time.Time
	var due bool
	look := func(tx Tx) error {
		last, err := e.lastTick(ctx, tx, p)
		tick, due = p.Ticks.Due(last, now)
		return err
	}
	if err := e.Ledger.View(ctx, look); err != nil || !due {
		return err
	}
	return e.Ledger.Update(ctx, func(tx Tx) error {
		if err := look(tx); err != nil || !due {
			return err
		}
		contacts := e.Edition.round(p, tick, now)
		for _, c := range contacts {
			if _, err := tx.Append(ctx, contactID(c), event(Planned, 1, tick, c)); err != nil {
				return fmt.Errorf("company %s: %w", c.Company, err)
			}
		}
		e.Log.Info("round", "probe", p.Name, "tick", tick, "contacts", len(contacts))
		return tx.Advance(ctx, planner, channels.Mark{Source: p.Name, Until: tick})
	})
}

// lastTick returns the tick of the round last begun; before the first, the
// instant from which ticks count: the edition's beginning, or the engine's own.
func (e *Engine) lastTick(ctx context.Context, tx Tx, p Probe) (time.Time, error) {
	marks, err := tx.Marks(ctx, planner)
	if err != nil {
		return time.Time{}, err
	}
	for _, m := range marks {
		if m.Source == p.Name {
			return m.Until, nil
		}
	}
	if e.Edition.From.IsZero() {
		return e.began.Add(-time.Second), nil
	}
	return e.Edition.From.In(e.Edition.zone()).Add(-time.Second), nil
}

// round returns what a probe's round at tick holds: one contact for every
// company that has the channel, each at its own slot, in the order of slots.
// A company that cannot be contacted inside the round is left out, and so is
// everyone once the round is over.
func (ed *Edition) round(p Probe, tick, now time.Time) []Plan {
	var contacts []Plan
	order := map[string]uint64{}
	for _, co := range ed.Companies {
		if co.Reach[p.Channel] == "" {
			continue
		}
		s := plan.NewStream(ed.Seed, "round", ed.Name, p.Name, stamp(tick), co.ID)
		order[co.ID] = s.Uint64()
		slot, open := turn{ed, p, co}.slot(s, tick, now)
		scenario, told := choose(s, ed.scenariosFor(co))
		persona, found := choose(s, ed.personasOn(p.Channel))
		if !open || !told || !found {
			continue
		}
		contacts = append(contacts, Plan{
			Edition: ed.Name, Company: co.ID, Class: co.Class, Channel: p.Channel, Probe: p.Name,
			Round: tick.UTC(), Slot: slot.UTC(), Scenario: scenario.Name, Persona: persona.Name,
			Within: p.Within.String(), DayEnds: p.Within.DayEnds.String(),
		})
	}
	slices.SortFunc(contacts, func(a, b Plan) int {
		return cmp.Or(a.Slot.Compare(b.Slot), cmp.Compare(order[a.Company], order[b.Company]))
	})
	return contacts
}

// A turn is a company's place in the rounds of a probe.
type turn struct {
	*Edition
	probe   Probe
	company Company
}

// slot draws when the company is to be contacted in the round. Without a spread
// that is the tick; a tick that was missed is caught up now, inside its hours.
func (t turn) slot(s *plan.Stream, tick, now time.Time) (time.Time, bool) {
	if t.probe.Spread == (calendar.Within{}) {
		_, atTick := t.opens(t.probe, t.company, tick)
		_, stillOpen := t.opens(t.probe, t.company, now)
		return tick, atTick && stillOpen && t.day(tick) == t.day(now)
	}
	end := t.spreadEnd(t.probe, tick)
	if end.Before(now) {
		return time.Time{}, false
	}
	slot := s.Slot(t.open(tick, end))
	return slot, !slot.IsZero()
}

// open yields when an opener may leave to the company, day by day.
func (t turn) open(from, to time.Time) iter.Seq[calendar.Span] {
	return func(yield func(calendar.Span) bool) {
		for day := t.day(from); !day.After(t.day(to)); day = day.AddDays(1) {
			begins, ends := day.In(t.zone()), day.AddDays(1).In(t.zone())
			for span := range t.spans(t.probe, t.company, later(begins, from), earlier(ends, to)) {
				if _, ok := t.opens(t.probe, t.company, span.From); ok && !yield(span) {
					return
				}
			}
		}
	}
}

// spreadEnd returns when a round is over. In working days, the tick's own day
// is the first.
func (ed *Edition) spreadEnd(p Probe, tick time.Time) time.Time {
	const midnight = calendar.Clock(24 * 60)
	spread := p.Spread
	spread.DayEnds, spread.Before = midnight, midnight
	return ed.Rules.Calendar.Deadline(tick, spread)
}

// scenariosFor returns the scenarios in the company's language that its class
// may be asked.
func (ed *Edition) scenariosFor(co Company) []Scenario {
	var fit []Scenario
	for _, s := range ed.Scenarios {
		if s.Language == co.Language && (len(s.Classes) == 0 || slices.Contains(s.Classes, co.Class)) {
			fit = append(fit, s)
		}
	}
	return fit
}

// personasOn returns the personas that a channel has.
func (ed *Edition) personasOn(channel string) []Persona {
	var fit []Persona
	for _, p := range ed.Personas {
		if p.Channel == channel {
			fit = append(fit, p)
		}
	}
	return fit
}

func choose[T any](s *plan.Stream, from []T) (T, bool) {
	if len(from) == 0 {
		var none T
		return none, false
	}
	return from[s.Below(uint64(len(from)))], true
}

// enqueue gives the queue the openers that are due within the horizon and not
// with it yet. One that the queue should have run a while ago is given again.
func (e *Engine) enqueue(ctx context.Context, now time.Time) error {
	var waiting []Contact
	err := e.Ledger.View(ctx, func(tx Tx) (err error) {
		waiting, err = tx.Find(ctx, Query{
			Edition: e.Edition.Name, States: []State{AttemptPlanned}, DueBefore: now.Add(e.Pace.Horizon),
		})
		return err
	})
	if err != nil {
		return err
	}
	asked, fresh := e.unasked(waiting, now)
	if len(fresh) > 0 {
		err = e.Ledger.Update(ctx, func(tx Tx) error { return e.Queue.Add(ctx, tx, fresh...) })
	}
	if err == nil {
		e.asked = asked
	}
	return err
}

// unasked returns what has to be asked of the queue now, and all that it will
// then have been asked for.
func (e *Engine) unasked(waiting []Contact, now time.Time) (asked map[Due]time.Time, fresh []Due) {
	const forgotten = 10 * time.Minute
	asked = map[Due]time.Time{}
	for _, c := range waiting {
		due := Due{Contact: c.ID, Attempt: c.Current().Number, At: c.Current().Due}
		since, known := e.asked[due]
		if !known || now.Sub(later(since, due.At)) > forgotten {
			fresh, since = append(fresh, due), now
		}
		asked[due] = since
	}
	return asked, fresh
}

// contactID names a contact for what it is, so that planning it twice is
// planning it once: 60 bits of SHA-256 of edition, probe, round and company.
func contactID(p Plan) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{p.Edition, p.Probe, stamp(p.Round), p.Company, p.Replaces}, "\x1f")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}

// stamp writes an instant the same way everywhere.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
