package engine

import (
	"context"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/reading/match"
	"github.com/svartid/svartid/probes/reading/message"
)

// An attribution is the attempt that an arrival belongs to, and by which rule. The
// zero attribution is none.
type attribution struct {
	contact probes.Contact
	attempt int
	rule    match.Rule
}

// matched returns the attempt.
func (m attribution) matched() probes.Attempt { return m.contact.Attempts[m.attempt-1] }

// match finds the attempt that the strongest of an arrival's clues names. One
// arrival belongs to one attempt; a clue that is a guess matches none.
func (e *Engine) match(ctx context.Context, tx probes.Tx, h probes.StoredArrival, m message.Message) (attribution, error) {
	var clues []match.Clue
	for _, name := range h.Arrival.Names {
		clues = append(clues, match.Clue{Rule: probes.RulePlatform, Key: name})
	}
	clues = append(clues, match.Clues(m)...)
	var names []string
	for _, clue := range clues {
		names = append(names, clue.Key, probes.Digested(clue.Key))
	}
	if len(names) == 0 {
		return attribution{}, nil
	}
	var named []probes.Contact
	for _, channel := range e.Edition.HeardOn(h.Channel) {
		some, err := tx.Find(ctx, probes.Query{Channel: channel, Names: names})
		if err != nil {
			return attribution{}, err
		}
		named = append(named, some...)
	}
	return strongest(clues, named), nil
}

// strongest returns the attempt that the first clue names which names any.
func strongest(clues []match.Clue, named []probes.Contact) attribution {
	for _, clue := range clues {
		if clue.Rule == probes.RuleGuess {
			continue
		}
		for _, c := range named {
			for _, a := range c.Attempts {
				if names(a, clue) {
					return attribution{contact: c, attempt: a.Number, rule: clue.Rule}
				}
			}
		}
	}
	return attribution{}
}

// names reports whether a clue points at the attempt.
func names(a probes.Attempt, clue match.Clue) bool {
	if clue.Rule == probes.RuleCopy {
		return message.Same(a.Intent.ID, clue.Key) && clue.Key != ""
	}
	return a.KnownAs(clue.Key)
}
