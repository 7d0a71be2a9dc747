package plan

import (
	"slices"
	"time"

	"github.com/svartid/svartid/probes/edition"
)

// Round draws one round alone, for probes that tick too often for [Draw]: in
// time that grows with the companies, whatever the season. The rounds are
// numbered by n, one after another. From round to round each company goes
// through the cells that its class finds in a round, through its scenarios and
// through its personas, from a beginning and in an order of its own.
//
// What was drawn before is not known here: limits a day and an edition, and
// open contacts, are for the sender to heed. A company that may not be asked in
// its cell is moved inside the round or left out. The order is that of
// [Plan].Contacts.
func (s Season) Round(p edition.Probe, n int, tick time.Time) []Contact {
	lone := &singleRound{Season: s, probe: p, n: n, tick: tick, offers: s.offers(p, tick, s.end(p, tick))}
	if len(lone.offers) == 0 {
		return nil
	}
	for _, o := range lone.offers {
		if !slices.Contains(lone.cells, o.cell) {
			lone.cells = append(lone.cells, o.cell)
		}
	}
	var contacts []Contact
	for _, co := range s.Companies {
		if !co.ReachedOn(p.Channel) {
			continue
		}
		if c, ok := lone.contact(co); ok {
			contacts = append(contacts, c)
		}
	}
	return sorted(s.Seed, contacts)
}

// A singleRound is a round that is drawn without the others.
type singleRound struct {
	Season
	probe  edition.Probe
	n      int
	tick   time.Time
	offers []offer
	cells  []cell
}

// contact returns what a company is asked in the round.
func (l *singleRound) contact(co edition.Company) (Contact, bool) {
	from := NewStream(l.Seed, "alone", l.Name, l.probe.Name, co.ID)
	scenarios, personas := l.scenarios(co), l.personas(l.probe.Channel)
	if len(scenarios) == 0 || len(personas) == 0 {
		return Contact{}, false
	}
	c := Contact{
		Company: co.ID, Class: co.Class, Channel: l.probe.Channel, Probe: l.probe.Name, Round: l.tick.UTC(),
		Scenario: turn(from.order(len(scenarios)), scenarios, l.n),
		Persona:  turn(from.order(len(personas)), personas, l.n).Name,
	}
	o, moved := l.offer(co, from)
	if o == nil {
		return Contact{}, false
	}
	second := NewStream(l.Seed, "second", l.Name, l.probe.Name, stamp(l.tick), co.ID)
	c.At, c.Moved = second.Slot(l.open(co, o)).UTC(), moved
	c.Weekday, c.Slot = weekday(o.weekday), o.slot()
	c.ID = ID(l.Name, c)
	return c, true
}

// offer returns where a company sits in the round, and why not in its own cell.
func (l *singleRound) offer(co edition.Company, from *Stream) (found *offer, moved string) {
	order := NewStream(l.Seed, "cells", l.Name, co.Class, l.probe.Name).order(len(l.cells))
	own := turn(order, l.cells, l.n+int(from.Below(uint64(len(l.cells)))))
	first := int(from.Below(uint64(len(l.offers)))) + l.n
	for i := range l.offers {
		o := &l.offers[(first+i)%len(l.offers)]
		why := l.barred(co, l.probe, o)
		switch {
		case why == "" && o.cell == own:
			return o, ""
		case why == "" && found == nil:
			found = o
		case why != "" && o.cell == own:
			moved = why
		}
	}
	return found, moved
}

// turn returns the n-th of all in an order, over and over.
func turn[T any](order []int, all []T, n int) T { return all[order[n%len(order)]] }
