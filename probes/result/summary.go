package result

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/report"
)

// A Summary is result.json.
type Summary struct {
	Made    string          `json:"made"` // what it is
	Form    int             `json:"form"`
	Edition string          `json:"edition"`
	From    string          `json:"from"` // first and last day
	To      string          `json:"to"`
	Seed    string          `json:"seed"` // that the plan was drawn from
	Policy  fairness.Policy `json:"policy"`
	Rules   string          `json:"rules"` // digest of those that outcomes follow from
	Fold    int             `json:"fold"`  // version of how outcomes are folded
	Terms   []Term          `json:"terms"`
	Plans   []Plan          `json:"plans"` // that were followed, earliest first
	Ledger  Stand           `json:"ledger"`
	Classes []Class         `json:"classes"`

	Unsettled  []Item       `json:"unsettled"` // accepted by name
	Accepted   []Acceptance `json:"accepted"`  // what would have made the season contestable
	Amendments []Amendment  `json:"amendments"`
	Pauses     []Pause      `json:"pauses"`
	DaysOff    []string     `json:"days_off"`
}

// A Term is a rule by which the season is judged.
type Term struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Plan is one that was followed.
type Plan struct {
	Digest string    `json:"digest"`
	Since  time.Time `json:"since"`
	File   string    `json:"file"`
}

// A Stand is where the ledger stood.
type Stand struct {
	Ledger   string `json:"ledger"`
	Contacts int    `json:"contacts"`
	Events   int    `json:"events"`
	Chains   string `json:"chains"` // SHA-256 of chains.txt, as heads have it
}

// A Class is who wins, and who would.
type Class struct {
	Class    string             `json:"class"`
	Winners  []string           `json:"winners"`
	Variants []fairness.Variant `json:"variants"`
}

// An Acceptance is a difference that was accepted for the season to go on.
type Acceptance struct {
	Digest string    `json:"digest"`
	What   string    `json:"what"`
	At     time.Time `json:"at"`
}

// An Amendment is a person's word on a contact. Who said it and why is known to
// the ledger, and may be erased there.
type Amendment struct {
	Contact string         `json:"contact"`
	Company string         `json:"company"`
	At      time.Time      `json:"at"`
	As      probes.Outcome `json:"as,omitempty"`
	Kind    string         `json:"kind,omitempty"` // of an arrival
	Counts  bool           `json:"counts"`         // it does not wait for a second person
}

// A Pause is a time in which a company was not asked.
type Pause struct {
	Company string `json:"company"`
	From    string `json:"from"`
	To      string `json:"to"`
	Channel string `json:"channel,omitempty"`
}

// summary gathers what result.json holds, but for plans.
func (s Source) summary(ctx context.Context, tx probes.Tx, classes []report.ClassStandings) (Summary, error) {
	ed := s.Edition
	sum := Summary{
		Made: made, Form: 1, Edition: ed.Name, From: ed.From.String(), To: ed.To.String(), Seed: ed.Seed,
		Policy: cmp.Or(ed.Scoring.Policy, fairness.CappedWait), Rules: s.Rules, Fold: probes.FoldVersion,
		Terms: []Term{}, Plans: []Plan{}, Classes: []Class{}, Unsettled: []Item{}, Accepted: []Acceptance{},
		Amendments: []Amendment{}, Pauses: pauses(ed), DaysOff: []string{},
	}
	for _, t := range ed.Terms {
		sum.Terms = append(sum.Terms, Term(t))
	}
	for _, day := range ed.Rules.Calendar.DaysOff {
		sum.DaysOff = append(sum.DaysOff, day.String())
	}
	waiting := map[string]bool{}
	for _, c := range classes {
		sum.Classes = append(sum.Classes, Class{c.Class, c.Sensitivity.Winners, c.Sensitivity.Variants})
		for _, id := range c.Waiting {
			waiting[id] = true
		}
	}
	accepted, err := tx.Checkpoints(ctx, probes.Acceptances)
	if err != nil {
		return sum, fmt.Errorf("what was accepted: %w", err)
	}
	for _, m := range accepted {
		sum.Accepted = append(sum.Accepted, Acceptance{m.Source, m.Position, m.Until})
	}
	slices.SortFunc(sum.Accepted, func(a, b Acceptance) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Digest, b.Digest)) })
	if sum.Amendments, err = amendments(ctx, tx, ed, waiting); err != nil {
		return sum, err
	}
	return sum, nil
}

// pauses returns when companies were not asked, by company.
func pauses(ed *edition.Edition) []Pause {
	all := []Pause{}
	for _, co := range ed.Companies {
		for _, p := range co.Pauses {
			all = append(all, Pause{co.ID, p.From.String(), p.To.String(), p.Channel})
		}
	}
	slices.SortStableFunc(all, func(a, b Pause) int { return cmp.Compare(a.Company, b.Company) })
	return all
}

// amendments returns what people have said of contacts, by contact and time.
func amendments(ctx context.Context, tx probes.Tx, ed *edition.Edition, waiting map[string]bool) ([]Amendment, error) {
	all := []Amendment{}
	err := probes.Sample{Edition: ed}.Refold(ctx, tx, time.Time{}, func(c probes.Contact, history []probes.Event) error {
		for _, e := range probes.InForce(history) {
			if e.Kind == probes.Amended {
				a := probes.Payload[probes.Amendment](e)
				all = append(all, Amendment{c.ID, c.Plan.Company, e.At.UTC(), a.Outcome, string(a.Kind), !waiting[c.ID]})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("amendments: %w", err)
	}
	return all, nil
}
