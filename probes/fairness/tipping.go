package fairness

import (
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Tipping is the smallest number of one company's contacts that would have to
// end otherwise for the winner to change.
//
// Two things are tried. For each ranked company that does not win alone:
// contacts that were not answered, or are not yet, are answered at once. For
// each that wins: contacts that were answered are not. Each step takes the
// contact that moves the score furthest; the count is how many steps it takes
// until the winners are other companies than before. Of equal counts the first
// company by name is told, and its gains before its losses.
//
// Where nothing is censored, and the policy is linear in the contacts (not
// AnsweredOnly and ReachGate), no choice of fewer contacts would do. Else it is
// the count that this search finds.
type Tipping struct {
	Contacts int    `json:"contacts"` // 0: no such change is possible
	Company  string `json:"company"`  // whose contacts
	Answered bool   `json:"answered"` // they would be answered; else not
}

// tipping searches the tipping point.
func (c contest) tipping() Tipping {
	var least Tipping
	winners := c.winners()
	for i, rec := range c.records {
		wins := slices.Contains(winners, rec.company)
		for _, gains := range []direction{up, down} {
			if gains == up && wins && len(winners) == 1 || gains == down && !wins {
				continue
			}
			limit := len(rec.obs)
			if least.Contacts > 0 {
				limit = least.Contacts - 1
			}
			if n := c.steps(i, gains, limit); n > 0 {
				least = Tipping{Contacts: n, Company: rec.company, Answered: gains == up}
			}
		}
	}
	return least
}

// A direction is where a company's contacts are moved.
type direction int

const (
	up   direction = 1  // answered at once
	down direction = -1 // not answered at all
)

// moved returns the observation as it would be, if it can be moved.
func (d direction) moved(o survival.Observation) (survival.Observation, bool) {
	if d == up {
		return survival.Observation{Group: o.Group, Stratum: o.Stratum, Time: 0, Cause: Human}, o.Cause != Human
	}
	return survival.Observation{Group: o.Group, Stratum: o.Stratum, Time: 1}, o.Cause == Human
}

// steps returns how many of a company's contacts have to be moved for the
// winners to change, or 0 if that takes more than limit.
func (c contest) steps(company int, d direction, limit int) int {
	winners := c.winners()
	rec := c.records[company].with(slices.Clone(c.records[company].obs))
	for n := 1; n <= limit; n++ {
		score, ok := c.rules.furthest(rec, d)
		if !ok {
			return 0
		}
		if !slices.Equal(c.with(company, score).winners(), winners) {
			return n
		}
	}
	return 0
}

// furthest moves the observation that moves the score furthest, and returns the
// score. Of observations that are alike, one is tried.
func (r Rules) furthest(rec record, d direction) (best survival.Number, ok bool) {
	at, obs := 0, rec.obs
	tried := map[survival.Observation]bool{}
	for i, o := range obs {
		other, movable := d.moved(o)
		if !movable || tried[o] {
			continue
		}
		tried[o] = true
		obs[i] = other
		score := r.score(rec).Score
		obs[i] = o
		if !ok || survival.Number(d)*(score-best) > 0 {
			at, best, ok = i, score, true
		}
	}
	if ok {
		obs[at], _ = d.moved(obs[at])
	}
	return best, ok
}
