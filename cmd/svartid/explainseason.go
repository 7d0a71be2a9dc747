package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
)

// A season is all that a company may know of its own, and what it takes of its
// class to understand it. No other company is in it by name, and no person.
type season struct {
	Edition  string
	From, To string // first and last day; empty = no bound
	Company  probes.Company
	Zone     *time.Location
	Opening  string
	Policy   fairness.Policy
	Rules    folding
	Until    time.Time // when the latest of it was written down

	Standing  fairness.Standing // of none: Company is empty
	Ranked    int               // companies that are
	Others    int               // in the class
	Curves    []chart
	Contacts  []asked // by slot
	Again     []asked // asked twice
	Lost      []asked // that do not count
	Gaps      []unheard
	Corrected []corrected
	Plans     []followed
}

// An asked is one contact of a season.
type asked struct {
	probes.Contact
	Worth      *fairness.Worth // nil: it is no part of the standings
	Why        string
	Account    probes.Account
	ReplacedBy string
	Chain      string // holds, or what does not
	Head       string // hash of the last event
}

// An unheard is a time in which we could not hear, of a contact that waited.
type unheard struct {
	Contact  string
	From, To time.Time // zero To: for good
	Reason   string
}

// A corrected is a person's word on a contact.
type corrected struct {
	Contact string
	At      time.Time
	probes.Amendment
}

// season writes the page of the company's season.
func (e explainCmd) season(ctx context.Context, b *books, rules folding, std streams) error {
	if _, known := b.edition.Company(e.Company); !known {
		return misuse{fmt.Errorf("--company %q is not in the configuration", e.Company)}
	}
	s, err := tellSeason(ctx, b.Ledger, b.edition, e.Company)
	if err != nil {
		return err
	}
	s.Rules = rules
	page, err := s.page()
	if err != nil {
		return err
	}
	if e.Out != "" {
		return writeWhole(e.Out, page)
	}
	_, err = std.out.Write(page)
	return err
}

// tellSeason gathers a company's season, in one view of the ledger.
func tellSeason(ctx context.Context, l probes.Ledger, ed *probes.Edition, company string) (*season, error) {
	co, _ := ed.Company(company)
	s := &season{
		Edition: ed.Name, From: ed.From.String(), To: ed.To.String(), Company: co,
		Opening: ed.Rules.Opening.String(), Policy: cmp.Or(ed.Scoring.Policy, fairness.CappedWait), Zone: time.UTC,
	}
	if zone := ed.Rules.Calendar.Zone; zone != nil {
		s.Zone = zone
	}
	var class []fairness.Contact
	err := l.View(ctx, func(tx probes.Tx) error {
		heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
		if err != nil {
			return err
		}
		err = probes.Sample{Edition: ed}.Refold(ctx, tx, time.Time{}, func(c probes.Contact, story []probes.Event) error {
			if c.Plan.Class != co.Class {
				return nil
			}
			var gives *fairness.Worth
			if fair, counts := (probes.Sample{Edition: ed}).Fair(c, heard[c.Plan.Channel]); counts {
				w := ed.Scoring.Worth(fair)
				class, gives = append(class, fair), &w
			}
			if c.Plan.Company != company {
				return nil
			}
			told, err := probes.Reveal(ctx, tx, story)
			if err != nil {
				return err
			}
			a := s.take(ed, told, gives)
			if broken := probes.CheckChain(story); broken != nil {
				a.Chain = broken.Error()
			}
			return nil
		})
		if err != nil {
			return err
		}
		marks, err := tx.Checkpoints(ctx, probes.Drawn)
		s.Plans = plansFollowed(marks)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("season of %s: %w", company, err)
	}
	s.arrange()
	s.stand(ed.Scoring, class)
	return s, nil
}

// take takes in one of the company's contacts, by the rules of the edition, from
// its story with the words put back.
func (s *season) take(ed *probes.Edition, story []probes.Event, gives *fairness.Worth) *asked {
	id := story[0].Contact
	a := asked{Contact: ed.Rules.Fold(id, story), Worth: gives, Chain: "holds", Head: story[len(story)-1].Hash}
	a.Why, a.Account = ed.Rules.Why(a.Contact), ed.Rules.Account(a.Contact)
	s.Contacts = append(s.Contacts, a)
	for _, e := range story {
		if e.Recorded.After(s.Until) {
			s.Until = e.Recorded
		}
		switch e.Kind {
		case probes.Broken:
			f := payload[probes.Failure](e)
			s.Gaps = append(s.Gaps, unheard{id, e.At, f.Until, f.Reason})
		case probes.Amended:
			s.Corrected = append(s.Corrected, corrected{id, e.At, payload[probes.Amendment](e)})
		}
	}
	return &s.Contacts[len(s.Contacts)-1]
}

// arrange orders what was taken in, and finds what stands for what.
func (s *season) arrange() {
	slices.SortFunc(s.Contacts, func(a, b asked) int { return probes.ByRecency(b.Contact, a.Contact) })
	slices.SortFunc(s.Gaps, func(a, b unheard) int { return a.From.Compare(b.From) })
	slices.SortFunc(s.Corrected, func(a, b corrected) int { return a.At.Compare(b.At) })
	stead := map[string]string{}
	for _, a := range s.Contacts {
		if a.Plan.Replaces != "" {
			stead[a.Plan.Replaces] = a.ID
		}
	}
	for i := range s.Contacts {
		a := &s.Contacts[i]
		a.ReplacedBy = stead[a.ID]
		if len(a.Attempts) > 1 {
			s.Again = append(s.Again, *a)
		}
		if a.Outcome != probes.Pending && !a.Outcome.Valid() {
			s.Lost = append(s.Lost, *a)
		}
	}
}

// stand finds the company's place in its class, and draws its curves.
func (s *season) stand(rules fairness.Rules, class []fairness.Contact) {
	for _, standing := range rules.Standings(class) {
		switch {
		case standing.Company == s.Company.ID:
			s.Standing = standing
		default:
			s.Others++
		}
		if standing.Unranked == "" {
			s.Ranked++
		}
	}
	waits := rules.Waiting(class)
	for _, ch := range s.Standing.Channels {
		all := fairness.Where(waits, func(o fairness.Observation) string { return o.Stratum }, ch.Channel)
		s.Curves = append(s.Curves, draws(ch, s.Company.ID, all))
	}
}
