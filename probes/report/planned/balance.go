package planned

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/svartid/svartid/probes/plan"
)

// A share is how many companies of a class are asked, and how often each.
type share struct{ companies, least, most int }

// shares returns the share of each class.
func (d Plan) shares() map[string]share {
	each := map[string]map[string]int{}
	for _, c := range d.Contacts {
		if each[c.Class] == nil {
			each[c.Class] = map[string]int{}
		}
		each[c.Class][c.Company]++
	}
	all := map[string]share{}
	for class, companies := range each {
		counts := slices.Collect(maps.Values(companies))
		all[class] = share{len(counts), slices.Min(counts), slices.Max(counts)}
	}
	return all
}

// printBalance prints by class and measure how even the plan is: max − min of
// the value that is spread worst.
func (d Plan) printBalance(out io.Writer) {
	balance, shares := d.Balance(), d.shares()
	fmt.Fprintln(out, "\nbalance: most − fewest contacts of one value that companies of a class have; 0 and 1 are even")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "class\tcompanies\tcontacts each\t")
	for _, by := range plan.Measures() {
		fmt.Fprintf(w, "%s\t", by)
	}
	fmt.Fprintln(w)
	for _, class := range slices.Sorted(maps.Keys(shares)) {
		each := shares[class]
		fmt.Fprintf(w, "%s\t%d\t%s\t", class, each.companies, between(each.least, each.most))
		for _, by := range plan.Measures() {
			r := worst(balance.Ranges, class, by)
			fmt.Fprintf(w, "%d\t", r.Max-r.Min)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // out keeps its error
	for _, by := range plan.Measures() {
		if r := worst(balance.Ranges, "", by); r.Max-r.Min > 1 {
			fmt.Fprintf(out, "least even by %s: %s in class %s, %s contacts\n", by, r.Value, r.Class, between(r.Min, r.Max))
		}
	}
}

// worst returns the first of the widest ranges by a measure, in a class or, if
// none is given, in all.
func worst(ranges []plan.Range, class string, by plan.Measure) (widest plan.Range) {
	for _, r := range ranges {
		if r.By == by && (class == "" || r.Class == class) && r.Max-r.Min > widest.Max-widest.Min {
			widest = r
		}
	}
	return widest
}

// between writes the fewest and the most, once if they are the same.
func between(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}
