package fairness

import "slices"

// Confirmed returns the contacts of a class as they count where an amendment that
// changes the winner takes two people, and the ids of those that wait for a second
// person: they count as if what one person alone has said of them had never been
// said. Amendments of one person that change no winner count at once. Companies
// whose amendments do not decide who wins keep theirs. They wait too if they would change
// the winner without looks of one person alone at doubtful letters, which count at once:
// else a person could make a waiting amendment count by such looks.
func (r Rules) Confirmed(contacts []Contact) (counted []Contact, waiting []string) {
	held := map[string]bool{} // companies whose amendments wait
	unread := unread(contacts)
	for {
		before := len(held)
		counted = r.settle(contacts, held)
		r.settle(unread, held)
		if len(held) == before {
			break
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

// settle adds to held the companies whose amendments have to wait so that the winner is
// the one without what one person alone has said, and returns the contacts as they count.
func (r Rules) settle(contacts []Contact, held map[string]bool) (counted []Contact) {
	won := r.contest(withoutAlone(contacts, nil)).winners()
	for {
		counted = withoutAlone(contacts, func(c Contact) bool { return !held[c.Company] })
		now := r.contest(counted).winners()
		if slices.Equal(now, won) {
			return counted
		}
		between := slices.Concat(won, now)
		decides := func(c Contact) bool { return slices.Contains(between, c.Company) }
		if !hold(held, contacts, decides) {
			// Another company's place decides whether there is a winner at all.
			hold(held, contacts, func(Contact) bool { return true })
		}
	}
}

// unread returns the contacts as if doubtful letters had not been looked at by one person
// alone; none if no amendment can wait.
func unread(contacts []Contact) []Contact {
	if !slices.ContainsFunc(contacts, func(c Contact) bool { return c.Alone != nil }) {
		return nil
	}
	contacts = slices.Clone(contacts)
	for i, c := range contacts {
		switch {
		case c.Unread == nil:
		case c.Alone == nil:
			contacts[i] = *c.Unread
		default:
			contacts[i].Alone = c.Unread
		}
	}
	return contacts
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
