package fairness

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Policy is what a company is ranked by. Whichever it is, contacts that are
// not decided are censored, except in AnsweredOnly, which knows only answers.
type Policy string

// The policies. Each scores a channel from 0 to 1, and a company by the weighted
// mean of its channels.
const (
	// CappedWait is the share of the promised time that customers did not have
	// to wait: 1 - wait ÷ deadline of an answer, 0 of all else.
	CappedWait Policy = "capped-wait"
	// AnsweredOnly is the same over answers alone, as most tools have it: silence
	// is left out, and a channel without an answer too.
	AnsweredOnly Policy = "answered-only"
	// WithinThird is the share answered within a third of the deadline.
	WithinThird Policy = "within-third"
	// ReachGate ranks those that answer a share of at least Rules.Gate by speed
	// alone, as AnsweredOnly does, above all others, who rank by that share. The
	// score of the former is Gate + (1-Gate) × speed.
	ReachGate Policy = "reach-gate"
	// Award is the rule of the award: an unanswered contact is 0, and the wait is
	// 5 % of an answered one, so that an answer is 0.95 + 0.05 × (1 - wait ÷
	// deadline). How well it was written is judged elsewhere, and full here.
	Award Policy = "award"
)

// Policies returns all policies, the default first.
func Policies() []Policy {
	return []Policy{CappedWait, WithinThird, ReachGate, AnsweredOnly, Award}
}

// waitShare is what the wait counts of an answered contact in the award.
const waitShare = 0.05

// defaultGate is the share that must be answered to pass ReachGate.
const defaultGate = 0.8

// Rules are what standings follow from. The zero Rules are the default policy.
type Rules struct {
	Policy            Policy             // zero = CappedWait
	Weights           map[string]float64 // what a channel counts; none = 1, 0 = not at all
	Clock             Clock              // zero = each contact's own
	DeflectionAnswers bool               // being sent elsewhere counts as an answer
	BotAnswers        bool               // a machine's answer counts
	Gate              float64            // of ReachGate, 0 to 1; 0 = 0.8
	MinContacts       int                // valid contacts without which a company is not ranked
	MinShare          float64            // of its planned contacts that must be valid, 0 to 1
	MinCompanies      int                // that can be ranked, without which none is; 0 = 3
	Floor             float64            // the score that a winner needs, 0 to 1; 0 = none

	apiece bool // a company's channels count by their contacts, not by Weights alone
}

// fewest is how many companies are compared at least.
const fewest = 3

// Fewest returns how many companies of a class must be ranked for any to be.
func (r Rules) Fewest() int { return cmp.Or(r.MinCompanies, fewest) }

// alone says why so many companies are not compared, or nothing.
func (r Rules) alone(ranked int) string {
	least := r.Fewest()
	switch {
	case ranked >= least:
		return ""
	case ranked == 1:
		return fmt.Sprintf("only 1 company of the class can be ranked, and it takes %d", least)
	}
	return fmt.Sprintf("only %d companies of the class can be ranked, and it takes %d", ranked, least)
}

// reachesFloor reports whether points are enough to win with.
func (r Rules) reachesFloor(p Points) bool { return p >= PointsOf(r.Floor) }

// weights returns what a company's channels count.
func (r Rules) weights(rec record) map[string]float64 {
	if !r.apiece {
		return r.Weights
	}
	weights := map[string]float64{}
	for _, c := range rec.contacts {
		weights[c.Channel] = 0
	}
	for _, o := range rec.obs {
		if weightOf(r.Weights, o.Stratum) > 0 {
			weights[o.Stratum]++
		}
	}
	return weights
}

// PassingShare returns the share that must be answered to pass ReachGate.
func (r Rules) PassingShare() float64 { return cmp.Or(r.Gate, defaultGate) }

// A record is what the rules see of one company.
type record struct {
	company  string
	contacts []Contact
	ends     []end                  // of each contact
	obs      []survival.Observation // of those that count in the score, on the scale of their deadline
	ids      []string               // whose they are
}

// with returns the record if other observations counted.
func (rec record) with(obs []survival.Observation) record {
	rec.obs = obs
	return rec
}

// known returns the observations of channels on which a contact is decided, and the
// other channels that the company was asked over. All that is known of these is that
// it had not answered when we could not hear any more, or cannot hear yet, which says
// nothing of what it does.
func (rec record) known() (obs []survival.Observation, lost []string) {
	heard := map[string]bool{}
	for _, o := range rec.obs {
		heard[o.Stratum] = heard[o.Stratum] || decided(o)
	}
	for _, c := range rec.contacts {
		if !heard[c.Channel] && !slices.Contains(lost, c.Channel) {
			lost = append(lost, c.Channel)
		}
	}
	if len(lost) == 0 {
		return rec.obs, nil
	}
	slices.Sort(lost)
	return slices.DeleteFunc(slices.Clone(rec.obs), func(o survival.Observation) bool { return !heard[o.Stratum] }), lost
}

// mostOpen is the most of a promise through which silence is proven of a contact
// that is not decided: the last before the whole, by which it is told from one that
// was not answered.
const mostOpen = 1 - 0x1p-53

// decided reports whether an observation is of a contact that is decided.
func decided(o survival.Observation) bool { return o.Cause > 0 || o.Time >= 1 }

// records returns what the rules see of each company, by company. Contacts are
// taken by their ID, so that it does not matter in which order they are given.
func (r Rules) records(contacts []Contact) []record {
	by := map[string]*record{}
	for _, c := range contacts {
		if by[c.Company] == nil {
			by[c.Company] = &record{company: c.Company}
		}
		by[c.Company].contacts = append(by[c.Company].contacts, c)
	}
	all := make([]record, 0, len(by))
	for _, rec := range by {
		slices.SortStableFunc(rec.contacts, func(a, b Contact) int { return cmp.Compare(a.ID, b.ID) })
		for _, c := range rec.contacts {
			e := c.end(r)
			rec.ends = append(rec.ends, e)
			if o, ok := observe(e); ok && (e.state.Valid() || len(c.Tries) > 0) {
				o.Group, o.Stratum = c.Company, c.Channel
				rec.obs, rec.ids = append(rec.obs, o), append(rec.ids, c.ID)
			}
		}
		all = append(all, *rec)
	}
	slices.SortFunc(all, func(a, b record) int { return cmp.Compare(a.company, b.company) })
	return all
}

// observe returns an end as an observation on the scale of its deadline. What
// was silent to the deadline, or answered after it, is censored there: it has
// not ended in time. Void and contested contacts say nothing.
func observe(e end) (survival.Observation, bool) {
	switch e.state {
	case Answered:
		return survival.Observation{Time: e.share(), Cause: Human}, true
	case Deflected, Bot:
		return survival.Observation{Time: e.share(), Cause: Human + 1}, true
	case Unanswered, Late:
		return survival.Observation{Time: 1}, true
	case Pending, BrokenOff:
		return survival.Observation{Time: min(e.share(), mostOpen)}, true
	}
	return survival.Observation{}, false
}

// lacking says why a company is not ranked, or nothing.
func (r Rules) lacking(rec record, s Score) string {
	valid, planned := 0, 0
	for i, c := range rec.contacts {
		if rec.ends[i].state.Valid() {
			valid++
		}
		if !c.Replacement {
			planned++
		}
	}
	share := float64(valid) / float64(max(planned, 1))
	switch {
	case valid == 0:
		return "no valid contact yet"
	case valid < r.MinContacts:
		return fmt.Sprintf("%d valid contacts, and it takes %d", valid, r.MinContacts)
	case share < r.MinShare:
		return fmt.Sprintf("%d of %d planned contacts are valid, and it takes %g %%", valid, planned, 100*r.MinShare)
	case !s.Score.Known():
		return "no valid contact on a channel that counts"
	}
	return ""
}
