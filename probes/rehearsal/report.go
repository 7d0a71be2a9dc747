package rehearsal

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/progress"
)

// A Lead is how often a true lead of so many points is seen: the better of two
// companies is told apart as in comparisons with the best.
type Lead struct {
	Points float64 `json:"points"` // the middle of two points
	Pairs  int     `json:"pairs"`
	Seen   float64 `json:"seen"`
}

// A Report is what a rehearsal found. Shares are from 0 to 1, scores in points
// of 100.
type Report struct {
	Seasons   int `json:"seasons"`
	Companies int `json:"companies"`
	Classes   int `json:"classes"`
	Contacts  int `json:"contacts"` // of one season, as planned

	Coverage  float64 `json:"coverage"`    // intervals that hold the true score
	RanksHold float64 `json:"ranks_hold"`  // classes in which all bounds hold the true ranks
	Bias      float64 `json:"bias_points"` // scores less the truth, in the mean
	Unranked  float64 `json:"unranked"`    // companies that are shown, and not ranked

	// Unmeasured are the figures, by their names here, of which no season had anything to
	// measure, such as intervals where no company is ranked. They are 0.
	Unmeasured []string `json:"unmeasured,omitempty"`

	// Of companies that were not heard over one of their channels, if there are any.
	Lost         int     `json:"lost"`
	LostCoverage float64 `json:"lost_coverage"`    // intervals that hold the true score
	LostBias     float64 `json:"lost_bias_points"` // scores less the truth
	LostApart    float64 `json:"lost_apart"`       // of those that are truly the best: told apart from the winner

	ClassSize    float64 `json:"class_size"`
	GroupSize    float64 `json:"group_size"`          // who may be the winner, in the mean
	BestInGroup  float64 `json:"best_in_group"`       // classes whose true best is among them
	BestWins     float64 `json:"best_wins"`           // classes whose true best is first
	Tied         float64 `json:"tied"`                // classes whose first place is shared
	WinnerOff    float64 `json:"winner_off_points"`   // the winner's score less its truth
	ShrunkenOff  float64 `json:"shrunken_off_points"` // the same, shrunken
	DoubtDecides float64 `json:"doubt_decides"`       // classes in which doubtful readings may change the winner

	Power    []Lead  `json:"power"`
	LeadSeen float64 `json:"lead_seen_points"` // the lead from which on four of five are seen; 0: none

	Misordered       float64 `json:"misordered"`        // pairs that are ranked wrongly
	GradesMisordered float64 `json:"grades_misordered"` // that grades order wrongly
	Grades           float64 `json:"grades"`            // in a class
	Reliability      float64 `json:"reliability"`       // as printed
	Correlation      float64 `json:"correlation"`       // squared, of scores with the truth: what it ought to be

	Days          int     `json:"days"`          // on which an opener leaves
	OpenersADay   float64 `json:"openers_a_day"` // on those
	MostADay      int     `json:"most_openers_a_day"`
	ByHand        int     `json:"openers_by_hand"` // that a person sends, second attempts not counted
	ShoppersHours float64 `json:"shoppers_hours"`
}

// ErrPolicy is of a policy under which a company has no true score that follows
// from its contacts one by one.
var ErrPolicy = errors.New("a rehearsal knows the truth of capped-wait, within-third and award alone")

// ErrEmpty is of an edition whose plan asks nobody.
var ErrEmpty = errors.New("the plan asks no company ahead")

// Play plays so many seasons. The error is ErrPolicy or ErrEmpty.
func (r Rehearsal) Play(seasons int) (Report, error) {
	switch r.Edition.Scoring.Policy {
	case fairness.AnsweredOnly, fairness.ReachGate:
		return Report{}, ErrPolicy
	}
	drawn := plan.Draw(plan.Season(*r.Edition))
	if len(drawn.Contacts) == 0 {
		return Report{}, ErrEmpty
	}
	companies := participants(drawn)
	var f figures
	classes := 0
	for n := range seasons {
		s := r.play(companies, n)
		classes = len(s.classes)
		f.take(r, s)
		if r.Watch != nil {
			r.Watch(progress.Step{What: "seasons", Done: n + 1, Total: seasons})
		}
	}
	out := f.report()
	out.Seasons, out.Companies, out.Classes, out.Contacts = seasons, len(companies), classes, len(drawn.Contacts)
	r.labour(drawn, &out)
	return out, nil
}

// report returns the figures as they are told.
func (f *figures) report() Report {
	out := Report{
		Coverage: f.covered.mean(), RanksHold: f.ranks.mean(), Bias: 100 * f.bias.mean(), Unranked: f.unranked.mean(),
		Lost: int(f.lostCovered.n), LostCoverage: f.lostCovered.mean(), LostBias: 100 * f.lostBias.mean(), LostApart: f.lostApart.mean(),
		ClassSize: f.size.mean(), GroupSize: f.group.mean(), BestInGroup: f.bestIn.mean(), BestWins: f.bestWins.mean(),
		Tied: f.tied.mean(), WinnerOff: 100 * f.printed.mean(), ShrunkenOff: 100 * f.shrunk.mean(), DoubtDecides: f.doubt.mean(),
		Misordered: f.misordered.mean(), GradesMisordered: f.gradedWrong.mean(), Grades: f.grades.mean(),
		Reliability: f.reliability.mean(), Correlation: f.correlations.mean(), Power: []Lead{},
	}
	out.Unmeasured = f.unmeasured()
	const few = 30 // pairs that say something of a lead
	for bin, seen := range f.power {
		if seen.n < few {
			continue
		}
		lead := Lead{Points: 100 * (float64(bin) + 0.5) / leads, Pairs: int(seen.n), Seen: seen.mean()}
		out.Power = append(out.Power, lead)
		if lead.Seen >= 0.8 && out.LeadSeen == 0 {
			out.LeadSeen = lead.Points
		}
	}
	return out
}

// unmeasured returns the names of figures that are the mean of nothing.
func (f *figures) unmeasured() (names []string) {
	for name, of := range map[string]ratio{
		"coverage": f.covered, "ranks_hold": f.ranks, "bias_points": f.bias, "unranked": f.unranked,
		"lost_coverage": f.lostCovered, "lost_bias_points": f.lostBias, "lost_apart": f.lostApart,
		"class_size": f.size, "group_size": f.group, "best_in_group": f.bestIn, "best_wins": f.bestWins, "tied": f.tied,
		"winner_off_points": f.printed, "shrunken_off_points": f.shrunk, "doubt_decides": f.doubt,
		"misordered": f.misordered, "grades_misordered": f.gradedWrong, "grades": f.grades,
		"reliability": f.reliability, "correlation": f.correlations,
	} {
		if of.n == 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// figure writes the figure of a name, if it was measured.
func (r Report) figure(name, format string, args ...any) string {
	if slices.Contains(r.Unmeasured, name) {
		return "not measured"
	}
	return fmt.Sprintf(format, args...)
}

// labour counts what the plan costs people.
func (r Rehearsal) labour(p plan.Plan, out *Report) {
	days := map[string]int{}
	for _, c := range p.Contacts {
		days[r.Edition.Day(c.At).String()]++
		if minutes := r.Minutes[c.Channel]; minutes > 0 {
			out.ByHand++
			out.ShoppersHours += minutes / 60
		}
	}
	out.Days = len(days)
	out.OpenersADay = float64(len(p.Contacts)) / float64(len(days))
	out.MostADay = slices.Max(slices.Collect(maps.Values(days)))
}

// Print tells a person. What out fails with is lost: give it a writer that keeps
// its error.
func (r Report) Print(out io.Writer) {
	fmt.Fprintf(out, "%d seasons of %d contacts with %d companies in %d classes\n\n", r.Seasons, r.Contacts, r.Companies, r.Classes)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	line := func(what, text string) { fmt.Fprintf(w, "%s\t%s\n", what, text) }
	share := func(name string, of float64) string { return r.figure(name, "%s", percent(of)) }
	line("95 % intervals that hold the true score", share("coverage", r.Coverage))
	line("classes in which all bounds hold the true ranks", share("ranks_hold", r.RanksHold))
	line("scores less the truth", r.figure("bias_points", "%+.2f points", r.Bias))
	line("companies shown and not ranked", share("unranked", r.Unranked))
	if r.Lost > 0 {
		line("of companies not heard over a channel", fmt.Sprintf("%s hold the true score, %+.2f points; told apart of the best: %s",
			percent(r.LostCoverage), r.LostBias, share("lost_apart", r.LostApart)))
	}
	line("who may be the winner", r.figure("group_size", "%.2f of %.1f", r.GroupSize, r.ClassSize))
	line("classes whose true best is among them", share("best_in_group", r.BestInGroup))
	line("classes whose true best is first", share("best_wins", r.BestWins))
	line("classes whose first place is shared", share("tied", r.Tied))
	line("classes in which doubtful readings may change the winner", share("doubt_decides", r.DoubtDecides))
	line("the winner's score less its truth", r.figure("winner_off_points", "%+.1f points; shrunken %+.1f", r.WinnerOff, r.ShrunkenOff))
	line("pairs of a class ranked wrongly", r.figure("misordered", "%s; by its %.1f grades %s",
		percent(r.Misordered), r.Grades, percent(r.GradesMisordered)))
	line("reliability as printed, and as it is",
		r.figure("reliability", "%.2f", r.Reliability)+", "+r.figure("correlation", "%.2f", r.Correlation))
	line("openers a day", fmt.Sprintf("%.1f, and %d at most, on %d days", r.OpenersADay, r.MostADay, r.Days))
	line("hours of shoppers", fmt.Sprintf("%.0f, for %d openers by hand", r.ShoppersHours, r.ByHand))
	_ = w.Flush() // out keeps its error
	switch {
	case r.LeadSeen > 0:
		fmt.Fprintf(out, "\na lead of %.0f points is seen in 80 %%:\n", r.LeadSeen)
	case len(r.Power) == 0:
		fmt.Fprint(out, "\ntoo few pairs of companies to say which lead is seen\n")
	default:
		fmt.Fprint(out, "\nno lead is seen in 80 %:\n")
	}
	for _, lead := range r.Power {
		fmt.Fprintf(w, "  %.0f points\t%.0f %%\tof %d pairs\n", lead.Points, 100*lead.Seen, lead.Pairs)
	}
	_ = w.Flush() // out keeps its error
}

// percent writes a share with one decimal. What is not nothing, or not all, is not written
// as if it were.
func percent(share float64) string {
	const half = 0.0005 // of the last digit
	switch {
	case share > 0 && share < half:
		return "< 0.05 %"
	case share < 1 && share > 1-half:
		return "> 99.95 %"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}
