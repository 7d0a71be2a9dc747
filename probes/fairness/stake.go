package fairness

import (
	"math"
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Stake is what hangs on one contact: what would be different if it counted
// otherwise, and all others as they do.
type Stake struct {
	Winner bool    `json:"winner"` // another would win its class
	Points float64 `json:"points"` // so much its company's score would move, from 0 to 1
}

// Stakes returns the stake of each contact of a class that has an Otherwise, by
// its ID. A company that is not ranked wins nothing either way.
func (r Rules) Stakes(contacts []Contact) map[string]Stake {
	stakes, base := map[string]Stake{}, r.contest(contacts)
	won := base.winners()
	for _, rec := range r.records(contacts) {
		score := r.score(rec).Score
		at := slices.IndexFunc(base.records, func(ranked record) bool { return ranked.company == rec.company })
		for i, c := range rec.contacts {
			if c.Otherwise == nil {
				continue
			}
			other := slices.Clone(rec.contacts)
			other[i] = *c.Otherwise
			moved := r.score(r.records(other)[0]).Score
			s := Stake{Points: math.Abs(finite(moved) - finite(score))}
			s.Winner = at >= 0 && !slices.Equal(base.with(at, moved).winners(), won)
			stakes[c.ID] = s
		}
	}
	return stakes
}

// finite returns a score, 0 if it is not known.
func finite(n survival.Number) float64 {
	if !n.Known() {
		return 0
	}
	return float64(n)
}
