package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/plan"
)

// open opens what is due, if it still is. The order keeps it from leaving
// twice:
//
//  1. The queue gives the attempt to one caller. Its marks are drawn, and
//     belong to no other attempt.
//  2. The channel connects, and does all that leaves nothing behind. A crash or
//     a failure here leaves an attempt that waits to be tried again.
//  3. At the last instant the channel asks leave ([departure]): in one
//     transaction the attempt goes from planned to sending, with all that it
//     takes to know it again. Only one caller can do this, once a try.
//  4. That is durable. Now, and only now, the opener is handed over.
//  5. What became of it is appended. A crash, or a ledger that fails, between
//     3 and 5 leaves a sending without an owner: it becomes unsure, and is
//     settled by looking.
func (e *Engine) open(ctx context.Context, due probes.Job) (again time.Duration, err error) {
	c, err := e.waiting(ctx, due)
	if err != nil || c.ID == "" {
		return 0, err
	}
	opener, ok := e.Channels[c.Plan.Channel].(channels.Opener)
	if !ok {
		return 0, fmt.Errorf("open %s: channel %s opens nothing", due.Contact, c.Plan.Channel)
	}
	if wait := e.untilHeard(ctx, c); wait > 0 {
		return wait, nil
	}
	if e.stepped() {
		return e.Timing.Retry, nil
	}
	if e.twice.Stops() {
		return e.Timing.Settle, nil
	}
	if wait := e.slotInLimit(c.Plan.Channel, due); wait > 0 {
		return wait, nil
	}
	if wait := e.held(c.Plan.Channel); wait > 0 {
		return wait, nil
	}
	opening, err := e.prepare(ctx, opener, due)
	if err != nil || opening.Attempt == "" {
		return 0, err
	}
	d := &departure{engine: e, due: due, channel: c.Plan.Channel, opening: opening}
	if p, asked := promptOf(opener, opening); asked {
		return 0, d.prompt(ctx, p)
	}
	return 0, d.handOver(ctx, opener)
}

// waiting returns the contact if the attempt still waits to be opened, else
// the zero Contact.
func (e *Engine) waiting(ctx context.Context, due probes.Job) (c probes.Contact, err error) {
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		c, err = e.stillWaiting(ctx, tx, due)
		return err
	})
	return c, err
}

// stillWaiting returns the contact if the attempt still waits to be opened, else
// the zero Contact. A queue may hold what is left of another edition: that is
// not ours to open.
func (e *Engine) stillWaiting(ctx context.Context, tx probes.Tx, due probes.Job) (probes.Contact, error) {
	c, _, err := tx.Story(ctx, due.Contact)
	if err != nil || !awaits(c, due) || c.Plan.Edition != e.Edition.Name {
		return probes.Contact{}, err
	}
	return c, nil
}

// awaits reports whether it is this attempt, at this time, that is to be sent.
// One that was deferred has another time and comes again by the plan.
func awaits(c probes.Contact, due probes.Job) bool {
	a := c.Current()
	return c.Live() && a.Number == due.Attempt && a.State == probes.AttemptPlanned && !a.Due.After(due.At)
}

// slotInLimit returns how long the channel's limit makes an opener wait; 0 lets it go.
// An opener that has to wait is given a slot and keeps it.
func (e *Engine) slotInLimit(channel string, due probes.Job) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	at, given := e.limited[due]
	if !given {
		at = now.Add(e.limits[channel].ReserveN(now, 1).DelayFrom(now))
		e.limited[due] = at
	}
	if wait := at.Sub(now); wait > 0 {
		return wait
	}
	delete(e.limited, due)
	return 0
}

// prepare returns what is to be handed over. The opening is empty if there is
// nothing to hand over any more; what may not leave is then dropped.
func (e *Engine) prepare(ctx context.Context, opener channels.Opener, due probes.Job) (o channels.Opening, err error) {
	forbidden := false
	err = e.Ledger.View(ctx, func(tx probes.Tx) error {
		c, err := e.stillWaiting(ctx, tx, due)
		if err != nil || c.ID == "" {
			return err
		}
		reason, err := e.forbidden(ctx, tx, c, e.now())
		if forbidden = reason != ""; err != nil || forbidden {
			return err
		}
		if o, err = e.marked(ctx, tx, opener, c); err != nil {
			return fmt.Errorf("prepare %s: %w", c.ID, err)
		}
		return nil
	})
	if err == nil && forbidden {
		_, err = e.admit(ctx, due, func(probes.Tx) error { return nil })
	}
	return o, err
}

// marked returns what the contact's current attempt says, with marks that no
// other attempt has. What another has would be taken for that one, on some
// channels as soon as they are asked: its conversation is there.
func (e *Engine) marked(ctx context.Context, tx probes.Tx, opener channels.Opener, c probes.Contact) (channels.Opening, error) {
	for draw := 1; draw <= mostDraws; draw++ {
		o, err := words(e.Edition, c, draw)
		if err == nil {
			o, err = opener.Prepare(o)
		}
		if err != nil {
			return channels.Opening{}, err
		}
		named, err := tx.Find(ctx, probes.Query{Channel: c.Plan.Channel, Names: o.Names()})
		if err != nil {
			return channels.Opening{}, err
		}
		if !slices.ContainsFunc(named, func(other probes.Contact) bool { return takes(other, c, o) }) {
			return o, nil
		}
	}
	return channels.Opening{}, fmt.Errorf("%w: %d draws in a row", probes.ErrTaken, mostDraws)
}

// takes reports whether a name of o belongs to another attempt than c's current
// one, as far as other is known by a name of o.
func takes(other, c probes.Contact, o channels.Opening) bool {
	if other.ID != c.ID {
		return true
	}
	return slices.ContainsFunc(other.Attempts[:len(other.Attempts)-1], func(a probes.Attempt) bool {
		return slices.ContainsFunc(o.Names(), a.KnownAs)
	})
}

// forbidden returns why an opener may not leave now, or "" if it may. An
// opener that has missed its day or its hours is not sent at another time than
// the plan's.
func (e *Engine) forbidden(ctx context.Context, tx probes.Tx, c probes.Contact, now time.Time) (string, error) {
	p, known := e.Edition.Probe(c.Plan.Probe)
	co, takes := e.Edition.Company(c.Plan.Company)
	switch {
	case !known || !takes || co.Reach[c.Plan.Channel] == "":
		return "no longer in the configuration", nil
	case e.Edition.Day(now) != e.Edition.Day(c.Current().Due):
		return "missed its day", nil
	}
	if reason, ok := e.Edition.Opens(p, co, now); !ok {
		return reason, nil
	}
	at := participation.Place{Company: co, Day: e.Edition.Day(now), Channel: c.Plan.Channel}
	if bar, barred, err := participation.Barred(ctx, tx, e.Edition, at); err != nil || barred {
		return bar.String(), err
	}
	if needed, err := replaces(ctx, tx, c); err != nil || !needed {
		return "the contact that it stands in for left after all", err
	}
	return e.overLimit(ctx, tx, c, now)
}

// replaces reports whether a contact stands in for one that is lost; one that
// stands in for none does. A copy that comes home late brings a lost one back.
func replaces(ctx context.Context, tx probes.Tx, c probes.Contact) (bool, error) {
	if c.Plan.Replaces == "" {
		return true, nil
	}
	first, _, err := tx.Story(ctx, c.Plan.Replaces)
	if errors.Is(err, probes.ErrNoContact) {
		return true, nil // the ledger was lost meanwhile
	}
	return first.Outcome == probes.Void || first.Outcome == probes.BrokenOff || first.Outcome == probes.Contested, err
}

// words returns what the contact's current attempt says, and its token, which is
// another one at each draw.
func words(ed *edition.Edition, c probes.Contact, draw int) (channels.Opening, error) {
	a := c.Current()
	co, _ := ed.Company(c.Plan.Company)
	o := channels.Opening{
		Attempt: fmt.Sprintf("%s.%d", c.ID, a.Number),
		Reach:   co.Reach[c.Plan.Channel],
		Token:   token(ed, c.ID, a.Number, draw),
	}
	for _, p := range ed.PersonasOn(c.Plan.Channel) {
		if p.Name == c.Plan.Persona {
			o.Persona = p.Persona
		}
	}
	for _, s := range ed.Scenarios {
		if s.Name == c.Plan.Scenario {
			return o, fill(s, &o, co, plan.NewStream(ed.Seed, "words", c.ID, fmt.Sprint(a.Number)))
		}
	}
	return o, fmt.Errorf("scenario %s is not in the configuration", c.Plan.Scenario)
}

// Sample returns count openings as they could be sent on a channel: of its personas,
// with every scenario that has a subject, to the companies in turn. Nothing is
// planned or sent. It is empty if one of these is missing.
func Sample(ed *edition.Edition, channel string, count int) (all []channels.Opening, err error) {
	companies := slices.DeleteFunc(slices.Clone(ed.Companies), func(co edition.Company) bool { return co.Reach[channel] == "" })
	scenarios := slices.DeleteFunc(slices.Clone(ed.Scenarios), func(s edition.Scenario) bool { return len(s.Subjects) == 0 })
	personas := ed.PersonasOn(channel)
	if len(companies) == 0 || len(scenarios) == 0 || len(personas) == 0 {
		return nil, nil
	}
	for n := range count {
		c := probes.Contact{ID: fmt.Sprintf("sample/%d", n), Attempts: []probes.Attempt{{Number: 1}}, Plan: probes.Plan{
			Channel: channel, Company: companies[n%len(companies)].ID,
			Persona: personas[n%len(personas)].Name, Scenario: scenarios[n%len(scenarios)].Name,
		}}
		o, err := words(ed, c, 1)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// fill draws the opening's subject and body from the scenario's variants.
func fill(sc edition.Scenario, o *channels.Opening, co edition.Company, s *plan.Stream) (err error) {
	fields := map[string]string{"Company": co.Name, "Class": co.Class, "Persona": o.Persona.Name}
	for _, name := range slices.Sorted(maps.Keys(sc.Details)) {
		fields[name], _ = choose(s, sc.Details[name])
	}
	body := sc.Body
	if len(sc.Bodies) > 0 {
		body, _ = choose(s, append([]string{sc.Body}, sc.Bodies...))
	}
	subject, _ := choose(s, sc.Subjects)
	if o.Subject, err = s.Text(subject, fields); err != nil {
		return fmt.Errorf("scenario %s: subject: %w", sc.Name, err)
	}
	if o.Body, err = s.Text(body, fields); err != nil {
		return fmt.Errorf("scenario %s: body: %w", sc.Name, err)
	}
	return nil
}
