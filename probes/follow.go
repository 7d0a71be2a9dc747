package probes

import "slices"

// Follow takes a contact's whole story into the tally, with the same result as
// if [Tally.Take] had followed it event by event, and returns the contact. It
// folds only where that makes a difference: an acknowledgement and the last
// answer are observed as they were first known, which nothing but what was
// heard, a person's amendment or another attempt can change, or, once something
// was heard, what shows whether the opener left. All else adds up.
func (t *Tally) Follow(id string, story []Event, fold func(string, []Event) Contact) Contact {
	var before Contact
	from, heard := 0, false
	for i, e := range story {
		heard = heard || e.Kind == Heard
		telling := e.Kind == Heard || e.Kind == Amended || e.Kind == Planned && i > 0 || heard && e.Kind.settles()
		if !telling && i < len(story)-1 {
			continue
		}
		after := fold(id, story[:i+1])
		t.Take(before, after, story[from:i+1])
		before, from = after, i+1
	}
	return before
}

// settles reports whether an event of this kind may show that an opener left or
// stayed, or change what may show it.
func (k EventKind) settles() bool {
	return slices.Contains(append(Failures(), Sent, Copied, Prompted, Broken), k)
}
