package head

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/participation"
)

// marked is how the channel begins under which a head covers marks, as if each were an
// arrival.
const marked = "marks "

// Marked returns the marks of a view of the ledger that a head covers beside arrivals: from
// when each plan was followed, and what would have made the season contestable and was
// accepted.
func Marked(ctx context.Context, tx probes.Tx) (all []Arrival, err error) {
	for _, name := range []string{probes.DrawnPlans, probes.Refollowed, probes.Acceptances} {
		marks, err := tx.Checkpoints(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("read marks: %w", err)
		}
		for _, m := range marks {
			all = append(all, markOf(name, m))
		}
	}
	return all, nil
}

// markOf returns what a head covers of a mark. When something was accepted is left out: it
// may be accepted again.
func markOf(name string, m channels.Checkpoint) Arrival {
	a := Arrival{Channel: marked + name, Key: m.Source, Digest: m.Position, Arrived: m.Until}
	if name == probes.Acceptances {
		a.Arrived = time.Unix(0, 0)
	}
	return a
}

// accesses is the channel under which a head covers who has read evidence.
const accesses = marked + "accesses"

// looks returns who has read evidence, as far as it is still recorded: the hash of each look
// stands for all before it.
func looks(ctx context.Context, tx probes.Tx) (all []Arrival, err error) {
	chain, has := tx.(probes.AccessChain)
	if !has {
		return nil, nil
	}
	hashes, err := chain.AccessHashes(ctx)
	if err != nil {
		return nil, err
	}
	for _, seq := range slices.Sorted(maps.Keys(hashes)) {
		all = append(all, Arrival{Channel: accesses, Key: strconv.FormatInt(seq, 10), Digest: hashes[seq], Arrived: time.Unix(0, 0)})
	}
	return all, nil
}

// digests is the channel under which a head covers the making of digests of rows.
const digests = marked + "digests"

// digested returns what a head covers of the digests of rows: that they were made once, and
// when, by a name that was drawn then.
func digested(ctx context.Context, tx probes.Tx) ([]Arrival, error) {
	of, is := tx.(probes.DigestOrigin)
	if !is {
		return nil, nil
	}
	name, _, err := of.DigestOrigin(ctx)
	if err != nil || name == "" {
		return nil, err
	}
	return []Arrival{{Channel: digests, Key: "made", Digest: name, Arrived: time.Unix(0, 0)}}, nil
}

// forgotAccess reports whether an item of a head is a look at evidence that is older than
// all that are recorded, which go by age. Now are the items of the ledger, by hash.
func forgotAccess(name string, now map[string]string) bool {
	number := func(name string) (seq int, is bool) {
		channel, key, _ := strings.Cut(name, " ")
		seq, err := strconv.Atoi(key)
		return seq, err == nil && unescaped(channel) == accesses
	}
	was, is := number(name)
	oldest := 0
	for _, other := range now {
		if seq, is := number(other); is && (oldest == 0 || seq < oldest) {
			oldest = seq
		}
	}
	return is && was < oldest
}

// covered returns the arrivals of a view of the ledger that heads cover, and what they
// cover beside: marks, and who has read evidence.
func covered(ctx context.Context, tx probes.Tx) (arrivals, beside []Arrival, err error) {
	if arrivals, err = Heard(ctx, tx); err != nil {
		return nil, nil, err
	}
	marks, err := Marked(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	made, err := digested(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	looked, err := looks(ctx, tx)
	return arrivals, slices.Concat(marks, made, looked), err
}

// besides returns what a head covers beside arrivals, of what there is: all marks, the
// newest look at evidence, and those that the heads before it have covered.
func besides(all []Arrival, history []Kept) map[string]string {
	var marks []Arrival
	var newest *Arrival
	for _, a := range all {
		if a.Channel == accesses {
			newest = &a
			continue
		}
		marks = append(marks, a)
	}
	if newest != nil {
		marks = append(marks, *newest)
	}
	names := named(marks)
	for _, before := range history {
		for hash, name := range before.Heard {
			if channel, _, _ := strings.Cut(name, " "); unescaped(channel) == accesses {
				names[hash] = name
			}
		}
	}
	return names
}

// An Anchor is how far a season is covered by the heads that its ledger has published.
type Anchor struct {
	Last time.Time // of the last head; zero: none was made
	// Beyond says that there are events of the edition, decisions on who is asked or marks of
	// plans that the last head does not cover, so that these can be rewritten by those who
	// hold the database.
	Beyond bool
}

// AnchorOf returns how far an edition is covered. Arrivals that belong to no contact say
// nothing of it.
func AnchorOf(ctx context.Context, tx probes.Tx, edition string) (a Anchor, err error) {
	history, err := History(ctx, tx)
	if err != nil {
		return a, err
	}
	reached, heard := map[string]int{}, map[string]bool{}
	for _, k := range history {
		a.Last = k.At
		for contact, seq := range k.Reached {
			reached[contact] = seq
		}
		for hash := range k.Heard {
			heard[hash] = true
		}
	}
	err = eachStory(ctx, tx, func(contact string, story []probes.Event) {
		ours := contact == participation.Marks || len(story) > 0 && probes.Payload[probes.Plan](story[0]).Edition == edition
		a.Beyond = a.Beyond || ours && len(story) > reached[contact]
	})
	if err != nil {
		return a, err
	}
	marks, err := Marked(ctx, tx)
	if err != nil {
		return a, err
	}
	a.Beyond = a.Beyond || slices.ContainsFunc(marks, func(m Arrival) bool { return !heard[m.hash()] })
	return a, nil
}

// String says what is not covered; "" if all is.
func (a Anchor) String() string {
	switch {
	case !a.Beyond:
		return ""
	case a.Last.IsZero():
		return "never anchored: no head of the ledger was published, and all of it can be rewritten by those who hold the database"
	}
	return fmt.Sprintf("not anchored since %s: what was decided after it can be rewritten by those who hold the database",
		a.Last.UTC().Format("2006-01-02 15:04 MST"))
}

// kind says what an item of a head is for people: an arrival on a channel, or a mark.
func kind(channel, key string) string {
	if channel == accesses {
		return fmt.Sprintf("the look %s at evidence", key)
	}
	if channel == digests {
		return "the name of when digests of rows were made"
	}
	if name, is := strings.CutPrefix(channel, marked); is {
		return fmt.Sprintf("the mark %s of what is %s", key, name)
	}
	return fmt.Sprintf("the arrival %s on %s", key, channel)
}
