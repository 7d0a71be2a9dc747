package probes

import (
	"cmp"
	"slices"
)

// Tasks returns the contacts of a ledger that a person has to look at because of
// a failure, earliest first: those refused for what we are that nothing
// corroborates, and of each company and channel the first whose address does not
// exist, unless a person has said of one of them what it is.
func Tasks(contacts []Contact) (tasks []Contact) {
	type place struct{ company, channel string }
	first, looked := map[place]Contact{}, map[place]bool{}
	for _, c := range contacts {
		at := place{c.Plan.Company, c.Plan.Channel}
		switch {
		case c.Fault == Address && c.Amended:
			looked[at] = true
		case c.Fault == Address:
			if was, found := first[at]; !found || c.Plan.Slot.Before(was.Plan.Slot) {
				first[at] = c
			}
		case c.Provisional && c.Fault.Judges():
			tasks = append(tasks, c)
		}
	}
	for at, c := range first {
		if !looked[at] {
			tasks = append(tasks, c)
		}
	}
	slices.SortFunc(tasks, func(a, b Contact) int {
		return cmp.Or(a.Plan.Slot.Compare(b.Plan.Slot), cmp.Compare(a.ID, b.ID))
	})
	return tasks
}
