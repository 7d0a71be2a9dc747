package ledger

import "context"

// FoldedBy returns the digest of the rules by which the ledger's contacts were
// last folded; false if they never were.
func (l *Ledger) FoldedBy(ctx context.Context) (rules string, known bool, err error) {
	err = l.view(ctx, func(t *tx) error {
		rules, known, err = t.rules(ctx)
		return err
	})
	return rules, known, err
}
