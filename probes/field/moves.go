package field

import (
	"cmp"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/plan"
)

// A Move is a change of what was to be asked of a company, after the start.
type Move struct {
	Company string `json:"company"`
	Class   string `json:"class"` // that it is in afterwards
	// What is other: "entered" is the company itself, else its "class", "hours",
	// "calendar" (the days it keeps) or "consent".
	What string `json:"what"`
	From string `json:"from,omitempty"` // what it was; empty: none
	To   string `json:"to,omitempty"`   // what it is; empty: none
	// Since is when a plan was first followed that has it; zero: none has yet, or it is
	// again as an earlier plan had it.
	Since time.Time `json:"since,omitzero"`
}

// Moves returns how companies were moved after the start, by company and in order.
func (r *Roll) Moves() []Move { return r.moves }

// moved returns that, from the plans that were followed and the edition as it is now.
func (r *Roll) moved(plans []inForce) (all []Move) {
	if len(plans) == 0 {
		return nil
	}
	last := map[string]plan.Registered{}
	for n, p := range append(slices.Clone(plans), inForce{plan: r.registered()}) {
		for id, co := range p.plan.Companies {
			was, known := last[id]
			switch last[id] = co; {
			case n > 0 && known:
				all = append(all, movesOf(id, was, co)...)
			case n > 0:
				all = append(all, Move{Company: id, Class: co.Class, What: "entered"})
			}
			for i := len(all) - 1; i >= 0 && n < len(plans) && all[i].Company == id && all[i].Since.IsZero(); i-- {
				all[i].Since = p.since.In(r.edition.Zone())
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Move) int { return cmp.Compare(a.Company, b.Company) })
	return all
}

// movesOf returns what is other of a company than it was.
func movesOf(id string, was, is plan.Registered) (all []Move) {
	add := func(what, from, to string) {
		if from != to {
			all = append(all, Move{Company: id, Class: is.Class, What: what, From: from, To: to})
		}
	}
	day := func(co plan.Registered) string {
		if !co.Consented {
			return ""
		}
		return co.Consent.String()
	}
	add("class", was.Class, is.Class)
	add("hours", was.Hours, is.Hours)
	add("calendar", was.Calendar.String(), is.Calendar.String())
	add("consent", day(was), day(is))
	return all
}

// registered returns the companies of the edition as a plan of now would have them.
func (r *Roll) registered() plan.Committed {
	now := plan.Committed{Companies: map[string]plan.Registered{}}
	for _, co := range r.edition.Companies {
		now.Companies[co.ID] = plan.Registered{
			Class: co.Class, Consented: !co.Consent.IsZero(), Consent: co.Consent, Hours: co.Hours.String(), Calendar: plan.OwnDays(co),
		}
	}
	return now
}
