package fairness

import (
	"slices"

	"github.com/svartid/svartid/probes/fairness/survival"
)

// A Sensitivity says how much a class's winner owes to the rules and to chance.
// Winners are the ranked companies with the most points; several, if theirs are
// equal; none, if no company is ranked, has a point, or has what the floor asks. The winner changes
// where the winners are not the same companies.
type Sensitivity struct {
	Winners  []string  `json:"winners"`
	Variants []Variant `json:"variants"`

	// Removals are the contacts, by ID, each of which would change the winner if
	// it alone had never been. Whom the rules rank stays ranked.
	Removals []string `json:"removals"`
	Contacts int      `json:"contacts"` // of so many that count in the scores of the ranked
	Tipping  Tipping  `json:"tipping"`
	Doubt    Doubt    `json:"doubt"`
}

// A Variant is the winner by other rules.
type Variant struct {
	// What is policy, deflection, bot, weights, clock, floor, doubtful, bounces or
	// amendments; left, pauses, pause (each of them), days off or rules, where a season has them.
	What    string   `json:"what"`
	How     string   `json:"how"`
	Winners []string `json:"winners"`
	Changes bool     `json:"changes"`
}

// Sensitivity tries other rules and single contacts on a class. Each variant
// differs from the rules in one thing; the rules themselves are among them.
func (r Rules) Sensitivity(contacts []Contact) Sensitivity {
	c := r.contest(contacts)
	s := Sensitivity{Winners: c.winners(), Removals: []string{}}
	for _, v := range r.variants() {
		winners := v.rules.contest(v.of(contacts)).winners()
		s.Variants = append(s.Variants, Variant{v.what, v.how, winners, !slices.Equal(winners, s.Winners)})
	}
	for i, rec := range c.records {
		s.Contacts += len(rec.obs)
		for k, id := range rec.ids {
			without := slices.Delete(slices.Clone(rec.obs), k, k+1)
			if !slices.Equal(c.with(i, r.score(rec.with(without)).Score).winners(), s.Winners) {
				s.Removals = append(s.Removals, id)
			}
		}
	}
	s.Tipping, s.Doubt = c.tipping(), r.Doubt(contacts)
	return s
}

// Try returns who wins of these contacts, as a variant of a class that others win.
func (r Rules) Try(what, how string, contacts []Contact, winners []string) Variant {
	other := r.contest(contacts).winners()
	return Variant{what, how, other, !slices.Equal(other, winners)}
}

// A variant is rules, or what is known of contacts, that differ in one thing.
type variant struct {
	what, how string
	rules     Rules
	other     func(Contact) Contact // what becomes of a contact; nil: nothing
}

// of returns the contacts as the variant has them.
func (v variant) of(contacts []Contact) []Contact {
	if v.other == nil {
		return contacts
	}
	contacts = slices.Clone(contacts)
	for i, c := range contacts {
		contacts[i] = v.other(c)
	}
	return contacts
}

// otherwise returns a contact as it would count if what is doubtful of it were
// the other way.
func otherwise(c Contact) Contact {
	if c.Otherwise != nil {
		return *c.Otherwise
	}
	return c
}

// unamended returns a contact as it would count without a person's word.
func unamended(c Contact) Contact {
	if c.Unamended != nil {
		return *c.Unamended
	}
	return c
}

// returned returns a contact as if a report that it came back excused it.
func returned(c Contact) Contact {
	if c.Bounced && c.State != Answered {
		c.State = Void
	}
	return c
}

func (r Rules) variants() (all []variant) {
	add := func(what, how string, change func(*Rules)) {
		other := r
		change(&other)
		all = append(all, variant{what: what, how: how, rules: other})
	}
	for _, p := range Policies() {
		add("policy", string(p), func(r *Rules) { r.Policy = p })
	}
	add("deflection", string(Unanswered), func(r *Rules) { r.DeflectionAnswers = false })
	add("deflection", string(Answered), func(r *Rules) { r.DeflectionAnswers = true })
	add("bot", string(Unanswered), func(r *Rules) { r.BotAnswers = false })
	add("bot", string(Answered), func(r *Rules) { r.BotAnswers = true })
	add("weights", "equal", func(r *Rules) { r.Weights = nil })
	add("weights", "by contacts", func(r *Rules) { r.apiece = true })
	add("clock", string(CalendarTime), func(r *Rules) { r.Clock = CalendarTime })
	add("clock", string(OpeningTime), func(r *Rules) { r.Clock = OpeningTime })
	add("floor", "none", func(r *Rules) { r.Floor = 0 })
	return append(all, variant{"doubtful", "otherwise", r, otherwise}, variant{"bounces", "excuse", r, returned},
		variant{"amendments", "none", r, unamended})
}

// A contest is the ranked companies of a class with their scores.
type contest struct {
	rules   Rules
	records []record
	scores  []survival.Number
}

// contest returns the ranked companies, by name.
func (r Rules) contest(contacts []Contact) contest {
	c := contest{rules: r}
	for _, rec := range r.records(contacts) {
		score := r.score(rec)
		if r.lacking(rec, score) == "" {
			c.records, c.scores = append(c.records, rec), append(c.scores, score.Score)
		}
	}
	if r.alone(len(c.records)) != "" {
		return contest{rules: r}
	}
	return c
}

// with returns the contest if one company scored otherwise. A score that is not
// known takes it out.
func (c contest) with(company int, score survival.Number) contest {
	c.scores = slices.Clone(c.scores)
	c.scores[company] = score
	return c
}

// winners returns the companies with the most points, by name; none if theirs
// are below the floor, or if no company has any: who answers nobody wins nothing.
func (c contest) winners() []string {
	best, names := max(PointsOf(c.rules.Floor), 1), []string{}
	for i, score := range c.scores {
		if !score.Known() {
			continue
		}
		p := PointsOf(float64(score))
		if p > best {
			best, names = p, names[:0]
		}
		if p == best {
			names = append(names, c.records[i].company)
		}
	}
	return names
}
