package export

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/svartid/svartid/probes"
)

// ErrTable says that there is no such table.
var ErrTable = errors.New("no such table")

// A Page asks for the next rows of a table.
type Page struct {
	Table string // such as contacts
	Since string // the cursor to go on from; empty: all
	After string // the contact after which to go on; empty: from the first
	Limit int    // how many contacts; 0 = as many as an export reads at once
}

// A Paged is one page, the same rows as an export's.
type Paged struct {
	Table  Table
	Rows   []Row
	After  string // what to ask for next; empty: this was the last page
	Cursor string // where the view stands; empty where contacts are folded anew
}

// Page returns a page of rows, all those of each contact together. The error
// wraps ErrTable or ErrCursor. Who pages with Since and gets no After goes on
// from the Cursor of the first page, so that nothing changed between is missed.
func (s Source) Page(ctx context.Context, tx probes.Tx, p Page) (Paged, error) {
	all := tables()
	i := slices.IndexFunc(all, func(t table) bool { return t.Name == p.Table })
	if i < 0 {
		return Paged{}, fmt.Errorf("%w: %q", ErrTable, p.Table)
	}
	r, err := s.reader(ctx, tx)
	if err != nil {
		return Paged{}, err
	}
	since, err := r.since(p.Since)
	if err != nil {
		return Paged{}, err
	}
	limit := p.Limit
	if limit < 1 || limit > page {
		limit = page
	}
	found, err := r.find(ctx, since, p.After, limit)
	if err != nil {
		return Paged{}, err
	}
	out := Paged{Table: all[i].Table, Rows: []Row{}, Cursor: r.cursor()}
	b, err := r.batch(ctx, found)
	if err != nil {
		return Paged{}, err
	}
	for _, c := range found {
		rec, err := r.record(ctx, b, c)
		if err != nil {
			return Paged{}, err
		}
		out.Rows = append(out.Rows, all[i].rows(rec)...)
	}
	if len(found) == limit {
		out.After = found[limit-1].ID
	}
	return out, nil
}
