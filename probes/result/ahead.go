package result

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// Ahead is what of an edition is still to come, by its plan and by what the ledger has
// heard: no clock is asked.
type Ahead struct {
	Contacts []plan.Contact // of the plan that is followed, which the ledger does not have yet
	// LastDay is the edition's, if nothing has been heard after it; zero: it is over, or
	// there is none.
	LastDay calendar.Date
}

// AheadOf returns what is still to come of an edition. Companies that are not to be asked
// on the day of a contact have none.
func AheadOf(ctx context.Context, tx probes.Tx, ed *edition.Edition) (Ahead, error) {
	var a Ahead
	heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
	if err != nil {
		return a, fmt.Errorf("what is still to come: %w", err)
	}
	if !ed.To.IsZero() && !over(heard, ed.To.AddDays(1).In(ed.Zone())) {
		a.LastDay = ed.To
	}
	drawn, err := inForce(ctx, tx)
	if err != nil {
		return a, err
	}
	begun, err := lastBegun(ctx, tx)
	if err != nil {
		return a, err
	}
	for _, c := range drawn.Contacts {
		// What is not in the ledger of a round that has begun came into the plan afterwards.
		if !c.Round.After(begun[c.Probe]) || !asked(ed, c) {
			continue
		}
		if _, _, err := tx.Story(ctx, c.ID); errors.Is(err, probes.ErrNoContact) {
			a.Contacts = append(a.Contacts, c)
		} else if err != nil {
			return a, fmt.Errorf("what is still to come: %w", err)
		}
	}
	return a, nil
}

// asked reports whether the edition as it is now lets a contact of the plan be put to its
// company.
func asked(ed *edition.Edition, c plan.Contact) bool {
	co, takesPart := ed.Company(c.Company)
	_, barred := co.Barred(ed.Day(c.At), c.Channel)
	return takesPart && !barred && co.ReachedOn(c.Channel)
}

// lastBegun returns when the last round that has begun ticked, by probe.
func lastBegun(ctx context.Context, tx probes.Tx) (map[string]time.Time, error) {
	marks, err := tx.Checkpoints(ctx, probes.Begun)
	if err != nil {
		return nil, fmt.Errorf("what is still to come: %w", err)
	}
	begun := map[string]time.Time{}
	for _, m := range marks {
		begun[m.Source] = m.Until
	}
	return begun, nil
}

// inForce returns the plan that was last followed; an empty one if there is none, or if
// the ledger does not hold it, which is for verify to say.
func inForce(ctx context.Context, tx probes.Tx) (drawn plan.Committed, err error) {
	followed, err := probes.Follows(ctx, tx)
	if err != nil || len(followed) == 0 {
		return drawn, err
	}
	text, err := tx.Evidence(ctx, followed[len(followed)-1].Source)
	if errors.Is(err, probes.ErrNoEvidence) {
		return drawn, nil
	}
	if err == nil {
		drawn, err = plan.Read(string(text))
	}
	if err != nil {
		return drawn, fmt.Errorf("what is still to come: %w", err)
	}
	return drawn, nil
}

// items returns what is not settled because it is still to come.
func (a Ahead) items() (all []Item) {
	if !a.LastDay.IsZero() {
		all = append(all, Item{a.LastDay.String(), LastDay})
	}
	for _, c := range a.Contacts {
		all = append(all, Item{c.ID, Planned})
	}
	return all
}

// over reports whether anything was heard up to the end of the last day.
func over(heard map[string]time.Time, end time.Time) bool {
	for _, until := range heard {
		if !until.Before(end) {
			return true
		}
	}
	return false
}
