package metrics

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/svartid/svartid/channels/hook"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/field"
	"github.com/svartid/svartid/probes/reading/match"
)

// A Collector is a prometheus.Collector over the ledger. Fill the fields and
// register it.
type Collector struct {
	Ledger  probes.Ledger
	Edition *edition.Edition
	Health  *probes.SourceHealth
	Sources map[string][]string // what each channel listens to
	Clock   func() time.Time    // nil = time.Now
	Build   map[string]string   // labels of svartid_build_info
	Loaded  time.Time           // when the configuration was last read well
	Reread  func() time.Time    // when it was read well again since, and was the same; nil = never
	Stale   func() bool         // whether the file has changed to one that cannot be used; nil = no
	Timeout time.Duration       // for reading the ledger. 0 = 10 seconds
	Log     *slog.Logger        // where a ledger that cannot be read is told; nil = nowhere
	// Hooks returns what became of deliveries to a channel since the start, by
	// code; nil for one that takes none. The channel without a name is what was
	// delivered to none. nil = not counted.
	Hooks func(channel string) map[hook.Code]int

	// Guarded returns what became of tries to log in since the start, and of requests that
	// were refused; nil = not counted.
	Guarded func() ([]LoginCount, map[string]int)

	// ByClass has companies told of class by class, for fields so large that a series of
	// each is more than Prometheus bears. The zero value tells of each.
	ByClass bool
	// StandbyMissing reports whether the ledger's server lacks the standby that would take
	// its place without loss; nil = the ledger has no server.
	StandbyMissing func(context.Context) (bool, error)

	mu      sync.Mutex
	rows    []*row        // in the order of their labels
	index   map[place]int // of rows
	known   map[string]edition.Company
	scorer  scorer
	version int64

	departed departure
}

// A place is where a tally belongs.
type place struct{ channel, class, company string }

var _ prometheus.Collector = (*Collector)(nil)

// Describe implements prometheus.Collector. It describes nothing: the
// collector is unchecked, because which series there are depends on the edition.
func (c *Collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector. A [Handler] writes the same, and is
// quicker.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	c.look(context.Background()).write(&registered{out: out}, nil)
}

// look returns what there is to tell now. Where the ledger cannot be read, what is
// told from it is left out, and svartid_ledger_up is 0: an old figure would pass for
// a new one.
func (c *Collector) look(ctx context.Context) *scrape {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	s := &scrape{now: now, single: map[string][]sample{}}
	c.program(s)
	c.guarded(s)
	read, err := c.read(ctx, now)
	if err != nil {
		c.report(err)
		s.add("svartid_ledger_up", 0)
		return s
	}
	s.add("svartid_ledger_up", 1)
	c.standby(ctx, s)
	s.rows = walked(c.rows, probes.BrokenFlows(read.totals.Checkpoints[probes.FlowChecks]))
	if c.ByClass {
		s.rows, s.classes = byClass(s.rows), true
	} else {
		c.paused(s)
	}
	c.health(s, read.totals)
	c.rounds(s, read.totals)
	c.waiting(s, read.waiting)
	s.add("svartid_plan_lag_seconds", read.lag.Seconds())
	s.add("svartid_unsure_attempts", float64(read.totals.Unsure))
	return s
}

// standby shows whether the ledger's server lacks its standby. A server that does not say
// is told in the log, and the figure is left out.
func (c *Collector) standby(ctx context.Context, s *scrape) {
	missing := 0.0
	if c.StandbyMissing != nil {
		is, err := c.StandbyMissing(ctx)
		if err != nil {
			c.report(err)
			return
		}
		if is {
			missing = 1
		}
	}
	s.add("svartid_ledger_standby_missing", missing)
}

// report says why the ledger could not be read.
func (c *Collector) report(err error) {
	if c.Log != nil {
		c.Log.Error("a scrape cannot read the ledger", "err", err)
	}
}

// A state is what the ledger says at one moment, but for places.
type state struct {
	totals  probes.Totals
	lag     time.Duration
	waiting map[verdictKey]int
}

// read brings the rows up to date.
func (c *Collector) read(ctx context.Context, now time.Time) (r state, err error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = c.Ledger.View(ctx, func(tx probes.Tx) error {
		if r.totals, err = tx.Totals(ctx, c.version); err != nil {
			return err
		}
		if r.lag, err = probes.PlanLag(ctx, tx, c.Edition, now); err != nil {
			return err
		}
		if r.waiting, err = c.undecided(ctx, tx, now); err != nil {
			return err
		}
		return c.update(ctx, tx, r.totals)
	})
	if err != nil {
		return r, fmt.Errorf("read totals: %w", err)
	}
	c.version = r.totals.Version
	return r, nil
}

// update takes over the tallies that have changed, with the scores that follow.
func (c *Collector) update(ctx context.Context, tx probes.Tx, totals probes.Totals) error {
	if c.index == nil {
		c.index, c.scorer, c.known = map[place]int{}, newScorer(), map[string]edition.Company{}
		for _, co := range c.Edition.Companies {
			c.known[co.ID] = co
		}
		c.put(c.start())
	}
	if err := c.departed.open(ctx, tx, probes.Sample{Edition: c.Edition}, field.Marks(totals.Checkpoints)); err != nil {
		return err
	}
	changed := map[place]bool{}
	if totals.Version != c.version || c.version == 0 {
		if err := c.renew(ctx, tx, totals, changed); err != nil {
			return err
		}
	}
	zeroed, err := c.zero(ctx, tx)
	if err != nil {
		return fmt.Errorf("zeros of companies that have left: %w", err)
	}
	maps.Copy(changed, zeroed)
	return c.rescore(ctx, tx, changed)
}

// renew takes over what has changed, and adds the places to those that are to be scored
// anew.
func (c *Collector) renew(ctx context.Context, tx probes.Tx, totals probes.Totals, changed map[place]bool) error {
	maps.Copy(changed, c.tallied(totals.Tallies))
	for _, b := range totals.Bases {
		if b.Edition == c.Edition.Name && !c.Edition.SelfReported[b.Channel] {
			at := c.ranked(place{b.Channel, b.Class, b.Company})
			if err := c.scorer.take(b, at); err != nil {
				return err
			}
			changed[at] = true
		}
	}
	for _, at := range c.scorer.awaiting() {
		changed[at] = true
	}
	if err := c.departed.hear(ctx, tx, probes.Query{Edition: c.Edition.Name, ChangedSince: c.version}); err != nil {
		return err
	}
	for at := range changed {
		if c.departed.leavers[at.company] {
			of := probes.Query{Edition: c.Edition.Name, Company: at.company, Channel: at.channel}
			if err := c.departed.look(ctx, tx, of); err != nil {
				return err
			}
		}
	}
	return nil
}

// ranked returns the place in which what is known of another counts: that of the class in
// which the company is ranked.
func (c *Collector) ranked(at place) place {
	at.class = c.departed.roll.Class(at.company, at.class)
	return at
}

// tallied puts the rows of tallies in their places, and returns those.
func (c *Collector) tallied(tallies []probes.Tally) map[place]bool {
	var fresh []*row
	changed := map[place]bool{}
	for _, t := range tallies {
		if t.Edition != c.Edition.Name {
			continue
		}
		at := place{t.Channel, t.Class, t.Company}
		r := newRow(at, &t, c.centres(at))
		if i, known := c.index[at]; known {
			r = r.scored(c.rows[i].score)
		}
		fresh, changed[c.ranked(at)] = append(fresh, r), true
	}
	c.put(fresh)
	return changed
}

// rescore brings the scores of places up to date that have changed.
func (c *Collector) rescore(ctx context.Context, tx probes.Tx, changed map[place]bool) error {
	look := looker{sample: probes.Sample{Edition: c.Edition}}
	for at := range changed {
		kept := c.scorer.places[at]
		if kept == nil {
			delete(changed, at) // no contact of it has been asked
			continue
		}
		if len(kept.apart()) == 0 {
			continue
		}
		if look.heard == nil {
			var err error
			if look.heard, err = look.sample.Heard(ctx, tx); err != nil {
				return err
			}
		}
		if err := c.scorer.look(ctx, tx, at, look); err != nil {
			return fmt.Errorf("score of %s: %w", at.company, err)
		}
	}
	if err := c.relook(ctx, tx, changed, look); err != nil {
		return err
	}
	scores, err := c.scorer.rescored(changed, c.Edition.Scoring)
	if err != nil {
		return err
	}
	var fresh []*row
	for at, score := range scores {
		i, known := c.index[at]
		if !known { // the company has left before it was asked
			fresh = append(fresh, c.newRow(at).scored(score))
			continue
		}
		fresh = append(fresh, c.rows[i].scored(score))
	}
	c.put(fresh)
	return nil
}

// relook looks once more at the classes of places that have changed in which one person
// alone has said something.
func (c *Collector) relook(ctx context.Context, tx probes.Tx, changed map[place]bool, look looker) (err error) {
	for class := range c.scorer.contested(changed) {
		if look.heard == nil {
			if look.heard, err = look.sample.Heard(ctx, tx); err != nil {
				return err
			}
		}
		for _, at := range c.scorer.classes[class] {
			if err := c.scorer.relook(ctx, tx, at, look); err != nil {
				return err
			}
		}
	}
	return nil
}

// put puts rows in their places. A scrape that still writes those before keeps them.
func (c *Collector) put(fresh []*row) {
	if len(fresh) == 0 {
		return
	}
	c.rows = slices.Clone(c.rows)
	grown := false
	for _, r := range fresh {
		if i, known := c.index[r.at]; known {
			c.rows[i] = r
			continue
		}
		grown = true
		c.index[r.at] = len(c.rows)
		c.rows = append(c.rows, r)
	}
	if !grown {
		return
	}
	slices.SortFunc(c.rows, func(a, b *row) int { return byLabels(a.at, b.at) })
	for i, r := range c.rows {
		c.index[r.at] = i
	}
}

// start returns every company on every channel it has, from the first day on. What
// else the ledger holds of the edition, because a company has left it or has changed
// its class, is shown too: it was counted.
func (c *Collector) start() (all []*row) {
	for _, co := range c.Edition.Companies {
		for channel := range co.Reach {
			all = append(all, c.newRow(place{channel, co.Class, co.ID}))
		}
	}
	return all
}

// newRow returns the row of a place of which nothing is counted.
func (c *Collector) newRow(at place) *row {
	t := probes.NewTally(probes.Plan{Edition: c.Edition.Name, Class: at.class, Company: at.company, Channel: at.channel})
	return newRow(at, &t, c.centres(at))
}

// paused shows which companies are.
func (c *Collector) paused(s *scrape) {
	for _, co := range c.Edition.Companies {
		paused := 0.0
		if _, ok := c.Edition.Paused(co, s.now); ok || co.Left() && !c.Edition.Day(s.now).Before(co.Withdrawn) {
			paused = 1
		}
		s.add("svartid_company_paused", paused, co.Class, co.ID, c.Edition.Name)
	}
}

// byLabels is the order in which the registry sorts series. It is quick with
// those that are in order.
func byLabels(a, b place) int {
	return cmp.Or(cmp.Compare(a.channel, b.channel), cmp.Compare(a.class, b.class), cmp.Compare(a.company, b.company))
}

// centres returns who may answer for the company of a place; only the unknown one of
// a company that is no more in the edition, or in another class.
func (c *Collector) centres(at place) []string {
	all := []string{match.UnknownCentre}
	if co, known := c.known[at.company]; known && co.Class == at.class {
		for _, rule := range co.Centres {
			all = append(all, rule.ID)
		}
	}
	return all
}

func (c *Collector) now() time.Time {
	if c.Clock != nil {
		return c.Clock()
	}
	return time.Now()
}
