// Package version says which program can go on from what another has made of a ledger.
package version

import "fmt"

// A Version says what a program makes of a ledger, or what one has made of it. It never
// goes down from one program to the next. The zero Version is of a ledger that is not
// there yet.
type Version struct {
	Fold   int // of what is made of events
	Tables int // the last migration
}

// Before reports whether a program of version v cannot go on from w.
func (v Version) Before(w Version) bool { return v.Fold < w.Fold || v.Tables < w.Tables }

// A NewerError says that a newer program has made of the ledger what this one cannot
// go on with.
type NewerError struct{ Is, Ours Version }

// Error says what is newer.
func (e *NewerError) Error() string {
	if e.Ours.Tables < e.Is.Tables {
		return fmt.Sprintf("tables are of version %d, made by a newer svartid; this one knows %d", e.Is.Tables, e.Ours.Tables)
	}
	return fmt.Sprintf("was folded by a newer svartid (version %d of the fold; this one has %d)", e.Is.Fold, e.Ours.Fold)
}
