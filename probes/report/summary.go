package report

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
)

// A Summary is what became of everyone's contacts.
type Summary struct {
	Companies []Sum // channel by channel, both in the edition's order
	Channels  []Sum // each with all of its companies together
}

// A Sum is one company's line of a summary, on one channel.
type Sum struct {
	Class    string                 `json:"class"`
	Company  string                 `json:"company"`
	Channel  string                 `json:"channel"`
	Asked    int                    `json:"asked"` // contacts that were asked; once, whether there was a second attempt or not
	Outcomes map[probes.Outcome]int `json:"outcomes"`
	Median   string                 `json:"median"` // of the wait; "never" if more than half were not answered
}

// Summarise adds up the running totals of an edition at an instant.
func Summarise(ed *edition.Edition, totals probes.Totals, now time.Time) (s Summary) {
	for _, channel := range channelsOf(ed) {
		all := probes.NewTally(probes.Plan{Class: "all", Channel: channel})
		for _, co := range ed.Companies {
			for _, t := range totals.Tallies {
				if t.Edition == ed.Name && t.Company == co.ID && t.Channel == channel {
					s.Companies = append(s.Companies, sumOf(&t, now))
					merge(&all, t)
				}
			}
		}
		s.Channels = append(s.Channels, sumOf(&all, now))
	}
	return s
}

// channelsOf returns the channels in the order of the edition's probes.
func channelsOf(ed *edition.Edition) (channels []string) {
	for _, probe := range ed.Probes {
		if !slices.Contains(channels, probe.Channel) {
			channels = append(channels, probe.Channel)
		}
	}
	return channels
}

// sumOf writes what a tally holds as one line.
func sumOf(t *probes.Tally, now time.Time) Sum {
	return Sum{
		Class: t.Class, Company: t.Company, Channel: t.Channel,
		Asked: askedOf(t), Outcomes: t.Outcomes, Median: median(t, now),
	}
}

// askedOf counts the contacts of a tally that were put to their company: those that are
// decided, and those that wait for an answer now.
func askedOf(t *probes.Tally) int {
	n := len(t.Open)
	for outcome, count := range t.Outcomes {
		if outcome != probes.Pending && outcome != probes.Void {
			n += count
		}
	}
	return n
}

// merge adds what a summary shows of a tally to another.
func merge(all *probes.Tally, t probes.Tally) {
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

// median writes the median wait of a tally.
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

// Print tells the summary to a person, as a table.
func (s Summary) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "channel\tclass\tcompany\tasked")
	for _, o := range probes.Outcomes() {
		fmt.Fprintf(w, "\t%s", o)
	}
	fmt.Fprintln(w, "\tmedian wait")
	for _, line := range slices.Concat(s.Companies, s.Channels) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d", line.Channel, line.Class, line.Company, line.Asked)
		for _, o := range probes.Outcomes() {
			fmt.Fprintf(w, "\t%s", blank(line.Outcomes[o]))
		}
		fmt.Fprintf(w, "\t%s\n", line.Median)
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
