package fairness

import (
	"math"
	"slices"
)

// A Doubt says what the winner owes to contacts that rest on what a person has
// to look at.
type Doubt struct {
	Contacts int `json:"contacts"` // of the ranked companies
	// Winners are the companies that would win if every doubt were settled in
	// their favour, and those of all others against them.
	Winners []string `json:"winners"`
	Changes bool     `json:"changes"` // one of them does not win as it counts
}

// Doubt plays what is doubtful both ways. A company's score depends on its own
// contacts alone, so that its best against the worst of all others shows whether
// it can win.
func (r Rules) Doubt(contacts []Contact) Doubt {
	c := r.contest(contacts)
	d := Doubt{Winners: []string{}}
	best, worst := make([]Number, len(c.records)), make([]Number, len(c.records))
	for i, rec := range c.records {
		best[i], worst[i] = r.extreme(rec, c.scores[i], +1), r.extreme(rec, c.scores[i], -1)
		for _, contact := range rec.contacts {
			if contact.Otherwise != nil {
				d.Contacts++
			}
		}
	}
	for i, rec := range c.records {
		all := c
		all.scores = slices.Clone(worst)
		all.scores[i] = best[i]
		if slices.Contains(all.winners(), rec.company) {
			d.Winners = append(d.Winners, rec.company)
		}
	}
	won := c.winners()
	d.Changes = slices.ContainsFunc(d.Winners, func(name string) bool { return !slices.Contains(won, name) })
	return d
}

// extreme returns the best score of a company, or with a negative side the worst,
// whichever way each of its doubts is settled.
func (r Rules) extreme(rec record, score Number, side Number) Number {
	contacts := slices.Clone(rec.contacts)
	for i, contact := range rec.contacts {
		if contact.Otherwise == nil {
			continue
		}
		contacts[i] = *contact.Otherwise
		other := r.score(r.records(contacts)[0].obs).Score
		if other.Known() && (other-score)*side > 0 {
			score = other
			continue
		}
		contacts[i] = contact
	}
	return score
}

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
		score := r.score(rec.obs).Score
		at := slices.IndexFunc(base.records, func(ranked record) bool { return ranked.company == rec.company })
		for i, c := range rec.contacts {
			if c.Otherwise == nil {
				continue
			}
			other := slices.Clone(rec.contacts)
			other[i] = *c.Otherwise
			moved := r.score(r.records(other)[0].obs).Score
			s := Stake{Points: math.Abs(known(moved) - known(score))}
			s.Winner = at >= 0 && !slices.Equal(base.with(at, moved).winners(), won)
			stakes[c.ID] = s
		}
	}
	return stakes
}

// known returns a score, 0 if it is not known.
func known(n Number) float64 {
	if !n.Known() {
		return 0
	}
	return float64(n)
}
