package ledger

import (
	"context"
	"fmt"

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
