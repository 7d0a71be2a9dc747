package plan

import (
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// MaxReplacements is how often at most the same question is tried anew.
const MaxReplacements = 2

// Replacement returns the contact that stands in for one that was void or
// broken off: in the same cell of the next round that has room for it after an
// instant, else on any day left of the season; else in another cell, which it
// says. What became of any contact is
// not asked for. The contact keeps its round and its scenario; its persona is
// the one that has written least and has no open contact. There is none for the
// third time, or if the company's limits leave no room. Others are the contacts
// that count against them, planned and past.
func (s Season) Replacement(c Contact, others []Contact, after time.Time) (Contact, bool) {
	p, known := s.probe(c.Probe)
	co, takes := s.company(c.Company)
	full := s.Limits.PerCompanyPerEdition > 0 && len(others) >= s.Limits.PerCompanyPerEdition
	if !known || !takes || s.depth(c) == MaxReplacements || full {
		return Contact{}, false
	}
	next := c
	next.Replaces, next.Moved, next.Second = c.ID, "", time.Time{}
	next.ID = ID(s.Name, next)
	f := finder{Season: s, probe: p, co: co, others: others}
	for _, moved := range []string{"", "no room in its own cell"} {
		next.Moved = moved
		for _, o := range s.ahead(p, c, after) {
			if moved == "" && (weekday(o.weekday) != c.Weekday || o.slot() != c.Slot) {
				continue
			}
			if f.place(&next, &o, after) {
				return next, true
			}
		}
	}
	return Contact{}, false
}

// depth counts what a contact replaces: 0 if it is the first.
func (s Season) depth(c Contact) int {
	if c.Replaces == "" {
		return 0
	}
	first := c
	first.Replaces = ""
	if c.Replaces == ID(s.Name, first) {
		return 1
	}
	return 2
}

// ahead returns the offers of the rounds that follow a contact's, and then all
// those that are left of the season after an instant: none of its own day, on
// which what spoilt it may last.
func (s Season) ahead(p edition.Probe, c Contact, after time.Time) []offer {
	ticks, _ := s.Rounds(p)
	var all []offer
	for _, tick := range ticks {
		if tick.After(c.Round) {
			all = append(all, s.offers(p, tick, s.end(p, tick))...)
		}
	}
	if !s.To.IsZero() {
		_, last := s.bounds()
		all = append(all, s.offers(p, after, last)...)
	}
	own := s.day(c.At)
	return slices.DeleteFunc(all, func(o offer) bool { return !o.day.After(own) || !o.spans[len(o.spans)-1].To.After(after) })
}

// A finder looks for the place of a replacement among a company's contacts.
type finder struct {
	Season
	probe  edition.Probe
	co     edition.Company
	others []Contact
}

// place puts the contact into an offer, with a persona that is free there.
func (f finder) place(c *Contact, o *offer, after time.Time) bool {
	if !f.room(o.day) || f.barred(f.co, f.probe, o) != "" {
		return false
	}
	from := NewStream(f.Seed, "second", c.ID, o.day.String(), o.slot())
	c.At = from.Slot(f.open(f.co, o)).UTC()
	c.Weekday, c.Slot = weekday(o.weekday), o.slot()
	if !c.At.After(after) {
		return false
	}
	if f.probe.Attempts > 1 {
		c.Second, _ = seeker{f.Season, f.probe, f.co, f.room, f.onDay}.second(*c, c.At)
	}
	var ready []edition.Persona
	least := 0
	for _, p := range f.personas(f.probe.Channel) {
		wrote, free := f.wrote(p, *c)
		if !free || len(ready) > 0 && wrote > least {
			continue
		}
		if wrote < least {
			ready = nil
		}
		ready, least = append(ready, p), wrote
	}
	if len(ready) == 0 {
		return false
	}
	c.Persona = ready[from.Below(uint64(len(ready)))].Name
	return true
}

// room tells whether the company may be contacted once more on a day.
func (f finder) room(day calendar.Date) bool {
	n := 0
	for _, other := range f.others {
		if f.day(other.At) == day {
			n++
		}
		if !other.Second.IsZero() && f.day(other.Second) == day {
			n++
		}
	}
	return f.Limits.PerCompanyPerDay == 0 || n < f.Limits.PerCompanyPerDay
}

// wrote counts a persona's contacts on its channel, and tells whether none of
// that name is open while c is.
func (f finder) wrote(p edition.Persona, c Contact) (n int, free bool) {
	free = true
	for _, other := range f.others {
		if other.Persona != p.Name {
			continue
		}
		if other.Channel == p.Channel {
			n++
		}
		if !other.At.After(f.over(c)) && !c.At.After(f.over(other)) {
			free = false
		}
	}
	return n, free
}

// over returns when a contact is no longer open, both attempts counted.
func (s Season) over(c Contact) time.Time {
	p, _ := s.probe(c.Probe)
	co, _ := s.company(c.Company)
	return s.calendar(co).Deadline(calendar.Later(c.At, c.Second), p.Within)
}
