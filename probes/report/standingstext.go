package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/field"
)

// Print tells the standings of a class to a person. What out fails with is lost:
// give it a writer that keeps its error.
func (c ClassStandings) Print(out io.Writer) {
	fmt.Fprintf(out, "%s, by %s\n", c.title(), c.Policy)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "rank\tcan be\tcompany\tpoints\t95 %\treach\t95 %\tmedian wait\tdeflected\tlate\tvoid\tpending\tno address\tprovisional\tgrade\tshrunken\t")
	for _, s := range c.Standings {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d of %d\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n",
			standingRank(s), bounds(s), s.Company, s.Points, interval(s.Lower, s.Upper), s.Reached, s.Valid,
			interval(s.ReachLower, s.ReachUpper), c.medians(s), s.Outcomes[fairness.Deflected], s.Outcomes[fairness.Late],
			s.Outcomes[fairness.Void], s.Outcomes[fairness.Pending],
			c.Addresses[s.Company], c.Provisional[s.Company], gradeOf(s), shrunken(s), verdictOn(s))
	}
	_ = w.Flush() // out keeps its error
	for _, id := range c.Waiting {
		fmt.Fprintf(out, "contact %s waits for a second person: its amendment would change the winner, and does not count yet\n", id)
	}
	c.printLeftOut(out)
	c.printRules(out)
	c.Changes.print(out)
	c.printGrading(out)
	c.printSensitivity(out)
	c.Review.Print(out)
	fmt.Fprintln(out)
}

// title is what the class is called, with its name where that is another.
func (c ClassStandings) title() string {
	if title := c.titles.Class(c.Class, "en"); title != c.Class {
		return title + " (" + c.Class + ")"
	}
	return c.Class
}

// printLeftOut names the channels that are no part of their company's score.
func (c ClassStandings) printLeftOut(out io.Writer) {
	for _, s := range c.Standings {
		for _, ch := range s.Channels {
			if ch.LeftOut && s.Valid > 0 {
				fmt.Fprintf(out, "%s, channel %s: no valid contact, left out; what it may be makes the interval wider\n", s.Company, c.titles.Channel(ch.Channel, "en"))
			}
		}
	}
}

// standingRank writes a rank.
func standingRank(s fairness.Standing) string {
	if s.Rank == 0 {
		return "-"
	}
	return fmt.Sprint(s.Rank)
}

// gradeOf writes a grade.
func gradeOf(s fairness.Standing) string {
	if s.Grade == 0 {
		return "-"
	}
	return fmt.Sprint(s.Grade)
}

// shrunken writes the score without what it may owe to chance.
func shrunken(s fairness.Standing) string {
	if s.Grade == 0 {
		return "-"
	}
	return fairness.PointsOf(float64(s.Shrunken)).String()
}

// bounds writes which ranks a company may truly have.
func bounds(s fairness.Standing) string {
	if s.Rank == 0 {
		return "-"
	}
	return fmt.Sprintf("%d to %d", s.RankLower, s.RankUpper)
}

// interval writes shares as whole hundredths.
func interval(lower, upper float64) string {
	return fmt.Sprintf("%d to %d", fairness.Whole(lower), fairness.Whole(upper))
}

// medians writes the median wait on each channel.
func (c ClassStandings) medians(s fairness.Standing) string {
	var all []string
	for _, ch := range s.Channels {
		wait := "> deadline"
		switch {
		case ch.Valid == 0:
			wait = "-"
		case ch.Median.Known():
			wait = time.Duration(float64(ch.Median) * float64(time.Second)).Round(time.Second).String()
		}
		all = append(all, c.titles.Channel(ch.Channel, "en")+" "+wait)
	}
	return strings.Join(all, ", ")
}

// verdictOn says what else is to be known of a standing.
func verdictOn(s fairness.Standing) string {
	var notes []string
	if s.Unranked != "" {
		notes = append(notes, "not ranked: "+s.Unranked)
	}
	if s.Points == 0 && s.Rank > 0 {
		notes = append(notes, "no points: cannot win")
	}
	if s.BelowFloor && s.Rank > 0 {
		notes = append(notes, "below the floor: cannot win")
	}
	if s.Rank > 1 && !s.Apart {
		notes = append(notes, "cannot be told apart from the winner")
	}
	if s.Rank > 1 && s.ProbablyBehind() {
		notes = append(notes, "another is probably better, by comparisons with the best alone")
	}
	if len(s.Tied) > 0 {
		notes = append(notes, "same points as "+strings.Join(s.Tied, ", "))
	}
	return strings.Join(notes, "; ")
}

// printGrading says how sure grades are.
func (c ClassStandings) printGrading(out io.Writer) {
	if !c.Grading.Reliability.Known() || c.Grading.Rate == 0 {
		return
	}
	if !slices.ContainsFunc(c.Standings, func(s fairness.Standing) bool { return s.Grade > 1 }) {
		fmt.Fprintf(out, "\nall ranked companies share one grade, which orders no pair of them; "+
			"%.0f %% of what scores of this edition differ by inside classes is no chance\n", 100*float64(c.Grading.Reliability))
	} else {
		c.printOrder(out)
	}
	if c.Grading.Cells.Known() {
		fmt.Fprintf(out, "%.0f %% of what contacts of one company differ by is by the day and the hour at which it was asked\n",
			100*max(float64(c.Grading.Cells), 0))
	}
}

// printOrder says how sure the order is into which grades bring companies.
func (c ClassStandings) printOrder(out io.Writer) {
	fmt.Fprintf(out, "\ngrades order a pair of companies wrongly with a chance of %s, and at most %.0f %%; "+
		"%.0f %% of what scores of this edition differ by inside classes is no chance\n",
		chance(c.Grading.Misordered), 100*c.Grading.Rate, 100*float64(c.Grading.Reliability))
}

// chance writes a chance with one decimal; one that is not nothing is not written as if it
// were.
func chance(share float64) string {
	if share > 0 && share < 0.0005 {
		return "less than 0.05 %"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}

// contested reports whether companies are ranked, or would be by other rules.
func (c ClassStandings) contested() bool {
	return slices.ContainsFunc(c.Standings, func(s fairness.Standing) bool { return s.Rank > 0 }) ||
		slices.ContainsFunc(c.Sensitivity.Variants, func(v fairness.Variant) bool { return len(v.Winners) > 0 })
}

// unwon says why there is no winner.
func (c ClassStandings) unwon() string {
	ranked := false
	for _, s := range c.Standings {
		if s.Rank > 0 && s.Points > 0 {
			return "no company has the points that a winner needs"
		}
		ranked = ranked || s.Rank > 0
	}
	if ranked {
		return "no company has a point: there is no winner"
	}
	return "nobody is ranked yet"
}

// winnersOf writes who wins.
func winnersOf(names []string) string {
	if len(names) == 0 {
		return "no company"
	}
	return strings.Join(names, ", ")
}

// printSensitivity says how much the winner owes to the rules and to chance.
func (c ClassStandings) printSensitivity(out io.Writer) {
	s := c.Sensitivity
	if len(s.Winners) == 0 {
		fmt.Fprintln(out, c.unwon())
	}
	if !c.contested() {
		return
	}
	fmt.Fprintln(out, "\nwho would win by other rules:")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, v := range s.Variants {
		changes := ""
		if v.Changes {
			changes = "another winner"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", v.What, v.How, winnersOf(v.Winners), changes)
	}
	_ = w.Flush() // out keeps its error
	fmt.Fprintf(out, "single contacts without which another would win: %d of %d\n", len(s.Removals), s.Contacts)
	if d := s.Doubt; d.Contacts > 0 {
		fmt.Fprintf(out, "%s rest on what a person has to look at", Counted(d.Contacts, "contact", "contacts"))
		if d.Changes {
			fmt.Fprintf(out, "; either way of them, the winner may be %s", winnersOf(d.Winners))
		}
		fmt.Fprintln(out)
	}
	switch t := s.Tipping; {
	case t.Contacts == 0:
		fmt.Fprintln(out, "no change of one company's contacts alone would make another win")
	case t.Answered:
		fmt.Fprintf(out, "another would win if %s of %s had been answered at once\n", Counted(t.Contacts, "contact", "contacts"), t.Company)
	default:
		fmt.Fprintf(out, "another would win, or none, if %s of %s had not been answered\n", Counted(t.Contacts, "contact", "contacts"), t.Company)
	}
}

// over writes a channel, if it is one alone.
func over(channel string) string {
	if channel == "" {
		return ""
	}
	return " over " + channel
}

// pausedOf writes a pause.
func pausedOf(p field.Pause) string {
	return fmt.Sprintf("%s was paused from %s to %s%s", p.Company, p.From, p.To, over(p.Channel))
}

// liftedOf writes how a pause was taken back, if it was.
func liftedOf(p field.Pause) string {
	switch {
	case !p.Lifted:
		return ""
	case p.Until.IsZero():
		return "; it was taken back since, in the configuration"
	case p.By == "":
		return "; it was in force until " + p.Until.Format("2006-01-02 15:04")
	}
	return fmt.Sprintf("; it was in force until %s, when %s had it end", p.Until.Format("2006-01-02 15:04"), p.By)
}

// movedOf writes how a company was moved.
func movedOf(m field.Move) string {
	since := ""
	if !m.Since.IsZero() {
		since = ", on " + m.Since.Format("2006-01-02 15:04")
	}
	if m.What == "entered" {
		return fmt.Sprintf("%s was entered after the start%s", m.Company, since)
	}
	return fmt.Sprintf("the %s of %s changed after the start%s: from %s to %s", m.What, m.Company, since, cmp.Or(m.From, "none"), cmp.Or(m.To, "none"))
}

// correctedOf writes that an entry was corrected.
func correctedOf(c field.Correction) string {
	by, because := "a person whose name is erased", ""
	if c.By != "" {
		by = c.By
	}
	if c.Reason != "" {
		because = ": " + c.Reason
	}
	said := fmt.Sprintf("as %s decided on %s%s", by, c.At.Format("2006-01-02 15:04"), because)
	to := cmp.Or(c.To, "none")
	switch c.Standing {
	case field.Waits:
		return fmt.Sprintf("waits for a second person: the entry of %s's %s was wrong at the start and is %s all along, %s", c.Company, c.What, to, said)
	case field.Replaced:
		return fmt.Sprintf("replaced since: the entry of %s's %s is %s all along, %s", c.Company, c.What, to, said)
	}
	return fmt.Sprintf("the entry of %s's %s was wrong at the start, %s, and is %s all along, %s",
		c.Company, c.What, cmp.Or(c.From, "none"), to, said)
}

// wayOf writes how a company has left.
func wayOf(l field.Leaver) string {
	switch l.Way {
	case field.Withdrawn:
		return fmt.Sprintf("has withdrawn its consent from %s on", l.Since)
	case field.Unwilling:
		return "has no consent in the configuration any more"
	case field.Paused:
		return fmt.Sprintf("is paused from %s through all that was left to ask", l.Since)
	}
	if l.Channel != "" {
		return "is not reached over it any more"
	}
	return "is not in the configuration any more"
}
