package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/calendar"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/plan"
)

// Changes are what became of the season of a class since its start.
type Changes struct {
	Left    []field.Leaver `json:"left,omitempty"`
	Unasked int            `json:"left_unasked,omitempty"` // questions that count as unanswered, because who was to be asked has left
	// Narrowed counts the questions that count as unanswered because a company keeps fewer
	// hours, or other days, than at the start.
	Narrowed int `json:"narrowed_unasked,omitempty"`
	// Elsewhere are companies of this class that are ranked in that of the start.
	Elsewhere   []field.Elsewhere  `json:"elsewhere,omitempty"`
	Corrections []field.Correction `json:"corrections,omitempty"` // of entries of the start
	Pauses      []field.Pause      `json:"pauses,omitempty"`      // entered after the start
	Moves       []field.Move       `json:"moves,omitempty"`       // after the start
	Paused      int                `json:"paused_unasked,omitempty"`
	DaysOff     []calendar.Date    `json:"days_off,omitempty"` // entered after the start
	Amended     []string           `json:"amended,omitempty"`  // contacts that people have amended, by id
	Rules       []plan.Change      `json:"rules,omitempty"`    // in which the configuration is not as the plan of the start
}

// A change is what is the same for all classes.
type change struct {
	daysOff []calendar.Date
	without *gathering // as it would be without those days off; nil: there are none

	corrections []corrected

	rules    []plan.Change
	promised *gathering // as it would be by the rules of the plan; nil: they are the same, or not known
}

// A corrected is a correction of an entry, and the season as it would be without it.
type corrected struct {
	field.Correction
	without *gathering
}

// changes reads the edition once more as it would be without what was entered
// after the start, if that makes waits others, and by the rules of the plan, if those are
// others.
func (g *gathering) changes(ctx context.Context, tx probes.Tx, at time.Time) (change, error) {
	days, free := g.roll.DaysOff()
	rules, promised := g.roll.Rules()
	ch := change{daysOff: days, rules: rules}
	for _, other := range []struct {
		ed   *edition.Edition
		into **gathering
	}{{free, &ch.without}, {promised, &ch.promised}} {
		if other.ed == nil {
			continue
		}
		var err error
		if *other.into, err = gather(ctx, tx, probes.Sample{Edition: other.ed, Class: g.class}, at); err != nil {
			return change{}, err
		}
	}
	for _, c := range g.roll.Corrections() {
		without, err := gatherBy(ctx, tx, g.roll.AsAtStart(c), source{probes.Sample{Edition: g.edition, Class: g.class}, at})
		if err != nil {
			return change{}, err
		}
		ch.corrections = append(ch.corrections, corrected{c, without})
	}
	return ch, nil
}

// planRules is the variant of the rules that the plan of the start has.
const planRules = "rules"

// play adds to a class what has changed since the start, and who would win without
// it.
func (ch change) play(c *ClassStandings, g *gathering) {
	c.Changes = g.changesOf(c.Class)
	rules, counted, s := g.edition.Scoring, g.fair[c.Class], &c.Sensitivity
	if c.Unasked > 0 {
		asked := slices.DeleteFunc(slices.Clone(counted), func(f fairness.Contact) bool {
			return slices.ContainsFunc(g.absences, func(a field.Absence) bool { return a.Left && a.Fair.ID == f.ID })
		})
		s.Variants = append(s.Variants, rules.Try("left", "not counted", asked, s.Winners))
	}
	if c.Narrowed > 0 {
		s.Variants = append(s.Variants, rules.Try("hours", "as they are now", g.unnarrowed(c.Class, counted), s.Winners))
	}
	for _, was := range ch.corrections {
		if was.concerns(c.Class) {
			c.Corrections = append(c.Corrections, was.Correction)
			other, _ := rules.Confirmed(was.without.counting(c.Class))
			s.Variants = append(s.Variants, rules.Try("correction", was.Company+", "+was.What+": as at the start", other, s.Winners))
		}
	}
	if c.Paused > 0 {
		all := withAbsences(counted, g.absences, func(a field.Absence) bool { return a.Contact.Plan.Class == c.Class })
		s.Variants = append(s.Variants, rules.Try("pauses", "unanswered", all, s.Winners))
	}
	for _, p := range c.Pauses {
		s.Variants = append(s.Variants, g.without(p, counted, s.Winners))
	}
	if ch.without != nil {
		c.DaysOff = ch.daysOff
		other, _ := rules.Confirmed(ch.without.counting(c.Class))
		s.Variants = append(s.Variants, rules.Try("days off", "as at the start", other, s.Winners))
	}
	c.Rules = ch.rules
	if ch.promised != nil {
		promised := ch.promised.edition.Scoring
		other, _ := promised.Confirmed(ch.promised.counting(c.Class))
		s.Variants = append(s.Variants, promised.Try(planRules, "of the plan", other, s.Winners))
	}
}

// concerns reports whether a correction is of a company that a class has, or would have.
func (c corrected) concerns(class string) bool {
	return c.Class == class || c.What == "class" && c.From == class
}

// unnarrowed returns what would count of a class if what was not asked because of narrower
// hours did not: what was asked at other times does, and the rest is left out.
func (g *gathering) unnarrowed(class string, counted []fairness.Contact) []fairness.Contact {
	narrowed := map[string]bool{}
	for _, a := range g.absences {
		if a.Narrowed {
			narrowed[a.Fair.ID] = true
		}
	}
	other := slices.DeleteFunc(slices.Clone(counted), func(f fairness.Contact) bool { return narrowed[f.ID] })
	for _, f := range g.asked[class] {
		if narrowed[f.ID] {
			other = append(other, f)
		}
	}
	return other
}

// without returns who would win if a pause had not been: what was not asked because of it
// counts as unanswered. Of a pause by which a company has left that counts already, so that
// it is who would win if it did not.
func (g *gathering) without(p field.Pause, others []fairness.Contact, winners []string) fairness.Variant {
	under := slices.DeleteFunc(slices.Clone(g.absences), func(a field.Absence) bool {
		of := a.Contact.Plan
		return of.Company != p.Company || !p.Covers(of.Channel, of.Slot, g.edition.Day(of.Slot))
	})
	left := slices.ContainsFunc(under, func(a field.Absence) bool { return a.Left })
	how := p.String()
	if left {
		how += ": not counted"
		others = slices.DeleteFunc(slices.Clone(others), func(f fairness.Contact) bool {
			return slices.ContainsFunc(under, func(a field.Absence) bool { return a.Fair.ID == f.ID })
		})
	} else {
		how += ": unanswered"
		others = withAbsences(others, under, func(field.Absence) bool { return true })
	}
	return g.edition.Scoring.Try("pause", how, others, winners)
}

// changesOf returns what became of a class, but for days off.
func (g *gathering) changesOf(class string) (ch Changes) {
	ch.Left = slices.DeleteFunc(g.roll.Leavers(), func(l field.Leaver) bool { return l.Class != class })
	ch.Pauses = slices.DeleteFunc(g.roll.Pauses(), func(p field.Pause) bool { return p.Class != class })
	ch.Moves = slices.DeleteFunc(slices.Clone(g.roll.Moves()), func(m field.Move) bool {
		return g.roll.Class(m.Company, m.Class) != class && m.Class != class && (m.What != "class" || m.From != class)
	})
	ch.Amended, ch.Elsewhere = g.amended[class], g.roll.Elsewhere(class)
	for _, a := range g.absences {
		switch {
		case a.Contact.Plan.Class != class:
		case a.Left:
			ch.Unasked++
		case a.Narrowed:
			ch.Narrowed++
		default:
			ch.Paused++
		}
	}
	return ch
}

// A Departure is how and since when one company has left.
type Departure struct {
	Way     string // as [field.Way]
	Since   calendar.Date
	Channel string // the only one; empty: all
}

// Departures returns how a company has left, by channel; none: it has not.
func (ch Changes) Departures(company string) (all []Departure) {
	for _, l := range ch.Left {
		if l.Company == company {
			all = append(all, Departure{string(l.Way), l.Since, l.Channel})
		}
	}
	return all
}

// An Entry is what became of a company's entry after the start, for pages.
type Entry struct {
	Moves []field.Move
	// Corrected are the entries that a person has decided to be right as they are now:
	// "class", "hours", "calendar".
	Corrected []string
	Zeros     int // questions that count as unanswered, because it keeps fewer hours or other days
}

// entryOf returns what became of a company's entry.
func entryOf(roll *field.Roll, absences []field.Absence, company string) (e Entry) {
	for _, m := range roll.Moves() {
		if m.Company == company {
			e.Moves = append(e.Moves, m)
		}
	}
	for _, c := range roll.Corrections() {
		if c.Company == company {
			e.Corrected = append(e.Corrected, c.What)
		}
	}
	for _, a := range absences {
		if a.Narrowed && a.Contact.Plan.Company == company {
			e.Zeros++
		}
	}
	return e
}

// Entries returns what became of the entries of companies after the start, by company:
// those of which anything did.
func Entries(ctx context.Context, tx probes.Tx, ed *edition.Edition) (map[string]Entry, error) {
	sample := probes.Sample{Edition: ed}
	heard, err := sample.Heard(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	roll, err := field.Open(ctx, tx, ed)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	all := map[string]Entry{}
	for _, m := range roll.Moves() {
		if _, done := all[m.Company]; done {
			continue
		}
		found, err := tx.Find(ctx, probes.Query{Edition: ed.Name, Company: m.Company})
		if err != nil {
			return nil, fmt.Errorf("entries: %w", err)
		}
		for _, c := range found {
			roll.Saw(c)
		}
		all[m.Company] = Entry{}
	}
	absences := roll.Absences(heard)
	for company := range all {
		all[company] = entryOf(roll, absences, company)
	}
	return all, nil
}

// RankedIn returns the class in which a company is ranked that a configuration has in one.
func RankedIn(all []ClassStandings, company, class string) string {
	for _, c := range all {
		for _, e := range c.Elsewhere {
			if e.Company == company {
				return e.Ranked
			}
		}
	}
	return class
}

// print tells a person.
func (ch Changes) print(out io.Writer) {
	for _, l := range ch.Left {
		fmt.Fprintf(out, "%s has left the season%s: it %s\n", l.Company, over(l.Channel), wayOf(l))
	}
	if ch.Unasked > 0 {
		fmt.Fprintf(out, "%s that companies would have been asked had they not left count as unanswered\n", Counted(ch.Unasked, "question", "questions"))
	}
	for _, p := range ch.Pauses {
		fmt.Fprintf(out, "%s, entered after the start%s\n", pausedOf(p), liftedOf(p))
	}
	if ch.Narrowed > 0 {
		fmt.Fprintf(out, "%s that companies would have been asked had they kept the hours of the start count as unanswered\n",
			Counted(ch.Narrowed, "question", "questions"))
	}
	for _, e := range ch.Elsewhere {
		printElsewhere(out, e)
	}
	for _, c := range ch.Corrections {
		fmt.Fprintf(out, "%s\n", correctedOf(c))
	}
	for _, m := range ch.Moves {
		fmt.Fprintf(out, "%s\n", movedOf(m))
	}
	if n := len(ch.Amended); n > 0 {
		const most = 20
		more := ""
		if n > most {
			more = fmt.Sprintf(" and %d more", n-most)
		}
		fmt.Fprintf(out, "amended by people: %s%s\n", strings.Join(ch.Amended[:min(n, most)], ", "), more)
	}
	if len(ch.DaysOff) > 0 {
		var days []string
		for _, day := range ch.DaysOff {
			days = append(days, day.String())
		}
		fmt.Fprintf(out, "days off that were entered after the start: %s\n", strings.Join(days, ", "))
	}
}

// printElsewhere says in which class a company is ranked, and why.
func printElsewhere(out io.Writer, e field.Elsewhere) {
	why := "the field is fixed at the start, and it was in class %s then"
	if e.Corrected {
		why = "its class is %s, and was entered wrongly at the start"
	}
	fmt.Fprintf(out, "%s is not ranked here: "+why+"\n", e.Company, e.Ranked)
}

// printRules says in what the rules are not those of the plan, and who would win by those.
func (c ClassStandings) printRules(out io.Writer) {
	if len(c.Rules) == 0 {
		return
	}
	var all []string
	for _, r := range c.Rules {
		all = append(all, r.String())
	}
	fmt.Fprintf(out, "these are not the rules of the plan: %s\n", strings.Join(all, "; "))
	for _, v := range c.Sensitivity.Variants {
		switch {
		case v.What != planRules:
		case v.Changes:
			fmt.Fprintf(out, "by the rules of the plan another would win: %s\n", winnersOf(v.Winners))
		default:
			fmt.Fprintf(out, "by the rules of the plan the same would win: %s\n", winnersOf(v.Winners))
		}
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
	return fmt.Sprintf("the %s of %s was entered wrongly at the start, as %s, and is %s all along, as %s decided on %s%s",
		c.What, c.Company, cmp.Or(c.From, "none"), cmp.Or(c.To, "none"), by, c.At.Format("2006-01-02 15:04"), because)
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
