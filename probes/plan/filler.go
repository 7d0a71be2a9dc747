package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/edition"
)

// personaOpen is why a contact is not in its own cell whose persona was not free.
const personaOpen = "its persona had an open contact"

// personaBusy is why a contact is given up that no persona is free for.
const personaBusy = "every persona whose turn it is has an open contact"

// A filler gives one company's contacts their personas, in the order of time.
type filler struct {
	*drawing
	assignment
	co   edition.Company
	next map[string][]edition.Persona // whose turn it still is, by channel
	open map[string]time.Time         // until when each persona's last contact is open, by name
}

// A line is a seat that waits for its persona, and when its opener leaves.
type line struct {
	*roundSlot
	at time.Time
}

// fill returns the contacts of an assignment, by time and without scenarios. One that
// no persona is free for moves to a later day, or is given up.
func (d *drawing) fill(co edition.Company, h assignment) (contacts []Contact, left []Left) {
	k := &filler{drawing: d, assignment: h, co: co, next: map[string][]edition.Persona{}, open: map[string]time.Time{}}
	queue := make([]line, 0, len(h.row.seats))
	for _, st := range h.row.seats {
		queue = append(queue, k.line(st))
	}
	slices.SortStableFunc(queue, earliest)
	for len(queue) > 0 {
		l := queue[0]
		queue = queue[1:]
		persona, free := k.persona(l)
		switch {
		case persona != "":
			contacts = append(contacts, k.contact(l, persona))
		case free.IsZero():
			left = append(left, l.left(co, "no persona on "+l.probe.Channel))
		case k.wait(l.roundSlot, free):
			moved := k.line(l.roundSlot)
			i, _ := slices.BinarySearchFunc(queue, moved, earliest)
			queue = slices.Insert(queue, i, moved)
		default:
			left = append(left, l.left(co, personaBusy))
		}
	}
	return contacts, left
}

func earliest(a, b line) int {
	return cmp.Or(a.at.Compare(b.at), a.tick.Compare(b.tick), cmp.Compare(a.probe.Name, b.probe.Name))
}

// line draws when the opener of a seat leaves.
func (k *filler) line(st *roundSlot) line {
	return line{st, k.stream("second", st, k.co).Slot(k.Season.open(k.co, st.offer))}
}

// wait moves a seat to where its opener leaves after an instant.
func (k *filler) wait(st *roundSlot, after time.Time) bool {
	fits := func(o *offer) bool {
		return o.spans[0].From.After(after) && k.barred(k.co, st.probe, o) == ""
	}
	if !k.assignment.row.move(st, wish{fits, k.stream("wait", st, k.co)}) {
		return false
	}
	st.moved = personaOpen
	return true
}

// persona returns who is to write: the first that is free of those that have
// not since all of the channel's last had. If none is, it returns when the
// first of them will be.
func (k *filler) persona(l line) (name string, free time.Time) {
	channel := l.probe.Channel
	if len(k.next[channel]) == 0 {
		k.next[channel] = slices.Clone(k.turn[channel])
	}
	for i, p := range k.next[channel] {
		until := k.open[p.Name]
		if l.at.After(until) {
			k.next[channel] = slices.Delete(k.next[channel], i, i+1)
			return p.Name, time.Time{}
		}
		if free.IsZero() || until.Before(free) {
			free = until
		}
	}
	return "", free
}

// contact writes down a contact, and keeps its persona until it is over.
func (k *filler) contact(l line, persona string) Contact {
	c := Contact{
		Company: k.co.ID, Class: k.co.Class, Channel: l.probe.Channel, Probe: l.probe.Name,
		Round: l.tick.UTC(), At: l.at.UTC(),
		Weekday: weekday(l.offer.weekday), Slot: l.offer.slot(),
		Persona: persona, Moved: l.moved,
	}
	c.ID = ID(k.Name, c)
	last := c.At
	if l.probe.Attempts > 1 {
		seek := seeker{k.Season, l.probe, k.co, k.assignment.row.room, k.onDay}
		if second, ok := seek.second(c, c.At); ok {
			c.Second, last = second, second
			day := k.day(second)
			k.assignment.row.on[day] = append(k.assignment.row.on[day], &roundSlot{})
		}
	}
	k.open[persona] = k.calendar(k.co).Deadline(last, l.probe.Within)
	return c
}

// weekday writes a day of the week as Mon.
func weekday(d time.Weekday) string { return d.String()[:3] }
