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
	"github.com/svartid/svartid/probes/field"
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
	Waiting []string `json:"waiting,omitempty"`
	// Changes are what became of the season since its start: the winner there would
	// be without it is among the variants.
	Changes
	Sensitivity fairness.Sensitivity `json:"sensitivity"`
	// Grading is how sure the edition is as a whole; of classes alone: none.
	Grading fairness.Grading `json:"grading"`
	// Review says how far the reader and people agree, in all classes together.
	Review review.Figures `json:"review"`
	titles edition.Titles // of classes and channels, as people call them
}

// Standings folds the edition anew and returns the standings of every class, in
// the order of the configuration, by what had been written down at an instant;
// the zero time is all.
func Standings(ctx context.Context, tx probes.Tx, ed *edition.Edition, at time.Time) ([]ClassStandings, error) {
	all, err := gather(ctx, tx, probes.Sample{Edition: ed}, at)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	changed, err := all.changes(ctx, tx, at)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	var out []ClassStandings
	for _, class := range all.roll.Classes() {
		out = append(out, all.stand(class, at, changed))
	}
	grade(out, ed.Scoring, all.fair)
	for i, figures := 0, review.FiguresOf(ed, all.letters); i < len(out); i++ {
		out[i].Review = figures
	}
	return out, nil
}

// stand returns the standings of a class, but for what follows from all classes
// together. What counts of the class is kept.
func (g *gathering) stand(class string, at time.Time, changed change) ClassStandings {
	rules := g.edition.Scoring
	g.asked[class] = g.fair[class]
	counted, waiting := rules.Confirmed(g.counting(class))
	g.fair[class] = counted
	c := ClassStandings{
		Edition: g.edition.Name, Class: class, Policy: policyOf(g.edition), At: at, titles: g.edition.Titles,
		Standings: rules.Standings(counted), Waiting: waiting, Sensitivity: rules.Sensitivity(counted),
		Addresses: g.addresses[class], Provisional: g.provisional[class],
	}
	changed.play(&c, g)
	return c
}

// A gathering is what the standings see of an edition, or of one class of it.
type gathering struct {
	edition     *edition.Edition
	class       string                        // the only one; empty: all
	fair        map[string][]fairness.Contact // by class in which companies are ranked
	asked       map[string][]fairness.Contact // likewise, before absences have taken the place of any
	letters     []review.Letter
	addresses   map[string]map[string]int // by class and company
	provisional map[string]map[string]int
	amended     map[string][]string // contacts, by class
	roll        *field.Roll
	absences    []field.Absence
}

// gather reads the edition as it had been written down at an instant.
func gather(ctx context.Context, tx probes.Tx, sample probes.Sample, at time.Time) (*gathering, error) {
	roll, err := field.Open(ctx, tx, sample.Edition)
	if err != nil {
		return nil, err
	}
	return gatherBy(ctx, tx, roll, source{sample, at})
}

// A source is which contacts are gathered, and as they had been written down when.
type source struct {
	probes.Sample
	at time.Time
}

// gatherBy gathers by a roll that has seen no contact yet.
func gatherBy(ctx context.Context, tx probes.Tx, roll *field.Roll, from source) (*gathering, error) {
	sample, at := from.Sample, from.at
	ed := sample.Edition
	g := &gathering{
		edition: ed, class: sample.Class, fair: map[string][]fairness.Contact{}, asked: map[string][]fairness.Contact{},
		roll: roll, addresses: map[string]map[string]int{}, provisional: map[string]map[string]int{}, amended: map[string][]string{},
	}
	heard, err := sample.Heard(ctx, tx)
	if err != nil {
		return nil, err
	}
	for channel, until := range heard {
		if !at.IsZero() && at.Before(until) {
			heard[channel] = at
		}
	}
	if g.roll.Reclassed() {
		sample.Class = "" // what a company was asked in another class counts in that in which it is ranked
	}
	err = sample.Refold(ctx, tx, at, func(c probes.Contact, history []probes.Event) error {
		if c = g.roll.Saw(c); g.class != "" && c.Plan.Class != g.class {
			return nil
		}
		letters, err := review.Letters(ctx, tx, c, history)
		if err != nil {
			return err
		}
		g.letters = append(g.letters, letters...)
		g.note(c)
		if f, ok := played(ed, c, history, heard[c.Plan.Channel]); ok {
			g.fair[c.Plan.Class] = append(g.fair[c.Plan.Class], f)
		}
		return nil
	})
	g.absences = g.roll.Absences(heard)
	return g, err
}

// note counts what is told of contacts beside their scores.
func (g *gathering) note(c probes.Contact) {
	if c.Fault == fault.Address && !c.Amended {
		count(g.addresses, c.Plan)
	}
	if c.Provisional {
		count(g.provisional, c.Plan)
	}
	if c.Amended {
		g.amended[c.Plan.Class] = append(g.amended[c.Plan.Class], c.ID)
	}
}

// counting returns what counts of a class: what its companies were asked, what those
// who have left would have been, and what those who were paused were to be.
func (g *gathering) counting(class string) []fairness.Contact {
	return withAbsences(g.fair[class], counted(g.absences), func(a field.Absence) bool { return a.Contact.Plan.Class == class })
}

// counted returns absences as they count.
func counted(absences []field.Absence) (all []field.Absence) {
	for _, a := range absences {
		all = append(all, a.Counted())
	}
	return all
}

// withAbsences returns contacts with some absences in their places.
func withAbsences(contacts []fairness.Contact, absences []field.Absence, counts func(field.Absence) bool) []fairness.Contact {
	var more []fairness.Contact
	absent := map[string]bool{}
	for _, a := range absences {
		if counts(a) {
			more, absent[a.Fair.ID] = append(more, a.Fair), true
		}
	}
	if len(more) == 0 {
		return contacts
	}
	asked := slices.DeleteFunc(slices.Clone(contacts), func(c fairness.Contact) bool { return absent[c.ID] })
	return append(asked, more...)
}

// played returns what the standings see of a contact, with how it would count the
// other way and without what people have said of it.
func played(ed *edition.Edition, c probes.Contact, history []probes.Event, until time.Time) (fairness.Contact, bool) {
	sample := probes.Sample{Edition: ed}
	f, ok := sample.Played(c, until)
	if !ok {
		return f, false
	}
	f.Unamended = sample.Unamended(c.ID, history, until)
	f.Unread = sample.Unread(c.ID, history, until)
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
	roll, err := field.Open(ctx, tx, ed)
	if err != nil {
		return false, fmt.Errorf("standings of %s: %w", c.Plan.Class, err)
	}
	class := roll.Class(c.Plan.Company, c.Plan.Class)
	all, err := gather(ctx, tx, probes.Sample{Edition: ed, Class: class}, time.Time{})
	if err != nil {
		return false, fmt.Errorf("standings of %s: %w", class, err)
	}
	_, waiting := ed.Scoring.Confirmed(all.counting(class))
	return slices.Contains(waiting, c.ID), nil
}
