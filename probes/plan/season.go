package plan

import (
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// A Season is all that a plan follows from. Its From and To are the first and
// the last day on which an opener may leave; without both, nothing is drawn
// ahead. Limits of 0 bind nobody. The order of Probes matters, that of
// Companies does not.
type Season struct {
	Edition, Seed      string
	From, To           calendar.Date
	Calendar           calendar.Calendar
	Hours              calendar.Hours
	PerDay, PerEdition int // contacts a company
	Probes             []Probe
	Companies          []Company
	Scenarios          []Scenario
	Personas           []Persona
	Terms              []Term
}

// A Term is a rule of the season by which nothing is drawn, and to which its
// plan's digest commits all the same, such as what a deflection counts as.
type Term struct{ Name, Value string }

// A Probe is a series of rounds over one channel.
type Probe struct {
	Name, Channel string
	Ticks         calendar.Ticks
	Spread        calendar.Within // how long a round lasts; zero = all at the tick
	Within        calendar.Within // the promise: so long a contact is open
	Hours         calendar.Hours
	Attempts      int // 2: once more on another day
}

// A Company is asked once in each round of each probe on one of its Channels,
// from the day of its Consent on. Without consent it is never asked.
type Company struct {
	ID, Class, Language string
	Channels            []string
	Consent             calendar.Date
	Calendar            *calendar.Calendar // its own closed days and zone; nil: the season's
	Hours               calendar.Hours     // in its own zone
	Pauses              []Pause
}

// A Pause is a time, first and last day, in which a company is not contacted.
type Pause struct {
	From, To calendar.Date
	Reason   string
	Channel  string // none: on no channel
}

// A Scenario is what companies of its language are asked, in its Classes or,
// if it names none, in all.
type Scenario struct {
	Name, Language string
	Classes        []string
}

// A Persona is a customer that we appear as on one channel. Personas of the
// same name are the same customer.
type Persona struct{ Name, Channel string }

// Rounds returns the probe's ticks inside the season, in UTC and in order. It
// is not ok if the season has no bounds or if there are more ticks than days:
// such rounds are drawn one by one, by [Season.Round], and no plan holds them.
func (s Season) Rounds(p Probe) (ticks []time.Time, ok bool) {
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
	if s.Calendar.Zone != nil {
		return s.Calendar.Zone
	}
	return time.UTC
}

// calendar returns the days that the company keeps.
func (s Season) calendar(co Company) calendar.Calendar {
	if co.Calendar != nil {
		return *co.Calendar
	}
	return s.Calendar
}

// day returns the date of an instant in the season's zone.
func (s Season) day(t time.Time) calendar.Date { return calendar.DateOf(t.In(s.zone())) }

// end returns when a round is over. In working days, the tick's own day is the
// first, however late it ticks; without a spread there is the tick alone.
func (s Season) end(p Probe, tick time.Time) time.Time {
	const midnight = calendar.Clock(24 * 60)
	switch {
	case p.Spread.WorkingDays > 0:
		spread := p.Spread
		spread.DayEnds, spread.Before = midnight, midnight
		return s.Calendar.Deadline(tick, spread)
	case p.Spread.Duration > 0:
		return tick.Add(p.Spread.Duration)
	}
	return tick.Add(time.Second)
}

// company returns the company with an id.
func (s Season) company(id string) (Company, bool) {
	for _, co := range s.Companies {
		if co.ID == id {
			return co, true
		}
	}
	return Company{}, false
}

// probe returns the probe with a name.
func (s Season) probe(name string) (Probe, bool) {
	for _, p := range s.Probes {
		if p.Name == name {
			return p, true
		}
	}
	return Probe{}, false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
