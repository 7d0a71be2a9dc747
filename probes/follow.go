package probes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/svartid/svartid/channels"
)

// Refollowed is the name under which the ledger keeps that a plan was followed again,
// after another one: marks whose source is a number from 1, whose position is the plan's
// digest, and whose time is the instant from which it was.
const Refollowed = "followed again"

// Follows returns which plans a view of the ledger has followed, by time: marks whose
// source is a plan's digest and whose time is the instant from which it was followed. A
// plan that was followed again is there again.
func Follows(ctx context.Context, tx Tx) ([]channels.Checkpoint, error) {
	first, err := tx.Checkpoints(ctx, DrawnPlans)
	if err != nil {
		return nil, fmt.Errorf("plans that were followed: %w", err)
	}
	again, err := tx.Checkpoints(ctx, Refollowed)
	if err != nil {
		return nil, fmt.Errorf("plans that were followed again: %w", err)
	}
	all := slices.Clone(first)
	for _, m := range again {
		all = append(all, channels.Checkpoint{Source: m.Position, Until: m.Until})
	}
	slices.SortStableFunc(all, func(a, b channels.Checkpoint) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Source, b.Source))
	})
	return all, nil
}

// Follow notes that a plan is followed from an instant on, unless it was the last one that
// was. The plan is kept as evidence.
func Follow(ctx context.Context, tx Tx, plan channels.Checkpoint) error {
	all, err := Follows(ctx, tx)
	if err != nil {
		return err
	}
	switch known := slices.ContainsFunc(all, func(m channels.Checkpoint) bool { return m.Source == plan.Source }); {
	case !known:
		return tx.Advance(ctx, DrawnPlans, plan)
	case all[len(all)-1].Source == plan.Source:
		return nil
	}
	again, err := tx.Checkpoints(ctx, Refollowed)
	if err != nil {
		return fmt.Errorf("plans that were followed again: %w", err)
	}
	return tx.Advance(ctx, Refollowed, channels.Checkpoint{
		Source: strconv.Itoa(len(again) + 1), Position: plan.Source, Until: plan.Until,
	})
}
