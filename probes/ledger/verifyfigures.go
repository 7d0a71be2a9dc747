package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
)

// marks checks that every plan that was followed is kept, that none is followed
// without it, and that no source falls behind what silence was proven by.
func (a *audit) marks(ctx context.Context) error {
	all, err := a.allMarks(ctx)
	if err != nil {
		return fmt.Errorf("read marks: %w", err)
	}
	r := &recount{}
	followed := map[string]bool{}
	for _, m := range all[probes.DrawnPlans] {
		followed[m.Source] = true
		r.names(m.Source, "mark %s of a plan that was followed", m.Source)
	}
	for _, m := range all[probes.Baselines] {
		r.names(m.Source, "mark %s of what edition %s was run by", m.Source, m.Position)
	}
	for _, m := range all[probes.Decisions] {
		r.names(m.Source, "decision %s on who takes part", m.Position)
	}
	for _, m := range all[probes.Heads] {
		r.names(m.Position, "head %s that was published", m.Source)
	}
	for digest, contact := range a.plans {
		if followed[digest] {
			continue
		}
		if err := a.note("marks", probes.DrawnPlans+" "+digest, "is missing, and contact %s was planned by it", contact); err != nil {
			return err
		}
	}
	if err := a.fallenBehind(all); err != nil {
		return err
	}
	return a.kept(ctx, r.papers)
}

// allMarks returns the marks of every channel that can be read.
func (a *audit) allMarks(ctx context.Context) (map[string][]channels.Checkpoint, error) {
	type mark struct {
		channel string
		channels.Checkpoint
	}
	marks, err := readable(ctx, a, ask(`SELECT channel, source, position, until FROM marks`), rowKind[mark]{"marks", func(scan scan) (m mark, err error) {
		m.Checkpoint, err = scanCheckpoint(func(columns ...any) error { return scan(append([]any{&m.channel}, columns...)...) })
		return m, err
	}, func(m mark) string { return m.channel + " " + m.Source }})
	all := map[string][]channels.Checkpoint{}
	for _, m := range marks {
		all[m.channel] = append(all[m.channel], m.Checkpoint)
	}
	return all, err
}

// fallenBehind notes the sources that events say were heard for longer than
// their checkpoints do.
func (a *audit) fallenBehind(all map[string][]channels.Checkpoint) error {
	heard := map[string]int64{}
	for _, marks := range all {
		for _, m := range marks {
			heard[m.Source] = max(heard[m.Source], micros(m.Until))
		}
	}
	for source, until := range a.sources {
		if heard[source] >= until {
			continue
		}
		if err := a.note("marks", source, "events say that it was heard until %v", instant(until)); err != nil {
			return err
		}
	}
	return nil
}

// tallies holds the running figures against those that the events make.
func (a *audit) tallies(ctx context.Context) error {
	if a.fold == nil || a.torn {
		return nil
	}
	var version int64
	if _, err := a.tx.one(ctx, ask(`SELECT count FROM counters WHERE name = $1`, versions), &version); err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	err := a.tx.each(ctx, ask(`SELECT edition, class, company, channel, version, body FROM tallies`),
		func(scan scan) error {
			var at tallyKey
			var of int64
			var body string
			if err := scan(&at.edition, &at.class, &at.company, &at.channel, &of, &body); err != nil {
				return a.unread(ctx, "tallies", at.String(), err)
			}
			made := a.remade[at]
			delete(a.remade, at)
			switch {
			case made == nil:
				return a.note("tallies", at.String(), "is of no contact")
			case of < 1 || of > version:
				return a.note("tallies", at.String(), "is of version %d, and the ledger of %d", of, version)
			}
			return a.tally(at, *made, body)
		})
	if err != nil {
		return fmt.Errorf("read tallies: %w", err)
	}
	for at := range a.remade {
		if err := a.note("tallies", at.String(), "is missing"); err != nil {
			return err
		}
	}
	return nil
}

// String names a tally in faults.
func (s tallyKey) String() string {
	return strings.Join([]string{s.edition, s.class, s.company, s.channel}, "/")
}

// tally compares a tally with the one that was made anew. Sums may differ by
// the rounding that another order of adding makes.
func (a *audit) tally(at tallyKey, made probes.Tally, body string) error {
	var kept probes.Tally
	if err := json.Unmarshal([]byte(body), &kept); err != nil {
		return a.note("tallies", at.String(), "cannot be read: %v", err)
	}
	alike := func(made *probes.Histogram, kept probes.Histogram) {
		if math.Abs(made.Sum-kept.Sum) <= 1e-9*max(1, math.Abs(made.Sum)) {
			made.Sum = kept.Sum
		}
	}
	alike(&made.Waits, kept.Waits)
	alike(&made.OpenWait, kept.OpenWait)
	alike(&made.AckWaits, kept.AckWaits)
	want, err := json.Marshal(made)
	if err != nil || string(want) == body {
		return err
	}
	return a.note("tallies", at.String(), "is not what the events make: %s, and not %s", want, body)
}

// scores holds what scores follow from against what the events make of it.
func (a *audit) scores(ctx context.Context) error {
	if a.fold == nil || a.torn {
		return nil
	}
	if err := a.scoresAhead(ctx); err != nil {
		return err
	}
	kept, err := readable(ctx, a, ask(`SELECT edition, class, company, channel, ends, apart FROM scores`),
		rowKind[probes.Basis]{"scores", scanBasis, func(b probes.Basis) string {
			return tallyKey{b.Edition, b.Class, b.Company, b.Channel}.String()
		}})
	if err != nil {
		return fmt.Errorf("read scores: %w", err)
	}
	for _, b := range kept {
		if err := a.basis(b); err != nil {
			return err
		}
	}
	for at, made := range a.bases {
		if len(made.Ends)+len(made.Apart) == 0 {
			continue
		}
		if err := a.note("scores", at.String(), "is missing"); err != nil {
			return err
		}
	}
	return nil
}

// basis compares what a score follows from with what was made anew.
func (a *audit) basis(b probes.Basis) error {
	at := tallyKey{b.Edition, b.Class, b.Company, b.Channel}
	made := a.bases[at]
	delete(a.bases, at)
	if made == nil {
		made = &probes.Basis{}
	}
	if slices.Equal(made.Ends, b.Ends) && slices.Equal(made.Apart, b.Apart) {
		return nil
	}
	return a.note("scores", at.String(), "is not what the events make: %v, and not %v", *made, b)
}

// scoresAhead notes what is of a version that the ledger has not come to.
func (a *audit) scoresAhead(ctx context.Context) error {
	ahead, err := collect(ctx, a.tx, ask(`SELECT company FROM scores WHERE version < 1 OR version > (
		SELECT count FROM counters WHERE name = $1)`, versions), scanID)
	if err != nil {
		return fmt.Errorf("read versions of scores: %w", err)
	}
	for _, company := range ahead {
		if err := a.note("scores", company, "is of a version that the ledger has not come to"); err != nil {
			return err
		}
	}
	return nil
}

// counters counts again what was counted.
func (a *audit) counters(ctx context.Context) error {
	got, err := a.counted(ctx, ask(`SELECT name, channel, kind, count FROM counters`))
	if err != nil {
		return fmt.Errorf("read counters: %w", err)
	}
	want, err := a.counted(ctx, ask(arrivalCounts, arrivals, string(probes.RuleTrial)))
	if err != nil {
		return fmt.Errorf("count arrivals: %w", err)
	}
	failed, err := a.counted(ctx, ask(unreadCounts, unread))
	if err != nil {
		return fmt.Errorf("count arrivals that could not be read: %w", err)
	}
	maps.Copy(want, failed)
	maps.Copy(want, a.failed)
	if err := a.version(ctx, got); err != nil {
		return err
	}
	both := maps.Clone(want)
	maps.Copy(both, got)
	for c := range both {
		if got[c] == want[c] || a.torn && (c.name == failures || c.name == faults) {
			continue
		}
		if err := a.note("counters", c.String(), "is %d, and there are %d", got[c], want[c]); err != nil {
			return err
		}
	}
	return nil
}

// version checks that the ledger is not behind its tallies, and takes the
// version out of what can be counted again.
func (a *audit) version(ctx context.Context, got map[counter]int64) error {
	var max any // of one that cannot be read it was told already
	if _, err := a.tx.one(ctx, ask(`SELECT max(version) FROM tallies`), &max); err != nil {
		return fmt.Errorf("read versions of tallies: %w", err)
	}
	newest, _ := max.(int64)
	at := counter{name: versions}
	is := got[at]
	delete(got, at)
	if is >= newest {
		return nil
	}
	return a.note("counters", versions, "is %d, and a tally is of version %d", is, newest)
}

// counted runs a query over counters.
func (a *audit) counted(ctx context.Context, q query) (map[counter]int64, error) {
	counts := map[counter]int64{}
	err := a.tx.each(ctx, q, func(scan scan) error {
		c, count, err := scanCounter(scan)
		counts[c] = count
		if err != nil {
			return a.unread(ctx, "counters", c.String(), err)
		}
		return nil
	})
	return counts, err
}

// scanCounter reads a counter, and how far it has counted.
func scanCounter(scan scan) (c counter, count int64, err error) {
	err = scan(&c.name, &c.channel, &c.kind, &count)
	return c, count, err
}

// String names a counter in faults.
func (c counter) String() string {
	return strings.Join(slices.DeleteFunc([]string{c.name, c.channel, c.kind}, func(s string) bool { return s == "" }), " ")
}
