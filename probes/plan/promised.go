package plan

import (
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// A Change is one rule of a season that is not as its plan has it. Of the seed, which is
// secret until the season is over, it does not say which it was and is.
type Change struct {
	Rule string `json:"rule"`
	Was  string `json:"was,omitempty"` // empty: it was not set
	Is   string `json:"is,omitempty"`  // empty: it is not set
}

// seed is the rule that everything is drawn by.
const seed = "seed"

// String says what has changed, without a full stop.
func (c Change) String() string {
	switch {
	case c.Rule == seed:
		return "the seed is another"
	case c.Was == "":
		return fmt.Sprintf("%s was not set, and is %s", c.Rule, c.Is)
	case c.Is == "":
		return fmt.Sprintf("%s was %s, and is not set", c.Rule, c.Was)
	}
	return fmt.Sprintf("%s was %s, and is %s", c.Rule, c.Was, c.Is)
}

// Changes returns in which rules a season is not as the plan has committed to: the seed,
// the first and the last day, the zone and the country whose days are kept, and each term,
// in this order. Zone and country are left out where one of both does not say. None of a
// plan without a season.
func (c Committed) Changes(s Season) (all []Change) {
	if c.Edition == "" {
		return nil
	}
	if c.Seed != s.Seed {
		all = append(all, Change{Rule: seed})
	}
	for _, day := range []struct {
		rule    string
		was, is calendar.Date
	}{{"first day", c.From, s.From}, {"last day", c.To, s.To}} {
		if day.was != day.is {
			all = append(all, Change{day.rule, day.was.String(), day.is.String()})
		}
	}
	for _, days := range []struct{ rule, was, is string }{
		{"time zone", c.Zone.String(), s.Rules.Calendar.Zone.String()}, {"country", c.Country, s.Rules.Calendar.Country},
	} {
		if c.Zone != nil && s.Rules.Calendar.Zone != nil && days.was != days.is {
			all = append(all, Change{days.rule, days.was, days.is})
		}
	}
	return append(all, ChangedTerms(c.Terms, s.Terms)...)
}

// ChangedTerms returns which terms are others now, those that were first.
func ChangedTerms(was, is []edition.Term) (all []Change) {
	values := func(terms []edition.Term) map[string]string {
		by := map[string]string{}
		for _, t := range terms {
			by[t.Name] = t.Value
		}
		return by
	}
	before, now := values(was), values(is)
	for _, t := range was {
		if now[t.Name] != t.Value {
			all = append(all, Change{t.Name, t.Value, now[t.Name]})
		}
	}
	for _, t := range is {
		if _, known := before[t.Name]; !known {
			all = append(all, Change{t.Name, "", t.Value})
		}
	}
	return all
}

// Begun reports whether the first day of the season that the plan is of had begun by an
// instant: what is followed from then on is no longer the plan of the start.
func (c Committed) Begun(by time.Time) bool {
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	return c.From.IsZero() || by.After(c.From.In(zone))
}
