package engine

import (
	"fmt"

	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/plan"
)

// tokenLength is how many letters a token has: 40 bits.
const tokenLength = 8

// mostDraws is how many tokens are drawn for one attempt at most, where the
// marks of others are taken.
const mostDraws = 20

// markKey returns what the marks of openers are keyed by.
func markKey(ed *edition.Edition) string {
	if ed.Key != "" {
		return ed.Key
	}
	return ed.Seed
}

// token returns the word by which an opener is known. It follows from the key,
// the contact (which is edition, company, probe, round and what it replaces),
// the attempt and the draw alone. So it names its contact to those who hold the
// key, in a ledger that has lost it too; a company that joins changes none; and
// without the key, which is not the seed, it cannot be guessed when the seed is
// known.
func token(ed *edition.Edition, contact string, attempt, draw int) string {
	return plan.NewStream(markKey(ed), "token", contact, fmt.Sprint(attempt, ".", draw)).Token(tokenLength)
}
