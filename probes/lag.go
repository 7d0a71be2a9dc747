package probes

import (
	"context"
	"time"

	"github.com/svartid/svartid/probes/edition"
)

// PlanLag returns how late the most overdue opener of an edition is at now; 0
// if none is.
func PlanLag(ctx context.Context, tx Tx, ed *edition.Edition, now time.Time) (time.Duration, error) {
	late, err := tx.Find(ctx, Query{
		Edition: ed.Name, States: []State{AttemptPlanned}, DueBefore: now, Limit: 1,
	})
	if err != nil || len(late) == 0 {
		return 0, err
	}
	return now.Sub(late[0].Current().Due), nil
}
