package ledger

import (
	"context"
	"fmt"
	"strconv"

	"github.com/svartid/svartid/probes"
)

// Snapshot says which state of the ledger the transaction sees.
func (t *tx) Snapshot(ctx context.Context) (s probes.Snapshot, err error) {
	if err := t.flush(ctx); err != nil {
		return s, fmt.Errorf("snapshot: %w", err)
	}
	_, err = t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'ledger'`), &s.Ledger)
	if err == nil {
		s.Rules, _, err = t.rules(ctx)
	}
	if err == nil {
		_, err = t.one(ctx, ask(`SELECT count FROM counters WHERE name = $1`, versions), &s.Version)
	}
	if err != nil {
		return probes.Snapshot{}, fmt.Errorf("snapshot: %w", err)
	}
	return s, nil
}

// raised returns the version of this transaction, under which it writes.
func (t *tx) raised(ctx context.Context) (int64, error) {
	// A transaction that asks for totals half-way is still one version.
	if t.version == 0 {
		version, err := t.count(ctx, counter{name: versions})
		if err != nil {
			return 0, err
		}
		t.version = version
	}
	return t.version, nil
}

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
