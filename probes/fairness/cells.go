package fairness

import (
	"maps"
	"math"
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// CellShare returns which share of what contacts of one company score
// differently is by the cell of the plan that they are in: R², adjusted for how
// many cells there are, over the classes of an edition, so that it is about 0
// where cells make no difference. As companies of a class have the same cells, so
// much less would the errors of their differences be if they were taken inside
// cells, which is worth it from about 0.2 on. It is only told here: errors that
// were narrowed by what was seen in the same edition would hold less than they
// say. NaN: there are too few contacts that are decided.
func (r Rules) CellShare(classes [][]Contact) survival.Number {
	residual, total := variation{}, variation{}
	for _, contacts := range classes {
		for _, rows := range r.cellRows(contacts) {
			companies, cells := levels(rows, company), levels(rows, cell)
			centre(rows, company)
			total.add(rows, len(companies))
			for range sweeps {
				centre(rows, cell)
				centre(rows, company)
			}
			residual.add(rows, len(companies)+len(cells)-1)
		}
	}
	if residual.free < 1 || total.squares == 0 {
		return survival.Number(math.NaN())
	}
	return survival.Number(1 - residual.mean()/total.mean())
}

// sweeps is how often means are taken out in turn, which converges on the least
// squares of both.
const sweeps = 60

// A cellRow is a contact's score, and what it has in common with others.
type cellRow struct {
	company, cell string
	score         float64
}

// company and cell are what rows have in common.
func company(r cellRow) string { return r.company }
func cell(r cellRow) string    { return r.cell }

// cellRows returns the contacts of a class that are decided, by channel.
func (r Rules) cellRows(contacts []Contact) [][]cellRow {
	by := map[string][]cellRow{}
	for _, c := range contacts {
		if w := r.Worth(c); w.Score.Known() && c.Cell != "" {
			by[c.Channel] = append(by[c.Channel], cellRow{c.Company, c.Cell, float64(w.Score)})
		}
	}
	var all [][]cellRow
	for _, channel := range slices.Sorted(maps.Keys(by)) {
		all = append(all, by[channel])
	}
	return all
}

// levels returns the sums and numbers of rows by what they have in common.
func levels(rows []cellRow, of func(cellRow) string) map[string][2]float64 {
	all := map[string][2]float64{}
	for _, r := range rows {
		l := all[of(r)]
		all[of(r)] = [2]float64{l[0] + r.score, l[1] + 1}
	}
	return all
}

// centre takes from each row the mean of those with which it has something in
// common.
func centre(rows []cellRow, of func(cellRow) string) {
	all := levels(rows, of)
	for i, r := range rows {
		l := all[of(r)]
		rows[i].score -= l[0] / l[1]
	}
}

// A variation is a sum of squares, and in how many ways it was free.
type variation struct {
	squares float64
	free    int
}

func (v *variation) add(rows []cellRow, taken int) {
	for _, r := range rows {
		v.squares += r.score * r.score
	}
	v.free += len(rows) - taken
}

func (v variation) mean() float64 { return v.squares / float64(v.free) }
