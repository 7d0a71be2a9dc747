package calendar

import (
	"slices"
	"time"
)

const (
	defaultBefore  Clock = 12 * 60
	defaultDayEnds Clock = 16 * 60
)

// Calendar says which days are working days and which are closed, and in which
// zone they begin. The zero Calendar is UTC without holidays.
type Calendar struct {
	// Zone is where days begin; nil means UTC.
	Zone *time.Location
	// Country names whose public holidays are kept: one of Countries, or none.
	Country string
	// DaysOff are closed like holidays. A closed week is its days.
	DaysOff []Date
	// HalfDays are working days on which everything closes at the Clock given,
	// and opens no more.
	HalfDays map[Date]Clock
}

// Holiday returns the name of the public holiday that falls on d, if one does.
func (c Calendar) Holiday(d Date) (name string, ok bool) {
	for _, h := range holidays(c.Country, d.Year) {
		if h.date == d {
			return h.name, true
		}
	}
	return "", false
}

// Closed tells whether d is a public holiday or a day off.
func (c Calendar) Closed(d Date) bool {
	_, holiday := c.Holiday(d)
	return holiday || slices.Contains(c.DaysOff, d)
}

// WorkingDay tells whether d is one of Monday to Friday and not closed. A half
// day is a working day.
func (c Calendar) WorkingDay(d Date) bool {
	on := d.Weekday()
	return on != time.Saturday && on != time.Sunday && !c.Closed(d)
}

// AddWorkingDays returns the nth working day after d, or before it if n is
// negative. With n = 0 it is d itself, whatever day it is.
func (c Calendar) AddWorkingDays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		if c.WorkingDay(d) {
			n--
		}
	}
	return d
}

// Deadline returns the last instant at which an answer to what was sent is in
// time; an answer at that very instant is.
//
// A duration simply runs from sent, by real time. Working days follow the
// award's rule: the day of sending is day 1 if it is a working day and sent is
// before w.Before, else the next working day is; time is up when the clock
// reaches w.DayEnds on the last day. A day that had ended before sending, as a
// half day may have, is never day 1. The last day does end at w.DayEnds even
// if it is a half day: the doubt is to the company's good.
func (c Calendar) Deadline(sent time.Time, w Within) time.Time {
	sent = sent.In(c.zone())
	if w.WorkingDays < 1 {
		return sent.Add(w.Duration)
	}
	ends := orElse(w.DayEnds, defaultDayEnds)
	first := DateOf(sent)
	if !c.WorkingDay(first) || !c.first(sent, w) {
		first = c.AddWorkingDays(first, 1)
	}
	return c.AddWorkingDays(first, w.WorkingDays-1).At(ends, c.zone())
}

// lastCall is until when d is day 1 for what is sent on it.
func (c Calendar) lastCall(d Date, w Within) Clock {
	call := min(orElse(w.Before, defaultBefore), orElse(w.DayEnds, defaultDayEnds))
	if closes, ok := c.HalfDays[d]; ok {
		call = min(call, closes)
	}
	return call
}

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// orElse is c, or fallback if c is unset.
func orElse(c, fallback Clock) Clock {
	if c == 0 {
		return fallback
	}
	return c
}
