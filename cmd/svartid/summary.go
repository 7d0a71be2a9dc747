package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes"
)

// sum is one company's line of a summary.
type sum struct {
	Class    string                 `json:"class"`
	Company  string                 `json:"company"`
	Channel  string                 `json:"channel"`
	Asked    int                    `json:"asked"`
	Outcomes map[probes.Outcome]int `json:"outcomes"`
	Median   string                 `json:"median"` // of the wait; "never" if more than half were not answered
}

// summary prints what became of everyone's contacts.
func (p *program) summary(ctx context.Context, g *globals, std streams) error {
	var totals probes.Totals
	err := p.ledger.View(ctx, func(tx probes.Tx) (err error) {
		totals, err = tx.Totals(ctx, 0)
		return err
	})
	if err != nil {
		return err
	}
	sums := p.sums(totals, time.Now())
	if g.JSON {
		return json.NewEncoder(std.out).Encode(sums)
	}
	return printSums(std.out, sums)
}

// sums lists the companies in the edition's order, class by class.
func (p *program) sums(totals probes.Totals, now time.Time) []sum {
	var all []sum
	for _, class := range p.edition.Classes() {
		for _, t := range totals.Tallies {
			if t.Class == class && t.Edition == p.edition.Name {
				all = append(all, sum{
					Class: t.Class, Company: t.Company, Channel: t.Channel,
					Asked: t.Attempts, Outcomes: t.Outcomes, Median: median(&t, now),
				})
			}
		}
	}
	return all
}

func median(t *probes.Tally, now time.Time) string {
	switch m := t.MedianWait(now); {
	case math.IsNaN(m):
		return "-"
	case math.IsInf(m, 1):
		return "never"
	default:
		return (time.Duration(m) * time.Second).String()
	}
}

func printSums(out io.Writer, sums []sum) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "\nclass\tcompany\tasked")
	for _, o := range probes.Outcomes() {
		fmt.Fprintf(w, "\t%s", o)
	}
	fmt.Fprintln(w, "\tmedian wait")
	all := map[probes.Outcome]int{}
	asked := 0
	for _, s := range sums {
		fmt.Fprintf(w, "%s\t%s\t%d", s.Class, s.Company, s.Asked)
		for _, o := range probes.Outcomes() {
			fmt.Fprintf(w, "\t%s", blank(s.Outcomes[o]))
			all[o] += s.Outcomes[o]
		}
		fmt.Fprintf(w, "\t%s\n", s.Median)
		asked += s.Asked
	}
	fmt.Fprintf(w, "\tall\t%d", asked)
	for _, o := range probes.Outcomes() {
		fmt.Fprintf(w, "\t%s", blank(all[o]))
	}
	fmt.Fprintln(w, "\t")
	return w.Flush()
}

// blank writes a count, and nothing for none.
func blank(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
