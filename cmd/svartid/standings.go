package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/ledger"
)

type standingsCmd struct {
	Class  string `help:"Only this class." placeholder:"CLASS"`
	Policy string `help:"Rank by this policy: capped-wait, within-third, reach-gate, answered-only or award. None: the configuration's." placeholder:"POLICY"`
	At     string `help:"By what had been written down at this time (RFC 3339, or a date), and the rules as they are now." placeholder:"TIME"`
}

// classStandings is what standings --json prints, one line a class.
type classStandings struct {
	Edition     string               `json:"edition"`
	Class       string               `json:"class"`
	Policy      fairness.Policy      `json:"policy"`
	At          time.Time            `json:"at,omitzero"`
	Standings   []fairness.Standing  `json:"standings"`
	Sensitivity fairness.Sensitivity `json:"sensitivity"`
}

// Run folds the edition anew and prints who stands where.
func (s standingsCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	if s.Policy != "" && !slices.Contains(fairness.Policies(), fairness.Policy(s.Policy)) {
		return misuse{fmt.Errorf("--policy %q is not known; want one of %v", s.Policy, fairness.Policies())}
	}
	b, err := openBooks(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	at, err := s.apply(b)
	if err != nil {
		return err
	}
	all, err := rank(ctx, b.Ledger, b.edition, at)
	for _, class := range all {
		if s.Class != "" && class.Class != s.Class {
			continue
		}
		if g.JSON {
			err = errors.Join(err, json.NewEncoder(std.out).Encode(class))
		} else {
			err = errors.Join(err, buffered(std.out, class.print))
		}
	}
	return err
}

// apply checks the flags, and applies the policy that they name.
func (s standingsCmd) apply(b *books) (at time.Time, err error) {
	if policy := fairness.Policy(s.Policy); policy != "" {
		if !slices.Contains(fairness.Policies(), policy) {
			return at, misuse{fmt.Errorf("--policy %q is not known; want one of %v", policy, fairness.Policies())}
		}
		b.edition.Scoring.Policy = policy
	}
	if s.Class != "" && !slices.Contains(b.edition.Classes(), s.Class) {
		return at, misuse{fmt.Errorf("--class %q has no company; want one of %v", s.Class, b.edition.Classes())}
	}
	return b.instant("--at", s.At)
}

// rank returns the standings of every class, in the order of the configuration,
// by what had been written down at an instant.
func rank(ctx context.Context, l probes.Ledger, ed *edition.Edition, at time.Time) (all []classStandings, err error) {
	err = l.View(ctx, func(tx probes.Tx) error {
		all, err = rankIn(ctx, tx, ed, at)
		return err
	})
	return all, err
}

// rankIn is rank in one view of the ledger.
func rankIn(ctx context.Context, tx probes.Tx, ed *edition.Edition, at time.Time) ([]classStandings, error) {
	heard, err := probes.Sample{Edition: ed}.Heard(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	fair := map[string][]fairness.Contact{}
	err = probes.Sample{Edition: ed}.Refold(ctx, tx, at, func(c probes.Contact, _ []probes.Event) error {
		until := heard[c.Plan.Channel]
		if !at.IsZero() && at.Before(until) {
			until = at
		}
		if f, ok := (probes.Sample{Edition: ed}).Fair(c, until); ok {
			fair[c.Plan.Class] = append(fair[c.Plan.Class], f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	var all []classStandings
	for _, class := range ed.Classes() {
		all = append(all, classStandings{
			Edition: ed.Name, Class: class, Policy: cmp.Or(ed.Scoring.Policy, fairness.CappedWait), At: at,
			Standings: ed.Scoring.Standings(fair[class]), Sensitivity: ed.Scoring.Sensitivity(fair[class]),
		})
	}
	return all, nil
}

// print tells the standings of a class to a person.
func (c classStandings) print(out io.Writer) {
	fmt.Fprintf(out, "%s, by %s\n", c.Class, c.Policy)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "rank\tcan be\tcompany\tpoints\t95 %\treach\t95 %\tmedian wait\tdeflected\tlate\tvoid\tpending\t")
	for _, s := range c.Standings {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%d of %d\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n",
			standingRank(s), bounds(s), s.Company, s.Points, interval(s.Lower, s.Upper), s.Reached, s.Valid,
			interval(s.ReachLower, s.ReachUpper), medians(s), s.Outcomes[fairness.Deflected], s.Outcomes[fairness.Late],
			s.Outcomes[fairness.Void], s.Outcomes[fairness.Pending], verdictOn(s))
	}
	_ = w.Flush() // out keeps its error
	c.printSensitivity(out)
	fmt.Fprintln(out)
}

// standingRank writes a rank.
func standingRank(s fairness.Standing) string {
	if s.Rank == 0 {
		return "-"
	}
	return fmt.Sprint(s.Rank)
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
	return fmt.Sprintf("%d to %d", fairness.Points(lower), fairness.Points(upper))
}

// medians writes the median wait on each channel.
func medians(s fairness.Standing) string {
	var all []string
	for _, ch := range s.Channels {
		wait := "> deadline"
		switch {
		case ch.Valid == 0:
			wait = "-"
		case ch.Median.Known():
			wait = time.Duration(float64(ch.Median) * float64(time.Second)).Round(time.Second).String()
		}
		all = append(all, ch.Channel+" "+wait)
	}
	return strings.Join(all, ", ")
}

// verdictOn says what else is to be known of a standing.
func verdictOn(s fairness.Standing) string {
	var notes []string
	if s.Unranked != "" {
		notes = append(notes, "not ranked: "+s.Unranked)
	}
	if s.Rank > 1 && !s.Apart {
		notes = append(notes, "cannot be told apart from the winner")
	}
	if len(s.Tied) > 0 {
		notes = append(notes, "same points as "+strings.Join(s.Tied, ", "))
	}
	return strings.Join(notes, "; ")
}

// printSensitivity says how much the winner owes to the rules and to chance.
func (c classStandings) printSensitivity(out io.Writer) {
	s := c.Sensitivity
	if len(s.Winners) == 0 {
		fmt.Fprintln(out, "nobody is ranked yet")
		return
	}
	fmt.Fprintln(out, "\nwho would win by other rules:")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, v := range s.Variants {
		changes := ""
		if v.Changes {
			changes = "another winner"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", v.What, v.How, strings.Join(v.Winners, ", "), changes)
	}
	_ = w.Flush() // out keeps its error
	fmt.Fprintf(out, "single contacts without which another would win: %d of %d\n", len(s.Removals), s.Contacts)
	switch t := s.Tipping; {
	case t.Contacts == 0:
		fmt.Fprintln(out, "no change of one company's contacts alone would make another win")
	case t.Answered:
		fmt.Fprintf(out, "another would win if %s of %s had been answered at once\n", counted(t.Contacts, "contact", "contacts"), t.Company)
	default:
		fmt.Fprintf(out, "another would win if %s of %s had not been answered\n", counted(t.Contacts, "contact", "contacts"), t.Company)
	}
}
