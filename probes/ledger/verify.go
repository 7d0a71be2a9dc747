package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/svartid/svartid/probes"
)

// A Fault is one thing in the ledger that does not hold.
type Fault struct {
	Table string // where it is
	Key   string // whose: a contact, an arrival, a digest; empty: the table's as a whole
	What  string // what does not hold
	// Sealed says that it could not be looked at without the key to evidence, and may hold.
	Sealed bool
}

// Error names the table, the key and what does not hold.
func (f Fault) Error() string { return strings.TrimSpace(f.Table+" "+f.Key) + ": " + f.What }

// Verify returns the faults of [Ledger.All] as one error.
func (l *Ledger) Verify(ctx context.Context) error {
	faults, err := l.Faults(ctx)
	errs := make([]error, 0, len(faults)+1)
	for _, f := range faults {
		errs = append(errs, f)
	}
	if err := errors.Join(append(errs, err)...); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

// Faults holds every table against the events, and the events against their
// hashes, on one state of the ledger: see the package's own documentation for
// what is proven so. After the first 20 faults it stops. A ledger that was
// given no Fold cannot tell what events make; one whose rules are others than
// those by which the ledger was folded says so as a fault. The error is of a
// ledger that could not be read.
func (l *Ledger) Faults(ctx context.Context) ([]Fault, error) {
	var a *audit
	err := l.view(ctx, func(t *tx) (err error) {
		a, err = newAudit(ctx, t)
		if err != nil {
			return err
		}
		for _, check := range []func(context.Context) error{
			a.whole, a.schema, a.rules, a.stories, a.unmatched, a.names, a.marks, a.tallies, a.scores, a.counters, a.evidence,
			a.erasures, a.digests,
		} {
			if err := check(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case a == nil:
		return nil, err
	case errors.Is(err, errEnough):
		return append(a.faults, Fault{Table: "ledger", What: "more may be wrong"}), nil
	}
	return a.faults, err
}

// errEnough ends an audit that has found enough.
var errEnough = errors.New("enough faults")

// A fold makes a contact of its events.
type fold = func(id string, story []probes.Event) probes.Contact

// An audit is one look at everything. What it keeps grows with companies,
// plans and sources, not with contacts.
type audit struct {
	tx     *tx
	fold   fold // nil: what events make is not known
	faults []Fault

	torn    bool // a chain does not hold, so that figures cannot be made anew
	remade  map[tallyKey]*probes.Tally
	bases   map[tallyKey]*probes.Basis
	failed  map[counter]int64
	claimed int64             // rows of names that an event claims for whom they belong to
	plans   map[string]string // a contact that was planned by it, of each plan's digest
	sources map[string]int64  // until when events say that a source was heard, by its name
	papers  sieve             // digests that something names
}

// newAudit returns an audit of a view that has just begun.
func newAudit(ctx context.Context, t *tx) (*audit, error) {
	a := &audit{
		tx: t, remade: map[tallyKey]*probes.Tally{}, bases: map[tallyKey]*probes.Basis{}, failed: map[counter]int64{},
		plans: map[string]string{}, sources: map[string]int64{},
	}
	var kept int
	if _, err := t.one(ctx, ask(`SELECT count(*) FROM evidence`), &kept); err != nil {
		return nil, fmt.Errorf("count evidence: %w", err)
	}
	a.papers = newSieve(kept)
	return a, nil
}

// note takes down a fault; its error ends the audit.
func (a *audit) note(table, key, what string, args ...any) error {
	const enough = 20
	a.faults = append(a.faults, Fault{Table: table, Key: key, What: fmt.Sprintf(what, args...)})
	if len(a.faults) >= enough {
		return errEnough
	}
	return nil
}

// unread takes down a row that cannot be read as what it should be.
func (a *audit) unread(ctx context.Context, table, key string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return a.note(table, key, "cannot be read: %v", err)
}

// readable runs a query and returns what row makes of each of its rows that can be read.
// Of one that cannot, key says whose it is, of as much as was read.
func readable[T any](ctx context.Context, a *audit, q query, rows rowKind[T]) (all []T, err error) {
	err = a.tx.each(ctx, q, func(scan scan) error {
		v, err := rows.scan(scan)
		if err != nil {
			return a.unread(ctx, rows.table, rows.key(v), err)
		}
		all = append(all, v)
		return nil
	})
	return all, err
}

// A rowKind is how rows of a table are read, and named in faults.
type rowKind[T any] struct {
	table string
	scan  func(scan) (T, error)
	key   func(T) string
}

// whole finds out whether the file is one that SQLite has left whole, with all that
// was written to it. A server looks after its files by itself.
func (a *audit) whole(ctx context.Context) error {
	damage := a.tx.ledger.place.dialect().Damage
	if damage == "" {
		return nil
	}
	var open string
	found, err := a.tx.one(ctx, ask(`SELECT value FROM meta WHERE name = 'open'`), &open)
	if err == nil && found && open != "yes" {
		err = a.note("meta", "open", "is %q, want yes or no row", open)
	}
	if err != nil {
		return err
	}
	if place := a.tx.ledger.place; found && a.tx.ledger.withoutLog {
		err := a.note("ledger", "", "%s is the copy of a ledger that was in use, without %s: what was written last is missing. "+
			"Copy both at once, or have svartid backup make the copy", place, filepath.Base(place.log()))
		if err != nil {
			return err
		}
	}
	return a.tx.each(ctx, ask(damage), func(scan scan) error {
		var what string
		if err := scan(&what); err != nil || what == "ok" {
			return err
		}
		return a.note("ledger", "", "the file is damaged: %s", what)
	})
}

// rules finds out whether what events make is known.
func (a *audit) rules(ctx context.Context) error {
	opt := a.tx.ledger.opt
	if opt.Fold == nil {
		return nil
	}
	rules, known, err := a.tx.rules(ctx)
	switch unchosen := a.tx.ledger.unchosen; {
	case unchosen != nil:
		return a.note("meta", "rules", "contacts and tallies could not be held against their events: %v", unchosen)
	case err != nil:
		return err
	case !known || rules != opt.Rules:
		return a.note("meta", "rules", "the ledger was folded by other rules than these, or by another version of svartid, so that contacts and tallies could not be held against their events")
	}
	a.fold = opt.Fold
	return nil
}

// DigestOrigin implements probes.DigestOrigin.
func (t *tx) DigestOrigin(ctx context.Context) (name string, earlier int, err error) {
	all, err := t.sumAt(ctx, made())
	for _, r := range all {
		name, earlier = r.sum, int(r.rows)
	}
	return name, earlier, wrapped("look when digests were made", err)
}

// DigestsMade returns how many rows of an earlier version have got their digests as this
// ledger was opened. What was changed in them before is not known.
func (l *Ledger) DigestsMade() int { return l.digestsMade }

// Undigested returns what is wrong with the tables, and with the digests themselves: a
// trigger that was added, a sum that is missing or was changed. Rows are not looked at.
func (l *Ledger) Undigested(ctx context.Context) (faults []Fault, err error) {
	err = l.view(ctx, func(t *tx) error {
		a := &audit{tx: t}
		err := a.schema(ctx)
		if err == nil {
			_, err = a.summed(ctx)
		}
		faults = a.faults
		if errors.Is(err, errEnough) {
			err = nil
		}
		return err
	})
	return faults, wrapped("look at digests", err)
}
