package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// pageEvents is about how many events an audit reads at once.
const pageEvents = 4000

// An account is all that the ledger has of one contact.
type account struct {
	id      string
	story   []probes.Event
	plan    probes.Plan
	contact *probes.Contact  // as its events make it; nil: not known
	heard   map[string]int64 // how far sources had been heard when silence was proven
	torn    bool             // its chain does not hold
	listed  bool             // it is in the table of contacts
}

// A span is the contacts after one id, up to and with another.
type span struct {
	after, last string
	first, open bool // there are none before, none beyond
}

// within keeps what is of the span's contacts.
func (s span) within(w *where, column string) {
	if !s.first {
		w.that(column+" > ", s.after)
	}
	if !s.open {
		w.that(column+" <= ", s.last)
	}
}

// A recount is what the accounts of a span say must be in other tables.
type recount struct {
	claims []reservation
	papers []naming
}

// A reservation is a name that an event gives to an attempt.
type reservation struct {
	name, channel, contact string
	attempt                int
	intended               bool // and to no other
}

// A naming is a digest, and who names it.
type naming struct{ digest, by string }

// names notes that a digest is named, unless there is none.
func (r *recount) names(digest, by string, args ...any) {
	if digest != "" {
		r.papers = append(r.papers, naming{digest, fmt.Sprintf(by, args...)})
	}
}

// stories checks contact by contact, in spans of their ids.
func (a *audit) stories(ctx context.Context) error {
	s := span{first: true}
	task, err := a.tx.begin(ctx, "events", `SELECT count(*) FROM events`)
	if err != nil {
		return err
	}
	defer task.Done()
	for {
		found, err := a.tx.one(ctx, s.bound(), &s.last)
		if err != nil {
			return fmt.Errorf("page contacts: %w", err)
		}
		s.open = !found
		if err := a.span(ctx, s); err != nil || s.open {
			return err
		}
		task.Add(pageEvents)
		s = span{after: s.last}
	}
}

// bound finds where the span that begins so is to end.
func (s span) bound() query {
	if s.first {
		return ask(`SELECT contact FROM events ORDER BY contact, seq LIMIT 1 OFFSET $1`, pageEvents)
	}
	return ask(`SELECT contact FROM events WHERE contact > $1 ORDER BY contact, seq LIMIT 1 OFFSET $2`, s.after, pageEvents)
}

// span checks the contacts of one span, and what is of them in other tables.
func (a *audit) span(ctx context.Context, s span) error {
	accounts, err := a.accounts(ctx, s)
	if err != nil {
		return err
	}
	r := &recount{}
	by := make(map[string]*account, len(accounts))
	for _, acc := range accounts {
		by[acc.id] = acc
		if err := a.chain(acc); err != nil {
			return err
		}
		if err := a.recount(acc, r); err != nil {
			return err
		}
	}
	if err := a.contacts(ctx, s, by); err != nil {
		return err
	}
	for _, acc := range accounts {
		if acc.listed {
			continue
		}
		if err := a.note("contacts", acc.id, "is missing, and has %d events", len(acc.story)); err != nil {
			return err
		}
	}
	if err := a.matched(ctx, s, by, r); err != nil {
		return err
	}
	if err := a.owned(ctx, r.claims); err != nil {
		return err
	}
	return a.kept(ctx, r.papers)
}

// accounts reads the events of a span.
func (a *audit) accounts(ctx context.Context, s span) (accounts []*account, err error) {
	var w where
	s.within(&w, "contact")
	q := once(`SELECT `+eventColumns+` FROM events`+w.String()+` ORDER BY contact, seq`, w.args...)
	err = a.tx.each(ctx, q, func(scan scan) error {
		e, err := scanEvent(scan)
		if n := len(accounts); n == 0 || accounts[n-1].id != e.Contact {
			accounts = append(accounts, &account{id: e.Contact})
		}
		acc := accounts[len(accounts)-1]
		acc.story = append(acc.story, e)
		if err != nil {
			acc.torn, a.torn = true, true
			return a.unread(ctx, "events", e.Contact, fmt.Errorf("event %d: %w", e.Seq, err))
		}
		return nil
	})
	return accounts, err
}

// chain checks the hashes of a story and folds it.
func (a *audit) chain(acc *account) error {
	if acc.torn {
		return nil
	}
	if err := probes.CheckChain(acc.story); err != nil {
		acc.torn, a.torn = true, true
		return a.note("events", acc.id, "%s", strings.TrimPrefix(err.Error(), "contact "+acc.id+": "))
	}
	if a.fold == nil {
		return nil
	}
	var plan probes.Plan
	_ = json.Unmarshal(acc.story[0].Data, &plan) // what cannot be read says nothing, to the fold too
	at := tallyKey{plan.Edition, plan.Class, plan.Company, plan.Channel}
	if a.remade[at] == nil {
		tally := probes.NewTally(plan)
		a.remade[at] = &tally
	}
	c := a.remade[at].Follow(acc.id, acc.story, a.fold)
	if (c.Apart || c.End != fairness.End{}) && a.bases[at] == nil {
		basis := basisAt(at)
		a.bases[at] = &basis
	}
	if basis := a.bases[at]; basis != nil {
		basis.Take(probes.Contact{}, c)
	}
	acc.contact = &c
	return nil
}

// recount gathers what the events of an account say of other tables.
func (a *audit) recount(acc *account, r *recount) error {
	for _, e := range acc.story {
		err := a.says(acc, e, r)
		r.names(probes.Details(e), "event %d of contact %s", e.Seq, e.Contact)
		r.names(probes.PictureIn(e), "event %d of contact %s", e.Seq, e.Contact)
		if err != nil && !acc.torn {
			acc.torn, a.torn = true, true
			if err := a.note("events", acc.id, "event %d cannot be read: %v", e.Seq, err); err != nil {
				return err
			}
		}
		if slices.Contains(probes.Failures(), e.Kind) {
			a.failed[counter{failures, acc.plan.Channel, string(e.Kind)}]++
		}
		if fault, failed := probes.FaultIn(e); failed {
			a.failed[counter{faults, acc.plan.Channel, string(fault)}]++
		}
	}
	for source, until := range acc.heard {
		a.sources[source] = max(a.sources[source], until)
	}
	return nil
}

// says gathers what one event says of other tables.
func (a *audit) says(acc *account, e probes.Event, r *recount) (err error) {
	switch e.Kind {
	case probes.Planned:
		err = a.planned(acc, e)
	case probes.Intended:
		err = r.intended(e)
	case probes.Heard, probes.Reread:
		err = r.heard(e)
	case probes.Covered:
		err = acc.covered(e)
	}
	if err != nil {
		return err
	}
	return acc.reserves(e, r)
}

// planned keeps by which plan it was.
func (a *audit) planned(acc *account, e probes.Event) error {
	var plan probes.Plan
	if err := json.Unmarshal(e.Data, &plan); err != nil {
		return err
	}
	if e.Attempt <= 1 {
		acc.plan = plan
	}
	if _, known := a.plans[plan.Drawn]; !known && plan.Drawn != "" {
		a.plans[plan.Drawn] = acc.id
	}
	return nil
}

// intended keeps the digest of what was to be said.
func (r *recount) intended(e probes.Event) error {
	var intent probes.Intent
	err := json.Unmarshal(e.Data, &intent)
	r.names(intent.Words, "event %d of contact %s", e.Seq, e.Contact)
	return err
}

// heard keeps the digests of what was said.
func (r *recount) heard(e probes.Event) error {
	var j probes.Classification
	err := json.Unmarshal(e.Data, &j)
	r.names(j.Evidence, "event %d of contact %s", e.Seq, e.Contact)
	r.names(j.Words, "event %d of contact %s", e.Seq, e.Contact)
	r.names(j.Prints, "event %d of contact %s", e.Seq, e.Contact)
	return err
}

// covered keeps how far sources had been heard. What was corrected counts no
// more.
func (acc *account) covered(e probes.Event) error {
	var c probes.Coverage
	err := json.Unmarshal(e.Data, &c)
	if c.Corrects || acc.heard == nil {
		acc.heard = map[string]int64{}
	}
	for _, m := range c.Sources {
		acc.heard[m.Source] = max(acc.heard[m.Source], micros(m.Until))
	}
	return err
}

// reserves keeps the names that an event gives to its attempt.
func (acc *account) reserves(e probes.Event, r *recount) error {
	names, err := named(e)
	for _, name := range names {
		r.claims = append(r.claims, reservation{name, acc.plan.Channel, e.Contact, e.Attempt, e.Kind == probes.Intended})
	}
	return err
}
