package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/review"
)

// A Ranking keeps the standings of each class until something of it changes, so
// that many may look at once. Fill the fields; it may be used from several
// goroutines.
type Ranking struct {
	Ledger  probes.Ledger
	Edition *edition.Edition

	mu      sync.Mutex
	seen    int64            // the ledger's version up to which changes are known
	changed map[string]int64 // the version at which a contact of a class was last seen to have changed
	classes map[string]*rankedClass
	roll    *field.Roll // by which a class was last computed; nil: none was
}

// A rankedClass is what was last computed of a class.
type rankedClass struct {
	mu        sync.Mutex
	computed  bool
	of        state
	standings ClassStandings
	fair      []fairness.Contact
	letters   []review.Letter
	roll      *field.Roll
}

// A state is what the standings of a class follow from. What waits is censored where
// its channel was heard to, by the minute.
type state struct {
	changed int64
	plans   int
	heard   string
}

// Class returns the standings of one class, but for what follows from all classes
// together: grades, and how far the reader and people agree.
func (r *Ranking) Class(ctx context.Context, class string) (ClassStandings, error) {
	kept, err := r.current(ctx, class)
	if err != nil {
		return ClassStandings{}, fmt.Errorf("standings of %s: %w", class, err)
	}
	defer kept.mu.Unlock()
	return kept.copied(), nil
}

// All returns the standings of every class, as [Standings] does.
func (r *Ranking) All(ctx context.Context) ([]ClassStandings, error) {
	var out []ClassStandings
	var letters []review.Letter
	fair := map[string][]fairness.Contact{}
	for classes, i := r.Edition.Classes(), 0; i < len(classes); i++ {
		class := classes[i]
		kept, err := r.current(ctx, class)
		if err != nil {
			return nil, fmt.Errorf("standings of %s: %w", class, err)
		}
		out, letters = append(out, kept.copied()), append(letters, kept.letters...)
		fair[class] = kept.fair
		if i == len(classes)-1 {
			classes = append(classes, r.further(classes)...)
		}
		kept.mu.Unlock()
	}
	grade(out, r.Edition.Scoring, fair)
	for i, figures := 0, review.FiguresOf(r.Edition, letters); i < len(out); i++ {
		out[i].Review = figures
	}
	return out, nil
}

// further returns classes that only companies of the start have.
func (r *Ranking) further(known []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.roll == nil {
		return nil
	}
	return slices.DeleteFunc(r.roll.Classes(), func(class string) bool { return slices.Contains(known, class) })
}

// copied returns the standings for one who may change them.
func (k *rankedClass) copied() ClassStandings {
	out := k.standings
	out.Standings = slices.Clone(out.Standings)
	return out
}

// current returns a class as it is by now, locked. Those who ask for the same wait for
// the first.
func (r *Ranking) current(ctx context.Context, class string) (*rankedClass, error) {
	r.mu.Lock()
	if r.classes == nil {
		r.classes, r.changed = map[string]*rankedClass{}, map[string]int64{}
	}
	kept := r.classes[class]
	if kept == nil {
		kept = &rankedClass{}
		r.classes[class] = kept
	}
	r.mu.Unlock()
	kept.mu.Lock()
	err := r.Ledger.View(ctx, func(tx probes.Tx) error {
		now, err := r.state(ctx, tx, class)
		if err != nil || kept.computed && now == kept.of {
			return err
		}
		if err := kept.compute(ctx, tx, probes.Sample{Edition: r.Edition, Class: class}, now); err != nil {
			return err
		}
		r.mu.Lock()
		r.roll = kept.roll
		r.mu.Unlock()
		return nil
	})
	if err != nil {
		kept.mu.Unlock()
		return nil, err
	}
	return kept, nil
}

// compute folds the class anew.
func (k *rankedClass) compute(ctx context.Context, tx probes.Tx, sample probes.Sample, of state) error {
	g, err := gather(ctx, tx, sample, time.Time{})
	if err != nil {
		return err
	}
	changed, err := g.changes(ctx, tx, time.Time{})
	if err != nil {
		return err
	}
	k.standings = g.stand(sample.Class, time.Time{}, changed)
	k.computed, k.of, k.fair, k.letters, k.roll = true, of, g.fair[sample.Class], g.letters, g.roll.Bare()
	return nil
}

// state returns what the standings of a class follow from by now.
func (r *Ranking) state(ctx context.Context, tx probes.Tx, class string) (s state, err error) {
	if s.changed, err = r.changedAt(ctx, tx, class); err != nil {
		return s, err
	}
	drawn, err := probes.Follows(ctx, tx)
	if err != nil {
		return s, err
	}
	heard, err := probes.Sample{Edition: r.Edition}.Heard(ctx, tx)
	if err != nil {
		return s, err
	}
	for _, channel := range slices.Sorted(maps.Keys(heard)) {
		s.heard += channel + " " + heard[channel].Truncate(time.Minute).Format(time.RFC3339) + " "
	}
	s.plans = len(drawn)
	return s, nil
}

// changedAt returns the version at which a contact of the class was last seen to
// have changed: no later than what the transaction sees. It reads what has changed
// since it was last called.
func (r *Ranking) changedAt(ctx context.Context, tx probes.Tx, class string) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	snapshot, err := tx.Snapshot(ctx)
	if err != nil {
		return 0, err
	}
	if r.seen > 0 && snapshot.Version > r.seen {
		found, err := tx.Find(ctx, probes.Query{Edition: r.Edition.Name, ChangedSince: r.seen})
		if err != nil {
			return 0, err
		}
		for _, c := range found {
			r.changed[c.Plan.Class] = snapshot.Version
			if r.roll != nil {
				r.changed[r.roll.Class(c.Plan.Company, c.Plan.Class)] = snapshot.Version
			}
		}
	}
	r.seen = max(r.seen, snapshot.Version)
	if r.changed[class] == 0 {
		r.changed[class] = snapshot.Version
	}
	return min(r.changed[class], snapshot.Version), nil
}
