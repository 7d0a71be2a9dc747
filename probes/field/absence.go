package field

import (
	"cmp"
	"maps"
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
	Left    bool             // the company has left, or had for a while, so that it counts; else it was paused
	// Narrowed says that the company has not left and keeps fewer hours than at the start,
	// so that it counts too.
	Narrowed bool
}

// Zero reports whether the absence counts as unanswered.
func (a Absence) Zero() bool { return a.Left || a.Narrowed }

// Counted returns the absence as it counts: that of a company that was paused for a while
// is void, so that it is one of those that were planned.
func (a Absence) Counted() Absence {
	if !a.Zero() {
		a.Contact.Outcome, a.Fair.State = probes.Void, fairness.Void
	}
	return a
}

// Absences returns what leavers and paused companies would have been asked, by
// id: what was due until everything that arrived had been heard, by channel. See
// all contacts of the ledger first.
func (r *Roll) Absences(heard map[string]time.Time) (all []Absence) {
	left := map[string][]Leaver{}
	for _, l := range r.Leavers() {
		left[l.Company] = append(left[l.Company], l)
	}
	due, final := r.due(heard), r.final()
	gone := func(c plan.Contact) bool {
		last := r.edition.Day(r.lastDue(c))
		return slices.ContainsFunc(left[c.Company], func(l Leaver) bool { return l.has(c.Channel, last) }) ||
			slices.ContainsFunc(final, func(p gone) bool { return p.missed(c) })
	}
	for _, c := range slices.Concat(r.first.Contacts, r.scheduled()) {
		if r.edition.SelfReported[c.Channel] || !c.At.Before(due[c.Channel]) {
			continue
		}
		if a, absent := r.absent(c, gone); absent {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b Absence) int { return cmp.Compare(a.Contact.ID, b.Contact.ID) })
	return all
}

// absent returns a planned contact that was due as an absence, if it is one. Gone reports
// whether its company had left by then.
func (r *Roll) absent(c plan.Contact, gone func(plan.Contact) bool) (a Absence, is bool) {
	missing, why := r.missing(c)
	a = r.absence(c)
	switch {
	case missing && gone(c):
		a.Left = true
	case missing && r.paused(c, why):
	default:
		a.Narrowed = r.narrowed(c)
		return a, a.Narrowed
	}
	return a, true
}

// pausedReason is how the reason begins for which a pause kept an opener back.
const pausedReason = "paused"

// due returns until when contacts count that were to be asked, by channel: until when it
// was listened to. Where nothing listens that is until the last company was asked, or
// until when another channel was listened to if that is later.
func (r *Roll) due(heard map[string]time.Time) map[string]time.Time {
	due := maps.Clone(heard)
	for channel := range r.edition.Unheard {
		for _, until := range heard {
			due[channel] = calendar.Later(due[channel], until)
		}
		due[channel] = calendar.Later(due[channel], r.asked[channel])
	}
	return due
}

// lastDue returns when a planned contact was last to be asked: later than planned if its
// opener was put off.
func (r *Roll) lastDue(c plan.Contact) time.Time {
	if was, known := r.seen[c.ID]; known && len(was.Attempts) > 0 {
		return calendar.Later(c.At, calendar.Later(was.Plan.Slot, was.Current().Due))
	}
	return c.At
}

// missing reports whether a planned contact that was due was not put to its company,
// for no reason of ours, and why it was kept back if that is known.
func (r *Roll) missing(c plan.Contact) (absent bool, why string) {
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

// paused reports whether a pause that was entered later covers the day of a contact, or did
// until it was taken back, or whether a pause is why its opener was kept back.
func (r *Roll) paused(c plan.Contact, why string) bool {
	day := r.edition.Day(c.At)
	was := func(p Pause) bool { return p.Company == c.Company && p.Covers(c.Channel, c.At, day) }
	if strings.HasPrefix(why, pausedReason) || slices.ContainsFunc(r.lifted, was) {
		return true
	}
	co, _ := r.edition.Company(c.Company)
	return slices.ContainsFunc(r.pauses(co), func(p edition.Pause) bool { return covers(p, c.Channel, day) })
}

// absence returns a contact as if it had been asked and not answered.
func (r *Roll) absence(c plan.Contact) Absence {
	return Absence{
		Contact: probes.Contact{ID: c.ID, Outcome: probes.Unanswered, Plan: probes.Plan{
			Edition: r.edition.Name, Company: c.Company, Class: r.Class(c.Company, c.Class), Channel: c.Channel, Probe: c.Probe,
			Round: c.Round, Slot: c.At, Scenario: c.Scenario, Persona: c.Persona,
		}},
		Fair: fairness.Contact{
			ID: c.ID, Company: c.Company, Channel: c.Channel, State: fairness.Unanswered,
			Cell: c.At.In(r.edition.Zone()).Format("Mon 15"), Replacement: c.Replaces != "",
		},
	}
}
