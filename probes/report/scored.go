package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/field"
)

// A Scored is a contact as the standings see it.
type Scored struct {
	probes.Contact
	Fair  fairness.Contact
	Worth fairness.Worth
	// Weekday and Slot are its cell of the plan, in the edition's zone, such as Mon
	// and 09-10.
	Weekday, Slot string
	// Waiting says that an amendment of it waits for a second person, and does not count:
	// all is without it.
	Waiting bool
	// Zero is why it counts as unanswered, whatever came of the question itself; empty: it
	// counts as it went.
	Zero Zero
}

// A Zero is why a contact counts as unanswered, whatever came of the question itself;
// empty: it counts as it went.
type Zero string

// The reasons.
const (
	ByLeaving Zero = "left"  // the company has left the season, or had for a while
	ByHours   Zero = "hours" // the company keeps fewer hours, or other days, than at the start
)

// zeroOf returns why an absence counts as unanswered.
func zeroOf(a field.Absence) Zero {
	switch {
	case a.Left:
		return ByLeaving
	case a.Narrowed:
		return ByHours
	}
	return ""
}

// String says the reason in English, as what follows "because"; "" if it counts as it went.
func (z Zero) String() string {
	switch z {
	case ByLeaving:
		return "the company had left the season by then"
	case ByHours:
		return "the company keeps fewer hours, or other days, than at the start, by which it was to be asked then"
	}
	return ""
}

// Why says by which clock the contact is measured, and why.
func (s Scored) Why() string {
	switch {
	case s.Worth.Clock == fairness.OpeningTime:
		return "opening time: the promise is in working days"
	case s.Fair.Clock == fairness.OpeningTime:
		return "calendar time: the promise has no opening time"
	}
	return "calendar time: the promise is in minutes or hours"
}

// EachScored folds the edition anew, and calls take for each contact that the
// standings see, by id.
func EachScored(ctx context.Context, tx probes.Tx, ed *edition.Edition, take func(Scored)) error {
	sample := probes.Sample{Edition: ed}
	heard, err := sample.Heard(ctx, tx)
	if err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	var all []Scored
	fair, alone := map[string][]fairness.Contact{}, map[string]probes.Contact{}
	roll, err := field.Open(ctx, tx, ed)
	if err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	err = sample.Refold(ctx, tx, time.Time{}, func(c probes.Contact, history []probes.Event) error {
		c = roll.Saw(c)
		if f, seen := played(ed, c, history, heard[c.Plan.Channel]); seen {
			all = append(all, newScored(ed, c))
			if without, lone := probes.WithoutLone(history); lone {
				alone[c.ID] = inClass(sample.Fold(c.ID, without), c.Plan.Class)
			}
			fair[c.Plan.Class] = append(fair[c.Plan.Class], f)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	for _, a := range counted(roll.Absences(heard)) {
		class := a.Contact.Plan.Class
		all = slices.DeleteFunc(all, func(s Scored) bool { return s.ID == a.Fair.ID })
		scored := newScored(ed, a.Contact)
		scored.Zero = zeroOf(a)
		all = append(all, scored)
		fair[class] = withAbsences(fair[class], []field.Absence{a}, func(field.Absence) bool { return true })
	}
	slices.SortFunc(all, func(a, b Scored) int { return cmp.Compare(a.ID, b.ID) })
	counted, waiting := countedIn(ed, fair)
	for _, s := range all {
		if waiting[s.ID] {
			s.Contact, s.Waiting = alone[s.ID], true
		}
		s.Fair = counted[s.ID]
		s.Worth = ed.Scoring.Worth(s.Fair)
		take(s)
	}
	return nil
}

// Entrants tell of one company of an edition what became of its entry after the start, and
// which of its contacts count as unanswered because of that. Of most companies that is
// nothing: the plans of the season are read once to know it, and anew where another was
// followed or something was decided. The zero Entrants are ready, and may be used from
// several goroutines.
type Entrants struct {
	mu      sync.Mutex
	marks   int             // that the ledger held of the field when touched was read
	touched map[string]bool // companies whose entry was changed, or that have zeros; nil: it was not read
}

// roll returns the field as it was at the start; nil if nothing became of the company.
func (e *Entrants) roll(ctx context.Context, tx probes.Tx, ed *edition.Edition, company string) (*field.Roll, error) {
	marks, err := field.MarksIn(ctx, tx)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.touched != nil && e.marks == marks && !e.touched[company] {
		return nil, nil
	}
	roll, err := field.Open(ctx, tx, ed)
	if err != nil {
		return nil, err
	}
	e.marks, e.touched = marks, map[string]bool{}
	for _, id := range roll.Zeroed() {
		e.touched[id] = true
	}
	for _, m := range roll.Moves() {
		e.touched[m.Company] = true
	}
	if !e.touched[company] {
		return nil, nil
	}
	return roll, nil
}

// absences returns what a company was not asked, or asked at another time, by the plan of
// the start.
func (e *Entrants) absences(ctx context.Context, tx probes.Tx, roll *field.Roll, company string) ([]field.Absence, error) {
	ed := roll.Edition()
	heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
	if err != nil {
		return nil, err
	}
	query := probes.Query{Edition: ed.Name, Company: company}
	if roll.Loose() {
		query.Company = "" // what it was to be asked follows from what others were
	}
	found, err := tx.Find(ctx, query)
	for _, c := range found {
		roll.Saw(c)
	}
	return roll.Absences(heard), err
}

// Zeroes returns the contacts of a company that count as unanswered whatever came of the
// questions themselves, by id, with why; none of most companies.
func (e *Entrants) Zeroes(ctx context.Context, tx probes.Tx, ed *edition.Edition, company string) (map[string]Zero, error) {
	absences, err := e.zeroes(ctx, tx, ed, company)
	all := map[string]Zero{}
	for _, a := range absences {
		all[a.Contact.ID] = zeroOf(a)
	}
	return all, err
}

// zeroes returns the absences of a company that count as unanswered.
func (e *Entrants) zeroes(ctx context.Context, tx probes.Tx, ed *edition.Edition, company string) ([]field.Absence, error) {
	roll, err := e.roll(ctx, tx, ed, company)
	if err != nil || roll == nil {
		return nil, wrapped("zeros of "+company, err)
	}
	absences, err := e.absences(ctx, tx, roll, company)
	return slices.DeleteFunc(absences, func(a field.Absence) bool {
		return !a.Zero() || a.Contact.Plan.Company != company
	}), wrapped("zeros of "+company, err)
}

// Entry returns what became of a company's entry after the start.
func (e *Entrants) Entry(ctx context.Context, tx probes.Tx, ed *edition.Edition, company string) (Entry, error) {
	roll, err := e.roll(ctx, tx, ed, company)
	if err != nil || roll == nil {
		return Entry{}, wrapped("entry of "+company, err)
	}
	absences, err := e.absences(ctx, tx, roll, company)
	return entryOf(roll, absences, company), wrapped("entry of "+company, err)
}

// wrapped says at what an error arose.
func wrapped(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", step, err)
}

// inClass returns a contact in the class in which its company is ranked.
func inClass(c probes.Contact, class string) probes.Contact {
	c.Plan.Class = class
	return c
}

// newScored returns a contact with its cell of the plan.
func newScored(ed *edition.Edition, c probes.Contact) Scored {
	at := c.Plan.Slot.In(ed.Zone())
	return Scored{Contact: c, Weekday: at.Weekday().String()[:3], Slot: fmt.Sprintf("%02d-%02d", at.Hour(), at.Hour()+1)}
}

// countedIn returns the contacts of each class as they count, by id, and which of them
// wait for a second person: see [fairness.Rules.Confirmed].
func countedIn(ed *edition.Edition, fair map[string][]fairness.Contact) (all map[string]fairness.Contact, waiting map[string]bool) {
	all, waiting = map[string]fairness.Contact{}, map[string]bool{}
	for _, class := range fair {
		counted, held := ed.Scoring.Confirmed(class)
		for _, c := range counted {
			all[c.ID] = c
		}
		for _, id := range held {
			waiting[id] = true
		}
	}
	return all, waiting
}
