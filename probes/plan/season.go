package plan

import (
	"time"

	"github.com/svartid/svartid/probes/edition"

	"github.com/svartid/svartid/probes/calendar"
)

// A Season is an edition as its plan is drawn from it: its From and To are the
// first and the last day on which an opener may leave; without both, nothing is
// drawn ahead. Limits of 0 bind nothing. The order of Probes matters, that of
// Companies does not.
type Season edition.Edition

// Rounds returns the probe's ticks inside the season, in UTC and in order. It
// is not ok if the season has no bounds or if there are more ticks than days:
// such rounds are drawn one by one, by [Season.Round], and no plan holds them.
func (s Season) Rounds(p edition.Probe) (ticks []time.Time, ok bool) {
	if s.From.IsZero() || s.To.IsZero() {
		return nil, false
	}
	from, to := s.bounds()
	most := int(to.Sub(from)/(24*time.Hour)) + 1
	for t := p.Ticks.Next(from.Add(-time.Second)); !t.IsZero() && t.Before(to); t = p.Ticks.Next(t) {
		if len(ticks) == most {
			return nil, false
		}
		ticks = append(ticks, t.UTC())
	}
	return ticks, true
}

// bounds returns the season's first instant and the one after its last.
func (s Season) bounds() (from, to time.Time) {
	return s.From.In(s.zone()), s.To.AddDays(1).In(s.zone())
}

// zone is where the season's days begin.
func (s Season) zone() *time.Location {
	if s.Rules.Calendar.Zone != nil {
		return s.Rules.Calendar.Zone
	}
	return time.UTC
}

// calendar returns the days that the company keeps.
func (s Season) calendar(co edition.Company) calendar.Calendar {
	if co.Calendar != nil {
		return *co.Calendar
	}
	return s.Rules.Calendar
}

// day returns the date of an instant in the season's zone.
func (s Season) day(t time.Time) calendar.Date { return calendar.DateOf(t.In(s.zone())) }

// end returns when a round is over. In working days, the tick's own day is the
// first, however late it ticks; without a spread there is the tick alone.
func (s Season) end(p edition.Probe, tick time.Time) time.Time {
	const midnight = calendar.Clock(24 * 60)
	switch {
	case p.Spread.WorkingDays > 0:
		spread := p.Spread
		spread.DayEnds, spread.Before = midnight, midnight
		return s.Rules.Calendar.Deadline(tick, spread)
	case p.Spread.Duration > 0:
		return tick.Add(p.Spread.Duration)
	}
	return tick.Add(time.Second)
}

// company returns the company with an id.
func (s Season) company(id string) (edition.Company, bool) {
	for _, co := range s.Companies {
		if co.ID == id {
			return co, true
		}
	}
	return edition.Company{}, false
}

// probe returns the probe with a name.
func (s Season) probe(name string) (edition.Probe, bool) {
	for _, p := range s.Probes {
		if p.Name == name {
			return p, true
		}
	}
	return edition.Probe{}, false
}
