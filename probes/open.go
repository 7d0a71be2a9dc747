package probes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// open opens what is due, if it still is. The order keeps it from leaving
// twice:
//
//  1. In one transaction the attempt goes from planned to sending, with all
//     that it takes to know it again. Only one caller can do this, once a try.
//  2. That is durable. Now, and only now, the opener is handed over.
//  3. What became of it is appended. A crash, or a ledger that fails, between
//     1 and 3 leaves a sending that nobody sees to: it becomes unsure, and is
//     settled by looking.
func (e *Engine) open(ctx context.Context, due Job) (again time.Duration, err error) {
	c, err := e.waiting(ctx, due)
	if err != nil || c.ID == "" {
		return 0, err
	}
	opener, ok := e.Channels[c.Plan.Channel].(channels.Opener)
	if !ok {
		return 0, fmt.Errorf("open %s: channel %s opens nothing", due.Contact, c.Plan.Channel)
	}
	if wait := max(e.held(c.Plan.Channel), e.slotInLimit(c.Plan.Channel, due)); wait > 0 {
		return wait, nil
	}
	opening, err := e.intend(ctx, opener, due)
	if err != nil || opening.Attempt == "" {
		return 0, err
	}
	if p, asked := promptOf(opener, opening); asked {
		e.notify(ctx, p, due)
		return 0, nil
	}
	outcome := e.handOver(ctx, opener, opening, due)
	e.heed(c.Plan.Channel, outcome)
	return 0, e.write(context.WithoutCancel(ctx), due.Contact, outcome)
}

// waiting returns the contact if the attempt still waits to be opened, else
// the zero Contact.
func (e *Engine) waiting(ctx context.Context, due Job) (c Contact, err error) {
	err = e.Ledger.View(ctx, func(tx Tx) error {
		c, _, err = tx.Story(ctx, due.Contact)
		return err
	})
	if err != nil || !awaits(c, due) {
		return Contact{}, err
	}
	return c, nil
}

// awaits reports whether it is this attempt, at this time, that is to be sent.
// One that was deferred has another time and comes again by the plan.
func awaits(c Contact, due Job) bool {
	a := c.Current()
	return c.Live() && a.Number == due.Attempt && a.State == AttemptPlanned && !a.Due.After(due.At)
}

// slotInLimit returns how long the channel's limit makes an opener wait; 0 lets it go.
// Whoever has to wait is given a slotInLimit and keeps it.
func (e *Engine) slotInLimit(channel string, due Job) time.Duration {
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

// intend makes the intent durable and returns what is to be handed over. The
// opening is empty if there is nothing to hand over any more.
func (e *Engine) intend(ctx context.Context, opener channels.Opener, due Job) (channels.Opening, error) {
	for draw := 1; ; draw++ {
		opening, err := e.tryIntend(ctx, opener, due, draw)
		if err == nil || draw == 20 || !errors.Is(err, ErrTaken) {
			return opening, err
		}
	}
}

func (e *Engine) tryIntend(ctx context.Context, opener channels.Opener, due Job, draw int) (opening channels.Opening, err error) {
	err = e.Ledger.Update(ctx, func(tx Tx) error {
		opening = channels.Opening{}
		c, _, err := tx.Story(ctx, due.Contact)
		if err != nil || !awaits(c, due) {
			return err
		}
		now := e.now()
		reason, err := e.forbidden(ctx, tx, c, now)
		if err != nil {
			return err
		}
		if reason != "" {
			err = e.record(ctx, tx, c.ID, NewEvent(Dropped, due.Attempt, now, Failure{Reason: reason, Fault: Ours}))
			return err
		}
		words, err := words(e.Edition, c, draw)
		if err == nil {
			opening, err = opener.Prepare(words)
		}
		if err != nil {
			return fmt.Errorf("prepare %s: %w", c.ID, err)
		}
		if err := e.keepIntent(ctx, tx, due, opening); err != nil {
			return err
		}
		if p, asked := promptOf(opener, opening); asked {
			_, err = tx.Append(ctx, c.ID, NewEvent(Prompted, due.Attempt, now, Prompting{How: p.How, Heard: p.Heard, Seen: p.Seen}))
		}
		return err
	})
	if err != nil {
		return channels.Opening{}, err
	}
	return opening, nil
}

func (e *Engine) keepIntent(ctx context.Context, tx Tx, due Job, o channels.Opening) error {
	words, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encode opening: %w", err)
	}
	digest, err := tx.Keep(ctx, words)
	if err != nil {
		return err
	}
	_, err = tx.Append(ctx, due.Contact, NewEvent(Intended, due.Attempt, e.now(), Intent{
		Token: o.Token, Address: o.Address, ID: o.ID, Words: digest,
	}))
	return err
}

// forbidden returns why an opener may not leave now, or "" if it may. An
// opener that has missed its day or its hours is not sent at another time than
// the plan's.
func (e *Engine) forbidden(ctx context.Context, tx Tx, c Contact, now time.Time) (string, error) {
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
	return e.overLimit(ctx, tx, c, now)
}

// overLimit returns which limit on bothering the company is reached, or "".
// Openers that never left do not count; an unsure one does.
func (e *Engine) overLimit(ctx context.Context, tx Tx, c Contact, now time.Time) (string, error) {
	limits := e.Edition.Limits
	if limits.PerCompanyPerDay == 0 && limits.PerCompanyPerEdition == 0 {
		return "", nil
	}
	all, err := tx.Find(ctx, Query{Edition: c.Plan.Edition, Company: c.Plan.Company})
	if err != nil {
		return "", err
	}
	today, contacts := bothered(e.Edition, all, c.ID, e.Edition.Day(now))
	switch {
	case limits.PerCompanyPerDay > 0 && today >= limits.PerCompanyPerDay:
		return "the company's limit for the day is reached", nil
	case limits.PerCompanyPerEdition > 0 && contacts >= limits.PerCompanyPerEdition:
		return "the company's limit for the edition is reached", nil
	}
	return "", nil
}

// bothered counts the openers that a company has, or may have, had today, and
// its contacts that have had any, the one with the id apart.
func bothered(ed *Edition, all []Contact, id string, today calendar.Date) (openers, contacts int) {
	for _, c := range all {
		begun := false
		for _, a := range c.Attempts {
			if !a.Bothers() {
				continue
			}
			begun = true
			if ed.Day(a.Intended) == today {
				openers++
			}
		}
		if begun && c.ID != id {
			contacts++
		}
	}
	return openers, contacts
}

// words returns what the contact's current attempt says, and its token, which is
// another one at each draw.
func words(ed *Edition, c Contact, draw int) (channels.Opening, error) {
	a := c.Current()
	co, _ := ed.Company(c.Plan.Company)
	o := channels.Opening{
		Attempt: fmt.Sprintf("%s.%d", c.ID, a.Number),
		Reach:   co.Reach[c.Plan.Channel],
		Token:   plan.NewStream(ed.Seed, "token", c.ID, fmt.Sprint(a.Number, ".", draw)).Token(8),
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

// fill draws the opening's subject and body from the scenario's variants.
func fill(sc Scenario, o *channels.Opening, co Company, s *plan.Stream) (err error) {
	fields := map[string]string{"Company": co.Name, "Class": co.Class, "Persona": o.Persona.Name}
	subject, _ := choose(s, sc.Subjects)
	if o.Subject, err = s.Text(subject, fields); err != nil {
		return fmt.Errorf("scenario %s: subject: %w", sc.Name, err)
	}
	if o.Body, err = s.Text(sc.Body, fields); err != nil {
		return fmt.Errorf("scenario %s: body: %w", sc.Name, err)
	}
	return nil
}
