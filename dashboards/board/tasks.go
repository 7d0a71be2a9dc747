package board

import (
	"context"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fault"
)

// tasks returns the contacts that a person has to look at because of a failure.
// Only companies whose tallies know of one are asked for.
func (b *Board) tasks(ctx context.Context, tx probes.Tx, records map[place]record) ([]probes.Contact, error) {
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
	return probes.Tasks(all), nil
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

// taskRows returns what the queue shows of them.
func (b *Board) taskRows(v *visit, tx probes.Tx, records map[place]record) (rows []taskRow, err error) {
	contacts, err := b.tasks(v.ctx, tx, records)
	for _, c := range contacts {
		rows = append(rows, taskRow{c, v.task(c.Fault)})
	}
	return rows, err
}
