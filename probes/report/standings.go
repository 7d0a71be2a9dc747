package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/review"
)

// A ClassStandings is where each company of a class stands, and what the winner
// owes to the rules and to chance.
type ClassStandings struct {
	Edition   string              `json:"edition"`
	Class     string              `json:"class"`
	Policy    fairness.Policy     `json:"policy"`
	At        time.Time           `json:"at,omitzero"` // by what had been written down then; zero: all
	Standings []fairness.Standing `json:"standings"`
	// Addresses counts, by company, contacts whose address does not exist, and
	// Provisional outcomes that rest on what a person has to look at.
	Addresses   map[string]int `json:"addresses,omitempty"`
	Provisional map[string]int `json:"provisional,omitempty"`
	// Waiting are the contacts, by id, of which one person alone has said what would
	// change the winner: they count as if that had not been said.
	Waiting     []string             `json:"waiting,omitempty"`
	Sensitivity fairness.Sensitivity `json:"sensitivity"`
	// Grading is how sure the edition is as a whole; of classes alone: none.
	Grading fairness.Grading `json:"grading"`
	// Review says how far the reader and people agree, in all classes together.
	Review review.Figures `json:"review"`
}

// Standings folds the edition anew and returns the standings of every class, in
// the order of the configuration, by what had been written down at an instant;
// the zero time is all.
func Standings(ctx context.Context, tx probes.Tx, ed *edition.Edition, at time.Time) ([]ClassStandings, error) {
	heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	fair := map[string][]fairness.Contact{}
	var letters []review.Letter
	addresses, provisional := map[string]map[string]int{}, map[string]map[string]int{}
	err = probes.Sample{Edition: ed}.Refold(ctx, tx, at, func(c probes.Contact, history []probes.Event) error {
		heardHere, err := review.Letters(ctx, tx, c, history)
		if err != nil {
			return err
		}
		letters = append(letters, heardHere...)
		until := heard[c.Plan.Channel]
		if !at.IsZero() && at.Before(until) {
			until = at
		}
		if c.Fault == fault.Address && !c.Amended {
			count(addresses, c.Plan)
		}
		if c.Provisional {
			count(provisional, c.Plan)
		}
		if f, ok := played(ed, c, history, until); ok {
			fair[c.Plan.Class] = append(fair[c.Plan.Class], f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	var all []ClassStandings
	for _, class := range ed.Classes() {
		counted, waiting := ed.Scoring.Confirmed(fair[class])
		fair[class] = counted
		all = append(all, ClassStandings{
			Edition: ed.Name, Class: class, Policy: policyOf(ed), At: at,
			Standings: ed.Scoring.Standings(counted), Waiting: waiting, Sensitivity: ed.Scoring.Sensitivity(counted),
			Addresses: addresses[class], Provisional: provisional[class], Review: review.FiguresOf(ed, letters),
		})
	}
	grade(all, ed.Scoring, fair)
	return all, nil
}

// played returns what the standings see of a contact, with how it would count the
// other way and without what people have said of it.
func played(ed *edition.Edition, c probes.Contact, history []probes.Event, until time.Time) (fairness.Contact, bool) {
	sample := probes.Sample{Edition: ed}
	f, ok := sample.Played(c, until)
	if !ok {
		return f, false
	}
	if c.Amended {
		f.Unamended = sample.Unamended(c.ID, history, until)
	}
	if f.Alone = sample.Alone(c.ID, history, until); f.Alone != nil {
		f.Alone.Unamended = f.Unamended
	}
	return f, true
}

// grade gives all classes of an edition what follows from them together.
func grade(all []ClassStandings, rules fairness.Rules, fair map[string][]fairness.Contact) {
	var standings [][]fairness.Standing
	var asked [][]fairness.Contact
	for _, class := range all {
		standings, asked = append(standings, class.Standings), append(asked, fair[class.Class])
	}
	cells := rules.CellShare(asked)
	for i, g := range fairness.Grade(standings) {
		all[i].Grading = g
		all[i].Grading.Cells = cells
	}
}

// count counts one more of a contact's company, by class.
func count(counts map[string]map[string]int, plan probes.Plan) {
	if counts[plan.Class] == nil {
		counts[plan.Class] = map[string]int{}
	}
	counts[plan.Class][plan.Company]++
}

// policyOf returns what an edition's companies are ranked by.
func policyOf(ed *edition.Edition) fairness.Policy {
	return cmp.Or(ed.Scoring.Policy, fairness.CappedWait)
}

// Rank returns the standings of every class by what had been written down at an
// instant; the zero time is all.
func Rank(ctx context.Context, l probes.Ledger, ed *edition.Edition, at time.Time) (all []ClassStandings, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		all, err = Standings(ctx, tx, ed, at)
		return err
	})
	return all, err
}

// Waits reports whether an amendment of a contact does not count yet, because it
// would change the winner of its class and one person alone stands for it.
func Waits(ctx context.Context, tx probes.Tx, ed *edition.Edition, c probes.Contact) (bool, error) {
	all, err := Standings(ctx, tx, ed, time.Time{})
	return slices.ContainsFunc(all, func(s ClassStandings) bool { return slices.Contains(s.Waiting, c.ID) }), err
}
