package probes

import (
	"context"
	"slices"

	"github.com/svartid/svartid/probes/reading"
)

const (
	ruleCopy     = reading.Rule("copy")     // our own opener, come back as the blind copy
	ruleCanary   = reading.Rule("canary")   // a canary of ours, or what answers it: no company's
	rulePlatform = reading.Rule("platform") // the platform itself names the conversation
	ruleGuess    = reading.Rule("guess")    // too weak to act on
)

// A match is the attempt that an arrival belongs to, and by which rule. The
// zero match is none.
type match struct {
	contact Contact
	attempt int
	rule    reading.Rule
}

// matched returns the attempt.
func (m match) matched() Attempt { return m.contact.Attempts[m.attempt-1] }

// match finds the attempt that the strongest of an arrival's clues names. One
// arrival belongs to one attempt; a clue that is a guess matches none.
func (e *Engine) match(ctx context.Context, tx Tx, h Hearsay, m reading.Message) (match, error) {
	var clues []reading.Clue
	for _, name := range h.Arrival.Names {
		clues = append(clues, reading.Clue{Rule: rulePlatform, Key: name})
	}
	clues = append(clues, m.Clues()...)
	var names []string
	for _, clue := range clues {
		names = append(names, clue.Key)
	}
	if len(names) == 0 {
		return match{}, nil
	}
	var named []Contact
	for _, channel := range e.Edition.heardOn(h.Channel) {
		some, err := tx.Find(ctx, Query{Channel: channel, Names: names})
		if err != nil {
			return match{}, err
		}
		named = append(named, some...)
	}
	return strongest(clues, named), nil
}

// strongest returns the attempt that the first clue names which names any.
func strongest(clues []reading.Clue, named []Contact) match {
	for _, clue := range clues {
		if clue.Rule == ruleGuess {
			continue
		}
		for _, c := range named {
			for _, a := range c.Attempts {
				if a.named(clue) {
					return match{contact: c, attempt: a.Number, rule: clue.Rule}
				}
			}
		}
	}
	return match{}
}

// named reports whether a clue points at the attempt.
func (a Attempt) named(clue reading.Clue) bool {
	if clue.Rule == ruleCopy {
		return a.Intent.ID == clue.Key && clue.Key != ""
	}
	return a.knownAs(clue.Key)
}

// knownAs reports whether a name is one of those by which an arrival may point
// at the attempt.
func (a Attempt) knownAs(name string) bool {
	names := append([]string{a.Intent.Address, a.Intent.ID, a.Intent.Token}, a.Receipt.Names...)
	return name != "" && slices.Contains(names, name)
}
