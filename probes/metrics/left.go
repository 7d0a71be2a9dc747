package metrics

import (
	"context"
	"maps"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/field"
)

// A departure knows which companies have left the season, and what they would have
// been asked. Its zero value has read nothing yet.
type departure struct {
	roll    *field.Roll
	leavers map[string]bool // by company
	plans   int             // that the ledger knew of when the roll was read
}

// open reads the field as it was at the start, unless no plan was drawn since it was
// last read, and what the ledger holds of leavers.
func (d *departure) open(ctx context.Context, tx probes.Tx, s probes.Sample, plans []channels.Checkpoint) error {
	if d.roll != nil && d.plans == len(plans) {
		return nil
	}
	whole, err := field.Open(ctx, tx, s.Edition)
	if err != nil {
		return err
	}
	roll, leavers := whole.Left(), map[string]bool{}
	for _, l := range roll.Leavers() {
		leavers[l.Company] = true
		contacts, err := tx.Find(ctx, probes.Query{Edition: s.Edition.Name, Company: l.Company})
		if err != nil {
			return err
		}
		for _, contact := range contacts {
			roll.Saw(contact)
		}
	}
	d.roll, d.leavers, d.plans = roll, leavers, len(plans)
	return nil
}

// saw notes a contact as it is now.
func (d *departure) saw(contact probes.Contact) {
	if d.leavers[contact.Plan.Company] {
		d.roll.Saw(contact)
	}
}

// zero brings up to date what companies that have left would have been asked by
// now: it counts as unanswered, as in standings. It returns the classes in which other
// contacts are due than before. Where no company has left, it does nothing.
func (c *Collector) zero(ctx context.Context, tx probes.Tx) (classes map[string]bool, err error) {
	if len(c.departed.leavers) == 0 {
		return nil, nil
	}
	heard, err := (probes.Sample{Edition: c.Edition}).Heard(ctx, tx)
	if err != nil {
		return nil, err
	}
	zeros := map[place]map[string]fairness.Contact{}
	for _, a := range c.departed.roll.Absences(heard) {
		if !a.Left {
			continue
		}
		at := place{a.Fair.Channel, a.Contact.Plan.Class, a.Fair.Company}
		if zeros[at] == nil {
			zeros[at] = map[string]fairness.Contact{}
		}
		zeros[at][a.Fair.ID] = a.Fair
	}
	for at := range zeros {
		c.card(at) // who left before being asked has a place, too
	}
	classes = map[string]bool{}
	for at, kept := range c.cards {
		if due := zeros[at]; !sameContacts(kept.zeros, due) {
			kept.zeros, classes[at.class] = due, true
			kept.score = c.score(kept.counted())
		}
	}
	return classes, nil
}

// sameContacts reports whether two sets of zeros are of the same contacts.
func sameContacts(a, b map[string]fairness.Contact) bool {
	return maps.EqualFunc(a, b, func(x, y fairness.Contact) bool { return x.ID == y.ID })
}

// card returns what the score of a place follows from.
func (c *Collector) card(at place) *card {
	if c.cards[at] == nil {
		c.cards[at] = &card{seen: map[string]int{}, fair: map[string]fairness.Contact{}}
	}
	return c.cards[at]
}

// counted returns what counts of a place: what its company was asked, and what it
// would have been asked had it not left.
func (k *card) counted() map[string]fairness.Contact {
	if len(k.zeros) == 0 {
		return k.fair
	}
	all := maps.Clone(k.fair)
	maps.Copy(all, k.zeros)
	return all
}
