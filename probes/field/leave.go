package field

import (
	"cmp"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// A Way is how a company has left.
type Way string

// The ways.
const (
	TakenOut  Way = "taken out"  // it, or how it is reached over a channel, is not in the configuration any more
	Unwilling Way = "no consent" // its consent is not in the configuration any more
	Withdrawn Way = "withdrawn"
	Paused    Way = "paused" // from a day on, through all that was left to ask
)

// A Leaver is a company that was in the field at the start and has left it.
type Leaver struct {
	Company string        `json:"company"`
	Class   string        `json:"class"`
	Way     Way           `json:"way"`
	Since   calendar.Date `json:"since,omitzero"`    // zero: it is not known, or all was ahead
	Channel string        `json:"channel,omitempty"` // the only one that it has left; empty: all
}

// has reports whether the leaver was gone from a channel on a day.
func (l Leaver) has(channel string, day calendar.Date) bool {
	return (l.Channel == "" || l.Channel == channel) && !day.Before(l.Since)
}

// Leavers returns who has left, by company and channel. A pause is leaving if it goes on
// through all that was left to ask, however it is written.
func (r *Roll) Leavers() (all []Leaver) {
	turns := r.turns()
	for id, was := range r.first.Companies {
		if !was.Consented { // it never was one of those to be asked
			continue
		}
		co, takesPart := r.edition.Company(id)
		switch {
		case !takesPart:
			all = append(all, Leaver{Company: id, Class: r.Class(id, was.Class), Way: TakenOut})
		case co.Consent.IsZero():
			all = append(all, Leaver{Company: id, Class: r.Class(id, was.Class), Way: Unwilling})
		case co.Left():
			all = append(all, Leaver{Company: id, Class: r.Class(id, was.Class), Way: Withdrawn, Since: co.Withdrawn})
		default:
			gone := r.unreached(co, was)
			for _, l := range gone {
				delete(turns[id], l.Channel)
			}
			all = append(append(all, gone...), r.pausedForGood(co, was, turns[id])...)
		}
	}
	slices.SortFunc(all, func(a, b Leaver) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.Channel, b.Channel))
	})
	return all
}

// unreached returns the channels that a company has left by being reached there no more,
// while others are asked over them.
func (r *Roll) unreached(co edition.Company, was plan.Registered) (all []Leaver) {
	for _, channel := range was.Channels {
		asked := slices.ContainsFunc(r.edition.Probes, func(p edition.Probe) bool { return p.Channel == channel })
		if asked && !co.ReachedOn(channel) {
			all = append(all, Leaver{Company: co.ID, Class: r.Class(co.ID, was.Class), Way: TakenOut, Channel: channel})
		}
	}
	return all
}

// A turn is when a company was to be asked over a channel, and whether it was.
type turn struct {
	at    time.Time
	asked bool
}

// turns returns when each company of the field was to be asked, by company and channel,
// the last first.
func (r *Roll) turns() map[string]map[string][]turn {
	all := map[string]map[string][]turn{}
	add := func(company, channel string, t turn) {
		if all[company] == nil {
			all[company] = map[string][]turn{}
		}
		all[company][channel] = append(all[company][channel], t)
	}
	for _, c := range r.first.Contacts {
		add(c.Company, c.Channel, turn{c.At, r.seen[c.ID].Asked()})
	}
	for probe, channel := range r.loose() {
		end, bounded := r.lastTick(probe)
		for id, co := range r.first.Companies {
			if bounded && slices.Contains(co.Channels, channel) {
				add(id, channel, turn{at: end})
			}
		}
	}
	for _, channels := range all {
		for _, turns := range channels {
			slices.SortFunc(turns, func(a, b turn) int { return b.at.Compare(a.at) })
		}
	}
	return all
}

// pausedForGood returns which channels a company has left by pauses that the first plan did
// not have: those on which they cover the last times at which it was to be asked. It is
// one leaver if all channels were left on one day.
func (r *Roll) pausedForGood(co edition.Company, was plan.Registered, turns map[string][]turn) (all []Leaver) {
	pauses := r.pauses(co)
	for channel, last := range turns {
		var since calendar.Date
		for _, t := range last {
			from, covered := begins(pauses, channel, r.edition.Day(t.at))
			if t.asked || !covered {
				break
			}
			since = from
		}
		if !since.IsZero() {
			all = append(all, Leaver{co.ID, r.Class(co.ID, was.Class), Paused, since, channel})
		}
	}
	other := func(l Leaver) bool { return l.Since != all[0].Since }
	if len(all) > 0 && len(all) == len(turns) && !slices.ContainsFunc(all, other) {
		all = all[:1]
		all[0].Channel = ""
	}
	return all
}

// begins returns the first day of the earliest pause that covers a day on a channel;
// false if none does.
func begins(pauses []edition.Pause, channel string, day calendar.Date) (from calendar.Date, covered bool) {
	for _, p := range pauses {
		if covers(p, channel, day) && (!covered || p.From.Before(from)) {
			from, covered = p.From, true
		}
	}
	return from, covered
}

// covers reports whether a pause is in force on a channel on a day.
func covers(p edition.Pause, channel string, day calendar.Date) bool {
	return (p.Channel == "" || p.Channel == channel) && !day.Before(p.From) && !day.After(p.To)
}

// pauses returns those of a company that the first plan did not have. A consent of a
// later day than there is one until that day.
func (r *Roll) pauses(co edition.Company) []edition.Pause {
	return r.entered(co.ID, plan.Registered{Consent: co.Consent, Pauses: co.Pauses})
}

// entered returns the pauses of a company, as it is registered, that the first plan did
// not have.
func (r *Roll) entered(id string, co plan.Registered) []edition.Pause {
	was, known := r.first.Companies[id]
	if !known {
		return nil
	}
	pauses := slices.DeleteFunc(slices.Clone(co.Pauses), func(p edition.Pause) bool {
		return slices.ContainsFunc(was.Pauses, func(q edition.Pause) bool {
			return p.From == q.From && p.To == q.To && p.Channel == q.Channel
		})
	})
	if was.Consented && co.Consent.After(was.Consent) && co.Consent.After(r.edition.From) {
		from := was.Consent
		if from.Before(r.edition.From) {
			from = r.edition.From
		}
		pauses = append(pauses, edition.Pause{From: from, To: co.Consent.AddDays(-1)})
	}
	return pauses
}

// Pauses returns those that were entered after the start, by company, and those too
// that were in force and were taken back.
func (r *Roll) Pauses() (all []Pause) {
	for _, co := range r.edition.Companies {
		for _, p := range r.pauses(co) {
			if !slices.ContainsFunc(r.lifted, func(l Pause) bool { return l.leaves(co.ID, p) }) {
				all = append(all, Pause{Company: co.ID, Class: r.Class(co.ID, co.Class), From: p.From, To: p.To, Channel: p.Channel})
			}
		}
	}
	all = append(all, r.lifted...)
	for i := range all {
		all[i].Lone = r.lone(all[i])
	}
	slices.SortStableFunc(all, func(a, b Pause) int { return cmp.Compare(a.Company, b.Company) })
	return all
}
