package field

import (
	"cmp"
	"fmt"
	"maps"
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

// Begun reports whether the season that the ledger has had begun by an instant: until then
// another plan takes the place of the one that is followed, and nothing is promised yet.
func (r *Roll) Begun(by time.Time) bool { return len(r.plans) > 0 && r.first.Begun(by) }

// Changed says in sentences in what the configuration is not as the plan of the start, as
// far as that is not a rule, and what comes of it.
func (r *Roll) Changed() (all []string) {
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, l := range r.Leavers() {
		over := ""
		if l.Channel != "" {
			over = " over " + l.Channel
		}
		add("company %s has left the season%s (%s): what the plan of the start would ask it counts as unanswered", l.Company, over, l.Way)
	}
	for _, m := range r.moves {
		if text := r.consequence(m); text != "" {
			add("%s", text)
		}
	}
	for _, c := range r.Corrections() {
		if c.Waiting() {
			add("a correction of the %s of %s waits for a second person: until then the start's counts", c.What, c.Company)
		}
	}
	for _, p := range r.Pauses() {
		add("a pause was entered after the start: %s", p)
	}
	return slices.Concat(all, r.changedDays(), r.changedProbes())
}

// changedDays says which days off are others than at the start.
func (r *Roll) changedDays() (all []string) {
	added, gone, _ := r.DaysOff()
	const comes = "waits and deadlines of what was asked are other ones"
	for _, day := range added {
		all = append(all, fmt.Sprintf("%s is a day off, and was none at the start: %s", day, comes))
	}
	for _, day := range gone {
		all = append(all, fmt.Sprintf("%s was a day off at the start, and is none: %s", day, comes))
	}
	return all
}

// changedProbes says which probes are others than at the start.
func (r *Roll) changedProbes() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(r.first.Probes)) {
		if _, known := r.edition.Probe(name); !known {
			all = append(all, fmt.Sprintf("probe %s of the start is not in the configuration: what it was still to ask is asked of no company", name))
		}
	}
	for _, p := range r.edition.Probes {
		if _, known := r.first.Probes[p.Name]; !known && r.first.Edition != "" {
			all = append(all, fmt.Sprintf("probe %s was not there at the start", p.Name))
		}
	}
	return all
}

// consequence says what comes of a move; "" if it is of a consent, which pauses tell.
func (r *Roll) consequence(m Move) string {
	counts := ""
	if was, known := r.first.Companies[m.Company]; known && m.What != "entered" {
		counts = cmp.Or(entryOf(was, m.What), "that of the season")
	}
	changed := fmt.Sprintf("the %s of %s changed after the start, from %s to %s: ", m.What, m.Company, cmp.Or(m.From, "none"), cmp.Or(m.To, "none"))
	switch m.What {
	case "entered":
		return fmt.Sprintf("company %s was not there at the start: standings say who would win without it", m.Company)
	case "class":
		return changed + "it is ranked in class " + counts
	case "hours":
		return changed + "what the hours that count, " + counts + ", would have it asked and these do not counts as unanswered"
	case "calendar":
		return changed + "its deadlines stay by the one that counts, " + counts
	}
	return ""
}
