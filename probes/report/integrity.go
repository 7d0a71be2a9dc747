package report

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

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
)

// Typed is the shortest time in which a person reads a question and types an
// answer to it. A faster one may be a person's all the same, who had it ready.
const Typed = 10 * time.Second

// An Integrity is what a jury looks at of one company. Nothing of it changes a
// score: what a jury finds is an amendment.
type Integrity struct {
	Class     string `json:"class"`
	Company   string `json:"company"`
	Contacts  int    `json:"contacts"`  // that the standings see
	Answered  int    `json:"answered"`  // in time
	Instant   int    `json:"instant"`   // of those, sooner than [Typed]
	Deflected int    `json:"deflected"` // only sent elsewhere, such as to ring
	Contested int    `json:"contested"`
	Void      int    `json:"void"`
	Amended   int    `json:"amended"` // by a person
	// Hours are the contacts that are valid, and those of them that were answered,
	// by the hour of the plan, such as 09-10.
	Hours map[string]fairness.Reach `json:"hours"`
}

// IntegrityOf returns what there is to look at of every company, by class and
// name.
func IntegrityOf(ctx context.Context, l probes.Ledger, ed *edition.Edition) ([]Integrity, error) {
	by := map[string]*Integrity{}
	err := l.View(ctx, func(tx probes.Tx) error {
		return EachScored(ctx, tx, ed, func(s Scored) {
			if by[s.Plan.Company] == nil {
				by[s.Plan.Company] = &Integrity{Class: s.Plan.Class, Company: s.Plan.Company, Hours: map[string]fairness.Reach{}}
			}
			by[s.Plan.Company].take(s)
		})
	})
	var all []Integrity
	for _, i := range by {
		all = append(all, *i)
	}
	slices.SortFunc(all, func(a, b Integrity) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Company, b.Company))
	})
	return all, err
}

// take takes in one contact.
func (i *Integrity) take(s Scored) {
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

// PrintIntegrity tells a jury. What out fails with is lost: give it a writer that
// keeps its error.
func PrintIntegrity(all []Integrity, out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "class\tcompany\tcontacts\tanswered\tin under %v\tdeflected\tcontested\tvoid\tamended\treach by hour\t\n", Typed)
	for _, i := range all {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t\n",
			i.Class, i.Company, i.Contacts, i.Answered, i.Instant, i.Deflected, i.Contested, i.Void, i.Amended, i.hours())
	}
	_ = w.Flush() // out keeps its error
}

// hours writes reach by the hour.
func (i Integrity) hours() string {
	var parts []string
	for _, hour := range slices.Sorted(maps.Keys(i.Hours)) {
		parts = append(parts, fmt.Sprintf("%s %d/%d", hour, i.Hours[hour].Reached, i.Hours[hour].Valid))
	}
	return strings.Join(parts, ", ")
}
