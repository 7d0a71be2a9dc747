package edition

import (
	"iter"

	"github.com/svartid/svartid/probes/calendar"
)

// A Bar is what keeps a company from being asked on a day, whatever the hours.
type Bar struct {
	Pause Pause // that it has; zero: it has not consented by then, or not any more
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
	if co.Consent.IsZero() || on.Before(co.Consent) || co.Left() && !on.Before(co.Withdrawn) {
		return Bar{}, true
	}
	pause, paused := co.Paused(on, channel)
	return Bar{pause}, paused
}

// Left reports whether the company has withdrawn its consent, and not given it again
// on a later day. A consent and a withdrawal of one day are a withdrawal.
func (co Company) Left() bool { return !co.Withdrawn.IsZero() && !co.Consent.After(co.Withdrawn) }

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

// Narrow yields what of some spans, which are in order, is inside the company's
// own hours and days. Days are those of its edition where it has none of its own.
func (co Company) Narrow(spans iter.Seq[calendar.Span], days calendar.Calendar) iter.Seq[calendar.Span] {
	switch {
	case co.Calendar != nil:
		return co.Calendar.Narrow(spans, co.Hours)
	case co.Hours.Always():
		return spans
	}
	return days.Narrow(spans, co.Hours)
}

// DayOff reports whether a company is asked on no account on a day, by the
// edition's calendar or by its own, and names the holiday if it is one. A
// Saturday or Sunday is off as well.
func (ed *Edition) DayOff(co Company, on calendar.Date) (holiday string, off bool) {
	calendars := []calendar.Calendar{ed.Rules.Calendar}
	if co.Calendar != nil {
		calendars = append(calendars, *co.Calendar)
	}
	for _, c := range calendars {
		if name, ok := c.Holiday(on); ok {
			return name, true
		}
		off = off || !c.WorkingDay(on)
	}
	return "", off
}
