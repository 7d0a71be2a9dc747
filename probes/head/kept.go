package head

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/signature"
)

// A Kept is a head as the ledger keeps it.
type Kept struct {
	Number int
	At     time.Time
	Line   string
	// Reached is the number of the last event of each contact that had changed since
	// the head before.
	Reached map[string]int
	// Heard names the arrivals that are new since the head before, by hash. It is
	// empty of a head of the old form.
	Heard map[string]string
}

// History returns the heads that a view of the ledger keeps, by number. One whose
// paper is gone has no line, and says nothing of contacts.
func History(ctx context.Context, tx probes.Tx) (all []Kept, err error) {
	marks, err := tx.Checkpoints(ctx, probes.Heads)
	if err != nil {
		return nil, fmt.Errorf("heads of the ledger: %w", err)
	}
	for _, m := range marks {
		number, err := strconv.Atoi(m.Source)
		if err != nil {
			continue // of a later version
		}
		paper, err := tx.Evidence(ctx, m.Position)
		if err != nil && !errors.Is(err, probes.ErrNoEvidence) {
			return nil, fmt.Errorf("head %d of the ledger: %w", number, err)
		}
		all = append(all, readPaper(number, m.Until, string(paper)))
	}
	slices.SortFunc(all, func(a, b Kept) int { return cmp.Compare(a.Number, b.Number) })
	return all, nil
}

// readPaper reads what [Kept.paper] has written.
func readPaper(number int, at time.Time, paper string) Kept {
	line, rest, _ := strings.Cut(paper, "\n")
	k := Kept{Number: number, At: at, Line: line, Reached: map[string]int{}, Heard: map[string]string{}}
	for entry := range strings.Lines(rest) {
		contact, seq, _ := strings.Cut(strings.TrimSuffix(entry, "\n"), " ")
		if hash, name, arrival := strings.Cut(seq, " "); arrival {
			k.Heard[hash] = name
			continue
		}
		if n, err := strconv.Atoi(seq); err == nil {
			k.Reached[contact] = n
		}
	}
	return k
}

// paper is what the ledger keeps of a head.
func (k Kept) paper() string {
	var out strings.Builder
	out.WriteString(k.Line + "\n")
	for _, contact := range slices.Sorted(maps.Keys(k.Reached)) {
		fmt.Fprintf(&out, "%s %d\n", contact, k.Reached[contact])
	}
	for _, hash := range slices.Sorted(maps.Keys(k.Heard)) {
		fmt.Fprintf(&out, "arrival %s %s\n", hash, k.Heard[hash])
	}
	return out.String()
}

// A Maker makes the heads of one edition.
type Maker struct {
	Edition string
	Key     signature.Key
}

// Make makes the head of a ledger as it stands, keeps it, and returns it. It
// follows on the heads that the ledger keeps and on the last one that was
// published, which is another if the ledger is a copy from before it; empty: none
// was.
func (m Maker) Make(ctx context.Context, tx probes.Tx, now time.Time, published string) (Kept, error) {
	state, err := Read(ctx, tx)
	if err != nil {
		return Kept{}, err
	}
	arrivals, marks, err := covered(ctx, tx)
	if err != nil {
		return Kept{}, err
	}
	history, err := History(ctx, tx)
	if err != nil {
		return Kept{}, err
	}
	k, heard := m.next(state, history, published), named(arrivals)
	maps.Copy(heard, besides(marks, history))
	k.At, k.Heard = now, maps.Clone(heard)
	for _, before := range history {
		maps.DeleteFunc(k.Heard, func(hash, _ string) bool { return before.Heard[hash] != "" })
	}
	h := Head{
		Edition: m.Edition, Number: k.Number, At: now, Contacts: state.Contacts(), Events: state.Events(), Arrivals: len(arrivals),
		Digest: digestOf(state.Text() + arrivalsText(heard)), Previous: previous(history, published),
	}
	k.Line = h.Line(m.Key)
	digest, err := tx.Keep(ctx, []byte(k.paper()))
	if err == nil {
		err = tx.Advance(ctx, probes.Heads, channels.Checkpoint{Source: strconv.Itoa(k.Number), Position: digest, Until: now})
	}
	if err != nil {
		return Kept{}, fmt.Errorf("keep head %d: %w", k.Number, err)
	}
	return k, nil
}

// next returns the head after those that are known, without its line.
func (m Maker) next(state State, history []Kept, published string) Kept {
	before := map[string]int{}
	number := 0
	for _, k := range history {
		maps.Copy(before, k.Reached)
		number = k.Number
	}
	if h, err := Parse(published, m.Key.Public()); err == nil {
		number = max(number, h.Number)
	}
	next := Kept{Number: number + 1, Reached: map[string]int{}}
	for _, c := range state {
		if before[c.Contact] != c.Seq {
			next.Reached[c.Contact] = c.Seq
		}
	}
	return next
}

// previous returns the digest of the line that comes before the next one; empty:
// there is none.
func previous(history []Kept, published string) string {
	switch {
	case published != "":
		return digestOf(published)
	case len(history) > 0:
		return digestOf(history[len(history)-1].Line)
	}
	return ""
}
