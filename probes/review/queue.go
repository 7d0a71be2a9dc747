package review

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/field"
)

// An Item is a letter that waits for a person, and why.
type Item struct {
	Letter
	fairness.Stake
	Why   Why `json:"why"`
	Times int `json:"judged"` // how many people have judged it
}

// A Why is why a letter waits for a person.
type Why string

// The reasons, in the order in which one is named of several.
const (
	Doubtful Why = "doubtful" // the reading is in doubt
	Decides  Why = "decides"  // it is sure; were it wrong, another company would win
	Sampled  Why = "drawn"    // it is sure, and one of the sample
)

// A Viewer is who looks at the queue. Its zero value is anyone.
type Viewer struct {
	Name  string // whose own judgements are left out; with a name, so is nothing that one other has judged
	Blind bool   // the reader's guess is not shown
	All   bool   // whoever has judged it, and whoever looks: what at most one person has judged
}

// A survey is what is known of an edition's letters.
type survey struct {
	letters []Letter
	fair    map[string][]fairness.Contact // by class
	decides map[string]string             // the arrival that decides, by contact
	settled map[string]bool               // contacts of which two people have said what they are
}

// look reads the whole edition.
func look(ctx context.Context, tx probes.Tx, ed *edition.Edition) (survey, error) {
	s := survey{fair: map[string][]fairness.Contact{}, decides: map[string]string{}, settled: map[string]bool{}}
	sample := probes.Sample{Edition: ed}
	heard, err := sample.Heard(ctx, tx)
	if err != nil {
		return s, fmt.Errorf("review: %w", err)
	}
	roll, err := field.Open(ctx, tx, ed)
	if err != nil {
		return s, fmt.Errorf("review: %w", err)
	}
	err = sample.Refold(ctx, tx, time.Time{}, func(c probes.Contact, history []probes.Event) error {
		c = roll.Saw(c)
		letters, err := Letters(ctx, tx, c, history)
		if err != nil {
			return err
		}
		s.letters = append(s.letters, letters...)
		s.settled[c.ID] = settled(history)
		if _, t, came := c.Decisive(); came {
			s.decides[c.ID] = t.Arrival
		}
		if f, ok := sample.Misread(c, heard[c.Plan.Channel]); ok {
			s.fair[c.Plan.Class] = append(s.fair[c.Plan.Class], f)
		}
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("review: %w", err)
	}
	for _, a := range roll.Absences(heard) {
		if class := a.Contact.Plan.Class; a.Zero() {
			others := slices.DeleteFunc(s.fair[class], func(f fairness.Contact) bool { return f.ID == a.Fair.ID })
			s.fair[class] = append(others, a.Fair)
		}
	}
	return s, nil
}

// Of returns all letters of an edition, by contact, in the order in which they were
// written down.
func Of(ctx context.Context, tx probes.Tx, ed *edition.Edition) ([]Letter, error) {
	var all []Letter
	err := probes.Sample{Edition: ed}.Refold(ctx, tx, time.Time{}, func(c probes.Contact, history []probes.Event) error {
		letters, err := Letters(ctx, tx, c, history)
		all = append(all, letters...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	return all, nil
}

// Queue returns the letters of an edition that wait for a person: those first on
// which the winner hangs, then those that move a score most, then the earliest.
func Queue(ctx context.Context, tx probes.Tx, ed *edition.Edition, by Viewer) ([]Item, error) {
	s, err := look(ctx, tx, ed)
	if err != nil {
		return nil, err
	}
	stakes := map[string]fairness.Stake{}
	for _, contacts := range s.fair {
		for id, stake := range ed.Scoring.Stakes(contacts) {
			stakes[id] = stake
		}
	}
	var all []Item
	for _, l := range s.letters {
		i := Item{Letter: l, Times: len(l.Said)}
		if l.Doubtful || s.decides[l.Contact] == l.Arrival {
			i.Stake = stakes[l.Contact]
		}
		var waits bool
		if i.Why, waits = i.why(ed, s.settled); !waits || !by.wants(i) {
			continue
		}
		if by.Blind || ed.Review.Blind {
			i.Read, i.Probability, i.Because = "", 0, nil
		}
		all = append(all, i)
	}
	slices.SortStableFunc(all, byStake)
	return all, nil
}

// why returns why a letter waits for a person; false if it does not.
func (i Item) why(ed *edition.Edition, settled map[string]bool) (Why, bool) {
	drawn := Drawn(ed.Seed, i.Arrival, ed.Review.Sample)
	switch {
	case settled[i.Contact]: // whatever the letter says, the contact is what they have said
		return Sampled, drawn
	case i.Letter.Doubtful:
		return Doubtful, true
	case i.Winner:
		return Decides, true
	}
	return Sampled, drawn
}

// settled reports whether two people have said what became of a contact, and no one
// person has said otherwise since.
func settled(story []probes.Event) bool {
	without, lone := probes.WithoutLone(story)
	return !lone && slices.ContainsFunc(without, func(e probes.Event) bool {
		return e.Kind == probes.Amended && probes.Payload[probes.Amendment](e).Outcome != ""
	})
}

// wants reports whether a letter is one for the viewer: one that no person has
// judged, or to whom a name is given, one that at most one other person has.
func (v Viewer) wants(i Item) bool {
	switch {
	case v.All:
		return i.Times < 2
	case v.Name == "":
		return i.Times == 0
	}
	return i.Times < 2 && !i.SaidBy(v.Name)
}

// byStake orders letters by what hangs on them.
func byStake(a, b Item) int {
	if a.Winner != b.Winner {
		if a.Winner {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Times, b.Times), a.At.Compare(b.At), cmp.Compare(a.Arrival, b.Arrival))
}
