// Package schedule lays a season out as a calendar: who is asked when, what was moved and
// why, what did not count and what took its place. It decides on values alone.
package schedule

import (
	"cmp"
	"slices"
	"time"
)

// An Entry is one contact, planned or asked.
type Entry struct {
	ID, Company, Class, Channel string
	At                          time.Time // its slot; of one that is asked again, the latest
	Asked                       bool      // its opener has left, or is known not to
	Outcome                     string    // empty: it is not asked yet
	Moved                       string    // why it is not where the plan would have put it; empty: it is
	Replaces                    string    // the contact in whose place it is; empty: none
}

// replaceable reports whether a contact with this outcome is made again.
func (e Entry) replaceable() bool {
	return e.Outcome == "void" || e.Outcome == "contested" || e.Outcome == "broken_off"
}

// A Month is one page of the calendar.
type Month struct {
	First time.Time // midnight of its first day
	Weeks []Week
}

// A Week begins on Monday, as ISO 8601 has it. A zero Day belongs to another month.
type Week struct {
	Number int
	Days   [7]Day
}

// A Day is what is asked on one day.
type Day struct {
	At                    time.Time // midnight
	Contacts, Asked       int
	Moved, Void, Replaced int // of them were moved; did not count; are in the place of others
}

// Key is the day as an address has it.
func (d Day) Key() string { return d.At.Format(time.DateOnly) }

// Months puts entries on a calendar, from the first to the last of them.
func Months(entries []Entry, zone *time.Location) []Month {
	days := map[string]*Day{}
	var first, last time.Time
	for _, e := range entries {
		at := midnight(e.At, zone)
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
		d := days[at.Format(time.DateOnly)]
		if d == nil {
			d = &Day{At: at}
			days[at.Format(time.DateOnly)] = d
		}
		d.count(e)
	}
	if first.IsZero() {
		return nil
	}
	var all []Month
	for at := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, zone); !at.After(last); at = at.AddDate(0, 1, 0) {
		all = append(all, month(at, days))
	}
	return all
}

// count takes one entry in.
func (d *Day) count(e Entry) {
	d.Contacts++
	for _, c := range []struct {
		so bool
		n  *int
	}{{e.Asked, &d.Asked}, {e.Moved != "", &d.Moved}, {e.replaceable(), &d.Void}, {e.Replaces != "", &d.Replaced}} {
		if c.so {
			*c.n++
		}
	}
}

// month lays one month out.
func month(first time.Time, days map[string]*Day) Month {
	m := Month{First: first}
	for at := first; at.Month() == first.Month(); at = at.AddDate(0, 0, 1) {
		weekday := (int(at.Weekday()) + 6) % 7
		if len(m.Weeks) == 0 || weekday == 0 {
			_, number := at.ISOWeek()
			m.Weeks = append(m.Weeks, Week{Number: number})
		}
		day := Day{At: at}
		if d := days[at.Format(time.DateOnly)]; d != nil {
			day = *d
		}
		m.Weeks[len(m.Weeks)-1].Days[weekday] = day
	}
	return m
}

// midnight is when the day of an instant begins.
func midnight(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone)
}

// On returns the entries of a day, by time, then company.
func On(entries []Entry, day time.Time, zone *time.Location) (all []Entry) {
	for _, e := range entries {
		if midnight(e.At, zone).Equal(midnight(day, zone)) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Company, b.Company), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// A Cause is why contacts were moved, and how many.
type Cause struct {
	Why                 string
	Contacts, Companies int
}

// Causes returns why contacts were moved, those that moved most first.
func Causes(entries []Entry) (all []Cause) {
	companies := map[[2]string]bool{}
	for _, e := range entries {
		if e.Moved == "" {
			continue
		}
		i := slices.IndexFunc(all, func(c Cause) bool { return c.Why == e.Moved })
		if i < 0 {
			i = len(all)
			all = append(all, Cause{Why: e.Moved})
		}
		all[i].Contacts++
		if at := [2]string{e.Moved, e.Company}; !companies[at] {
			companies[at] = true
			all[i].Companies++
		}
	}
	slices.SortFunc(all, func(a, b Cause) int { return cmp.Or(cmp.Compare(b.Contacts, a.Contacts), cmp.Compare(a.Why, b.Why)) })
	return all
}

// A Replacement is a contact that did not count, and the one in its place.
type Replacement struct {
	Entry
	By Entry // the zero Entry: nothing has taken its place yet, or nothing can any more
}

// Replacements returns the contacts that did not count, the latest first.
func Replacements(entries []Entry) (all []Replacement) {
	by := map[string]Entry{}
	for _, e := range entries {
		if e.Replaces != "" {
			by[e.Replaces] = e
		}
	}
	for _, e := range entries {
		if e.replaceable() {
			all = append(all, Replacement{e, by[e.ID]})
		}
	}
	slices.SortFunc(all, func(a, b Replacement) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return all
}
