package probes

import (
	"slices"
	"strconv"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/plan"
)

// SeasonOf returns the edition as its plan is drawn from it.
func SeasonOf(ed *Edition) plan.Season {
	s := plan.Season{
		Edition: ed.Name, Seed: ed.Seed, From: ed.From, To: ed.To,
		Calendar: ed.Rules.Calendar, Hours: ed.Hours,
		PerDay: ed.Limits.PerCompanyPerDay, PerEdition: ed.Limits.PerCompanyPerEdition, Terms: ed.Terms,
	}
	for _, p := range ed.Probes {
		s.Probes = append(s.Probes, planned(p))
	}
	for _, co := range ed.Companies {
		s.Companies = append(s.Companies, participant(co))
	}
	for _, sc := range ed.Scenarios {
		s.Scenarios = append(s.Scenarios, plan.Scenario{Name: sc.Name, Language: sc.Language, Classes: sc.Classes})
	}
	for _, p := range ed.Personas {
		s.Personas = append(s.Personas, plan.Persona{Name: p.Name, Channel: p.Channel})
	}
	return s
}

func planned(p Probe) plan.Probe {
	return plan.Probe{
		Name: p.Name, Channel: p.Channel, Ticks: p.Ticks, Spread: p.Spread,
		Within: p.Within, Hours: p.Hours, Attempts: max(p.Attempts, 1),
	}
}

func participant(co Company) plan.Company {
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
func draw(ed *Edition) drawnPlan {
	season := SeasonOf(ed)
	ahead := plan.Draw(season)
	return drawnPlan{ed, season, ahead, ahead.Canonical(season), ahead.Digest(season)}
}

// round returns what the round at tick holds, in the order of slots: as the
// plan has it or, for a probe that ticks too often for one, drawn by itself as
// the nth, unless it is over by now.
func (d drawnPlan) round(p Probe, n int, tick, now time.Time) []Plan {
	var contacts []plan.Contact
	if _, ahead := d.season.Rounds(planned(p)); ahead {
		contacts = d.ahead.Round(p.Name, tick)
	} else if !d.edition.Over(p, tick, now) {
		contacts = d.season.Round(planned(p), n, tick)
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
	if _, ahead := d.season.Rounds(planned(p)); p.Attempts > 1 && (!ahead || !c.Second.IsZero()) {
		attempts = p.Attempts
	}
	return Plan{
		Edition: d.edition.Name, Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe,
		Round: c.Round, Slot: c.At, Attempts: attempts, Second: c.Second, Scenario: c.Scenario, Persona: c.Persona,
		Within: p.Within.String(), DayEnds: p.Within.DayEnds.String(),
		Replaces: c.Replaces, Moved: c.Moved, Drawn: d.digest,
	}
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
