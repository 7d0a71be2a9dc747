package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
)

// A Followed is a plan that the ledger was written by.
type Followed struct {
	Digest string    `json:"digest"`
	Since  time.Time `json:"since"` // zero: not known
}

// PlansFollowed returns the plans that a view of the ledger has followed, by
// time.
func PlansFollowed(ctx context.Context, tx probes.Tx) ([]Followed, error) {
	checkpoints, err := tx.Checkpoints(ctx, probes.DrawnPlans)
	if err != nil {
		return nil, fmt.Errorf("plans that were followed: %w", err)
	}
	all := make([]Followed, len(checkpoints))
	for i, m := range checkpoints {
		all[i] = Followed{m.Source, m.Until}
	}
	slices.SortStableFunc(all, func(a, b Followed) int { return a.Since.Compare(b.Since) })
	return all, nil
}

// A Folding says by which rules a ledger stands, and by which it is told.
type Folding struct {
	Present string `json:"present"` // digest of the rules by which all is shown
	Ledger  string `json:"ledger"`  // of those by which the ledger's contacts were last folded; empty: not known
	Same    bool   `json:"same"`
}

// String is a sentence.
func (f Folding) String() string {
	if f.Same {
		return "folded by the present rules, as the ledger is"
	}
	return "folded anew by the present rules; the ledger still stands by others, and follows when svartid serve starts with this configuration"
}
