// Package schema says in what a database is not as migrations make it: what was added to
// it may change what is written, without a row that does not hold.
package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Object is a table, a column, an index, a view, a trigger or a rule.
type Object struct {
	Kind, Name string
	Table      string // it is of, or its own name
	Text       string // by which it was made; empty: not compared
}

// column is the kind of what tables have.
const column = "column"

// A Difference is an object that is not as it should be.
type Difference struct{ Table, What string }

// Differences returns what was added to a database, is missing from it or was changed in
// it, by table. Spaces in texts make no difference, and a table is told without its columns.
func Differences(want, is []Object) (all []Difference) {
	type name struct{ kind, name, table string }
	of := func(o Object) name { return name{o.Kind, o.Name, o.Table} }
	wanted := map[name]Object{}
	for _, o := range want {
		wanted[of(o)] = o
	}
	tables := map[string]int{}
	for _, o := range slices.Concat(want, is) {
		if o.Kind != column {
			tables[o.Table+" "+o.Name]++
		}
	}
	say := func(o Object, what string) {
		if o.Kind == column && tables[o.Table+" "+o.Table] == 1 {
			return // of a table that is added or missing
		}
		all = append(all, Difference{o.Table, fmt.Sprintf("the %s %s %s", o.Kind, o.Name, what)})
	}
	for _, o := range is {
		w, known := wanted[of(o)]
		delete(wanted, of(o))
		switch {
		case !known:
			say(o, "is not of svartid's making: it may change what is written or read")
		case spaced(w.Text) != spaced(o.Text):
			say(o, "is not as svartid makes it")
		}
	}
	for _, o := range wanted {
		say(o, "is missing")
	}
	slices.SortFunc(all, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.What, b.What))
	})
	return all
}

// spaced returns a text with one space where it has any.
func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }
