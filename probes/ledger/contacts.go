package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/ledger/internal/dialect"
	"github.com/svartid/svartid/probes/ledger/internal/paper"
)

// Story returns a contact and all its events, in order.
func (t *tx) Story(ctx context.Context, contact string) (probes.Contact, []probes.Event, error) {
	c, err := t.chain(ctx, contact)
	if err != nil {
		return probes.Contact{}, nil, fmt.Errorf("story of contact %s: %w", contact, err)
	}
	if len(c.story) == 0 {
		return probes.Contact{}, nil, fmt.Errorf("story of contact %s: %w", contact, probes.ErrNoContact)
	}
	return c.contact, append([]probes.Event(nil), c.story...), nil
}

// story reads the events of a contact.
func (t *tx) story(ctx context.Context, contact string) ([]probes.Event, error) {
	story, err := collect(ctx, t, ask(
		`SELECT `+eventColumns+` FROM events WHERE contact = $1 ORDER BY seq`, contact), scanEvent)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return story, nil
}

// The columns of an event in the order of scanEvent.
const eventColumns = `events.contact, seq, attempt, kind, at, recorded, data, prev, hash`

// scanEvent reads an event just as it was hashed.
func scanEvent(scan scan) (probes.Event, error) {
	var e probes.Event
	var at, recorded int64
	var data string
	err := scan(&e.Contact, &e.Seq, &e.Attempt, &e.Kind, &at, &recorded, &data, &e.Prev, &e.Hash)
	e.At, e.Recorded, e.Data = instant(at), instant(recorded), json.RawMessage(data)
	return e, err
}

// decoded reads the body of a contact.
func decoded(body string) (c probes.Contact, err error) {
	return c, json.Unmarshal([]byte(body), &c)
}

// Stories returns the events of contacts.
func (t *tx) Stories(ctx context.Context, contacts []string) (map[string][]probes.Event, error) {
	all := make(map[string][]probes.Event, len(contacts))
	err := t.among(ctx, `SELECT `+eventColumns+` FROM events WHERE contact IN (keys) ORDER BY contact, seq`, contacts, func(scan scan) error {
		e, err := scanEvent(scan)
		all[e.Contact] = append(all[e.Contact], e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the events of %d contacts: %w", len(contacts), err)
	}
	return all, nil
}

// Papers returns evidence by digest, once it has been proven to be that.
func (t *tx) Papers(ctx context.Context, digests []string, most int) (map[string][]byte, error) {
	all := make(map[string][]byte, len(digests))
	var body sql.RawBytes
	err := t.among(ctx, `SELECT digest, size, body FROM evidence WHERE digest IN (keys)`, digests, func(scan scan) error {
		var sum string
		var size int
		if err := scan(&sum, &size, &body); err != nil || size > most {
			return err
		}
		clear, err := t.ledger.packer.Unpack(body, size)
		if errors.Is(err, paper.ErrSealed) {
			return nil // Evidence says so, if it is asked for
		}
		if err == nil && digest(clear) != sum {
			err = errors.New("it was changed")
		}
		if err != nil {
			return fmt.Errorf("evidence %s: %w", sum, err)
		}
		all[sum] = clear
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %d papers: %w", len(digests), err)
	}
	return all, nil
}

// Media returns what each arrival of contacts is.
func (t *tx) Media(ctx context.Context, contacts []string) (map[string]map[string]string, error) {
	all := make(map[string]map[string]string, len(contacts))
	const read = `SELECT contact, key, media FROM arrivals WHERE contact <> '' AND contact IN (keys) ORDER BY contact, arrived`
	err := t.among(ctx, read, contacts, func(scan scan) error {
		var contact, key, media string
		err := scan(&contact, &key, &media)
		if all[contact] == nil {
			all[contact] = map[string]string{}
		}
		all[contact][key] = media
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what the arrivals of %d contacts are: %w", len(contacts), err)
	}
	return all, nil
}

// among runs a query that has (keys) where a list of them is to stand, some at a time:
// as many as make a statement that comes again, and then the rest.
func (t *tx) among(ctx context.Context, text string, keys []string, row func(scan) error) error {
	const most = 128
	for len(keys) > 0 {
		some := keys[:min(most, len(keys))]
		keys = keys[len(some):]
		args := make([]any, 0, most)
		listed := strings.Replace(text, "(keys)", holes(&args, some), 1)
		q := once(listed, args...)
		if len(some) == most {
			q = ask(listed, args...)
		}
		if err := t.each(ctx, q, row); err != nil {
			return err
		}
	}
	return nil
}

// Find returns the contacts that match q.
func (t *tx) Find(ctx context.Context, q probes.Query) ([]probes.Contact, error) {
	found, err := collect(ctx, t, finding(q, t.ledger.place.dialect()), t.scanStanding)
	if err != nil {
		return nil, fmt.Errorf("find contacts: %w", err)
	}
	if len(q.Names) > 0 || q.Company != "" && q.ChangedSince > 0 {
		for _, c := range found {
			t.ledger.recent.keep(c) // they are few, and will be asked for again
		}
	}
	return standings(found), nil
}

// finding writes q as a statement.
func finding(q probes.Query, in dialect.Dialect) query {
	var w where
	w.equals("edition", q.Edition)
	w.equals("class", q.Class)
	w.equals("channel", q.Channel)
	w.equals("company", q.Company)
	w.equals("probe", q.Probe)
	oneOf(&w, "state", q.States)
	oneOf(&w, "outcome", q.Outcomes)
	w.named(q)
	w.faulty(q.Faults)
	if !q.DueFrom.IsZero() {
		w.that("due >= ", micros(q.DueFrom))
	}
	if !q.DueBefore.IsZero() {
		w.that("due < ", micros(q.DueBefore))
	}
	if !q.DeadlineBefore.IsZero() {
		w.that("deadline <= ", micros(q.DeadlineBefore))
	}
	table, order := "contacts", "due, id"
	if q.ChangedSince > 0 {
		switch {
		case q.Company != "":
			table = in.ChangedOf
		case q.After != "":
			table = in.ChangedInPages
		default:
			table = in.Changed
		}
		w.that("changed > ", q.ChangedSince)
	}
	switch {
	case q.After != "":
		w.that("id > ", q.After)
		order = "id"
	case q.Newest:
		order = "due DESC, id DESC"
	}
	text := "SELECT id, head, body FROM " + table + w.String() + " ORDER BY " + order
	if q.Limit > 0 {
		text += " LIMIT " + hole(&w.args, q.Limit)
	}
	if len(q.Names) > mostNames {
		return once(text, w.args...)
	}
	return ask(text, w.args...) // one of the few that the engine and the board put together
}

// mostNames is up to how many names a query has a statement that is kept.
const mostNames = 128

// padded returns names with the last of them repeated, up to a power of two, so that
// queries by other numbers of names are the same statement.
func padded(names []string) []string {
	if len(names) == 0 || len(names) > mostNames {
		return names
	}
	many := 4
	for many < len(names) {
		many *= 2
	}
	all := make([]string, 0, many)
	all = append(all, names...)
	for len(all) < many {
		all = append(all, names[len(names)-1])
	}
	return all
}

// named keeps the contacts that have an intent with one of the names.
func (w *where) named(q probes.Query) {
	if len(q.Names) == 0 {
		return
	}
	text := "id IN (SELECT contact FROM names WHERE name IN " + holes(&w.args, padded(normal(q.Names)))
	if q.Channel != "" {
		text += " AND channel = " + hole(&w.args, q.Channel)
	}
	w.terms = append(w.terms, text+")")
}

// faulty keeps the contacts in whose bodies one of some faults stands.
func (w *where) faulty(faults []fault.Fault) {
	var terms []string
	for _, f := range faults {
		terms = append(terms, "body LIKE "+hole(&w.args, `%"fault":"`+string(f)+`"%`))
	}
	if len(terms) > 0 {
		w.terms = append(w.terms, "("+strings.Join(terms, " OR ")+")")
	}
}

// A where gathers the terms of a condition, and their parameters.
type where struct {
	terms []string
	args  []any
}

// String is the condition as SQL; empty if there are no terms.
func (w *where) String() string {
	if len(w.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.terms, " AND ")
}

// that adds a term that ends in a parameter.
func (w *where) that(term string, value any) {
	w.terms = append(w.terms, term+hole(&w.args, value))
}

// equals asks a column to have a value, unless that is empty.
func (w *where) equals(column, value string) {
	if value != "" {
		w.that(column+" = ", value)
	}
}

// oneOf asks a column to have one of some values, unless there are none.
func oneOf[T ~string](w *where, column string, values []T) {
	if len(values) > 0 {
		w.terms = append(w.terms, column+" IN "+holes(&w.args, values))
	}
}

// hole adds a parameter and returns the place that it has in the statement.
func hole(args *[]any, value any) string {
	*args = append(*args, value)
	return "$" + strconv.Itoa(len(*args))
}

// holes is hole for a list.
func holes[T ~string](args *[]any, values []T) string {
	var list []string
	for _, v := range values {
		list = append(list, hole(args, string(v)))
	}
	return "(" + strings.Join(list, ", ") + ")"
}
