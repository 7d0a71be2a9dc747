// Package field keeps who takes part in a season, and by which rules, as it was fixed at its
// start.
//
// The field is that of the plan that was in force as its own first day began, and
// of companies that later plans were the first to have a consent of. Who leaves after that
// stays in: is taken out of the configuration, or is reached over a channel no more,
// withdraws consent, or is paused from some day through all that was left to ask, over all
// channels or one. What the plan would have asked it counts as unanswered, so that leaving
// never pays. Who comes back keeps that for what it missed while a pause that was to go on
// to the end was in force, and any pause that was taken back is told. On a channel that
// nothing listens to, what the plan asked by now is what it had asked before the last
// company was. Of a probe that ticks too often for a plan to hold its rounds, that is a
// question in each round in which others of its class were asked. Who is paused for a
// while is not asked meanwhile, and what it was to be asked counts as planned and void;
// what it would change if those questions had been asked and not answered is played, and
// so are days off that were entered later.
//
// Who keeps fewer hours or other days than at the start stays in by those of the start: what
// the plan of the start would have asked at a time at which the one that was followed then
// did not counts as unanswered. Who is moved to another class is ranked in that of the
// start, with all that it was asked. Where an entry of the start was wrong, a person decides
// so by name and with a reason, and it counts as it is now; who would win without that is
// played.
package field

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/participation"
	"github.com/svartid/svartid/probes/plan"
)

// A Roll compares who is asked with who was to be asked at the start. Its zero
// value knows of no start, and nobody is missing.
type Roll struct {
	edition   *edition.Edition
	first     plan.Committed
	unplanned map[string]string          // the channels of probes whose rounds the first plan does not hold, by name
	seen      map[string]probes.Contact  // contacts of the ledger, by id
	rounds    map[held]time.Time         // that no plan holds, and when a company was first asked in each
	asked     map[string]time.Time       // the last slot in which a company was asked, by channel that nothing listens to
	lifted    []Pause                    // that were in force and were taken back
	moves     []Move                     // of companies, after the start
	plans     []inForce                  // that were followed, the one of the start first
	original  map[string]plan.Registered // the companies as the plan of the start has them; in first they are as corrected
	acts      []participation.Act
	said      []participation.Act // on entries of the start
	corrected map[entry]string    // what two people have said that entries are
	ranked    map[string]string   // the class of companies that have been in several
}

// Open reads the plan that was in force at the start.
func Open(ctx context.Context, tx probes.Tx, ed *edition.Edition) (*Roll, error) {
	r := &Roll{edition: ed, seen: map[string]probes.Contact{}, rounds: map[held]time.Time{}, asked: map[string]time.Time{}}
	marks, err := probes.Follows(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("the field: %w", err)
	}
	var plans []inForce
	for _, m := range marks {
		text, err := tx.Evidence(ctx, m.Source)
		if errors.Is(err, probes.ErrNoEvidence) {
			continue // the ledger does not hold, which is for verify to say
		}
		if err != nil {
			return nil, fmt.Errorf("the field: plan %s: %w", m.Source, err)
		}
		followed, err := plan.Read(string(text))
		if err != nil {
			return nil, fmt.Errorf("the field: plan %s: %w", m.Source, err)
		}
		now := inForce{followed, m.Until}
		switch {
		case followed.Edition != "" && followed.Edition != ed.Name: // an earlier edition of the same ledger
		case r.first.Companies == nil || !r.first.Begun(m.Until):
			plans = []inForce{now}
			followed.Companies = maps.Clone(followed.Companies) // those that join are taken in
			r.first, r.unplanned = followed, looseIn(followed)
		default:
			plans = append(plans, now)
			r.join(followed, m.Until)
		}
	}
	acts, err := participation.History(ctx, tx, ed.Name)
	if err != nil {
		return nil, fmt.Errorf("the field: %w", err)
	}
	r.plans, r.original = plans, maps.Clone(r.first.Companies)
	var counts map[entry]string
	r.said, counts = entries(acts)
	as := *r.by(counts)
	as.edition, as.acts, r = ed, acts, &as
	r.lifted, r.moves = r.takenBack(plans, acts), r.moved(plans)
	return r, nil
}

// MarksIn returns of a view of the ledger what [Marks] does of its marks.
func MarksIn(ctx context.Context, tx probes.Tx) (int, error) {
	marks := map[string][]channels.Checkpoint{}
	for _, name := range []string{probes.DrawnPlans, probes.Refollowed, participation.Marks} {
		var err error
		if marks[name], err = tx.Checkpoints(ctx, name); err != nil {
			return 0, fmt.Errorf("the field: %w", err)
		}
	}
	return Marks(marks), nil
}

// Marks returns how many marks of a ledger Open reads: it reads the same as long as they
// are as many.
func Marks(marks map[string][]channels.Checkpoint) int {
	return len(marks[probes.DrawnPlans]) + len(marks[probes.Refollowed]) + len(marks[participation.Marks])
}

// join takes in the companies that a later plan was the first to have a consent of, with
// what it asks them from the instant at which it was followed.
func (r *Roll) join(later plan.Committed, since time.Time) {
	joined := map[string]bool{}
	for id, co := range later.Companies {
		if co.Consented && !r.first.Companies[id].Consented && r.first.Companies != nil {
			joined[id], r.first.Companies[id] = true, co
		}
	}
	for _, c := range later.Contacts {
		if joined[c.Company] && c.Round.After(since) {
			r.first.Contacts = append(r.first.Contacts, c)
		}
	}
}

// Rules returns in which rules the edition is not as the plan of the start has it, and the
// edition by those rules; nil if there are none, or if this version does not know them.
func (r *Roll) Rules() (changed []plan.Change, promised *edition.Edition) {
	changed = r.first.Changes(plan.Season(*r.edition))
	if len(changed) == 0 {
		return nil, nil
	}
	promised, err := r.edition.Under(r.first.Terms)
	if err != nil {
		return changed, nil // who would have won is not known, but that it may be another is
	}
	promised.Seed, promised.From, promised.To = r.first.Seed, r.first.From, r.first.To
	if r.first.Zone != nil {
		promised.Rules.Calendar.Zone, promised.Rules.Calendar.Country = r.first.Zone, r.first.Country
	}
	return changed, promised
}

// Saw notes a contact of the ledger, and returns it in the class in which its company is
// ranked.
func (r *Roll) Saw(c probes.Contact) probes.Contact {
	r.seen[c.ID] = c
	r.hold(c)
	c.Plan.Class = r.Class(c.Plan.Company, c.Plan.Class)
	return c
}

// SawOther notes a contact of a company that has not left, of which only its round and
// its slot matter.
func (r *Roll) SawOther(c probes.Contact) { r.hold(c) }

// Left returns a roll of leavers alone: it knows the plan's contacts with them, and
// none with others, so that asking for absences costs as much as they have. It has
// seen no contact yet.
func (r *Roll) Left() *Roll {
	left := map[string]bool{}
	for _, company := range r.Zeroed() {
		left[company] = true
	}
	first := r.first
	first.Contacts = slices.DeleteFunc(slices.Clone(first.Contacts), func(c plan.Contact) bool { return !left[c.Company] })
	return &Roll{
		edition: r.edition, first: first, unplanned: r.unplanned, seen: map[string]probes.Contact{}, rounds: map[held]time.Time{},
		asked: map[string]time.Time{}, lifted: r.lifted, plans: r.plans, original: r.original, corrected: r.corrected, ranked: r.ranked,
	}
}

// DaysOff returns those that were entered after the start, those of the start that were
// taken out, and the edition as it would be with those of the start; nil if they are the
// same.
func (r *Roll) DaysOff() (added, gone []calendar.Date, asAtStart *edition.Edition) {
	if len(r.first.Companies) == 0 {
		return nil, nil, nil
	}
	without := func(days, others []calendar.Date) (left []calendar.Date) {
		return slices.DeleteFunc(slices.Clone(days), func(day calendar.Date) bool { return slices.Contains(others, day) })
	}
	was, is := r.first.DaysOff, r.edition.Rules.Calendar.DaysOff
	added, gone = without(is, was), without(was, is)
	if len(added)+len(gone) == 0 {
		return nil, nil, nil
	}
	ed := *r.edition
	ed.Rules.Calendar.DaysOff = was
	ed.Rules.Own = map[string]calendar.Calendar{}
	for company, own := range r.edition.Rules.Own {
		own.DaysOff = was
		ed.Rules.Own[company] = own
	}
	return added, gone, &ed
}
