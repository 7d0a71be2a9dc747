package metrics

import (
	"context"
	"maps"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/field"
)

// A departure knows which companies have left the season, and what they would have
// been asked. Its zero value has read nothing yet.
type departure struct {
	roll    *field.Roll
	leavers map[string]bool         // by company
	ends    map[string]fairness.End // of leavers' contacts that the ledger holds decided
	marks   int                     // that the ledger held of the field when the roll was read
}

// open reads the field as it was at the start, unless no plan was drawn and nothing was
// decided since it was last read, and what the ledger holds of leavers.
func (d *departure) open(ctx context.Context, tx probes.Tx, s probes.Sample, marks int) error {
	if d.roll != nil && d.marks == marks {
		return nil
	}
	whole, err := field.Open(ctx, tx, s.Edition)
	if err != nil {
		return err
	}
	d.roll, d.leavers, d.ends, d.marks = whole.Left(), map[string]bool{}, map[string]fairness.End{}, marks
	for _, company := range d.roll.Zeroed() {
		d.leavers[company] = true
		if err := d.look(ctx, tx, probes.Query{Edition: s.Edition.Name, Company: company}); err != nil {
			return err
		}
	}
	return d.hear(ctx, tx, probes.Query{Edition: s.Edition.Name})
}

// hear notes in which rounds companies were asked that no plan holds, if it matters.
func (d *departure) hear(ctx context.Context, tx probes.Tx, of probes.Query) error {
	if len(d.leavers) == 0 || !d.roll.Loose() {
		return nil
	}
	contacts, err := tx.Find(ctx, of)
	for _, c := range contacts {
		d.roll.SawOther(c)
	}
	return err
}

// look notes the contacts of a leaver as they are now.
func (d *departure) look(ctx context.Context, tx probes.Tx, of probes.Query) error {
	contacts, err := tx.Find(ctx, of)
	for _, c := range contacts {
		d.roll.Saw(c)
		if c.End != (fairness.End{}) {
			d.ends[c.ID] = c.End
		}
	}
	return err
}

// zero brings up to date what companies that have left would have been asked by
// now: it counts as unanswered, as in standings, and stands in the place of what the
// ledger holds of the same. It returns the places where other contacts are due than
// before. Where no company has left, it does nothing.
func (c *Collector) zero(ctx context.Context, tx probes.Tx) (changed map[place]bool, err error) {
	if len(c.departed.leavers) == 0 {
		return nil, nil
	}
	heard, err := (probes.Sample{Edition: c.Edition}).Heard(ctx, tx)
	if err != nil {
		return nil, err
	}
	zeros := map[place]map[string]fairness.Contact{}
	for _, a := range c.departed.roll.Absences(heard) {
		if !a.Zero() {
			continue
		}
		at := place{a.Fair.Channel, a.Contact.Plan.Class, a.Fair.Company}
		if zeros[at] == nil {
			zeros[at] = map[string]fairness.Contact{}
		}
		zeros[at][a.Fair.ID] = a.Fair
	}
	for at := range zeros {
		c.scorer.standing(at) // who left before being asked has a place, too
	}
	changed = map[place]bool{}
	for at, kept := range c.scorer.places {
		due := zeros[at]
		if maps.EqualFunc(kept.zeros, due, func(x, y fairness.Contact) bool { return x.ID == y.ID }) {
			continue
		}
		kept.zeros, kept.instead, changed[at] = due, nil, true
		for id := range due {
			if end, known := c.departed.ends[id]; known {
				kept.instead = append(kept.instead, end)
			}
		}
	}
	return changed, nil
}
