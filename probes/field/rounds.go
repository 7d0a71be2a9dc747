package field

import (
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/plan"
)

// A held is a round of a probe that ticks too often for a plan to hold it, as a class
// was asked in it.
type held struct {
	probe, class string
	round        time.Time
}

// hold notes that a company of its class was asked in a contact's round.
func (r *Roll) hold(c probes.Contact) {
	if r.edition.Unheard[c.Plan.Channel] && c.Asked() {
		r.asked[c.Plan.Channel] = calendar.Later(r.asked[c.Plan.Channel], c.Plan.Slot)
	}
	channel, loose := r.loose()[c.Plan.Probe]
	if !loose || channel != c.Plan.Channel || c.Plan.Replaces != "" || !c.Asked() {
		return
	}
	at := held{c.Plan.Probe, r.Class(c.Plan.Company, c.Plan.Class), c.Plan.Round.UTC()}
	if first, known := r.rounds[at]; !known || c.Plan.Slot.Before(first) {
		r.rounds[at] = c.Plan.Slot
	}
}

// Loose reports whether what leavers would have been asked follows from what others
// were: the first plan has probes whose rounds no plan holds, or a channel that nothing
// listens to.
func (r *Roll) Loose() bool { return len(r.loose())+len(r.edition.Unheard) > 0 }

// loose returns the channels of the probes of the first plan whose rounds it does not
// hold.
func (r *Roll) loose() map[string]string { return r.unplanned }

// looseIn returns those of a plan.
func looseIn(first plan.Committed) map[string]string {
	loose := maps.Clone(first.Probes)
	for _, c := range first.Contacts {
		delete(loose, c.Probe)
	}
	return loose
}

// scheduled returns what the rounds that no plan holds would have asked companies that
// have left or were paused: one question in each round in which another company of
// their class was asked over a channel of theirs.
func (r *Roll) scheduled() (all []plan.Contact) {
	if len(r.rounds) == 0 {
		return nil
	}
	away, until := r.away(), r.lastRounds()
	for at, slot := range r.rounds {
		channel := r.loose()[at.probe]
		for _, id := range away {
			co := r.first.Companies[id]
			if r.Class(id, co.Class) != at.class || !slices.Contains(co.Channels, channel) {
				continue
			}
			if !at.round.After(until[heldBy{at.probe, id}]) {
				continue
			}
			c := plan.Contact{Company: id, Class: co.Class, Channel: channel, Probe: at.probe, Round: at.round, At: slot}
			c.ID = plan.ID(r.edition.Name, c)
			all = append(all, c)
		}
	}
	return all
}

// A heldBy is a probe and a company that it asks.
type heldBy struct{ probe, company string }

// lastRounds returns the last round in which each company was asked of which no day is
// known since which it is gone: it was still there.
func (r *Roll) lastRounds() map[heldBy]time.Time {
	undated := map[string]bool{}
	for _, l := range r.Leavers() {
		undated[l.Company] = l.Since.IsZero()
	}
	last := map[heldBy]time.Time{}
	for _, c := range r.seen {
		if at := (heldBy{c.Plan.Probe, c.Plan.Company}); undated[c.Plan.Company] && c.Asked() {
			last[at] = calendar.Later(last[at], c.Plan.Round)
		}
	}
	return last
}

// away returns the companies of the field that have left or were paused, or keep fewer
// hours than at the start.
func (r *Roll) away() (all []string) {
	for _, l := range r.Leavers() {
		all = append(all, l.Company)
	}
	for _, p := range r.Pauses() {
		all = append(all, p.Company)
	}
	all = append(all, r.narrowers()...)
	slices.Sort(all)
	return slices.Compact(all)
}

// lastTick returns when a probe ticks for the last time in the edition; false if it is
// not known.
func (r *Roll) lastTick(probe string) (time.Time, bool) {
	p, known := r.edition.Probe(probe)
	if !known || r.edition.From.IsZero() || r.edition.To.IsZero() {
		return time.Time{}, false
	}
	zone := r.edition.Zone()
	return p.Ticks.Due(r.edition.From.In(zone).Add(-time.Second), r.edition.To.AddDays(1).In(zone).Add(-time.Second))
}
