package fairness

import (
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
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
	best, worst := make([]survival.Number, len(c.records)), make([]survival.Number, len(c.records))
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
func (r Rules) extreme(rec record, score survival.Number, side survival.Number) survival.Number {
	contacts := slices.Clone(rec.contacts)
	for i, contact := range rec.contacts {
		if contact.Otherwise == nil {
			continue
		}
		contacts[i] = *contact.Otherwise
		other := r.score(r.records(contacts)[0]).Score
		if other.Known() && (other-score)*side > 0 {
			score = other
			continue
		}
		contacts[i] = contact
	}
	return score
}
