package field

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// A Dropped is what the plan of the start asks a class by one probe and is not asked any
// more, for no reason of the companies': its rounds are not in the plan that is followed
// now, or its probe is not in the configuration.
type Dropped struct {
	Probe     string        `json:"probe"`
	Class     string        `json:"class"`
	Rounds    int           `json:"rounds"`    // 0: the plan of the start does not hold them, they tick too often
	Questions int           `json:"questions"` // in these rounds, of all companies of the class
	From      calendar.Date `json:"from,omitzero"`
	To        calendar.Date `json:"to,omitzero"` // the days of the first and the last of the rounds
}

// String says what was dropped, without a full stop.
func (d Dropped) String() string {
	if d.Rounds == 0 {
		return fmt.Sprintf("the plan of the start asks class %s by probe %s, which is not in the configuration any more", d.Class, d.Probe)
	}
	return fmt.Sprintf("the plan of the start asks class %s by probe %s, from %s to %s, what is not asked any more: questions %d, rounds %d",
		d.Class, d.Probe, d.From, d.To, d.Questions, d.Rounds)
}

// Dropped returns what the plan of the start asks and is not asked any more, by class and
// probe. What is not asked because its company has left, was paused or keeps fewer hours is
// not among it, nor what lies on a day off that was entered later: each is told by itself.
// See all contacts of the ledger first.
func (r *Roll) Dropped() (all []Dropped) {
	type place struct{ class, probe string }
	found, rounds := map[place]*Dropped{}, map[place]map[calendar.Date]bool{}
	for _, c := range r.unfollowed() {
		at, day := place{r.Class(c.Company, c.Class), c.Probe}, r.edition.Day(c.Round)
		if found[at] == nil {
			found[at], rounds[at] = &Dropped{Probe: c.Probe, Class: at.class, From: day, To: day}, map[calendar.Date]bool{}
		}
		d := found[at]
		if d.Questions++; day.Before(d.From) {
			d.From = day
		}
		if day.After(d.To) {
			d.To = day
		}
		rounds[at][day] = true
	}
	for at, d := range found {
		d.Rounds = len(rounds[at])
		all = append(all, *d)
	}
	all = append(all, r.droppedLoose()...)
	slices.SortFunc(all, func(a, b Dropped) int { return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Probe, b.Probe)) })
	return all
}

// unfollowed returns the contacts of the plan of the start that were not asked and are not
// in the plan that is followed now, or whose probe is not in the configuration, for no
// reason of their companies'.
func (r *Roll) unfollowed() (all []plan.Contact) {
	if len(r.plans) == 0 {
		return nil
	}
	followed := map[string]bool{}
	for _, c := range r.plans[len(r.plans)-1].plan.Contacts {
		_, configured := r.edition.Probe(c.Probe)
		followed[c.ID] = configured
	}
	leavers := r.Leavers()
	off, _, _ := r.DaysOff()
	for _, c := range r.first.Contacts {
		missing, why := r.missing(c)
		if followed[c.ID] || !missing || r.edition.SelfReported[c.Channel] {
			continue
		}
		day := r.edition.Day(c.At)
		gone := slices.ContainsFunc(leavers, func(l Leaver) bool { return l.Company == c.Company && l.has(c.Channel, day) })
		if !gone && !slices.Contains(off, day) && !r.paused(c, why) && !r.narrowed(c) {
			all = append(all, c)
		}
	}
	return all
}

// droppedLoose returns the probes whose rounds no plan holds and that are not in the
// configuration any more, for each class that has a company which they would ask.
func (r *Roll) droppedLoose() (all []Dropped) {
	for probe, channel := range r.loose() {
		if _, configured := r.edition.Probe(probe); configured {
			continue
		}
		for id, co := range r.first.Companies {
			d := Dropped{Probe: probe, Class: r.Class(id, co.Class)}
			if slices.Contains(co.Channels, channel) && !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}
