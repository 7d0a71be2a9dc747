package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fairness/survival"
	"github.com/svartid/svartid/probes/field"
)

// A Season is all that a company may know of its own, and what it takes of its
// class to understand it. No other company is in it by name, and no person.
type Season struct {
	Edition  string
	From, To string // first and last day; empty = no bound
	Company  edition.Company
	Zone     *time.Location
	Opening  string
	Policy   fairness.Policy
	Rules    Folding
	Until    time.Time // when the latest of it was written down

	Standing  fairness.Standing // of none: Company is empty
	Ranked    int               // companies that are
	Others    int               // in the class
	Charts    []Chart
	Contacts  []Asked // by slot
	Again     []Asked // asked twice
	Lost      []Asked // that do not count
	Entry     Entry   // what became of it after the start
	Unasked   int     // questions that count as unanswered, because the company has left
	Gaps      []Unheard
	Corrected []Corrected
	Plans     []Followed
}

// An Asked is one contact of a season.
type Asked struct {
	probes.Contact
	Worth      *fairness.Worth // nil: it is no part of the standings
	Why        string
	Account    probes.Account
	ReplacedBy string
	Zero       Zero   // why it counts as unanswered, whatever came of it; empty: it counts as it went
	Waits      string // whom an amendment of it waits for; empty: for nobody
	Chain      string // holds, or what does not
	Head       string // hash of the last event

	told []probes.Event // the events with their words
}

// An Unheard is a time in which we could not hear, of a contact that waited.
type Unheard struct {
	Contact  string
	From, To time.Time // zero To: for good
	Reason   string
}

// A Corrected is a person's word on a contact.
type Corrected struct {
	Contact string
	At      time.Time
	Waits   bool // for a second person
	probes.Amendment
}

// ReadSeason gathers the season of a company of the edition from one view of the
// ledger.
func ReadSeason(ctx context.Context, tx probes.Tx, ed *edition.Edition, company string) (*Season, error) {
	co, _ := ed.Company(company)
	s := &Season{
		Edition: ed.Name, From: ed.From.String(), To: ed.To.String(), Company: co,
		Opening: ed.Rules.Opening.String(), Policy: policyOf(ed), Zone: time.UTC,
	}
	if zone := ed.Rules.Calendar.Zone; zone != nil {
		s.Zone = zone
	}
	class, err := s.read(ctx, tx, ed)
	if err == nil {
		s.Plans, err = PlansFollowed(ctx, tx)
	}
	if err != nil {
		return nil, fmt.Errorf("season of %s: %w", company, err)
	}
	s.arrange()
	s.stand(ed.Scoring, class)
	return s, nil
}

// read takes in the company's contacts, and returns what the standings see of
// its class.
func (s *Season) read(ctx context.Context, tx probes.Tx, ed *edition.Edition) (class []fairness.Contact, err error) {
	heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
	if err != nil {
		return nil, err
	}
	roll, err := field.Open(ctx, tx, ed)
	if err != nil {
		return nil, err
	}
	s.Company.Class = roll.Class(s.Company.ID, s.Company.Class)
	worths := map[string]*fairness.Worth{} // by contact
	err = probes.Sample{Edition: ed}.Refold(ctx, tx, time.Time{}, func(c probes.Contact, history []probes.Event) error {
		if c = roll.Saw(c); c.Plan.Class != s.Company.Class {
			return nil
		}
		var gives *fairness.Worth
		if fair, counts := played(ed, c, history, heard[c.Plan.Channel]); counts {
			gives = new(fairness.Worth)
			class, worths[c.ID] = append(class, fair), gives
		}
		if c.Plan.Company == s.Company.ID {
			told, err := probes.Reveal(ctx, tx, history)
			if err != nil {
				return err
			}
			s.take(ed, history, told, gives)
		}
		return nil
	})
	absences := roll.Absences(heard)
	s.zero(absences)
	s.Entry = entryOf(roll, absences, s.Company.ID)
	class = withAbsences(class, counted(absences), func(a field.Absence) bool {
		counts := a.Contact.Plan.Class == s.Company.Class
		if counts && a.Left && a.Contact.Plan.Company == s.Company.ID {
			s.Unasked++
		}
		return counts
	})
	class, waiting := ed.Scoring.Confirmed(class)
	s.wait(ed, waiting)
	for _, fair := range class {
		if worths[fair.ID] != nil {
			*worths[fair.ID] = ed.Scoring.Worth(fair)
		}
	}
	return class, err
}

// zero notes why contacts of the company count as unanswered whatever came of them.
func (s *Season) zero(absences []field.Absence) {
	for i := range s.Contacts {
		for _, a := range absences {
			if a.Contact.ID == s.Contacts[i].ID {
				s.Contacts[i].Zero = zeroOf(a)
			}
		}
	}
}

// take takes in one of the company's contacts, by the rules of the edition, from
// its history as it was hashed and as it is told with its words.
func (s *Season) take(ed *edition.Edition, history, told []probes.Event, gives *fairness.Worth) {
	id := history[0].Contact
	a := Asked{Contact: probes.Rules(ed.Rules).Fold(id, told), Worth: gives, told: told}
	a.Chain, a.Head = chain(history), history[len(history)-1].Hash
	a.Why, a.Account = probes.Rules(ed.Rules).Why(a.Contact), probes.Rules(ed.Rules).Account(a.Contact)
	s.Contacts = append(s.Contacts, a)
	for _, e := range probes.InForce(told) {
		if e.Recorded.After(s.Until) {
			s.Until = e.Recorded
		}
		switch e.Kind {
		case probes.Broken:
			f := probes.Payload[probes.Failure](e)
			s.Gaps = append(s.Gaps, Unheard{id, e.At, f.Until, f.Reason})
		case probes.Amended:
			s.Corrected = append(s.Corrected, Corrected{id, e.At, false, probes.Payload[probes.Amendment](e)})
		}
	}
}

// wait has the company's contacts that wait for a second person count without what one
// person alone has said of them.
func (s *Season) wait(ed *edition.Edition, waiting []string) {
	for i := range s.Contacts {
		a := &s.Contacts[i]
		if !slices.Contains(waiting, a.ID) {
			continue
		}
		without, _ := probes.WithoutLone(a.told)
		a.Contact, a.Waits = probes.Rules(ed.Rules).Fold(a.ID, without), SecondPerson(probes.LoneBy(a.told))
		a.Why, a.Account = probes.Rules(ed.Rules).Why(a.Contact), probes.Rules(ed.Rules).Account(a.Contact)
	}
	for i := range s.Corrected {
		s.Corrected[i].Waits = slices.Contains(waiting, s.Corrected[i].Contact)
	}
}

// arrange orders what was taken in, and finds what stands for what.
func (s *Season) arrange() {
	slices.SortFunc(s.Contacts, func(a, b Asked) int { return probes.ByRecency(b.Contact, a.Contact) })
	slices.SortFunc(s.Gaps, func(a, b Unheard) int { return a.From.Compare(b.From) })
	slices.SortFunc(s.Corrected, func(a, b Corrected) int { return a.At.Compare(b.At) })
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
func (s *Season) stand(rules fairness.Rules, class []fairness.Contact) {
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
		all := survival.Where(waits, func(o survival.Observation) string { return o.Stratum }, ch.Channel)
		s.Charts = append(s.Charts, newChart(ch, s.Company.ID, all))
	}
}

// Capped reports whether the score is the share of the promised time that
// customers did not have to wait.
func (s *Season) Capped() bool { return s.Policy == fairness.CappedWait }
