package head

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/participation"
)

// A Chain is how far the events of one contact have come.
type Chain struct {
	Contact string
	Seq     int    // of its last event, from 1
	Hash    string // of that event
}

// A State is all chains of a ledger, by contact.
type State []Chain

// Read returns the chains of a view of the ledger, as their events are.
func Read(ctx context.Context, tx probes.Tx) (State, error) {
	var all State
	err := eachStory(ctx, tx, func(contact string, story []probes.Event) {
		if n := len(story); n > 0 {
			all = append(all, Chain{contact, story[n-1].Seq, story[n-1].Hash})
		}
	})
	return all, err
}

// eachStory calls take for the events of every contact, by id, and for those by which
// people have decided who is asked, under the name of their marks.
func eachStory(ctx context.Context, tx probes.Tx, take func(contact string, story []probes.Event)) error {
	const page = 500
	for q := (probes.Query{Limit: page, After: " "}); ; {
		found, err := tx.Find(ctx, q)
		if err != nil {
			return fmt.Errorf("read chains: %w", err)
		}
		for _, c := range found {
			_, story, err := tx.Story(ctx, c.ID)
			if err != nil {
				return fmt.Errorf("read chains: %w", err)
			}
			take(c.ID, story)
		}
		if len(found) < page {
			break
		}
		q.After = found[len(found)-1].ID
	}
	decided, err := participation.Story(ctx, tx)
	if err != nil {
		return fmt.Errorf("read who is asked: %w", err)
	}
	if len(decided) > 0 {
		take(participation.Marks, decided)
	}
	return nil
}

// Contacts counts the chains that are contacts': what people have decided of who is asked
// is a chain too.
func (s State) Contacts() (n int) {
	for _, c := range s {
		if c.Contact != participation.Marks {
			n++
		}
	}
	return n
}

// Events counts the events of all chains.
func (s State) Events() (n int) {
	for _, c := range s {
		n += c.Seq
	}
	return n
}

// Text is the text of which [State.Digest] is made.
func (s State) Text() string {
	sorted := slices.SortedFunc(slices.Values(s), func(a, b Chain) int { return cmp.Compare(a.Contact, b.Contact) })
	var out strings.Builder
	for _, c := range sorted {
		fmt.Fprintf(&out, "%s %d %s\n", c.Contact, c.Seq, c.Hash)
	}
	return out.String()
}

// Digest is the SHA-256 of the text, in lower-case hex.
func (s State) Digest() string { return digestOf(s.Text()) }

// digestOf is the SHA-256 of a text, in lower-case hex.
func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
