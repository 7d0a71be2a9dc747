package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes"
)

// sum is one company's line of a summary, on one channel.
type sum struct {
	Class    string                 `json:"class"`
	Company  string                 `json:"company"`
	Channel  string                 `json:"channel"`
	Asked    int                    `json:"asked"` // openers that left, second attempts too
	Outcomes map[probes.Outcome]int `json:"outcomes"`
	Median   string                 `json:"median"` // of the wait; "never" if more than half were not answered
}

// summary prints what became of everyone's contacts.
func (b *books) summary(ctx context.Context, g *globals, std streams) error {
	var totals probes.Totals
	err := b.View(ctx, func(tx probes.Tx) (err error) {
		totals, err = tx.Totals(ctx, 0)
		return err
	})
	if err != nil {
		return err
	}
	sums, channels := b.sums(totals, time.Now())
	if g.JSON {
		return json.NewEncoder(std.out).Encode(sums)
	}
	return printSums(std.out, sums, channels)
}

// sums lists the companies channel by channel, both in the edition's order, and
// the channels with all of their companies together.
func (b *books) sums(totals probes.Totals, now time.Time) (companies, channels []sum) {
	for _, channel := range b.order() {
		all := probes.NewTally(probes.Plan{Class: "all", Channel: channel})
		for _, co := range b.edition.Companies {
			for _, t := range totals.Tallies {
				if t.Edition == b.edition.Name && t.Company == co.ID && t.Channel == channel {
					companies = append(companies, sumOf(&t, now))
					merge(&all, t)
				}
			}
		}
		channels = append(channels, sumOf(&all, now))
	}
	return companies, channels
}

// order returns the channels in the order of the edition's probes.
func (b *books) order() (channels []string) {
	for _, probe := range b.edition.Probes {
		if !slices.Contains(channels, probe.Channel) {
			channels = append(channels, probe.Channel)
		}
	}
	return channels
}

func sumOf(t *probes.Tally, now time.Time) sum {
	return sum{
		Class: t.Class, Company: t.Company, Channel: t.Channel,
		Asked: t.Attempts, Outcomes: t.Outcomes, Median: median(t, now),
	}
}

// merge adds what a summary shows of a tally to another.
func merge(all *probes.Tally, t probes.Tally) {
	all.Attempts += t.Attempts
	for outcome, n := range t.Outcomes {
		all.Outcomes[outcome] += n
	}
	for wait, n := range t.Answered {
		all.Answered[wait] += n
	}
	for wait, n := range t.Silent {
		all.Silent[wait] += n
	}
	maps.Copy(all.Open, t.Open)
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

func printSums(out io.Writer, companies, channels []sum) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "\nchannel\tclass\tcompany\tasked")
	for _, o := range probes.Outcomes() {
		fmt.Fprintf(w, "\t%s", o)
	}
	fmt.Fprintln(w, "\tmedian wait")
	for _, s := range slices.Concat(companies, channels) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d", s.Channel, s.Class, s.Company, s.Asked)
		for _, o := range probes.Outcomes() {
			fmt.Fprintf(w, "\t%s", blank(s.Outcomes[o]))
		}
		fmt.Fprintf(w, "\t%s\n", s.Median)
	}
	return w.Flush()
}

// blank writes a count, and nothing for none.
func blank(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
