package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
)

// mostDrawn is how many contacts a check draws at most, to be done in seconds.
const mostDrawn = 20_000

// foresee returns what keeps the season from being asked or, if nothing does,
// what its plan would leave out or move. The configuration has no faults.
func foresee(file string, cfg *config.Config) (all []finding) {
	find := func(level, key string, texts ...string) {
		for _, text := range texts {
			all = append(all, finding{Level: level, File: file, Key: key, Text: text})
		}
	}
	ed := cfg.Probing()
	season := plan.Season(*ed)
	if faults := cfg.Season(); len(faults) > 0 {
		return found("fault", faults)
	}
	all = found("warning", cfg.Fits())
	if n := contacts(season); n > mostDrawn {
		find("note", "", fmt.Sprintf("%d contacts are too many to be drawn here: svartid plan says what could not be placed", n))
	} else {
		find("warning", "", surprises(drawn{plan.Draw(season), ed, season})...)
	}
	find("note", "", often(season)...)
	for _, need := range season.Needs() {
		if text := need.String(); text != "" {
			find("note", "personas", text)
		}
	}
	return all
}

// contacts returns how many contacts the rounds of a season come to.
func contacts(s plan.Season) (n int) {
	for _, p := range s.Probes {
		ticks, _ := s.Rounds(p)
		for _, co := range s.Companies {
			if co.ReachedOn(p.Channel) {
				n += len(ticks)
			}
		}
	}
	return n
}

// A surprise is a reason for which contacts are left out or moved.
type surprise struct {
	why, example string
	contacts     int
	companies    map[string]bool
}

// surprises says how many contacts of a plan are left out, and how many moved,
// by reason with an example. Rounds that are closed to all are not counted:
// the configuration warns of them itself.
func surprises(d drawn) []string {
	var left, moved []surprise
	for _, l := range d.Left {
		if l.Company != "" {
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
func (d drawn) local(t time.Time) string { return t.In(d.zone()).Format("Mon 2006-01-02 15:04") }

// count counts one contact more for its reason.
func count(all []surprise, why, company, example string) []surprise {
	i := slices.IndexFunc(all, func(s surprise) bool { return s.why == why })
	if i < 0 {
		i = len(all)
		all = append(all, surprise{why: why, example: example, companies: map[string]bool{}})
	}
	all[i].contacts++
	all[i].companies[company] = true
	return all
}

// tell writes the reasons that concern most contacts, and counts the others.
func tell(what string, all []surprise) (texts []string) {
	const most = 5
	slices.SortStableFunc(all, func(a, b surprise) int { return cmp.Compare(b.contacts, a.contacts) })
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
