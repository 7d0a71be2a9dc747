package planned

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
)

// Size returns how many contacts the rounds of a season come to.
func Size(s plan.Season) (n int) {
	for _, p := range s.Probes {
		ticks, _ := s.Rounds(p)
		for _, co := range s.Companies {
			if co.ReachedOn(p.Channel) && !co.Consent.IsZero() {
				n += len(ticks)
			}
		}
	}
	return n
}

// A change is a reason for which contacts are left out or moved.
type change struct {
	why, example string
	contacts     int
	companies    map[string]bool
}

// Changes says how many contacts of a plan are left out, and how many moved,
// by reason with an example. Rounds that are closed to all are not counted, nor are
// companies without any consent: the configuration tells of both itself.
func (d Plan) Changes() []string {
	var left, moved []change
	for _, l := range d.Left {
		if co, known := d.edition.Company(l.Company); known && !co.Consent.IsZero() {
			left = count(left, l.Why, l.Company, fmt.Sprintf("%s in %s's round of %s", l.Company, l.Probe, d.local(l.Round)))
		}
	}
	for _, c := range d.Contacts {
		if c.Moved != "" {
			moved = count(moved, c.Moved, c.Company, fmt.Sprintf("%s in %s's, to %s", c.Company, c.Probe, d.local(c.At)))
		}
	}
	return slices.Concat(tell("left out", left), tell("moved inside or after their round", moved))
}

// local writes an instant in the season's zone, to the minute.
func (d Plan) local(t time.Time) string { return t.In(d.zone()).Format("Mon 2006-01-02 15:04") }

// count counts one contact more for its reason.
func count(all []change, why, company, example string) []change {
	i := slices.IndexFunc(all, func(s change) bool { return s.why == why })
	if i < 0 {
		i = len(all)
		all = append(all, change{why: why, example: example, companies: map[string]bool{}})
	}
	all[i].contacts++
	all[i].companies[company] = true
	return all
}

// tell writes the reasons that concern most contacts, and counts the others.
func tell(what string, all []change) (texts []string) {
	const most = 5
	slices.SortStableFunc(all, func(a, b change) int { return cmp.Compare(b.contacts, a.contacts) })
	rest := 0
	for i, s := range all {
		if i >= most {
			rest += s.contacts
			continue
		}
		texts = append(texts, fmt.Sprintf("%s of %s %s (%s), such as %s", report.Counted(s.contacts, "contact", "contacts"),
			report.Counted(len(s.companies), "company", "companies"), what, s.why, s.example))
	}
	if rest > 0 {
		texts = append(texts, fmt.Sprintf("%s more %s; svartid plan says why", report.Counted(rest, "contact", "contacts"), what))
	}
	return texts
}
