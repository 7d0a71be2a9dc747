package ledger

import (
	"context"
	"fmt"
	"strconv"
)

// FoldedBy returns the digest of the rules by which the ledger's contacts were
// last folded; false if they never were, or by another version of the fold
// ([probes.FoldVersion]).
func (l *Ledger) FoldedBy(ctx context.Context) (rules string, known bool, err error) {
	err = l.view(ctx, func(t *tx) error {
		rules, known, err = t.rules(ctx)
		return err
	})
	return rules, known, err
}

// Worded returns how many contacts have events that hold words, as an earlier
// version has recorded them. Their chains stay as they are, and what they hold
// cannot be erased.
func (l *Ledger) Worded(ctx context.Context) (contacts int, err error) {
	err = l.view(ctx, func(t *tx) error {
		var count string
		known, err := t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'worded'`), &count)
		if err == nil && known {
			contacts, err = strconv.Atoi(count)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read how many contacts hold words: %w", err)
	}
	return contacts, nil
}
