package result

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/report"
)

// A Summary is result.json.
type Summary struct {
	Made    string          `json:"made"` // what it is
	Form    int             `json:"form"`
	Edition string          `json:"edition"`
	From    string          `json:"from"` // first and last day
	To      string          `json:"to"`
	Zone    string          `json:"time_zone,omitempty"` // whose days are kept; empty: an earlier version did not say
	Country string          `json:"country,omitempty"`   // whose holidays are
	Seed    string          `json:"seed"`                // that the plan was drawn from
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
	Moves      []Move       `json:"moves"`     // of companies, after the start, by company
	Decisions  []Decision   `json:"decisions"` // of people on who is asked, in order
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
	// Lifted says that it was in force and was taken back: Until then, which is empty if
	// it is not known, and By a person, under the name of [Decision], or, if that is
	// empty, by the configuration.
	Lifted bool   `json:"lifted,omitempty"`
	Until  string `json:"until,omitempty"`
	By     string `json:"by,omitempty"`
}

// A Move is a change of what was to be asked of a company, after the start.
type Move struct {
	Company string `json:"company"`
	What    string `json:"what"` // entered, class, hours, calendar or consent
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Since   string `json:"since,omitempty"` // empty: no plan was followed that has it
	// Corrected says that a person has decided that it was wrong at the start, so that it
	// counts as it is now.
	Corrected bool `json:"corrected,omitempty"`
}

// moves returns how companies were moved, each move once.
func moves(classes []report.ClassStandings) []Move {
	all, right := []Move{}, map[[2]string]bool{}
	for _, class := range classes {
		for _, c := range class.Corrections {
			right[[2]string{c.Company, c.What}] = right[[2]string{c.Company, c.What}] || c.Counted()
		}
	}
	for _, class := range classes {
		for _, m := range class.Moves {
			move := Move{Company: m.Company, What: m.What, From: m.From, To: m.To, Corrected: right[[2]string{m.Company, m.What}]}
			if !m.Since.IsZero() {
				move.Since = m.Since.UTC().Format(time.RFC3339)
			}
			if !slices.Contains(all, move) {
				all = append(all, move)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Move) int { return cmp.Compare(a.Company, b.Company) })
	return all
}

// A Decision is what a person has decided of who is asked. Who it was goes by a name that
// only this edition's secret makes, the same for all that one person has decided; people
// are taken out of the reason. Both are empty once the words were erased.
type Decision struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Company string    `json:"company,omitempty"` // empty: every one
	From    string    `json:"from"`
	To      string    `json:"to,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Entry   string    `json:"entry,omitempty"` // that was wrong at the start
	Value   string    `json:"value,omitempty"` // what it is
	Reason  string    `json:"reason,omitempty"`
	By      string    `json:"by,omitempty"`
}

// decisions returns what people have decided, without their names.
func decisions(ctx context.Context, tx probes.Tx, ed *edition.Edition) ([]Decision, error) {
	acts, err := participation.History(ctx, tx, ed.Name)
	if err != nil {
		return nil, fmt.Errorf("decisions on who is asked: %w", err)
	}
	all, people := []Decision{}, report.NewRedactor()
	for _, a := range acts {
		co, _ := ed.Company(a.Company)
		d := Decision{
			At: a.At.UTC(), Kind: string(a.Kind), Company: a.Company, From: a.From.String(), Channel: a.Channel,
			Entry: a.Entry, Value: a.Value,
			Reason: people.Hide(a.Reason, report.NamesAt(co)), By: pseudonym(ed.Key, a.By),
		}
		if !a.To.IsZero() {
			d.To = a.To.String()
		}
		all = append(all, d)
	}
	return all, nil
}

// pseudonym is what stands for a person's name; empty for none.
func pseudonym(key, name string) string {
	if name == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("person " + strings.ToLower(strings.Join(strings.Fields(name), " "))))
	return "person-" + hex.EncodeToString(mac.Sum(nil)[:4])
}

// summary gathers what result.json holds, but for plans.
func (s Source) summary(ctx context.Context, tx probes.Tx, classes []report.ClassStandings) (Summary, error) {
	ed := s.Edition
	sum := Summary{
		Made: made, Form: 1, Edition: ed.Name, From: ed.From.String(), To: ed.To.String(), Seed: ed.Seed,
		Zone: ed.Zone().String(), Country: ed.Rules.Calendar.Country,
		Policy: cmp.Or(ed.Scoring.Policy, fairness.CappedWait), Rules: s.Rules, Fold: probes.FoldVersion,
		Terms: []Term{}, Plans: []Plan{}, Classes: []Class{}, Unsettled: []Item{}, Accepted: []Acceptance{},
		Amendments: []Amendment{}, Pauses: pauses(ed, classes), Moves: moves(classes), DaysOff: []string{},
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
	if sum.Decisions, err = decisions(ctx, tx, ed); err != nil {
		return sum, err
	}
	if sum.Amendments, err = amendments(ctx, tx, ed, waiting); err != nil {
		return sum, err
	}
	return sum, nil
}

// pauses returns when companies were not asked, by company, and which pauses were taken
// back.
func pauses(ed *edition.Edition, classes []report.ClassStandings) []Pause {
	all := []Pause{}
	for _, co := range ed.Companies {
		for _, p := range co.Pauses {
			all = append(all, Pause{Company: co.ID, From: p.From.String(), To: p.To.String(), Channel: p.Channel})
		}
	}
	for _, class := range classes {
		for _, p := range class.Pauses {
			if !p.Lifted {
				continue
			}
			lifted := Pause{p.Company, p.From.String(), p.To.String(), p.Channel, true, "", pseudonym(ed.Key, p.By)}
			if !p.Until.IsZero() {
				lifted.Until = p.Until.UTC().Format(time.RFC3339)
			}
			all = append(all, lifted)
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
