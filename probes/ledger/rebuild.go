package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/version"
	"github.com/svartid/svartid/probes/progress"
)

// Rebuild folds every contact anew, with its names, the tallies and the
// counts, in one transaction. Events, arrivals, evidence and marks stay.
func (l *Ledger) Rebuild(ctx context.Context) error {
	return l.update(ctx, func(t *tx) error {
		if err := t.rebuild(ctx); err != nil {
			return fmt.Errorf("rebuild: %w", err)
		}
		return nil
	})
}

// refold rebuilds the ledger if its contacts were folded by other rules, or by
// another version of the fold: a figure that is new would else be zero for all
// that was before.
func (l *Ledger) refold(ctx context.Context) error {
	return l.update(ctx, func(t *tx) error {
		if err := t.stays(ctx); err != nil {
			return err
		}
		rules, known, err := t.rules(ctx)
		if err == nil {
			err = t.notNewer(ctx)
		}
		if err != nil || known && rules == l.opt.Rules {
			return err
		}
		if err := t.rebuild(ctx); err != nil {
			return fmt.Errorf("apply changed rules: %w", err)
		}
		return nil
	})
}

// rules returns the digest of the rules by which contacts were last folded. They
// are not known of a ledger that another version of the fold has made: what
// that has made is of no use, whatever the rules.
func (t *tx) rules(ctx context.Context) (digest string, known bool, err error) {
	known, err = t.one(ctx, ask(`SELECT rules.value FROM meta rules, meta fold
		WHERE rules.name = 'rules' AND fold.name = 'fold' AND fold.value = $1`, t.ledger.foldVersion()), &digest)
	if err != nil {
		return "", false, fmt.Errorf("read rules: %w", err)
	}
	return digest, known, nil
}

// notNewer returns an error if a newer program has folded the contacts: what it knows of
// them would be lost.
func (t *tx) notNewer(ctx context.Context) error {
	var text string
	if _, err := t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'fold'`), &text); err != nil {
		return fmt.Errorf("read version of the fold: %w", err)
	}
	is, err := strconv.Atoi(text)
	if ours := t.ledger.opt.foldVersion(); err == nil && is > max(ours, t.ledger.opt.Newest) {
		return newerError(&version.NewerError{Is: version.Version{Fold: is}, Ours: version.Version{Fold: ours}})
	}
	return nil // or of before it was kept
}

// foldVersion is the version of the fold as meta holds it.
func (l *Ledger) foldVersion() string { return strconv.Itoa(l.opt.foldVersion()) }

// rebuild begins with nothing but what was not made of events.
func (t *tx) rebuild(ctx context.Context) error {
	for _, q := range []query{
		// The others are written over, so that those which stay as they are
		// keep the version at which they last changed.
		ask(`DELETE FROM contacts WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.contact = contacts.id)`),
		ask(`DELETE FROM names`),
		ask(`DELETE FROM tallies`),
		ask(`DELETE FROM scores`),
		ask(`DELETE FROM counters WHERE name <> $1`, versions),
		ask(`INSERT INTO counters (name, channel, kind, count) `+arrivalCounts, arrivals, string(probes.RuleTrial)),
		ask(`INSERT INTO counters (name, channel, kind, count) `+unreadCounts, unread),
		ask(`INSERT INTO meta (name, value) VALUES ('rules', $1), ('fold', $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, t.ledger.opt.Rules, t.ledger.foldVersion()),
	} {
		if _, err := t.exec(ctx, q); err != nil {
			return err
		}
	}
	worded, err := t.replayAll(ctx)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, ask(`INSERT INTO meta (name, value) VALUES ('worded', $1)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, strconv.Itoa(worded)))
	return err
}

// begin begins to count work on rows, of which a query says how many there are.
func (t *tx) begin(ctx context.Context, what, text string) (*progress.Task, error) {
	return progress.Begin(ctx, what, func() (n int, err error) {
		_, err = t.one(ctx, ask(text), &n)
		return n, err
	})
}

// replayAll makes anew what is made of events, contact by contact. It returns how
// many contacts have events that hold words.
func (t *tx) replayAll(ctx context.Context) (worded int, err error) {
	const page = 500
	task, err := t.begin(ctx, "contacts folded anew", `SELECT count(DISTINCT contact) FROM events`)
	if err != nil {
		return 0, err
	}
	defer task.Done()
	// In pages, because rows must not be open while others are written.
	for after := ""; ; {
		ids, err := collect(ctx, t, ask(`SELECT DISTINCT contact FROM events WHERE contact > $1
			ORDER BY contact LIMIT $2`, after, page), scanID)
		if err != nil {
			return worded, fmt.Errorf("list contacts: %w", err)
		}
		for _, id := range ids {
			c, err := t.replay(ctx, id)
			if err != nil {
				return worded, fmt.Errorf("contact %s: %w", id, err)
			}
			if slices.ContainsFunc(c.story, probes.HoldsWords) {
				worded++
			}
			after = id
			task.Add(1)
		}
		if len(ids) < page {
			return worded, nil
		}
	}
}

// scanID reads a contact's id.
func scanID(scan scan) (id string, err error) { return id, scan(&id) }

// replay takes a contact through its story once more.
func (t *tx) replay(ctx context.Context, id string) (*chain, error) {
	story, err := t.story(ctx, id)
	if err != nil {
		return nil, err
	}
	c := &chain{}
	var steps []step
	for _, e := range story {
		s := t.ledger.step(c, e)
		steps = append(steps, s)
		if err := t.reserve(ctx, s); err != nil {
			return nil, err
		}
	}
	if err := t.writeContact(ctx, c); err != nil {
		return nil, fmt.Errorf("write contact: %w", err)
	}
	return c, t.tally(ctx, steps)
}
