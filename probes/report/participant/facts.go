package participant

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/report"
)

// Facts are all that a page says.
type Facts struct {
	Edition  string
	From, To time.Time // first and last day, at midnight; zero = no bound
	Opening  calendar.Hours
	Titles   edition.Titles // of classes and channels
	Rules    fairness.Rules
	Company  edition.Company

	Standing  fairness.Standing // of none: Company is empty
	Grading   fairness.Grading
	Ranked    int // companies of the class that are
	Companies int // of the class
	Contacts  []report.Scored
	Outcomes  []Count
	// Provisional says that the season is not decided yet: a figure may change.
	Provisional bool
	// Left says that the company has left the season, or had for a while: what it would
	// have been asked since is among the contacts, unanswered.
	Left       bool
	Departures []Departure
	Pauses     []Pause // entered after the start
	// Dropped is what the plan of the start asks the company's class and is not asked any more.
	Dropped []report.Dropped
	Entry   report.Entry // what became of it after the start
}

// A Pause is when the company was paused.
type Pause struct {
	From, To time.Time // midnight of its first and last day
	Channel  string    // the only one; empty: all
	Lifted   bool      // it was in force and was taken back before its end
	Until    time.Time // when; zero: it is not known, or it was not
}

// A Departure is how and since when the company has left.
type Departure struct {
	report.Departure
	From time.Time // midnight of the day; zero: it is not known
}

// A Count is how many contacts had an outcome.
type Count struct {
	State fairness.State
	N     int
}

// All returns the facts of every company that takes part in an edition, or has taken
// part in it, by id.
func All(ctx context.Context, tx probes.Tx, ed *edition.Edition) ([]Facts, error) {
	classes, err := report.Standings(ctx, tx, ed, time.Time{})
	if err != nil {
		return nil, err
	}
	entries, err := report.Entries(ctx, tx, ed)
	if err != nil {
		return nil, err
	}
	contacts := map[string][]report.Scored{}
	err = report.EachScored(ctx, tx, ed, func(s report.Scored) {
		contacts[s.Plan.Company] = append(contacts[s.Plan.Company], s)
	})
	if err != nil {
		return nil, err
	}
	var all []Facts
	for _, co := range append(slices.Clone(ed.Companies), departed(ed, classes)...) {
		f := Facts{
			Edition: ed.Name, From: midnight(ed.From, ed.Zone()), To: midnight(ed.To, ed.Zone()), Opening: ed.Rules.Opening,
			Titles: ed.Titles, Rules: ed.Scoring, Company: co, Contacts: contacts[co.ID], Entry: entries[co.ID],
		}
		f.Company.Class = report.RankedIn(classes, co.ID, co.Class)
		for _, class := range classes {
			if class.Class == f.Company.Class {
				f.stand(class, ed.Zone())
			}
		}
		f.count()
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Facts) int { return cmp.Compare(a.Company.ID, b.Company.ID) })
	return all, nil
}

// departed returns the companies that stand in a class and are not in the
// configuration any more: their names are not known, so that they go by their ids.
func departed(ed *edition.Edition, classes []report.ClassStandings) (all []edition.Company) {
	for _, class := range classes {
		for _, s := range class.Standings {
			if _, takesPart := ed.Company(s.Company); !takesPart {
				all = append(all, edition.Company{ID: s.Company, Name: s.Company, Class: class.Class})
			}
		}
	}
	return all
}

// midnight returns when a day begins; zero if it is not set.
func midnight(day calendar.Date, zone *time.Location) time.Time {
	if day.IsZero() {
		return time.Time{}
	}
	return day.In(zone)
}

// stand takes in where the company stands.
func (f *Facts) stand(class report.ClassStandings, zone *time.Location) {
	for _, d := range class.Departures(f.Company.ID) {
		f.Departures = append(f.Departures, Departure{d, midnight(d.Since, zone)})
	}
	for _, p := range class.Pauses {
		if p.Company == f.Company.ID {
			f.Pauses = append(f.Pauses, Pause{midnight(p.From, zone), midnight(p.To, zone), p.Channel, p.Lifted, p.Until})
		}
	}
	f.Dropped = class.Dropped
	f.Grading, f.Companies = class.Grading, len(class.Standings)
	for _, s := range class.Standings {
		if s.Rank > 0 {
			f.Ranked++
		}
		if s.Company == f.Company.ID {
			f.Standing = s
		}
	}
}

// count counts outcomes, and orders the contacts by the time they were planned
// for.
func (f *Facts) count() {
	slices.SortStableFunc(f.Contacts, func(a, b report.Scored) int { return a.Plan.Slot.Compare(b.Plan.Slot) })
	counts := map[fairness.State]int{}
	for _, s := range f.Contacts {
		counts[s.Worth.State]++
		f.Left = f.Left || s.Zero == report.ByLeaving
		f.Provisional = f.Provisional || s.Provisional || s.Waiting || s.Worth.State == fairness.Pending
	}
	for _, state := range []fairness.State{
		fairness.Answered, fairness.Deflected, fairness.Bot, fairness.Unanswered, fairness.Late,
		fairness.Pending, fairness.BrokenOff, fairness.Void, fairness.Contested,
	} {
		if counts[state] > 0 {
			f.Outcomes = append(f.Outcomes, Count{state, counts[state]})
		}
	}
}
