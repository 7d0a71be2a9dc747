package report

import (
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
	// LonePauses are pauses of one person alone because of which companies have zeros, without which another
	// would win.
	LonePauses []string        `json:"pauses_of_one_person,omitempty"`
	Moves      []field.Move    `json:"moves,omitempty"` // after the start
	Paused     int             `json:"paused_unasked,omitempty"`
	Dropped    []Dropped       `json:"dropped,omitempty"`  // what the plan of the start asks and is not asked any more
	DaysOff    []calendar.Date `json:"days_off,omitempty"` // entered after the start
	// DaysOffGone are days off of the start that were taken out.
	DaysOffGone []calendar.Date `json:"days_off_taken_out,omitempty"`
	Amended     []string        `json:"amended,omitempty"` // contacts that people have amended, by id
	Rules       []plan.Change   `json:"rules,omitempty"`   // in which the configuration is not as the plan of the start
}

// Dropped is what the plan of the start asks a class by one probe and is not asked any more.
type Dropped = field.Dropped

// A change is what is the same for all classes.
type change struct {
	daysOff, daysGone []calendar.Date
	without           *gathering // as it would be with the days off of the start; nil: they are the same

	corrections []corrected

	moved      []string   // companies that have another calendar in the configuration than counts
	configured *gathering // as it would be by those calendars; nil: there are none

	rules    []plan.Change
	promised *gathering // as it would be by the rules of the plan; nil: they are the same, or not known
}

// A corrected is a correction of an entry, and the season as it would be without it or, of
// one that waits for a second person, with it; nil: another says the same.
type corrected struct {
	field.Correction
	other *gathering
}

// changes reads the edition once more as it would be without what was entered
// after the start, if that makes waits others, and by the rules of the plan, if those are
// others.
func (g *gathering) changes(ctx context.Context, tx probes.Tx, at time.Time) (change, error) {
	days, gone, free := g.roll.DaysOff()
	rules, promised := g.roll.Rules()
	moved, configured := g.roll.Configured()
	if len(moved) == 0 {
		configured = nil
	}
	ch := change{daysOff: days, daysGone: gone, rules: rules, moved: moved}
	for _, other := range []struct {
		ed   *edition.Edition
		into **gathering
	}{{free, &ch.without}, {promised, &ch.promised}, {configured, &ch.configured}} {
		if other.ed == nil {
			continue
		}
		var err error
		if *other.into, err = gather(ctx, tx, probes.Sample{Edition: other.ed, Class: g.class}, at); err != nil {
			return change{}, err
		}
	}
	var err error
	ch.corrections, err = g.corrections(ctx, tx, at)
	return ch, err
}

// corrections reads the edition once more as it would be without each correction that
// counts, and with each that waits.
func (g *gathering) corrections(ctx context.Context, tx probes.Tx, at time.Time) (all []corrected, err error) {
	type decision struct{ company, what, to string }
	played := map[decision]bool{}
	for _, c := range g.roll.Corrections() {
		roll := g.roll.AsAtStart(c)
		if c.Standing == field.Waits {
			roll = g.roll.With(c)
		}
		next, same := corrected{Correction: c}, decision{c.Company, c.What, c.To}
		if c.Standing != field.Replaced && !played[same] {
			next.other, err = gatherBy(ctx, tx, roll, source{probes.Sample{Edition: roll.Edition(), Class: g.class}, at})
			if err != nil {
				return nil, err
			}
		}
		played[same] = true
		all = append(all, next)
	}
	return all, nil
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
	ch.playEntries(c, g)
	if later := enteredIn(g, c.Class); len(later) > 0 {
		other := slices.DeleteFunc(slices.Clone(counted), func(f fairness.Contact) bool { return slices.Contains(later, f.Company) })
		s.Variants = append(s.Variants, rules.Try("entered", strings.Join(later, ", ")+": not counted", other, s.Winners))
	}
	if c.Paused > 0 {
		all := withAbsences(counted, g.absences, func(a field.Absence) bool { return a.Contact.Plan.Class == c.Class })
		s.Variants = append(s.Variants, rules.Try("pauses", "unanswered", all, s.Winners))
	}
	for _, p := range c.Pauses {
		other := g.without(p, counted, s.Winners)
		if s.Variants = append(s.Variants, other); p.Lone && other.Changes && strings.HasSuffix(other.How, notCounted) {
			c.LonePauses = append(c.LonePauses, p.String())
		}
	}
	if ch.without != nil {
		c.DaysOff, c.DaysOffGone = ch.daysOff, ch.daysGone
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

// enteredIn returns the companies of a class that came after the start.
func enteredIn(g *gathering, class string) (all []string) {
	for _, m := range g.roll.Moves() {
		if m.What == "entered" && g.roll.Class(m.Company, m.Class) == class && !slices.Contains(all, m.Company) {
			all = append(all, m.Company)
		}
	}
	return all
}

// playEntries adds to a class what became of entries of its companies, and who would win
// if corrections did not count, those that wait did, and calendars were as they are now.
func (ch change) playEntries(c *ClassStandings, g *gathering) {
	rules, s := g.edition.Scoring, &c.Sensitivity
	for _, was := range ch.corrections {
		if !was.concerns(c.Class) {
			continue
		}
		c.Corrections = append(c.Corrections, was.Correction)
		if was.other == nil {
			continue
		}
		how := was.Company + ", " + was.What + ": as at the start"
		if was.Standing == field.Waits {
			how = was.Company + ", " + was.What + ": as one person says"
		}
		other, _ := rules.Confirmed(was.other.counting(c.Class))
		s.Variants = append(s.Variants, rules.Try("correction", how, other, s.Winners))
	}
	here := func(company string) bool { return g.roll.Class(company, g.classOf(company)) == c.Class }
	if slices.ContainsFunc(ch.moved, here) {
		other, _ := rules.Confirmed(ch.configured.counting(c.Class))
		s.Variants = append(s.Variants, rules.Try("calendars", "as they are now", other, s.Winners))
	}
}

// classOf returns the class in which the configuration has a company.
func (g *gathering) classOf(company string) string {
	co, _ := g.edition.Company(company)
	return co.Class
}

// concerns reports whether a correction is of a company that a class has, or would have.
func (c corrected) concerns(class string) bool {
	return c.Class == class || c.What == "class" && (c.From == class || c.To == class)
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

// notCounted ends how zeros are played that a pause brought.
const notCounted = ": not counted"

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
		how += notCounted
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
	ch.Dropped = slices.DeleteFunc(g.roll.Dropped(), func(d field.Dropped) bool { return d.Class != class })
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
		if c.Company == company && c.Counted() && !slices.Contains(e.Corrected, c.What) {
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
	for _, p := range ch.LonePauses {
		fmt.Fprintf(out, "one person alone stands for the pause of %s, and another would win if what was missed in it did not count\n", p)
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
	for _, d := range ch.Dropped {
		fmt.Fprintf(out, "%s\n", d)
	}
	printDays(out, "days off that were entered after the start", ch.DaysOff)
	printDays(out, "days off of the start that were taken out", ch.DaysOffGone)
}

// printDays lists days, if there are any.
func printDays(out io.Writer, what string, days []calendar.Date) {
	if len(days) == 0 {
		return
	}
	var all []string
	for _, day := range days {
		all = append(all, day.String())
	}
	fmt.Fprintf(out, "%s: %s\n", what, strings.Join(all, ", "))
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
