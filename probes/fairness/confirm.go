package fairness

import "slices"

// Confirmed returns the contacts of a class as they count where an amendment that
// changes the winner takes two people, and the ids of those that wait for a second
// person: they count as if what one person alone has said of them had never been
// said. Amendments of one person that change no winner count at once. Companies
// whose amendments do not decide who wins keep theirs.
func (r Rules) Confirmed(contacts []Contact) (counted []Contact, waiting []string) {
	held := map[string]bool{} // companies whose amendments wait
	won := r.contest(withoutAlone(contacts, nil)).winners()
	for {
		counted = withoutAlone(contacts, func(c Contact) bool { return !held[c.Company] })
		now := r.contest(counted).winners()
		if slices.Equal(now, won) {
			break
		}
		between := slices.Concat(won, now)
		decides := func(c Contact) bool { return slices.Contains(between, c.Company) }
		if !hold(held, contacts, decides) {
			// Another company's place decides whether there is a winner at all.
			hold(held, contacts, func(Contact) bool { return true })
		}
	}
	for _, c := range contacts {
		if c.Alone != nil && held[c.Company] {
			waiting = append(waiting, c.ID)
		}
	}
	slices.Sort(waiting)
	return counted, waiting
}

// hold adds to held the companies of contacts of which one person alone has said
// something and that decide, and reports whether any was added.
func hold(held map[string]bool, contacts []Contact, decides func(Contact) bool) bool {
	before := len(held)
	for _, c := range contacts {
		if c.Alone != nil && decides(c) {
			held[c.Company] = true
		}
	}
	return len(held) > before
}

// withoutAlone returns the contacts as they count without what one person alone
// has said of them, but of those that keep it; nil: none does.
func withoutAlone(contacts []Contact, keeps func(Contact) bool) []Contact {
	contacts = slices.Clone(contacts)
	for i, c := range contacts {
		if c.Alone != nil && (keeps == nil || !keeps(c)) {
			contacts[i] = *c.Alone
		}
	}
	return contacts
}
