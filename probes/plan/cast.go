package plan

import (
	"cmp"
	"slices"
	"time"
)

// A cast gives one company's contacts their scenarios and personas, in the
// order of time.
type cast struct {
	*drawing
	co   Company
	row  *row
	told map[string]int       // how often, by scenario, and by channel and scenario
	last map[Persona]int      // the number of its last contact, from 1
	open map[string]time.Time // until when each persona's last contact is open, by name
	n    int                  // contacts so far
}

// A line is a seat that waits for its persona, and when its opener leaves.
type line struct {
	*seat
	at time.Time
}

// cast returns the contacts of a row. One whose persona still has an open
// contact with the company moves to a later day, or is given up.
func (d *drawing) cast(co Company, r *row) (contacts []Contact, left []Left) {
	k := &cast{
		drawing: d, co: co, row: r,
		told: map[string]int{}, last: map[Persona]int{}, open: map[string]time.Time{},
	}
	queue := make([]line, 0, len(r.seats))
	for _, st := range r.seats {
		queue = append(queue, k.line(st))
	}
	scenarios := d.scenarios(co)
	slices.SortStableFunc(queue, earliest)
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		persona, free := k.persona(next)
		switch {
		case len(scenarios) == 0:
			left = append(left, next.left(co, "no scenario in its language"))
		case persona != "":
			contacts = append(contacts, k.contact(next, k.scenario(next, scenarios), persona))
		case free.IsZero():
			left = append(left, next.left(co, "no persona on "+next.probe.Channel))
		case k.wait(next.seat, free):
			moved := k.line(next.seat)
			i, _ := slices.BinarySearchFunc(queue, moved, earliest)
			queue = slices.Insert(queue, i, moved)
		default:
			left = append(left, next.left(co, "its persona has an open contact"))
		}
	}
	return contacts, left
}

func earliest(a, b line) int {
	return cmp.Or(a.at.Compare(b.at), a.tick.Compare(b.tick), cmp.Compare(a.probe.Name, b.probe.Name))
}

// line draws when the opener of a seat leaves.
func (k *cast) line(st *seat) line {
	return line{st, k.stream("second", st, k.co).Slot(k.drawing.open(k.co, st.probe, st.offer))}
}

// wait moves a seat to where its opener leaves after an instant.
func (k *cast) wait(st *seat, after time.Time) bool {
	fits := func(o *offer) bool {
		return o.spans[0].From.After(after) && k.barred(k.co, st.probe, o) == ""
	}
	was := st.offer
	if !k.row.move(st, wish{fits, k.stream("wait", st, k.co)}) {
		return false
	}
	if st.offer.cell != st.own || st.offer.day != was.day {
		st.moved = "its persona had an open contact"
	}
	return true
}

// scenario returns the one that the company has been told least, then least on
// the channel, then drawn.
func (k *cast) scenario(l line, from []string) string {
	count := func(name string) [2]int { return [2]int{k.told[name], k.told[l.probe.Channel+"\x1f"+name]} }
	order := k.stream("scenario", l.seat, k.co).order(len(from))
	best := order[0]
	for _, i := range order {
		a, b := count(from[i]), count(from[best])
		if slices.Compare(a[:], b[:]) < 0 {
			best = i
		}
	}
	k.told[from[best]]++
	k.told[l.probe.Channel+"\x1f"+from[best]]++
	return from[best]
}

// persona returns who is to write: on a channel, each in turn, in an order that
// is drawn as they first come. If none of those whose turn it may be is free,
// it returns when the first of them will be.
func (k *cast) persona(l line) (name string, free time.Time) {
	turn := k.personas(l.probe.Channel)
	slices.SortStableFunc(turn, func(a, b Persona) int { return cmp.Compare(k.last[a], k.last[b]) })
	var ready []Persona
	for _, p := range turn {
		if k.last[p] > k.last[turn[0]] {
			break
		}
		until := k.open[p.Name]
		if l.at.After(until) {
			ready = append(ready, p)
		} else if free.IsZero() || until.Before(free) {
			free = until
		}
	}
	if len(ready) == 0 {
		return "", free
	}
	p := ready[k.stream("persona", l.seat, k.co).Below(uint64(len(ready)))]
	k.n++
	k.last[p] = k.n
	return p.Name, time.Time{}
}

// contact writes down a contact, and keeps its persona until it is over.
func (k *cast) contact(l line, scenario, persona string) Contact {
	c := Contact{
		Company: k.co.ID, Class: k.co.Class, Channel: l.probe.Channel, Probe: l.probe.Name,
		Round: l.tick.UTC(), At: l.at.UTC(),
		Weekday: weekday(l.offer.weekday), Slot: l.offer.slot(),
		Scenario: scenario, Persona: persona, Moved: l.moved,
	}
	c.ID = ID(k.Edition, c)
	last := c.At
	if l.probe.Attempts > 1 {
		if second, ok := k.again(c, k.row.room, c.At); ok {
			c.Second, last = second, second
			day := k.day(second)
			k.row.on[day] = append(k.row.on[day], &seat{})
		}
	}
	k.open[persona] = later(k.open[persona], k.Calendar.Deadline(last, l.probe.Within))
	return c
}

// weekday writes a day of the week as Mon.
func weekday(d time.Weekday) string { return d.String()[:3] }

// scenarios returns the names of those that fit the company's language and
// class.
func (s Season) scenarios(co Company) (names []string) {
	for _, sc := range s.Scenarios {
		if sc.Language == co.Language && (len(sc.Classes) == 0 || slices.Contains(sc.Classes, co.Class)) {
			names = append(names, sc.Name)
		}
	}
	return names
}

// personas returns those that a channel has.
func (s Season) personas(channel string) (all []Persona) {
	for _, p := range s.Personas {
		if p.Channel == channel {
			all = append(all, p)
		}
	}
	return all
}
