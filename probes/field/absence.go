package field

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/plan"
)

// An Absence is a contact of the first plan, or of a round that it has a probe for,
// that was not put to its company because of that company.
type Absence struct {
	Contact probes.Contact   // as if it had been asked, and not answered
	Fair    fairness.Contact // what the standings see of it
	Left    bool             // the company has left, so that it counts; else it was paused
}

// Absences returns what leavers and paused companies would have been asked, by
// id: what was due until everything that arrived had been heard, by channel. See
// all contacts of the ledger first.
func (r *Roll) Absences(heard map[string]time.Time) (all []Absence) {
	left := map[string][]Leaver{}
	for _, l := range r.Leavers() {
		left[l.Company] = append(left[l.Company], l)
	}
	for _, c := range slices.Concat(r.first.Contacts, r.scheduled()) {
		absent, why := r.missing(c, heard)
		if !absent {
			continue
		}
		day := r.edition.Day(c.At)
		gone := slices.ContainsFunc(left[c.Company], func(l Leaver) bool { return l.has(c.Channel, day) })
		if !gone && !r.paused(c, day) && !strings.HasPrefix(why, pausedReason) {
			continue
		}
		all = append(all, r.absence(c, gone))
	}
	slices.SortFunc(all, func(a, b Absence) int { return cmp.Compare(a.Contact.ID, b.Contact.ID) })
	return all
}

// pausedReason is how the reason begins for which a pause kept an opener back.
const pausedReason = "paused"

// missing reports whether a planned contact was due and not put to its company,
// for no reason of ours, and why it was kept back if that is known.
func (r *Roll) missing(c plan.Contact, heard map[string]time.Time) (absent bool, why string) {
	if r.edition.SelfReported[c.Channel] || !c.At.Before(heard[c.Channel]) {
		return false, ""
	}
	was, known := r.seen[c.ID]
	if !known {
		return true, ""
	}
	if was.Asked() || was.Outcome != probes.Void || was.Amended {
		return false, ""
	}
	why = was.Current().Failure.Reason
	theirs := strings.HasPrefix(why, pausedReason) || why == "no longer in the configuration" || why == "no consent"
	return theirs, why
}

// paused reports whether a pause that was entered later covers a day.
func (r *Roll) paused(c plan.Contact, day calendar.Date) bool {
	co, _ := r.edition.Company(c.Company)
	return slices.ContainsFunc(r.pauses(co), func(p edition.Pause) bool { return covers(p, c.Channel, day) })
}

// absence returns a contact as if it had been asked and not answered.
func (r *Roll) absence(c plan.Contact, left bool) Absence {
	return Absence{
		Left: left,
		Contact: probes.Contact{ID: c.ID, Outcome: probes.Unanswered, Plan: probes.Plan{
			Edition: r.edition.Name, Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe,
			Round: c.Round, Slot: c.At, Scenario: c.Scenario, Persona: c.Persona,
		}},
		Fair: fairness.Contact{
			ID: c.ID, Company: c.Company, Channel: c.Channel, State: fairness.Unanswered,
			Cell: c.At.In(r.edition.Zone()).Format("Mon 15"), Replacement: c.Replaces != "",
		},
	}
}
