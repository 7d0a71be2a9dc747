package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/svartid/svartid/probes"
)

// Verify checks every chain of events, that each contact stands where its
// chain ends and, given the rules by which the ledger was folded, that it is
// what its events make. The error names each contact that does not hold and
// the first event that does not; after the first few it stops.
func (l *Ledger) Verify(ctx context.Context) error {
	const enough = 20
	var faults []error
	err := l.view(ctx, func(t *tx) error {
		note := func(fault error) error {
			if fault != nil {
				faults = append(faults, fault)
			}
			if len(faults) >= enough {
				return errors.New("more may be wrong")
			}
			return nil
		}
		if err := t.lost(ctx, note); err != nil {
			return err
		}
		fold, err := t.fold(ctx)
		if err != nil {
			return err
		}
		return t.chains(ctx, func(v verified) error { return note(v.check(fold)) })
	})
	if err := errors.Join(append(faults, err)...); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

// A fold makes a contact of its events.
type fold = func(id string, story []probes.Event) probes.Contact

// fold returns what folds as the ledger was folded; nil if we cannot.
func (t *tx) fold(ctx context.Context) (fold, error) {
	rules, known, err := t.rules(ctx)
	if err != nil || !known || rules != t.ledger.opt.Rules {
		return nil, err
	}
	return t.ledger.opt.Fold, nil
}

// verified is a chain, with what the contacts table says of it.
type verified struct {
	story  []probes.Event
	events int
	head   string
	body   string // empty unless the contact stands where the chain ends
}

// check returns the first fault of the chain. Its end is checked against the
// contact, because a chain that lost its last events still holds by itself.
func (v verified) check(fold fold) error {
	if err := probes.CheckChain(v.story); err != nil {
		return err
	}
	last := v.story[len(v.story)-1]
	switch {
	case v.events > last.Seq:
		return fmt.Errorf("contact %s: event %d is missing", last.Contact, last.Seq+1)
	case v.events < last.Seq || v.head != last.Hash:
		return fmt.Errorf("contact %s: event %d is not where the contact stands", last.Contact, last.Seq)
	case fold == nil:
		return nil
	}
	body, err := json.Marshal(fold(last.Contact, v.story))
	if err == nil && string(body) != v.body {
		err = fmt.Errorf("contact %s: is not what its events make, of which the last is event %d", last.Contact, last.Seq)
	}
	return err
}

// chains calls check for each chain, one in memory at a time.
func (t *tx) chains(ctx context.Context, check func(verified) error) error {
	var v verified
	err := t.each(ctx, ask(`SELECT `+eventColumns+`,
			COALESCE(c.events, 0), COALESCE(c.head, ''), CASE WHEN c.events = seq THEN c.body ELSE '' END
		FROM events LEFT JOIN contacts c ON c.id = events.contact ORDER BY events.contact, seq`),
		func(scan scan) error {
			var events int
			var head, body string
			e, err := scanEvent(func(columns ...any) error {
				return scan(append(columns, &events, &head, &body)...)
			})
			if err != nil {
				return err
			}
			if len(v.story) > 0 && v.story[0].Contact != e.Contact {
				if err := check(v); err != nil {
					return err
				}
				v.story = v.story[:0]
			}
			v = verified{append(v.story, e), events, head, body}
			return nil
		})
	if err != nil || len(v.story) == 0 {
		return err
	}
	return check(v)
}

// lost notes the contacts that have no events at all.
func (t *tx) lost(ctx context.Context, note func(error) error) error {
	return t.each(ctx, ask(`SELECT id FROM contacts WHERE NOT EXISTS
		(SELECT 1 FROM events WHERE events.contact = contacts.id) ORDER BY id`),
		func(scan scan) error {
			id, err := scanID(scan)
			if err != nil {
				return err
			}
			return note(fmt.Errorf("contact %s: event 1 is missing", id))
		})
}
