package field

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/plan"
)

// A Standing is whether a correction counts.
type Standing string

// The standings of a correction.
const (
	Counts   Standing = "counts"   // two people have said it, and no later two have said another
	Waits    Standing = "waits"    // for a second person to say the same
	Replaced Standing = "replaced" // two people have said another since
)

// A Correction is what one person has decided of an entry of the start: that it was wrong,
// and is another all along. It counts once two people have said the same.
type Correction struct {
	Company  string    `json:"company"`
	Class    string    `json:"class"` // in which the company is ranked
	What     string    `json:"what"`  // "class", "hours" or "calendar"
	From     string    `json:"from"`  // what it was at the start
	To       string    `json:"to"`
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"`     // empty: the name is erased
	Reason   string    `json:"reason,omitempty"` // empty: it is erased
	Standing Standing  `json:"standing"`
}

// Counted reports whether the correction counts.
func (c Correction) Counted() bool { return c.Standing == Counts }

// Waiting reports whether the correction waits for a second person.
func (c Correction) Waiting() bool { return c.Standing == Waits }

// Corrections returns all decisions on entries of the start, by company and entry, those of
// one entry in order.
func (r *Roll) Corrections() (all []Correction) {
	settled := map[entry]map[string]bool{} // values that two people have said
	for _, a := range r.said {
		if key := (entry{a.Company, a.Entry}); a.Confirms {
			if settled[key] == nil {
				settled[key] = map[string]bool{}
			}
			settled[key][a.Value] = true
		}
	}
	for _, a := range r.said {
		key := entry{a.Company, a.Entry}
		was, known := r.original[a.Company]
		if !known {
			continue
		}
		c := Correction{
			Company: a.Company, Class: r.Class(a.Company, was.Class), What: a.Entry, From: entryOf(was, a.Entry), To: a.Value,
			At: a.At.In(r.edition.Zone()), By: a.By, Reason: a.Reason, Standing: Waits,
		}
		switch right, counts := r.corrected[key]; {
		case counts && right == a.Value:
			c.Standing = Counts
		case settled[key][a.Value]:
			c.Standing = Replaced
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Correction) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.What, b.What))
	})
	return all
}

// Correctable says why an entry of a company cannot be corrected to what the configuration
// has; nil: it can. The error wraps [participation.ErrAct].
func (r *Roll) Correctable(company, what string) error {
	co, takesPart := r.edition.Company(company)
	was, known := r.first.Companies[company]
	switch {
	case !takesPart || !slices.Contains(participation.Entries(), what):
		return nil // which is said where the decision is recorded
	case !known:
		return fmt.Errorf("%w: no plan of the season has company %s yet: there is no entry that could be wrong", participation.ErrAct, company)
	case entryOf(was, what) == participation.EntryOf(co, what):
		return fmt.Errorf("%w: the %s of %s in the configuration is what counts already, %s: there is nothing to correct",
			participation.ErrAct, what, company, cmp.Or(entryOf(was, what), "none"))
	}
	return nil
}

// An entry is one thing that a plan says of a company.
type entry struct{ company, what string }

// entryOf returns an entry of a company as a plan has it.
func entryOf(co plan.Registered, what string) string {
	switch what {
	case "class":
		return co.Class
	case "hours":
		return co.Hours
	}
	return co.Calendar.String()
}

// amended returns a company of a plan with another value of an entry.
func amended(co plan.Registered, what, value string) plan.Registered {
	switch what {
	case "class":
		co.Class = value
	case "hours":
		co.Hours = value
	default:
		co.Calendar = plan.ParseOwn(value)
	}
	return co
}

// With returns the roll as it would be if a correction counted.
func (r *Roll) With(c Correction) *Roll {
	chosen := maps.Clone(r.corrected)
	chosen[entry{c.Company, c.What}] = c.To
	return r.by(chosen)
}

// AsAtStart returns the roll as it would be without a correction of an entry.
func (r *Roll) AsAtStart(c Correction) *Roll {
	chosen := maps.Clone(r.corrected)
	delete(chosen, entry{c.Company, c.What})
	return r.by(chosen)
}

// by returns the roll as it is with some values of entries. It has seen no contact yet.
func (r *Roll) by(chosen map[entry]string) *Roll {
	other := *r
	other.seen, other.rounds, other.asked = map[string]probes.Contact{}, map[held]time.Time{}, map[string]time.Time{}
	other.corrected, other.first.Companies = chosen, maps.Clone(r.original)
	for at, value := range chosen {
		if co, known := other.first.Companies[at.company]; known {
			other.first.Companies[at.company] = amended(co, at.what, value)
		}
	}
	other.ranked = other.rankedIn()
	other.edition = other.kept()
	return &other
}

// Edition returns the edition by the calendars that count for its companies.
func (r *Roll) Edition() *edition.Edition { return r.edition }

// kept returns the edition by which a company's own zone and country are those of the
// start, as they were corrected: deadlines are promised by them. Of companies that no plan
// has they are those of the configuration.
func (r *Roll) kept() *edition.Edition {
	ed := *r.edition
	ed.Rules.Own = maps.Clone(ed.Rules.Own)
	for id, co := range r.first.Companies {
		own, has := co.Calendar.On(ed.Rules.Calendar)
		switch {
		case has && ed.Rules.Own == nil:
			ed.Rules.Own = map[string]calendar.Calendar{id: own}
		case has:
			ed.Rules.Own[id] = own
		case co.Calendar == (plan.Own{}):
			delete(ed.Rules.Own, id)
		}
	}
	return &ed
}

// Configured returns the edition by the calendars that companies have in the configuration,
// and which companies have others there than count; none: no company does.
func (r *Roll) Configured() (others []string, ed *edition.Edition) {
	ed = r.kept()
	for _, co := range r.edition.Companies {
		was, known := r.first.Companies[co.ID]
		switch is := plan.OwnDays(co); {
		case !known || is == was.Calendar:
			continue
		case co.Calendar == nil:
			delete(ed.Rules.Own, co.ID)
		case ed.Rules.Own == nil:
			ed.Rules.Own = map[string]calendar.Calendar{co.ID: *co.Calendar}
		default:
			ed.Rules.Own[co.ID] = *co.Calendar
		}
		others = append(others, co.ID)
	}
	return others, ed
}

// Kept returns an edition by the calendars of its companies by which deadlines are
// promised: those of the start of the season that a ledger has, as they were corrected. Until the
// season has begun they are those of the configuration, whose plan is followed next.
func Kept(ctx context.Context, tx probes.Tx, ed *edition.Edition, now time.Time) (*edition.Edition, error) {
	r, err := Open(ctx, tx, ed)
	if err != nil || len(r.plans) == 0 || !r.first.Begun(now) {
		return ed, err
	}
	return r.kept(), nil
}

// Bare returns the roll without contacts, which knows classes alone.
func (r *Roll) Bare() *Roll { return &Roll{edition: r.edition, ranked: r.ranked} }

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
		if moved {
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
			all = append(all, Elsewhere{id, ranked, ranked != r.original[id].Class})
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
	if !there || !changed(was, is) || !r.opens(was, c.At) || r.opens(is, c.At) {
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
		return there && changed(was, then)
	}
	return seen.Outcome != probes.Void || seen.Current().Failure.Reason == edition.OutsideHours
}

// changed reports whether a company keeps other hours or days than at the start.
func changed(was, is plan.Registered) bool {
	return was.Hours != is.Hours || was.Calendar != is.Calendar
}

// opens reports whether the hours and days that a company keeps let an opener leave at an
// instant. Hours that cannot be read let any leave.
func (r *Roll) opens(co plan.Registered, at time.Time) bool {
	hours, _ := calendar.ParseHours(co.Hours) // written by us; the zero hours are always open
	as := edition.Company{Hours: hours}
	if own, has := co.Calendar.On(r.edition.Rules.Calendar); has {
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
			return there && changed(was, is)
		}) {
			all = append(all, id)
		}
	}
	return all
}

// entries returns the decisions on entries of the start, and the value of each entry that
// two people have said last.
func entries(acts []participation.Act) (said []participation.Act, counts map[entry]string) {
	counts = map[entry]string{}
	for _, a := range acts {
		if a.Kind != participation.Corrected {
			continue
		}
		if said = append(said, a); a.Confirms {
			counts[entry{a.Company, a.Entry}] = a.Value
		}
	}
	return said, counts
}
