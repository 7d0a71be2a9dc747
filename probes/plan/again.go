package plan

import (
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// SecondAttempt returns when a contact is put to its company once more: on the
// next day that has room, by preference in the same week, at another drawn time
// of the same hour. It is after the instant
// given, on one of the five next days that the probe has the hour: those of a
// week. Taken are the other instants at which the company is or was contacted.
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
	room := func(day calendar.Date) bool {
		return s.Limits.PerCompanyPerDay == 0 || on[day] < s.Limits.PerCompanyPerDay
	}
	return seeker{s, p, co, room, s.onDay}.second(c, after)
}

// onDay returns what a probe offers on a day.
func (s Season) onDay(p edition.Probe, day calendar.Date) []offer {
	return s.offers(p, day.In(s.zone()), day.AddDays(1).In(s.zone()))
}

// A seeker looks for second attempts of a company's contacts.
type seeker struct {
	Season
	probe  edition.Probe
	co     edition.Company
	room   func(calendar.Date) bool
	offers func(edition.Probe, calendar.Date) []offer
}

// second returns when a contact's second attempt is made. No closure is looked
// past that is longer than a month.
func (k seeker) second(c Contact, after time.Time) (time.Time, bool) {
	day := k.day(c.At)
	for n, closed := 0, 0; n < 5 && closed < 31; {
		day = day.AddDays(1)
		i := slices.IndexFunc(k.offers(k.probe, day), func(o offer) bool { return o.slot() == c.Slot })
		if i < 0 {
			closed++
			continue
		}
		n, closed = n+1, 0
		if day.Before(k.day(after)) || !k.room(day) {
			continue
		}
		if at := k.anotherTime(c, &k.offers(k.probe, day)[i]); at.After(after) {
			return at, true
		}
	}
	return time.Time{}, false
}

// anotherTime returns a drawn instant in an offer; zero if the company is not open
// in it. It is not the time of the clock of the first attempt: who has seen that
// would wait for the next.
func (k seeker) anotherTime(c Contact, o *offer) time.Time {
	if k.barred(k.co, k.probe, o) != "" {
		return time.Time{}
	}
	return NewStream(k.Seed, "again", c.ID, o.day.String()).Slot(k.open(k.co, o)).UTC()
}
