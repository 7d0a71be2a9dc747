package probes

// Follow takes a contact's whole story into the tally, with the same result as
// if [Tally.Take] had followed it event by event, and returns the contact. It
// folds only where that makes a difference: an acknowledgement and the last
// answer are observed as they were first known, which nothing but what was
// heard, a person's amendment or another attempt can change. All else adds up.
func (t *Tally) Follow(id string, story []Event, fold func(string, []Event) Contact) Contact {
	var before Contact
	from := 0
	for i, e := range story {
		telling := e.Kind == Heard || e.Kind == Amended || e.Kind == Planned && i > 0
		if !telling && i < len(story)-1 {
			continue
		}
		after := fold(id, story[:i+1])
		t.Take(before, after, story[from:i+1])
		before, from = after, i+1
	}
	return before
}
