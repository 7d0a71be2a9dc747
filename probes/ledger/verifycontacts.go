package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/svartid/svartid/probes"
)

// A listing is a row of the table of contacts.
type listing struct {
	id, edition, class, company, channel, probe string
	state, outcome                              string
	due                                         int64
	deadline                                    sql.NullInt64
	events                                      int
	head, body                                  string
}

// scanListing reads the columns that contacts asks for.
func scanListing(scan scan) (l listing, err error) {
	err = scan(&l.id, &l.edition, &l.class, &l.company, &l.channel, &l.probe,
		&l.state, &l.outcome, &l.due, &l.deadline, &l.events, &l.head, &l.body)
	return l, err
}

// contacts holds the contacts of a span against their accounts.
func (a *audit) contacts(ctx context.Context, s span, by map[string]*account) error {
	var w where
	s.within(&w, "id")
	q := once(`SELECT id, edition, class, company, channel, probe, state, outcome, due, deadline,
		events, head, body FROM contacts`+w.String()+` ORDER BY id`, w.args...)
	err := a.tx.each(ctx, q, func(scan scan) error {
		l, err := scanListing(scan)
		acc := by[l.id]
		if acc != nil {
			acc.listed = true
		}
		switch {
		case err != nil:
			return a.unread(ctx, "contacts", l.id, err)
		case acc == nil:
			return a.note("events", l.id, "event 1 is missing")
		case acc.torn:
			return nil // its events say nothing of it
		}
		return a.listed(l, acc)
	})
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	return nil
}

// listed checks one contact. Its end is checked against the chain, because a
// chain that lost its last events still holds by itself.
func (a *audit) listed(l listing, acc *account) error {
	last := acc.story[len(acc.story)-1]
	switch {
	case l.events > last.Seq:
		return a.note("events", l.id, "event %d is missing", last.Seq+1)
	case l.events < last.Seq || l.head != last.Hash:
		return a.note("contacts", l.id, "event %d is not where the contact stands", last.Seq)
	}
	makes := "its events make"
	c := acc.contact
	if c == nil {
		// All that can be said is whether the row agrees with itself.
		makes, c = "its body says", &probes.Contact{}
		if err := json.Unmarshal([]byte(l.body), c); err != nil {
			return a.note("contacts", l.id, "body cannot be read: %v", err)
		}
	}
	want, err := listingOf(*c, last)
	if err != nil {
		return err
	}
	for _, column := range l.against(want) {
		if column.got != column.want {
			return a.note("contacts", l.id, "%s is %s, and %s %s", column.name, column.got, makes, column.want)
		}
	}
	if acc.contact != nil && l.body != want.body {
		return a.note("contacts", l.id, "body is not what its events make, of which the last is event %d", last.Seq)
	}
	return nil
}

// listingOf is the row that a contact should have: see writeContact.
func listingOf(c probes.Contact, last probes.Event) (listing, error) {
	body, err := json.Marshal(c)
	plan, current := c.Plan, c.Current()
	return listing{
		id: last.Contact, edition: plan.Edition, class: plan.Class, company: plan.Company,
		channel: plan.Channel, probe: plan.Probe, state: string(current.State), outcome: string(c.Outcome),
		due: micros(current.Due), deadline: sql.NullInt64{Int64: micros(c.Deadline), Valid: !c.Deadline.IsZero()},
		events: last.Seq, head: last.Hash, body: string(body),
	}, err
}

// A comparison is one column as it is, and as it should be.
type comparison struct{ name, got, want string }

// against lists the columns beside the body.
func (l listing) against(want listing) []comparison {
	at := func(t sql.NullInt64) string {
		if !t.Valid {
			return "none"
		}
		return fmt.Sprint(instant(t.Int64))
	}
	due := func(l listing) string { return at(sql.NullInt64{Int64: l.due, Valid: true}) }
	if !l.deadline.Valid {
		l.deadline.Int64 = 0
	}
	return []comparison{
		{"edition", l.edition, want.edition},
		{"class", l.class, want.class},
		{"company", l.company, want.company},
		{"channel", l.channel, want.channel},
		{"probe", l.probe, want.probe},
		{"state", l.state, want.state},
		{"outcome", l.outcome, want.outcome},
		{"due", due(l), due(want)},
		{"deadline", at(l.deadline), at(want.deadline)},
	}
}
