package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
)

// A Fault is what is wrong with a season: with one of its probes or, as an
// example, one of its companies.
type Fault struct{ Probe, Company, Text string }

// String names the probe or the company before the text.
func (f Fault) String() string {
	if f.Probe != "" {
		return "probe " + f.Probe + ": " + f.Text
	}
	return "company " + f.Company + ": " + f.Text
}

// Faults returns what keeps the season from being asked as it stands, with the
// arithmetic. Seasons without faults can still have contacts left, such as those
// of a company that is always paused.
func (s Season) Faults() []Fault {
	var faults []Fault
	for _, p := range s.Probes {
		ticks, ahead := s.Rounds(p)
		open, _ := s.rounds(p)
		switch {
		case !ahead:
		case len(ticks) == 0:
			faults = append(faults, Fault{Probe: p.Name, Text: fmt.Sprintf("no tick from %s to %s", s.From, s.To)})
		case len(open) == 0:
			faults = append(faults, Fault{Probe: p.Name, Text: fmt.Sprintf("closed in all of its %d rounds", len(ticks))})
		}
		if len(s.personas(p.Channel)) == 0 {
			faults = append(faults, Fault{Probe: p.Name, Text: "no persona on " + p.Channel})
		}
	}
	for _, co := range s.Companies {
		if !co.Consent.IsZero() && len(s.scenarios(co)) == 0 {
			faults = append(faults, Fault{Company: co.ID, Text: "no scenario in its language"})
		}
	}
	return append(faults, s.crowded()...)
}

// crowded complains, once for each set of channels that companies have, of
// more contacts than there is room for.
func (s Season) crowded() (faults []Fault) {
	var seen []string
	for _, co := range s.Companies {
		if co.Consent.IsZero() {
			continue
		}
		if set := list(co.Channels()); !slices.Contains(seen, set) {
			seen = append(seen, set)
			if fault := s.fit(co); fault != "" {
				faults = append(faults, Fault{Company: co.ID, Text: fault})
			}
		}
	}
	return faults
}

// A stretch is the first and the last day on which a round can be held.
type stretch struct{ from, to calendar.Date }

// fit returns how far a company's contacts do not fit into the season, or "".
func (s Season) fit(co edition.Company) string {
	rounds, days := s.stretches(co)
	if s.Limits.PerCompanyPerEdition > 0 && len(rounds) > s.Limits.PerCompanyPerEdition {
		return fmt.Sprintf("%d contacts do not fit: %d slots (a company in an edition)", len(rounds), s.Limits.PerCompanyPerEdition)
	}
	return s.tightest(rounds, days)
}

// stretches returns those of a company's rounds, and the days on which any can
// be held, in order.
func (s Season) stretches(co edition.Company) (rounds []stretch, days []calendar.Date) {
	for _, p := range s.Probes {
		if !co.ReachedOn(p.Channel) {
			continue
		}
		open, _ := s.rounds(p)
		for _, r := range open {
			offers := slices.Concat(r.inside, r.spare)
			rounds = append(rounds, stretch{offers[0].day, offers[len(offers)-1].day})
			for _, o := range offers {
				days = append(days, o.day)
			}
		}
	}
	slices.SortFunc(days, calendar.Date.Compare)
	return rounds, slices.Compact(days)
}

// tightest names the time in which the rounds exceed the slots by most, the
// longest of those, or "". By the marriage theorem (P. Hall, 1935) all fit if
// no time holds more rounds than its open days times the contacts a day.
func (s Season) tightest(rounds []stretch, days []calendar.Date) string {
	if s.Limits.PerCompanyPerDay == 0 {
		return ""
	}
	slices.SortFunc(rounds, func(a, b stretch) int { return a.to.Compare(b.to) })
	worst, excess, length := "", 0, 0
	for _, begin := range rounds {
		first, _ := slices.BinarySearchFunc(days, begin.from, calendar.Date.Compare)
		inside := 0
		for _, r := range rounds {
			if r.from.Before(begin.from) {
				continue
			}
			inside++
			last, _ := slices.BinarySearchFunc(days, r.to, calendar.Date.Compare)
			open := last - first + 1
			if over := inside - open*s.Limits.PerCompanyPerDay; over > excess || over == excess && over > 0 && open > length {
				excess, length = over, open
				worst = fmt.Sprintf("%d contacts do not fit: %d slots (%d a day on %d days from %s to %s)",
					inside, open*s.Limits.PerCompanyPerDay, s.Limits.PerCompanyPerDay, open, begin.from, r.to)
			}
		}
	}
	return worst
}

// A Need is how many personas a channel has, and how many it would take for
// none to write to a company twice.
type Need struct {
	Channel    string
	Have, Want int
}

// Needs returns the need of each channel that a plan has contacts on, in the
// order of probes.
func (s Season) Needs() []Need {
	var needs []Need
	for _, p := range s.Probes {
		open, _ := s.rounds(p)
		i := slices.IndexFunc(needs, func(n Need) bool { return n.Channel == p.Channel })
		if i < 0 {
			i = len(needs)
			needs = append(needs, Need{Channel: p.Channel, Have: len(s.personas(p.Channel))})
		}
		needs[i].Want += len(open)
		if s.Limits.PerCompanyPerEdition > 0 {
			needs[i].Want = min(needs[i].Want, s.Limits.PerCompanyPerEdition)
		}
	}
	return needs
}

// String writes a need as check shows it, and nothing if there are enough.
func (n Need) String() string {
	if n.Have >= n.Want {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d personas write to a company in turns; it would take %d for none to write twice",
		n.Channel, n.Have, n.Want))
}
