// Package integrity says what a jury looks at before it confirms a result. Nothing
// of it changes a score: what a jury finds is an amendment.
package integrity

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/report"
)

// Typed is the shortest time in which a person reads a question and types an
// answer to it. A faster one may be a person's all the same, who had it ready.
const Typed = 10 * time.Second

// A Company is what there is to look at of one company.
type Company struct {
	Class     string `json:"class"`
	Company   string `json:"company"`
	Contacts  int    `json:"contacts"`  // that the standings see
	Answered  int    `json:"answered"`  // in time
	Instant   int    `json:"instant"`   // of those, sooner than [Typed]
	Deflected int    `json:"deflected"` // only sent elsewhere, such as to ring
	Contested int    `json:"contested"`
	Void      int    `json:"void"`
	Amended   int    `json:"amended"` // by a person

	// Read are the answers in time whose words are still kept; of these, NearEqual say
	// the same as an earlier one to another question, with other names and numbers,
	// AsksOnly are a question back and nothing else, and Rings ask the customer to ring.
	Read      int `json:"read"`
	NearEqual int `json:"near_equal"`
	AsksOnly  int `json:"asks_only"`
	Rings     int `json:"rings"`
	// Openers are ours whose words are still kept, and Alike those of them that say the
	// same as an earlier one to this company.
	Openers int `json:"openers"`
	Alike   int `json:"openers_alike"`

	// Hours are the contacts that are valid, and those of them that were answered,
	// by the hour of the plan, such as 09-10.
	Hours map[string]fairness.Reach `json:"hours"`
}

// Findings are what there is to look at of an edition.
type Findings struct {
	Companies []Company                     // by class and name
	Openings  map[string][]channels.Opening // ours whose words are still kept, by channel, in no order that means anything
}

// Of returns what there is to look at of every company.
func Of(ctx context.Context, l probes.Ledger, ed *edition.Edition) (f Findings, err error) {
	by := map[string]*Company{}
	states := map[string]fairness.State{} // by contact
	w := words{edition: ed, openings: map[string][]channels.Opening{}}
	err = l.View(ctx, func(tx probes.Tx) error {
		err := report.EachScored(ctx, tx, ed, func(s report.Scored) {
			if by[s.Plan.Company] == nil {
				by[s.Plan.Company] = &Company{Class: s.Plan.Class, Company: s.Plan.Company, Hours: map[string]fairness.Reach{}}
			}
			by[s.Plan.Company].take(s)
			states[s.ID] = s.Worth.State
		})
		if err != nil {
			return err
		}
		return probes.Sample{Edition: ed}.Refold(ctx, tx, time.Time{}, func(c probes.Contact, history []probes.Event) error {
			state, seen := states[c.ID]
			if !seen {
				return nil
			}
			return w.take(ctx, tx, c, told{by[c.Plan.Company], state, history})
		})
	})
	for _, i := range by {
		w.compare(i)
		f.Companies = append(f.Companies, *i)
	}
	slices.SortFunc(f.Companies, func(a, b Company) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Company, b.Company))
	})
	f.Openings = w.openings
	return f, err
}

// take takes in one contact.
func (i *Company) take(s report.Scored) {
	i.Contacts++
	if s.Amended {
		i.Amended++
	}
	switch s.Worth.State {
	case fairness.Answered:
		i.Answered++
		if !s.Answer.IsZero() && s.Wait < Typed {
			i.Instant++
		}
	case fairness.Deflected:
		i.Deflected++
	case fairness.Contested:
		i.Contested++
	case fairness.Void:
		i.Void++
	}
	if s.Worth.State.Valid() {
		r := i.Hours[s.Slot]
		r.Valid++
		if s.Worth.State == fairness.Answered {
			r.Reached++
		}
		i.Hours[s.Slot] = r
	}
}

// Print tells a jury. What out fails with is lost: give it a writer that keeps its
// error.
func Print(all []Company, out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "class\tcompany\tcontacts\tanswered\tin under %v\tnear-equal\tquestion only\tasks to ring\tof so many read\t"+
		"deflected\tcontested\tvoid\tamended\topeners alike\treach by hour\t\n", Typed)
	for _, i := range all {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d of %d\t%s\t\n",
			i.Class, i.Company, i.Contacts, i.Answered, i.Instant, i.NearEqual, i.AsksOnly, i.Rings, i.Read,
			i.Deflected, i.Contested, i.Void, i.Amended, i.Alike, i.Openers, i.hours())
	}
	_ = w.Flush() // out keeps its error
}

// hours writes reach by the hour.
func (i Company) hours() string {
	var parts []string
	for _, hour := range slices.Sorted(maps.Keys(i.Hours)) {
		parts = append(parts, fmt.Sprintf("%s %d/%d", hour, i.Hours[hour].Reached, i.Hours[hour].Valid))
	}
	return strings.Join(parts, ", ")
}
