// Package field keeps who takes part in a season as it was fixed at its start.
//
// The field is that of the plan that was in force as the edition's first day began.
// Who leaves after that (is
// taken out of the configuration, withdraws consent, or is paused from some day to
// the end) stays in: what that plan would have asked it counts as unanswered,
// so that leaving never pays. Who is paused for a while is not asked meanwhile, and
// that counts nothing; what it would change if those questions had been asked and
// not answered is played, and so are days off that were entered later.
package field

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/plan"
)

// A Roll compares who is asked with who was to be asked at the start. Its zero
// value knows of no start, and nobody is missing.
type Roll struct {
	edition *edition.Edition
	first   plan.Committed
	seen    map[string]probes.Contact // contacts of the ledger, by id
}

// Open reads the plan that was in force at the start.
func Open(ctx context.Context, tx probes.Tx, ed *edition.Edition) (*Roll, error) {
	r := &Roll{edition: ed, seen: map[string]probes.Contact{}}
	marks, err := tx.Checkpoints(ctx, probes.Drawn)
	if err != nil {
		return nil, fmt.Errorf("the field: %w", err)
	}
	first, known := r.start(marks)
	if !known {
		return r, nil
	}
	text, err := tx.Evidence(ctx, first.Source)
	if errors.Is(err, probes.ErrNoEvidence) {
		return r, nil // the ledger does not hold, which is for verify to say
	}
	if err != nil {
		return nil, fmt.Errorf("the field: plan %s: %w", first.Source, err)
	}
	if r.first, err = plan.Read(string(text)); err != nil {
		return nil, fmt.Errorf("the field: plan %s: %w", first.Source, err)
	}
	return r, nil
}

// start returns the mark of the plan that was in force as the first day began: the
// last that was followed before it, or the first of all.
func (r *Roll) start(marks []channels.Checkpoint) (first channels.Checkpoint, known bool) {
	if len(marks) == 0 {
		return first, false
	}
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b channels.Checkpoint) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Source, b.Source))
	})
	first = marks[0]
	for _, m := range marks[1:] {
		if !r.edition.From.IsZero() && !m.Until.After(r.edition.From.In(r.edition.Zone())) {
			first = m
		}
	}
	return first, true
}

// Saw notes a contact of the ledger.
func (r *Roll) Saw(c probes.Contact) { r.seen[c.ID] = c }

// Left returns a roll of leavers alone: it knows the plan's contacts with them, and
// none with others, so that asking for absences costs as much as they have. It has
// seen no contact yet.
func (r *Roll) Left() *Roll {
	left := map[string]bool{}
	for _, l := range r.Leavers() {
		left[l.Company] = true
	}
	first := r.first
	first.Contacts = slices.DeleteFunc(slices.Clone(first.Contacts), func(c plan.Contact) bool { return !left[c.Company] })
	return &Roll{edition: r.edition, first: first, seen: map[string]probes.Contact{}}
}

// A Leaver is a company that was in the field at the start and has left it.
type Leaver struct {
	Company string        `json:"company"`
	Class   string        `json:"class"`
	Since   calendar.Date `json:"since,omitzero"` // zero: it is not in the configuration any more
}

// Leavers returns who has left, by company.
func (r *Roll) Leavers() (all []Leaver) {
	for id, was := range r.first.Companies {
		co, takesPart := r.edition.Company(id)
		switch {
		case !was.Consented: // it never was one of those to be asked
			continue
		case !takesPart || co.Consent.IsZero():
			all = append(all, Leaver{Company: id, Class: was.Class})
			continue
		case co.Left():
			all = append(all, Leaver{id, was.Class, co.Withdrawn})
			continue
		}
		for _, p := range r.pauses(co) {
			if p.Channel == "" && !r.edition.To.IsZero() && !p.To.Before(r.edition.To) {
				all = append(all, Leaver{id, was.Class, p.From})
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b Leaver) int { return cmp.Compare(a.Company, b.Company) })
	return all
}

// pauses returns those of a company that the first plan did not have.
func (r *Roll) pauses(co edition.Company) []edition.Pause {
	was, known := r.first.Companies[co.ID]
	return slices.DeleteFunc(slices.Clone(co.Pauses), func(p edition.Pause) bool {
		return !known || slices.ContainsFunc(was.Pauses, func(q edition.Pause) bool {
			return p.From == q.From && p.To == q.To && p.Channel == q.Channel
		})
	})
}

// A Pause is one that was entered after the start.
type Pause struct {
	Company string        `json:"company"`
	Class   string        `json:"class"`
	From    calendar.Date `json:"from"`
	To      calendar.Date `json:"to"`
	Channel string        `json:"channel,omitempty"`
}

// Pauses returns those that were entered after the start, by company.
func (r *Roll) Pauses() (all []Pause) {
	for _, co := range r.edition.Companies {
		for _, p := range r.pauses(co) {
			all = append(all, Pause{co.ID, co.Class, p.From, p.To, p.Channel})
		}
	}
	slices.SortStableFunc(all, func(a, b Pause) int { return cmp.Compare(a.Company, b.Company) })
	return all
}

// DaysOff returns those that were entered after the start, and the edition as it
// would be without them; nil if there are none.
func (r *Roll) DaysOff() (added []calendar.Date, without *edition.Edition) {
	if len(r.first.Companies) == 0 {
		return nil, nil
	}
	fresh := func(days []calendar.Date) (old []calendar.Date) {
		for _, day := range days {
			if slices.Contains(r.first.DaysOff, day) {
				old = append(old, day)
			}
		}
		return old
	}
	for _, day := range r.edition.Rules.Calendar.DaysOff {
		if !slices.Contains(r.first.DaysOff, day) {
			added = append(added, day)
		}
	}
	if len(added) == 0 {
		return nil, nil
	}
	ed := *r.edition
	ed.Rules.Calendar.DaysOff = fresh(ed.Rules.Calendar.DaysOff)
	ed.Rules.Own = map[string]calendar.Calendar{}
	for company, own := range r.edition.Rules.Own {
		own.DaysOff = fresh(own.DaysOff)
		ed.Rules.Own[company] = own
	}
	return added, &ed
}

// An Absence is a contact of the first plan that was not put to its company
// because of that company.
type Absence struct {
	Contact probes.Contact   // as if it had been asked, and not answered
	Fair    fairness.Contact // what the standings see of it
	Left    bool             // the company has left, so that it counts; else it was paused
}

// Absences returns what leavers and paused companies would have been asked, by
// id: what was due until everything that arrived had been heard, by channel. See
// all contacts of the ledger first.
func (r *Roll) Absences(heard map[string]time.Time) (all []Absence) {
	left := map[string]Leaver{}
	for _, l := range r.Leavers() {
		left[l.Company] = l
	}
	for _, c := range r.first.Contacts {
		l, leaver := left[c.Company]
		absent, why := r.missing(c, heard)
		if !absent {
			continue
		}
		day := r.edition.Day(c.At)
		gone := leaver && !day.Before(l.Since)
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
	return slices.ContainsFunc(r.pauses(co), func(p edition.Pause) bool {
		return (p.Channel == "" || p.Channel == c.Channel) && !day.Before(p.From) && !day.After(p.To)
	})
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
