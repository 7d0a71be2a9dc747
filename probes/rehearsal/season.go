package rehearsal

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/progress"
)

// A Rehearsal is an edition that is to be played, and against whom.
type Rehearsal struct {
	Edition *edition.Edition
	Mix     Mix
	Seed    uint64
	// Minutes is how long a person is busy with one opener, by channel; a channel
	// that needs none has none.
	Minutes map[string]float64
	Watch   progress.Watcher // is told of each season that was played; nil: nothing is
}

// A participant is a company of the plan: what it is asked, and where.
type participant struct {
	id, class string
	asked     []plan.Contact
	channels  []string
}

// participants returns the companies that a plan asks, by name.
func participants(p plan.Plan) []participant {
	by := map[string]*participant{}
	for _, c := range p.Contacts {
		if by[c.Company] == nil {
			by[c.Company] = &participant{id: c.Company, class: c.Class}
		}
		co := by[c.Company]
		co.asked = append(co.asked, c)
		if !slices.Contains(co.channels, c.Channel) {
			co.channels = append(co.channels, c.Channel)
		}
	}
	var all []participant
	for _, id := range slices.Sorted(maps.Keys(by)) {
		slices.Sort(by[id].channels)
		all = append(all, *by[id])
	}
	return all
}

// A season is one that has been played: the standings of its classes beside the
// truth.
type season struct {
	classes  [][]fairness.Standing
	contacts [][]fairness.Contact // of each class
	truth    map[string]float64   // true scores
	lost     map[string]bool      // companies that were not heard, or not to the end, over one of their channels
}

// Draw draws the contacts of the n-th season, by class and company: for those who
// score them by other means, such as through a ledger.
func (r Rehearsal) Draw(n int) (contacts []fairness.Contact) {
	for _, class := range r.play(participants(plan.Draw(plan.Season(*r.Edition))), n).contacts {
		contacts = append(contacts, class...)
	}
	return contacts
}

// play plays the n-th season.
func (r Rehearsal) play(companies []participant, n int) season {
	s := season{truth: map[string]float64{}, lost: map[string]bool{}}
	by := map[string][]fairness.Contact{}
	for i, co := range companies {
		draw := rand.New(rand.NewPCG(r.Seed, uint64(n)<<32|uint64(i)))
		doors := r.Mix.doors(draw, co.channels)
		s.truth[co.id] = r.truth(co, doors)
		deaf := r.Mix.deaf(draw, co.channels)
		s.lost[co.id] = len(deaf) > 0
		asked := map[string]int{}
		for _, c := range co.asked {
			asked[c.Channel]++
			for k := range max(r.Mix.Scale, 1) {
				q := question{c, fmt.Sprintf("%s-%d", c.ID, k), r.attempts(c)}
				if deaf[c.Channel] && asked[c.Channel] > r.Mix.After {
					by[co.class] = append(by[co.class], q.unheard())
					continue
				}
				by[co.class] = append(by[co.class], r.happen(draw, q, doors[c.Channel])...)
			}
		}
	}
	for _, class := range r.Edition.Classes() {
		if len(by[class]) > 0 {
			s.classes = append(s.classes, r.Edition.Scoring.Standings(by[class]))
			s.contacts = append(s.contacts, by[class])
		}
	}
	fairness.Grade(s.classes)
	return s
}

// attempts returns how often a contact is tried.
func (r Rehearsal) attempts(c plan.Contact) int {
	probe, _ := r.Edition.Probe(c.Probe)
	return max(probe.Attempts, 1)
}

// truth returns a company's true score: the mean of its channels by weight.
func (r Rehearsal) truth(co participant, doors map[string]door) float64 {
	worth, n := map[string]float64{}, map[string]float64{}
	known := map[[2]any]float64{}
	for _, c := range co.asked {
		key := [2]any{c.Channel, r.attempts(c)}
		if _, ok := known[key]; !ok {
			known[key] = doors[c.Channel].worth(r.Edition.Scoring, r.attempts(c))
		}
		worth[c.Channel] += known[key]
		n[c.Channel]++
	}
	sum, weights := 0.0, 0.0
	for _, channel := range co.channels {
		weight, given := r.Edition.Scoring.Weights[channel]
		if !given {
			weight = 1
		}
		sum, weights = sum+weight*worth[channel]/n[channel], weights+weight
	}
	return sum / weights
}

// A question is one contact of the plan.
type question struct {
	plan.Contact
	id       string
	attempts int
}

// happen draws what becomes of a question: one contact, or that and what
// replaces it.
func (r Rehearsal) happen(draw *rand.Rand, q question, d door) []fairness.Contact {
	first := q.named(contact(d.ask(draw, q.attempts)), "")
	again := func() fairness.Contact {
		second := q.named(contact(d.ask(draw, q.attempts)), "r")
		second.Replacement = true
		return second
	}
	void, gap, doubtful := draw.Float64(), draw.Float64(), draw.Float64()
	if void < r.Mix.Voids {
		first.State, first.Tries = fairness.Void, nil
		return []fairness.Contact{first, again()}
	}
	if gap < r.Mix.Gaps {
		from := max(draw.Float64()*(1+gapLength)-gapLength, 0)
		if share := float64(first.Tries[0].Wait.Calendar) / float64(promised); first.State != fairness.Answered || share > from {
			first.State, first.Tries[0].Wait = fairness.BrokenOff, span(from)
			return []fairness.Contact{first, again()}
		}
	}
	if doubtful < r.Mix.Doubtful {
		other := q.named(contact(reply{draw.Float64(), first.State != fairness.Answered}), "")
		first.Otherwise = &other
	}
	return []fairness.Contact{first}
}

// unheard returns the contact of a question whose answer we could never hear.
func (q question) unheard() fairness.Contact {
	c := q.named(contact(reply{}), "")
	c.State, c.Tries[0].Wait = fairness.BrokenOff, span(0)
	return c
}

// named gives a contact its name, its company and its channel.
func (q question) named(c fairness.Contact, suffix string) fairness.Contact {
	c.ID, c.Company, c.Channel = q.id+suffix, q.Company, q.Channel
	return c
}
