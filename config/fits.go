package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// Fits returns, with the arithmetic, where the rounds planned are more than
// the limits leave room for. The limits win: what does not fit is not sent.
func (c *Config) Fits() Faults {
	var faults Faults
	days := c.openDays()
	planned := c.planned()
	l := c.Limits
	if slots := l.PerCompanyPerDay * days; slots > 0 {
		why := fmt.Sprintf("%d a day on %d days", l.PerCompanyPerDay, days)
		faults = append(faults, c.crowded("limits.per_company_per_day", slots, why, planned)...)
	}
	if slots := l.PerCompanyPerEdition; slots > 0 {
		faults = append(faults, c.crowded("limits.per_company_per_edition", slots, "a company in an edition", planned)...)
	}
	return faults
}

// Season returns what keeps the season from being asked as it stands, with the
// arithmetic ([plan.Season.All]): each at the probe or the company that
// shows it.
func (c *Config) Season() Faults {
	var faults Faults
	for _, f := range plan.Season(*c.Probing()).Faults() {
		path := ""
		for i, p := range c.Probes {
			if p.Name == f.Probe {
				path = item("probes", i)
			}
		}
		for i, co := range c.Companies {
			if co.ID == f.Company {
				path = item("companies", i)
			}
		}
		faults = append(faults, c.places().at(path, f.String()))
	}
	return c.places().sorted(append(faults, c.rankable().faults...))
}

// Unranked are companies to which the plan gives fewer contacts than min_valid
// asks: they would be shown, and not ranked.
func (c *Config) Unranked() Faults { return c.rankable().warnings }

// A rankability is what is wrong with the valid contacts that a place takes.
type rankability struct{ faults, warnings Faults }

// rankable holds the valid contacts that a place takes against what the plan
// gives. More than any company gets is a fault, for none would be ranked.
func (c *Config) rankable() (r rankability) {
	const path = "policy.min_valid.contacts"
	asked, planned := c.Policy.MinValid.Contacts, c.planned()
	if asked == 0 || planned.more || len(planned.contacts) == 0 {
		return r
	}
	most, short := 0, []string{}
	for _, co := range c.Companies {
		if co.Consent.IsZero() {
			continue
		}
		n := planned.contacts[co.ID]
		if most = max(most, n); n < asked {
			short = append(short, co.ID)
		}
	}
	switch {
	case most < asked:
		r.faults = Faults{c.places().at(path, fmt.Sprintf(
			"asks %d of each company, and the plan gives none more than %d: nobody would be ranked; want %d or less", asked, most, most))}
	case len(short) > 0:
		r.warnings = Faults{c.places().at(path, fmt.Sprintf("asks %d, and the plan gives fewer to %s, such as %s: not to be ranked",
			asked, counted(len(short), "company", "companies"), short[0]))}
	}
	return r
}

// crowded complains of the companies that have more contacts planned than
// slots; the fullest is named.
func (c *Config) crowded(path string, slots int, why string, planned load) Faults {
	most, over := "", 0
	for _, id := range names(planned.contacts) {
		if planned.contacts[id] > slots {
			over++
			if most == "" || planned.contacts[id] > planned.contacts[most] {
				most = id
			}
		}
	}
	if over == 0 {
		return nil
	}
	least := ""
	if planned.more {
		least = "at least "
	}
	return Faults{c.places().at(path, fmt.Sprintf("%s%d contacts do not fit: %d slots (%s); %s, such as %s",
		least, planned.contacts[most], slots, why, counted(over, "company", "companies"), most))}
}

// A load is what the probes' rounds come to, by company.
type load struct {
	contacts map[string]int
	more     bool // a probe ticks too often for all its rounds to be counted
}

// planned counts the contacts that the probes' rounds come to.
func (c *Config) planned() load {
	planned := load{contacts: map[string]int{}}
	for _, p := range c.Probes {
		rounds := c.rounds(p)
		planned.more = planned.more || rounds.many
		for _, co := range c.Companies {
			if co.Reach[p.Channel] != nil && !co.Consent.IsZero() {
				planned.contacts[co.ID] += rounds.open
			}
		}
	}
	return planned
}

// openDays counts the days of the edition on which openers may leave.
func (c *Config) openDays() int {
	span, last, days := c.Edition.Span(), calendar.Date{}, 0
	for s := range c.Edition.Calendar().Spans(span.From, span.To, c.Edition.Hours) {
		first := calendar.DateOf(s.From)
		if first == last {
			first = first.AddDays(1)
		}
		for d := first; d.In(c.Edition.Zone).Before(s.To); d = d.AddDays(1) {
			days++
			last = d
		}
	}
	return days
}

// classes counts the companies of each class.
func (c *Config) classes() string {
	sizes := map[string]int{}
	for _, co := range c.Companies {
		sizes[co.Class]++
	}
	var parts []string
	for _, class := range names(sizes) {
		parts = append(parts, fmt.Sprintf("%d %s", sizes[class], class))
	}
	return strings.Join(parts, ", ")
}

// reached counts the companies that have a channel and may be asked.
func (c *Config) reached(channel string) int {
	return len(slices.DeleteFunc(slices.Clone(c.Companies), func(co Company) bool {
		return co.Reach[channel] == nil || co.Consent.IsZero()
	}))
}

// counted writes a number with its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// manyTicks is how far ticks are counted one by one.
const manyTicks = 100_000

// A count of the rounds that a probe has in the edition.
type count struct {
	ticks int
	open  int  // of those: in which an opener may leave
	many  bool // there are more; counting was given up
	first time.Time
	// window is when the openers of the first open round may leave.
	window calendar.Span
}

// rounds counts a probe's rounds: its ticks inside the edition.
func (c *Config) rounds(p Probe) count {
	var n count
	edition := c.Edition.Span()
	spans := slices.Collect(c.Edition.Calendar().Spans(edition.From, edition.To, c.Edition.Hours, p.Hours))
	ends := roundEnds{probe: p, calendar: c.Edition.Calendar()}
	tick := p.Ticks.Next(edition.From.Add(-time.Second))
	for !tick.IsZero() && tick.Before(edition.To) {
		if n.ticks == manyTicks {
			n.many = true
			break
		}
		n.ticks++
		for len(spans) > 0 && !spans[0].To.After(tick) {
			spans = spans[1:]
		}
		if window, ok := window(spans, tick, ends.of(tick)); ok {
			if n.open++; n.open == 1 {
				n.first, n.window = tick, window
			}
		}
		tick = p.Ticks.Next(tick)
	}
	return n
}

// window returns when openers of a round may leave, from the first open moment
// to the last. Spans are those that end after the round's beginning.
func window(spans []calendar.Span, begin, end time.Time) (calendar.Span, bool) {
	var w calendar.Span
	for _, s := range spans {
		if !s.From.Before(end) {
			break
		}
		if w.From.IsZero() {
			w.From = s.From
			if begin.After(s.From) {
				w.From = begin
			}
		}
		w.To = s.To
		if s.To.After(end) {
			w.To = end
		}
	}
	return w, !w.From.IsZero()
}

// A roundEnds knows when the rounds of a probe are over.
type roundEnds struct {
	probe    Probe
	calendar calendar.Calendar
	day      calendar.Date // the day last asked for, because ticks share days
	end      time.Time
}

// of returns when the round of a tick is over. Without a spread that is the
// tick itself; in working days, the tick's own day is the first, however late
// it ticks.
func (r *roundEnds) of(tick time.Time) time.Time {
	const midnight = calendar.Clock(24 * 60)
	spread := r.probe.Spread
	switch {
	case spread == (calendar.Within{}):
		return tick.Add(time.Second)
	case spread.WorkingDays == 0:
		return tick.Add(spread.Duration)
	}
	if day := calendar.DateOf(tick.In(r.calendar.Zone)); day != r.day {
		spread.DayEnds, spread.Before = midnight, midnight
		r.day, r.end = day, r.calendar.Deadline(tick, spread)
	}
	return r.end
}
