package plan

import "github.com/svartid/svartid/probes/calendar"

// A Bar is what keeps a company from being asked on a day, whatever the hours.
type Bar struct {
	Pause Pause // that it has; zero: it has not consented by then
}

// String says why, as events keep it.
func (b Bar) String() string {
	if b.Pause == (Pause{}) {
		return "no consent"
	}
	return "paused: " + b.Pause.Reason
}

// Barred returns what keeps the company from being asked on a day over a
// channel; false if nothing does. It binds every sender: rounds, retries,
// replacements and trials.
func (co Company) Barred(on calendar.Date, channel string) (Bar, bool) {
	if co.Consent.IsZero() || on.Before(co.Consent) {
		return Bar{}, true
	}
	pause, paused := co.Paused(on, channel)
	return Bar{pause}, paused
}

// Paused returns the pause that the company has on a day, on one channel or on
// all; without a channel, those on all.
func (co Company) Paused(on calendar.Date, channel string) (Pause, bool) {
	for _, p := range co.Pauses {
		if (p.Channel == "" || p.Channel == channel) && !on.Before(p.From) && !on.After(p.To) {
			return p, true
		}
	}
	return Pause{}, false
}
