package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/head"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/plan"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/integrity"
	"github.com/svartid/svartid/probes/result"
	"github.com/svartid/svartid/probes/review"
)

type standingsCmd struct {
	Class     string `help:"Only this class." placeholder:"CLASS"`
	Policy    string `help:"Rank by this policy: ${policies}. None: the configuration's." placeholder:"POLICY"`
	Integrity bool   `help:"Print what a jury looks at of each company instead: answers faster than anyone types, what is contested or void, reach by hour."`
	Final     bool   `help:"Refuse while anything waits: for a person, for a second person, for a deadline, or for the last day and what is planned until then; and by other rules than the plan's."`
	At        string `help:"By what had been written down at this time (RFC 3339, or a date), and the rules as they are now." placeholder:"TIME"`
}

// Run folds the edition anew and prints who stands where.
func (s standingsCmd) Run(ctx context.Context, g *globals, std streams) (err error) {
	if s.Policy != "" && !slices.Contains(fairness.Policies(), fairness.Policy(s.Policy)) {
		return misuse{fmt.Errorf("--policy %q is not known; want one of %v", s.Policy, fairness.Policies())}
	}
	b, err := openSession(ctx, g.Config, ledger.OpenReader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	at, err := s.apply(b)
	if err != nil {
		return err
	}
	if s.Integrity {
		return s.integrity(ctx, b, g, std)
	}
	all, err := report.Rank(ctx, b.Ledger, b.edition, at)
	if err == nil && s.Final {
		err = s.final(ctx, b, all)
	}
	if err != nil {
		return err
	}
	return s.print(all, g, std)
}

// print prints the classes that are asked for.
func (s standingsCmd) print(all []report.ClassStandings, g *globals, std streams) (err error) {
	for _, class := range all {
		if s.Class != "" && class.Class != s.Class {
			continue
		}
		if g.JSON {
			err = errors.Join(err, json.NewEncoder(std.out).Encode(class))
		} else {
			err = errors.Join(err, buffered(std.out, class.Print))
		}
	}
	return err
}

// final returns what a final result still waits for: letters and amendments for
// people, contacts for their deadlines.
func (s standingsCmd) final(ctx context.Context, b *session, all []report.ClassStandings) error {
	var letters []review.Item
	var open []probes.Contact
	var ahead result.Ahead
	var anchor head.Anchor
	err := b.View(ctx, func(tx probes.Tx) (err error) {
		if anchor, err = head.AnchorOf(ctx, tx, b.edition.Name); err != nil {
			return err
		}
		if ahead, err = result.AheadOf(ctx, tx, b.edition); err != nil {
			return err
		}
		if letters, err = review.Queue(ctx, tx, b.edition, review.Viewer{}); err != nil {
			return err
		}
		open, err = tx.Find(ctx, probes.Query{Edition: b.edition.Name, Outcomes: []probes.Outcome{probes.Pending}})
		return err
	})
	if err != nil {
		return err
	}
	other := func(class string) bool { return s.Class != "" && class != s.Class }
	letters = slices.DeleteFunc(letters, func(i review.Item) bool { return other(i.Class) })
	open = slices.DeleteFunc(open, func(c probes.Contact) bool { return other(c.Plan.Class) })
	ahead.Contacts = slices.DeleteFunc(ahead.Contacts, func(c plan.Contact) bool { return other(c.Class) })
	amended, tail := 0, ""
	for _, class := range all {
		if !other(class.Class) {
			amended += len(class.Waiting)
			tail += waitingEntries(class)
		}
	}
	if !ahead.LastDay.IsZero() {
		tail += fmt.Sprintf("; the last day, %s, is not over by what has been heard", ahead.LastDay)
	}
	if anchor.Beyond {
		tail += "; " + anchor.String()
	}
	rules := otherRules(all)
	if len(letters)+len(open)+len(ahead.Contacts)+amended == 0 && rules+tail == "" {
		return nil
	}
	return fmt.Errorf("not final: %s%d letters wait for a person (svartid review), %d contacts are pending, %d amendments wait for a second person, "+
		"%d contacts of the plan are still ahead%s", rules, len(letters), len(open), amended, len(ahead.Contacts), tail)
}

// waitingEntries says which corrections of a class wait for a second person.
func waitingEntries(class report.ClassStandings) (text string) {
	for _, c := range class.Corrections {
		if c.Waiting() {
			text += fmt.Sprintf("; a correction of the %s of %s waits for a second person", c.What, c.Company)
		}
	}
	return text
}

// otherRules says in what the rules are not those of the plan, which is the same for all
// classes; empty: in nothing.
func otherRules(all []report.ClassStandings) string {
	if len(all) == 0 || len(all[0].Rules) == 0 {
		return ""
	}
	var changed []string
	for _, c := range all[0].Rules {
		changed = append(changed, c.String())
	}
	return "these are not the rules of the plan: " + strings.Join(changed, ", ") + "; "
}

// integrity prints what a jury looks at: of each company, and by what companies
// could know the openers of the edition.
func (s standingsCmd) integrity(ctx context.Context, b *session, g *globals, std streams) error {
	found, err := integrity.Of(ctx, b.Ledger, b.edition)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(found.Companies, func(c integrity.Company) bool { return s.Class != "" && c.Class != s.Class })
	marks := b.marks(found.Openings)
	if g.JSON {
		encode := json.NewEncoder(std.out)
		return errors.Join(encode.Encode(all), encode.Encode(map[string][]string{"openers_known_by": marks}))
	}
	return buffered(std.out, func(out io.Writer) {
		integrity.Print(all, out)
		for _, mark := range marks {
			fmt.Fprintf(out, "openers can be known by %s\n", mark)
		}
		if len(marks) == 0 {
			fmt.Fprintln(out, "nothing is known by which openers are told from other mail")
		}
	})
}

// marks returns by what the openers of mail channels, as they were sent, can be
// known.
func (b *session) marks(openings map[string][]channels.Opening) []string {
	all := []string{}
	for _, name := range slices.Sorted(maps.Keys(openings)) {
		if b.cfg.Channels[name].Type == "email" {
			for _, mark := range email.Marks(openings[name], time.Now()) {
				all = append(all, name+": "+mark)
			}
		}
	}
	return all
}

// apply applies the policy that the flags name, and checks the others.
func (s standingsCmd) apply(b *session) (at time.Time, err error) {
	if s.Policy != "" {
		b.edition.Scoring.Policy = fairness.Policy(s.Policy)
		b.edition.Terms = slices.Clone(b.edition.Terms)
		for i, t := range b.edition.Terms {
			if t.Name == edition.Score {
				b.edition.Terms[i].Value = s.Policy
			}
		}
	}
	if err := b.takesPart(s.Class); err != nil {
		return at, err
	}
	return b.instant("--at", s.At)
}
