package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading/message"
)

// A chain is a contact with the events it is folded from.
type chain struct {
	contact probes.Contact
	story   []probes.Event
	head    string // the hash of its last event
}

// A step is one event, and the contact before and after it.
type step struct {
	event         probes.Event
	words         []byte // that were taken out of it; nil: it had none
	before, after probes.Contact
}

// Append adds events to the end of a contact's chain. If the first of them
// plans an attempt that the contact already has, all has been said before:
// nothing is written, and the contact is returned as it stands.
func (t *tx) Append(ctx context.Context, contact string, events ...probes.Event) (probes.Contact, error) {
	c, err := t.append(ctx, contact, events)
	if err != nil {
		return probes.Contact{}, fmt.Errorf("append to contact %s: %w", contact, err)
	}
	return c, nil
}

// append looks before it writes: what is refused leaves no trace, and the
// transaction can go on.
func (t *tx) append(ctx context.Context, contact string, events []probes.Event) (probes.Contact, error) {
	if t.ledger.opt.Fold == nil {
		return probes.Contact{}, errors.New("no fold was given")
	}
	before, err := t.chain(ctx, contact)
	if err != nil {
		return probes.Contact{}, err
	}
	if len(before.story) == 0 && (len(events) == 0 || events[0].Kind != probes.Planned) {
		return probes.Contact{}, probes.ErrNoContact
	}
	if len(events) == 0 || before.plans(events[0]) {
		return before.contact, nil
	}
	after, steps, err := t.ledger.extend(before, contact, events)
	if err != nil {
		return probes.Contact{}, err
	}
	if err := t.reserveNames(ctx, steps); err != nil {
		return probes.Contact{}, err
	}
	if err := t.write(ctx, after, steps); err != nil {
		return probes.Contact{}, err
	}
	t.last = after
	t.ledger.recent.keep(after) // under its head, which no other chain has, if this is undone
	return after.contact, nil
}

// chain reads a contact and its events; both are empty if there are none.
func (t *tx) chain(ctx context.Context, contact string) (*chain, error) {
	if t.last != nil && t.last.contact.ID == contact {
		return t.last, nil
	}
	var head string
	found, err := t.one(ctx, ask(`SELECT head FROM contacts WHERE id = $1`, contact), &head)
	if err != nil {
		return nil, fmt.Errorf("read contact: %w", err)
	}
	if !found {
		return &chain{}, nil
	}
	c := t.ledger.recent.at(contact, head)
	if c == nil {
		var body string
		if _, err = t.one(ctx, ask(`SELECT body FROM contacts WHERE id = $1`, contact), &body); err == nil {
			c = &chain{head: head}
			c.contact, err = decoded(body)
		}
		if err != nil {
			return nil, fmt.Errorf("read contact: %w", err)
		}
	}
	if len(c.story) == 0 {
		story, err := t.story(ctx, contact)
		if err != nil {
			return nil, err
		}
		c = &chain{contact: c.contact, story: story, head: c.head}
		t.ledger.recent.keep(c)
	}
	return c, nil
}

// plans reports whether e plans an attempt that the contact already has.
func (c *chain) plans(e probes.Event) bool {
	if e.Kind != probes.Planned {
		return false
	}
	for _, a := range c.contact.Attempts {
		if a.Number == e.Attempt {
			return true
		}
	}
	return false
}

// extend links events to a chain and folds after each, so that the figures are
// the same whether events come together or one by one.
func (l *Ledger) extend(before *chain, contact string, events []probes.Event) (*chain, []step, error) {
	// The story's capacity is cut, so that a chain that is refused leaves no
	// events behind in one that is kept.
	after := &chain{contact: before.contact, story: before.story[:len(before.story):len(before.story)]}
	recorded := stored(l.opt.Clock())
	var steps []step
	for _, e := range events {
		// What is hashed must be readable for as long as the chain is.
		if !json.Valid(e.Data) {
			return nil, nil, fmt.Errorf("data of %s is not JSON", e.Kind)
		}
		if after.plans(e) {
			continue
		}
		e.Contact, e.Seq, e.At, e.Recorded = contact, len(after.story)+1, stored(e.At), recorded
		e.Prev = ""
		if len(after.story) > 0 {
			e.Prev = after.story[len(after.story)-1].Hash
		}
		e, words, err := probes.Detach(e, l.opt.Salt)
		if err != nil {
			return nil, nil, err
		}
		e.Hash = e.Sum()
		s := l.step(after, e)
		s.words = words
		steps = append(steps, s)
	}
	return after, steps, nil
}

// step adds an event to c and folds it anew.
func (l *Ledger) step(c *chain, e probes.Event) step {
	s := step{event: e, before: c.contact}
	c.story = append(c.story, e)
	c.contact, c.head = l.opt.Fold(e.Contact, c.story), e.Hash
	s.after = c.contact
	return s
}

// reserveNames takes the names of each intent for its attempt. It writes only once
// all are known to be free, so that a caller who is told ErrTaken may go on
// with others in the same transaction.
func (t *tx) reserveNames(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if s.event.Kind != probes.Intended {
			continue
		}
		if err := t.free(ctx, s); err != nil {
			return err
		}
	}
	for _, s := range steps {
		if err := t.reserve(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// free returns an error if a name of an intent belongs to another attempt.
func (t *tx) free(ctx context.Context, s step) error {
	names, err := named(s.event)
	if err != nil || len(names) == 0 {
		return err
	}
	args := []any{s.after.Plan.Channel}
	list := holes(&args, names)
	var taken []string
	err = t.each(ctx, ask(`SELECT name, contact, attempt FROM names WHERE channel = $1 AND name IN `+list, args...),
		func(scan scan) error {
			var name, contact string
			var attempt int
			err := scan(&name, &contact, &attempt)
			if contact != s.event.Contact || attempt != s.event.Attempt {
				taken = append(taken, name)
			}
			return err
		})
	if err != nil {
		return fmt.Errorf("look up names: %w", err)
	}
	if len(taken) > 0 {
		return fmt.Errorf("%w: %s", probes.ErrTaken, strings.Join(taken, ", "))
	}
	return nil
}

// reserve gives the names of an event to its attempt. Those of an intent are its
// own, in whatever order a rebuild comes to contacts; of those that were learnt on
// opening it gets what no other attempt has.
func (t *tx) reserve(ctx context.Context, s step) error {
	names, err := named(s.event)
	if err != nil {
		return err
	}
	take := `INSERT INTO names (name, channel, contact, attempt) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name, channel) DO NOTHING`
	if s.event.Kind == probes.Intended {
		take = `INSERT INTO names (name, channel, contact, attempt) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name, channel) DO UPDATE SET contact = excluded.contact, attempt = excluded.attempt`
	}
	for _, name := range names {
		if _, err := t.exec(ctx, ask(take, name, s.after.Plan.Channel, s.event.Contact, s.event.Attempt)); err != nil {
			return fmt.Errorf("take name: %w", err)
		}
	}
	return nil
}

// named returns the names by which an arrival may point at what an event says:
// those of an intent, and those that were learnt when it left.
func named(e probes.Event) ([]string, error) {
	switch e.Kind {
	case probes.Intended:
		var intent probes.Intent
		if err := json.Unmarshal(e.Data, &intent); err != nil {
			return nil, fmt.Errorf("read intent: %w", err)
		}
		return normal(channels.Opening{Token: intent.Token, Address: intent.Address, ID: intent.ID}.Names()), nil
	case probes.Sent, probes.Copied:
		var sending probes.Sending
		if err := json.Unmarshal(e.Data, &sending); err != nil {
			return nil, fmt.Errorf("read sending: %w", err)
		}
		return normal(sending.Names), nil
	}
	return nil, nil
}

// normal returns names in the form in which they are compared.
func normal(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = message.Normal(name)
	}
	return all
}

// write makes the steps durable, and all that is made of them.
func (t *tx) write(ctx context.Context, after *chain, steps []step) error {
	for _, s := range steps {
		if s.words != nil {
			if _, err := t.Keep(ctx, s.words); err != nil {
				return err
			}
		}
		if err := t.writeEvent(ctx, s.event); err != nil {
			return fmt.Errorf("write event %d: %w", s.event.Seq, err)
		}
	}
	if err := t.writeContact(ctx, after); err != nil {
		return fmt.Errorf("write contact: %w", err)
	}
	return t.tally(ctx, steps)
}

// writeEvent inserts an event. The primary key is what keeps two of the same
// number out of a chain.
func (t *tx) writeEvent(ctx context.Context, e probes.Event) error {
	_, err := t.exec(ctx, ask(`
		INSERT INTO events (contact, seq, attempt, kind, at, recorded, data, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.Contact, e.Seq, e.Attempt, string(e.Kind), micros(e.At), micros(e.Recorded),
		string(e.Data), e.Prev, e.Hash))
	return err
}

// writeContact writes a contact as it stands, with the columns that it is found
// by. One that is what it was, after a rebuild, has not changed.
func (t *tx) writeContact(ctx context.Context, c *chain) error {
	body, err := json.Marshal(c.contact)
	if err != nil {
		return err
	}
	version, err := t.raised(ctx)
	if err != nil {
		return err
	}
	var deadline any
	if !c.contact.Deadline.IsZero() {
		deadline = micros(c.contact.Deadline)
	}
	plan, current, head := c.contact.Plan, c.contact.Current(), c.story[len(c.story)-1]
	_, err = t.exec(ctx, ask(`
		INSERT INTO contacts (id, edition, class, company, channel, probe,
			state, outcome, due, deadline, events, head, body, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET edition = excluded.edition, class = excluded.class,
			company = excluded.company, channel = excluded.channel, probe = excluded.probe,
			state = excluded.state, outcome = excluded.outcome,
			due = excluded.due, deadline = excluded.deadline, events = excluded.events,
			head = excluded.head, body = excluded.body,
			changed = CASE WHEN contacts.head = excluded.head AND contacts.body = excluded.body
				THEN contacts.changed ELSE excluded.changed END`,
		head.Contact, plan.Edition, plan.Class, plan.Company, plan.Channel, plan.Probe,
		string(current.State), string(c.contact.Outcome), micros(current.Due), deadline,
		head.Seq, head.Hash, string(body), version))
	return err
}
