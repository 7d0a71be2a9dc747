package probes

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fault"
)

// A Job names an attempt whose opener is to leave at a time.
type Job struct {
	Contact string    `json:"contact"`
	Attempt int       `json:"attempt"`
	At      time.Time `json:"at"`
}

// A Queue runs what is due. It is not the truth about what was sent: it may
// offer the same attempt twice, or forget one, and the ledger decides.
type Queue interface {
	// Add asks for each attempt to be worked at its time. What is asked for
	// already, and waits or is being worked, is left alone.
	Add(due ...Job)
	// Run calls work for what is due, several at once, until ctx ends and the
	// last call has returned. Work that returns a positive again is offered
	// anew after that time.
	Run(ctx context.Context, work Work) error
}

// Work does what is due. Its error is for the log; the ledger holds the rest.
type Work func(ctx context.Context, due Job) (again time.Duration, err error)

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

// Tasks returns the contacts of a ledger that a person has to look at because of
// a failure, earliest first: those refused for what we are that nothing
// corroborates, and of each company and channel the first whose address does not
// exist, unless a person has said of one of them what it is.
func Tasks(contacts []Contact) (tasks []Contact) {
	type place struct{ company, channel string }
	first, looked := map[place]Contact{}, map[place]bool{}
	for _, c := range contacts {
		at := place{c.Plan.Company, c.Plan.Channel}
		switch {
		case c.Fault == fault.Address && c.Amended:
			looked[at] = true
		case c.Fault == fault.Address:
			if was, found := first[at]; !found || c.Plan.Slot.Before(was.Plan.Slot) {
				first[at] = c
			}
		case c.Provisional && c.Fault.Judges():
			tasks = append(tasks, c)
		}
	}
	for at, c := range first {
		if !looked[at] {
			tasks = append(tasks, c)
		}
	}
	slices.SortFunc(tasks, func(a, b Contact) int {
		return cmp.Or(a.Plan.Slot.Compare(b.Plan.Slot), cmp.Compare(a.ID, b.ID))
	})
	return tasks
}
