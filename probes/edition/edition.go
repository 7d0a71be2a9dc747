package edition

import (
	"iter"
	"slices"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/match"
)

// An Edition is one season of the survey: who is asked what, how, and by which
// rules. It is made from the configuration and does not change while it runs.
type Edition struct {
	Name      string
	From, To  calendar.Date  // first and last day on which a contact may be opened; zero = no bound
	Hours     calendar.Hours // openers leave only inside these
	Seed      string
	Key       string // a secret that keys the marks of openers; empty: the seed does
	Rules     Rules
	Limits    Limits
	Probes    []Probe
	Companies []Company
	Personas  []Persona
	Scenarios []Scenario
	Terms     []Term // further rules that the plan's digest commits to
	// SelfReported are the channels on which companies themselves say how it
	// went: shown, and kept out of standings.
	SelfReported map[string]bool
	// Unheard are the channels that nothing listens to, as a telephone: a person says
	// how each contact ended.
	Unheard map[string]bool
	Scoring fairness.Rules // how companies are ranked
	Titles  Titles
	// Judged is the last day on which a person may still say what a letter is.
	// After it every contact is decided as it counts. Zero: 14 days after To.
	Judged calendar.Date
	Review Review
	// HeardBy names the channel that hears the answers to another's openers,
	// as mail hears those to a contact form.
	HeardBy map[string]string
}

// A Review says what people look at beside what is doubtful. Its zero value is
// nothing.
type Review struct {
	Sample float64 // of the readings without doubt, from 0 to 1
	Blind  bool    // people see no guess of the reader's
}

// Titles are what classes and channels are called on pages for people: by name, then
// by the language of the reader, as nb.
type Titles struct{ Classes, Channels map[string]map[string]string }

// Class returns what a class is called in a language: by its name if it has no title.
func (t Titles) Class(name, language string) string { return titled(t.Classes, name, language) }

// Channel returns what a channel is called in a language: by its name if it has no
// title.
func (t Titles) Channel(name, language string) string { return titled(t.Channels, name, language) }

func titled(titles map[string]map[string]string, name, language string) string {
	if title := titles[name][language]; title != "" {
		return title
	}
	return name
}

// A Term is a rule of the season by which nothing is drawn, and to which the
// plan's digest commits all the same, such as what a deflection counts as.
type Term struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Limits say how far a company may be bothered. 0 means no limit.
type Limits struct {
	PerCompanyPerDay     int
	PerCompanyPerEdition int
	PerMinute            int // openers per channel, all companies together
}

// A Company is a participant. Without consent it is never contacted.
type Company struct {
	ID, Name, Class, Language string
	Consent                   calendar.Date      // zero = none
	Withdrawn                 calendar.Date      // first day without it, unless Consent is of a later day; zero = it holds
	Reach                     map[string]string  // where it is reached, by channel
	Hours                     calendar.Hours     // its own: when openers may leave
	Calendar                  *calendar.Calendar // its own closed days and zone; nil: the edition's
	Pauses                    []Pause
	Centres                   []match.CentreRule
}

// A Pause is a time in which a company is not contacted, first and last day.
type Pause struct {
	From, To calendar.Date
	Reason   string
	Channel  string // the only one it is paused on; none: all
}

// A Persona is the customer we appear as on one channel.
type Persona struct {
	Channel string
	channels.Persona
}

// A Scenario is what a persona asks, in one language and several variants.
type Scenario struct {
	Name     string
	Language string
	Classes  []string // none: every class
	Subjects []string
	Body     string
	Bodies   []string            // more of them; one of all is drawn
	Details  map[string][]string // words by the name of a field; one is drawn of each
	Expects  []reading.Fact      // an answer is sure with one of them; none: with any fact
}

// A Probe is a cron series of contacts over one channel.
type Probe struct {
	Name    string
	Channel string
	Ticks   calendar.Ticks
	Spread  calendar.Within // slots of a round are drawn inside it; zero = all at the tick
	Hours   calendar.Hours
	Within  calendar.Within // the promise, of each attempt
	// Attempts of 2 ask once more, on another day, who has not answered. 0 = 1.
	Attempts int
	// Closings are what Closing is in scenarios of a language, by that; others have it.
	Closings map[string]string
	// Closing is what we say once the answer has come, so that no agent is left
	// waiting. Empty: nothing.
	Closing string
	// AskForPerson is how long a person may take to write, whatever the opener asks: a figure of its own. 0: it is not
	// asked for.
	AskForPerson time.Duration
}

// ClosingOf returns what we say once an answer to a scenario has come; "" is nothing.
func (ed *Edition) ClosingOf(p Probe, scenario string) string {
	for _, s := range ed.Scenarios {
		if closing, ok := p.Closings[s.Language]; ok && s.Name == scenario {
			return closing
		}
	}
	return p.Closing
}

// Company returns the company with an id.
func (ed *Edition) Company(id string) (Company, bool) {
	for _, co := range ed.Companies {
		if co.ID == id {
			return co, true
		}
	}
	return Company{}, false
}

// HeardOn returns the channels whose answers come in on one: itself and those
// that it hears for, in order.
func (ed *Edition) HeardOn(channel string) []string {
	all := []string{channel}
	for other, by := range ed.HeardBy {
		if by == channel {
			all = append(all, other)
		}
	}
	slices.Sort(all[1:])
	return all
}

// Hearer returns the channel on which another's answers come in.
func (ed *Edition) Hearer(channel string) string {
	if by := ed.HeardBy[channel]; by != "" {
		return by
	}
	return channel
}

// Probe returns the probe with a name.
func (ed *Edition) Probe(name string) (Probe, bool) {
	for _, p := range ed.Probes {
		if p.Name == name {
			return p, true
		}
	}
	return Probe{}, false
}

// OutsideHours is why an opener is kept back by hours.
const OutsideHours = "outside the hours"

// Opens returns whether an opener of the probe may leave to the company at t,
// and if not, why. Hours, days off, pauses, consent and the edition's bounds
// bind every sender, retries too.
func (ed *Edition) Opens(p Probe, co Company, t time.Time) (reason string, ok bool) {
	day := ed.Day(t)
	bar, barred := co.Barred(day, p.Channel)
	switch {
	case barred:
		return bar.String(), false
	case slices.Contains(ed.Rules.Calendar.DaysOff, day):
		return "day off", false
	case !ed.From.IsZero() && day.Before(ed.From), !ed.To.IsZero() && day.After(ed.To):
		return "outside the edition", false
	}
	for span := range ed.Spans(p, co, t, t.Add(time.Second)) {
		if !span.From.After(t) {
			return "", true
		}
	}
	return OutsideHours, false
}

// Spans yields when openers of the probe may leave to the company, by the hours
// and the calendar: the edition's and the company's own.
func (ed *Edition) Spans(p Probe, co Company, from, to time.Time) iter.Seq[calendar.Span] {
	return co.Narrow(ed.Rules.Calendar.Spans(from, to, ed.Hours, p.Hours), ed.Rules.Calendar)
}

// Day returns the date in the edition's zone.
func (ed *Edition) Day(t time.Time) calendar.Date { return calendar.DateOf(t.In(ed.Zone())) }

// Zone is where the days of the edition begin.
func (ed *Edition) Zone() *time.Location {
	if zone := ed.Rules.Calendar.Zone; zone != nil {
		return zone
	}
	return time.UTC
}

// Classes returns the classes that have companies, in order of appearance.
func (ed *Edition) Classes() []string {
	var all []string
	for _, co := range ed.Companies {
		if !slices.Contains(all, co.Class) {
			all = append(all, co.Class)
		}
	}
	return all
}

// Expects returns what an answer to a scenario holds one of to be sure; nil if any fact will do.
func (ed *Edition) Expects(scenario string) []reading.Fact {
	for _, s := range ed.Scenarios {
		if s.Name == scenario {
			return s.Expects
		}
	}
	return nil
}

// ScenariosFor returns the scenarios in the company's language that its class
// may be asked.
func (ed *Edition) ScenariosFor(co Company) []Scenario {
	var fit []Scenario
	for _, s := range ed.Scenarios {
		if s.Language == co.Language && (len(s.Classes) == 0 || slices.Contains(s.Classes, co.Class)) {
			fit = append(fit, s)
		}
	}
	return fit
}

// PersonasOn returns the personas that a channel has.
func (ed *Edition) PersonasOn(channel string) []Persona {
	var fit []Persona
	for _, p := range ed.Personas {
		if p.Channel == channel {
			fit = append(fit, p)
		}
	}
	return fit
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

// judging is how many days after its last a season is judged, where nothing else
// is said.
const judging = 14

// Closed reports whether judging is over at an instant. It never is of an
// edition without a last day.
func (ed *Edition) Closed(at time.Time) bool {
	last := ed.Judged
	if last.IsZero() && !ed.To.IsZero() {
		last = ed.To.AddDays(judging)
	}
	return !last.IsZero() && last.Before(ed.Day(at))
}

// Paused returns the pause that a company has at an instant, if any.
func (ed *Edition) Paused(co Company, at time.Time) (Pause, bool) { return co.Paused(ed.Day(at), "") }

// ReachedOn reports whether the company is reached over a channel.
func (co Company) ReachedOn(channel string) bool { return co.Reach[channel] != "" }

// Channels returns the channels on which the company is reached, in order.
func (co Company) Channels() []string {
	var all []string
	for channel, reach := range co.Reach {
		if reach != "" {
			all = append(all, channel)
		}
	}
	slices.Sort(all)
	return all
}
