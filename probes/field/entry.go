package field

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/plan"
)

// A Correction is a decision that an entry of the start was wrong, so that it counts as
// it is now, all along.
type Correction struct {
	Company string    `json:"company"`
	Class   string    `json:"class"` // in which the company is ranked
	What    string    `json:"what"`  // "class", "hours" or "calendar"
	From    string    `json:"from"`  // what it was at the start
	To      string    `json:"to"`
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"`     // empty: the name is erased
	Reason  string    `json:"reason,omitempty"` // empty: it is erased
}

// Corrections returns the decisions that an entry of the start was wrong, of which the
// entry is still as it was then decided, by company.
func (r *Roll) Corrections() (all []Correction) {
	for key, a := range r.corrected {
		was := r.first.Companies[key.company]
		from := map[string]string{"class": was.Class, "hours": was.Hours, "calendar": was.Calendar.String()}[key.what]
		if co, takesPart := r.edition.Company(key.company); takesPart && from != a.Value && participation.EntryOf(co, key.what) == a.Value {
			all = append(all, Correction{
				Company: key.company, Class: r.Class(key.company, co.Class), What: key.what, From: from, To: a.Value,
				At: a.At.In(r.edition.Zone()), By: a.By, Reason: a.Reason,
			})
		}
	}
	slices.SortFunc(all, func(a, b Correction) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.What, b.What))
	})
	return all
}

// An entry is one thing that a plan says of a company.
type entry struct{ company, what string }

// AsAtStart returns the roll as it would be without a correction of an entry. It has seen
// no contact yet.
func (r *Roll) AsAtStart(c Correction) *Roll {
	other := *r
	other.seen, other.rounds, other.asked = map[string]probes.Contact{}, map[held]time.Time{}, map[string]time.Time{}
	other.corrected = maps.Clone(r.corrected)
	delete(other.corrected, entry{c.Company, c.What})
	other.ranked = other.rankedIn()
	return &other
}

// Bare returns the roll without contacts, which knows classes alone.
func (r *Roll) Bare() *Roll { return &Roll{edition: r.edition, ranked: r.ranked} }

// right reports whether it was decided that a value of an entry was right all along.
func (r *Roll) right(what entry, value string) bool {
	a, decided := r.corrected[what]
	return decided && a.Value == value
}

// Class returns the class in which a company is ranked: that of the start, unless that was
// corrected. Where the start is not known it is the one given.
func (r *Roll) Class(company, class string) string {
	if ranked, known := r.ranked[company]; known {
		return ranked
	}
	return class
}

// rankedIn returns the classes of the companies that have been in several.
func (r *Roll) rankedIn() map[string]string {
	ranked := map[string]string{}
	for id, was := range r.first.Companies {
		now := was.Class
		if co, takesPart := r.edition.Company(id); takesPart {
			now = co.Class
		}
		moved := now != was.Class || slices.ContainsFunc(r.plans, func(p inForce) bool {
			co, there := p.plan.Companies[id]
			return there && co.Class != was.Class
		})
		switch {
		case moved && r.right(entry{id, "class"}, now):
			ranked[id] = now
		case moved:
			ranked[id] = was.Class
		}
	}
	return ranked
}

// Reclassed reports whether some company has been in several classes.
func (r *Roll) Reclassed() bool { return len(r.ranked) > 0 }

// Classes returns the classes that have a company which is ranked there: those of the
// configuration, and then those that only companies of the start have.
func (r *Roll) Classes() []string {
	all := r.edition.Classes()
	for _, id := range slices.Sorted(maps.Keys(r.ranked)) {
		if !slices.Contains(all, r.ranked[id]) {
			all = append(all, r.ranked[id])
		}
	}
	return all
}

// An Elsewhere is a company that a plan or the configuration has in one class, and that
// is ranked in another: that of the start, unless that was wrong.
type Elsewhere struct {
	Company string `json:"company"`
	Ranked  string `json:"ranked_in"`
	// Corrected says that the class of the start was wrong, so that it is another one.
	Corrected bool `json:"corrected,omitempty"`
}

// Elsewhere returns the companies that have been in a class and are ranked in another.
func (r *Roll) Elsewhere(class string) (all []Elsewhere) {
	for id, ranked := range r.ranked {
		co, _ := r.edition.Company(id)
		here := co.Class == class || slices.ContainsFunc(r.plans, func(p inForce) bool { return p.plan.Companies[id].Class == class })
		if here && ranked != class {
			all = append(all, Elsewhere{id, ranked, ranked != r.first.Companies[id].Class})
		}
	}
	slices.SortFunc(all, func(a, b Elsewhere) int { return cmp.Compare(a.Company, b.Company) })
	return all
}

// inForceAt returns a company as the plan has it that was followed at an instant; false
// if none was, or if it was not in it.
func (r *Roll) inForceAt(company string, at time.Time) (co plan.Registered, there bool) {
	for _, p := range r.plans {
		if p.since.After(at) {
			break
		}
		co, there = p.plan.Companies[company]
	}
	return co, there
}

// narrowed reports whether a contact of the first plan was not put to its company at its
// time because the hours or days that the company keeps were narrowed after the start: the
// plan of the start would have asked it, and the one that was followed then did not.
// One that was asked before that is not.
func (r *Roll) narrowed(c plan.Contact) bool {
	was := r.first.Companies[c.Company]
	is, there := r.inForceAt(c.Company, c.At)
	if !there || !r.changed(c.Company, was, is) || !r.opens(was, c.At) || r.opens(is, c.At) {
		return false
	}
	seen, known := r.seen[c.ID]
	if !known {
		return true
	}
	for _, a := range seen.Attempts {
		if !a.Bothers() {
			continue
		}
		then, there := r.inForceAt(c.Company, a.Began())
		return there && r.changed(c.Company, was, then)
	}
	return seen.Outcome != probes.Void || seen.Current().Failure.Reason == outsideHours
}

// outsideHours is the reason for which an opener is kept back by hours.
const outsideHours = "outside the hours"

// changed reports whether a company keeps other hours or days than at the start, and
// that was not decided to be right.
func (r *Roll) changed(company string, was, is plan.Registered) bool {
	return was.Hours != is.Hours && !r.right(entry{company, "hours"}, is.Hours) ||
		was.Calendar != is.Calendar && !r.right(entry{company, "calendar"}, is.Calendar.String())
}

// opens reports whether the hours and days that a company keeps let an opener leave at an
// instant. Hours that cannot be read let any leave.
func (r *Roll) opens(co plan.Registered, at time.Time) bool {
	hours, _ := calendar.ParseHours(co.Hours) // written by us; the zero hours are always open
	as := edition.Company{Hours: hours}
	if co.Calendar != (plan.Own{}) {
		own := r.edition.Rules.Calendar
		if zone, err := time.LoadLocation(co.Calendar.Zone); err == nil {
			own.Zone = zone
		}
		own.Country = co.Calendar.Country
		as.Calendar = &own
	}
	instant := func(yield func(calendar.Span) bool) { yield(calendar.Span{From: at, To: at.Add(time.Second)}) }
	for span := range as.Narrow(instant, r.edition.Rules.Calendar) {
		if !span.From.After(at) {
			return true
		}
	}
	return false
}

// narrowers returns the companies that kept other hours or days after the start.
func (r *Roll) narrowers() (all []string) {
	for id, was := range r.first.Companies {
		if slices.ContainsFunc(r.plans, func(p inForce) bool {
			is, there := p.plan.Companies[id]
			return there && r.changed(id, was, is)
		}) {
			all = append(all, id)
		}
	}
	return all
}

// entries returns the last correction of each entry.
func entries(acts []participation.Act) map[entry]participation.Act {
	last := map[entry]participation.Act{}
	for _, a := range acts {
		if a.Kind == participation.Corrected {
			last[entry{a.Company, a.Entry}] = a
		}
	}
	return last
}
