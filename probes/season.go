package probes

import (
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// Season returns the edition as its plan is drawn from it.
func (ed *Edition) Season() plan.Season {
	s := plan.Season{
		Edition: ed.Name, Seed: ed.Seed, From: ed.From, To: ed.To,
		Calendar: ed.Rules.Calendar, Hours: ed.Hours,
		PerDay: ed.Limits.PerCompanyPerDay, PerEdition: ed.Limits.PerCompanyPerEdition, Terms: ed.Terms,
	}
	for _, p := range ed.Probes {
		s.Probes = append(s.Probes, p.planned())
	}
	for _, co := range ed.Companies {
		s.Companies = append(s.Companies, co.planned())
	}
	for _, sc := range ed.Scenarios {
		s.Scenarios = append(s.Scenarios, plan.Scenario{Name: sc.Name, Language: sc.Language, Classes: sc.Classes})
	}
	for _, p := range ed.Personas {
		s.Personas = append(s.Personas, plan.Persona{Name: p.Name, Channel: p.Channel})
	}
	return s
}

func (p Probe) planned() plan.Probe {
	return plan.Probe{
		Name: p.Name, Channel: p.Channel, Ticks: p.Ticks, Spread: p.Spread,
		Within: p.Within, Hours: p.Hours, Attempts: max(p.Attempts, 1),
	}
}

func (co Company) planned() plan.Company {
	out := plan.Company{
		ID: co.ID, Class: co.Class, Language: co.Language, Consent: co.Consent,
		Calendar: co.Calendar, Hours: co.Hours,
	}
	for channel, reach := range co.Reach {
		if reach != "" {
			out.Channels = append(out.Channels, channel)
		}
	}
	slices.Sort(out.Channels)
	for _, p := range co.Pauses {
		out.Pauses = append(out.Pauses, plan.Pause(p))
	}
	return out
}

// A drawnPlan is the edition's plan, as far as it can be drawn ahead.
type drawnPlan struct {
	edition *Edition
	season  plan.Season
	ahead   plan.Plan
	text    string // canonical
	digest  string // of the text
}

// draw draws the edition's plan.
func (ed *Edition) draw() drawnPlan {
	season := ed.Season()
	ahead := plan.Draw(season)
	return drawnPlan{ed, season, ahead, ahead.Canonical(season), ahead.Digest(season)}
}

// round returns what the round at tick holds, in the order of slots: as the
// plan has it or, for a probe that ticks too often for one, drawn by itself as
// the nth, unless it is over by now.
func (d drawnPlan) round(p Probe, n int, tick, now time.Time) []Plan {
	var contacts []plan.Contact
	if _, ahead := d.season.Rounds(p.planned()); ahead {
		contacts = d.ahead.Round(p.Name, tick)
	} else if !d.edition.Over(p, tick, now) {
		contacts = d.season.Round(p.planned(), n, tick)
	}
	round := make([]Plan, len(contacts))
	for i, c := range contacts {
		round[i] = d.plan(p, c)
	}
	return round
}

// plan returns what an event says of a contact of the plan.
func (d drawnPlan) plan(p Probe, c plan.Contact) Plan {
	attempts := 0
	if _, ahead := d.season.Rounds(p.planned()); p.Attempts > 1 && (!ahead || !c.Second.IsZero()) {
		attempts = p.Attempts
	}
	return Plan{
		Edition: d.edition.Name, Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe,
		Round: c.Round, Slot: c.At, Attempts: attempts, Second: c.Second, Scenario: c.Scenario, Persona: c.Persona,
		Within: p.Within.String(), DayEnds: p.Within.DayEnds.String(),
		Replaces: c.Replaces, Moved: c.Moved, Drawn: d.digest,
	}
}

// Over reports whether it is too late to begin a round. Without a spread its
// time is the tick's own day, as long as the probe's hours last.
func (ed *Edition) Over(p Probe, tick, now time.Time) bool {
	const midnight = calendar.Clock(24 * 60)
	switch {
	case p.Spread.WorkingDays > 0:
		spread := p.Spread
		spread.DayEnds, spread.Before = midnight, midnight
		return ed.Rules.Calendar.Deadline(tick, spread).Before(now)
	case p.Spread.Duration > 0:
		return tick.Add(p.Spread.Duration).Before(now)
	}
	for range ed.Spans(p, Company{}, now, now.Add(time.Second)) {
		return ed.Day(tick) != ed.Day(now)
	}
	return true
}

// roundsBegun reads from a probe's mark how many rounds were roundsBegun, and at which tick
// the last.
func roundsBegun(marks []channels.Checkpoint, probe string) (n int, last time.Time) {
	for _, m := range marks {
		if m.Source == probe {
			n, _ = strconv.Atoi(m.Position) // a mark of an earlier version has no number: 0
			return n, m.Until
		}
	}
	return 0, time.Time{}
}
