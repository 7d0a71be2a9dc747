package board

import (
	"context"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

// tasks returns the contacts that a person has to look at because of a failure.
func (b *Board) tasks(ctx context.Context, tx probes.Tx, records map[place]record) ([]probes.Contact, error) {
	all, err := b.unsettled(ctx, tx, records)
	return probes.Tasks(all), err
}

// unsettled returns the contacts of each company and channel of which a person has
// to look at something, by what their tallies know.
func (b *Board) unsettled(ctx context.Context, tx probes.Tx, records map[place]record) ([]probes.Contact, error) {
	var all []probes.Contact
	for at, r := range records {
		if r.tally.Addresses+r.tally.Provisional == 0 {
			continue
		}
		found, err := tx.Find(ctx, probes.Query{Edition: b.Edition.Name, Company: at.company, Channel: at.channel})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// task says what a person is to look at.
func (v *visit) task(whose fault.Fault) string {
	switch whose {
	case fault.Address:
		return v.T("the address does not exist: wrong by our doing, or closed by the company?")
	case fault.Policy:
		return v.T("refused for spam, reputation or authentication, and nothing that we know ourselves corroborates it")
	}
	return v.T("refused, and it is not said why")
}

// A taskRow is one contact to look at.
type taskRow struct {
	probes.Contact
	What string
}

// taskRows returns what the queue shows of the unsettled contacts.
func (v *visit) taskRows(unsettled []probes.Contact) (rows []taskRow) {
	for _, c := range probes.Tasks(unsettled) {
		rows = append(rows, taskRow{c, v.task(c.Fault)})
	}
	return rows
}
