package plan

import (
	"time"

	"github.com/svartid/svartid/probes/calendar"
)

// SecondAttempt returns when a contact is put to its company once more: on the
// next day that has room, by preference in the same week, at the same time of
// the clock or, if that is closed, in the same hour. It is after the instant
// given, and at the latest at the end of the week that follows. Taken are the
// other instants at which the company is or was contacted.
func (s Season) SecondAttempt(c Contact, taken []time.Time, after time.Time) (time.Time, bool) {
	on := map[calendar.Date]int{}
	for _, t := range taken {
		on[s.day(t)]++
	}
	p, known := s.probe(c.Probe)
	co, takes := s.company(c.Company)
	if !known || !takes {
		return time.Time{}, false
	}
	room := func(day calendar.Date) bool { return s.PerDay == 0 || on[day] < s.PerDay }
	return seeker{s, p, co, room, s.onDay}.second(c, after)
}

// onDay returns what a probe offers on a day.
func (s Season) onDay(p Probe, day calendar.Date) []offer {
	return s.offers(p, day.In(s.zone()), day.AddDays(1).In(s.zone()))
}

// A seeker looks for second attempts of a company's contacts.
type seeker struct {
	Season
	probe  Probe
	co     Company
	room   func(calendar.Date) bool
	offers func(Probe, calendar.Date) []offer
}

// second returns when a contact's second attempt is made.
func (k seeker) second(c Contact, after time.Time) (time.Time, bool) {
	first := k.day(c.At)
	monday := 7 - (int(first.Weekday())+6)%7 // days until then
	for n := 1; n < monday+7; n++ {
		day := first.AddDays(n)
		if day.Before(k.day(after)) || !k.room(day) {
			continue
		}
		if at := k.sameTime(c, day); at.After(after) {
			return at, true
		}
	}
	return time.Time{}, false
}

// sameTime returns the instant of a day at which the clock shows what it shows
// at the contact, or another in the same hour; zero if the company is not open
// in it.
func (k seeker) sameTime(c Contact, day calendar.Date) time.Time {
	local := c.At.In(k.zone())
	want := time.Date(day.Year, day.Month, day.Day, local.Hour(), local.Minute(), local.Second(), 0, k.zone())
	for _, o := range k.offers(k.probe, day) {
		if o.slot() != c.Slot || k.barred(k.co, k.probe, &o) != "" {
			continue
		}
		for span := range k.open(k.co, k.probe, &o) {
			if !want.Before(span.From) && want.Before(span.To) {
				return want.UTC()
			}
		}
		return NewStream(k.Seed, "again", c.ID, day.String()).Slot(k.open(k.co, k.probe, &o)).UTC()
	}
	return time.Time{}
}
