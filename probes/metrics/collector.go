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

	once    sync.Once
	mu      sync.Mutex
	names   map[string]*prometheus.Desc
	tallies map[place]probes.Tally
	cards   map[place]*card
	unsent  map[place]int   // contacts that are pending and have not been asked yet
	lone    map[string]bool // classes in which one person alone has said something
	version int64

	departed departure
}

// A place is where a tally belongs.
type place struct{ channel, class, company string }

var _ prometheus.Collector = (*Collector)(nil)

// Describe implements prometheus.Collector. It describes nothing: the
// collector is unchecked, because which series there are depends on the edition.
func (c *Collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector. Where the ledger cannot be read, what
// is told from it is left out, and svartid_ledger_up is 0: an old figure would
// pass for a new one.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	c.once.Do(func() {
		c.names = descriptions()
		c.tallies, c.cards, c.lone = map[place]probes.Tally{}, map[place]*card{}, map[string]bool{}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	s := scrape{out: out, names: c.names, now: now}
	c.program(s)
	totals, lag, waiting, err := c.read(now)
	if err != nil {
		c.report(err)
		s.gauge("svartid_ledger_up", 0)
		return
	}
	s.gauge("svartid_ledger_up", 1)
	c.companies(s)
	c.health(s, totals)
	c.rounds(s, totals)
	c.waiting(s, waiting)
	s.gauge("svartid_plan_lag_seconds", lag.Seconds())
	s.gauge("svartid_unsure_attempts", float64(totals.Unsure))
}

// report says why the ledger could not be read.
func (c *Collector) report(err error) {
	if c.Log != nil {
		c.Log.Error("a scrape cannot read the ledger", "err", err)
	}
}

// read brings the tallies up to date.
func (c *Collector) read(now time.Time) (totals probes.Totals, lag time.Duration, waiting map[verdictKey]int, err error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err = c.Ledger.View(ctx, func(tx probes.Tx) error {
		if totals, err = tx.Totals(ctx, c.version); err != nil {
			return err
		}
		if lag, err = probes.PlanLag(ctx, tx, c.Edition, now); err != nil {
			return err
		}
		if waiting, err = c.undecided(ctx, tx, now); err != nil {
			return err
		}
		if c.unsent, err = c.planned(ctx, tx); err != nil {
			return err
		}
		return c.update(ctx, tx, totals)
	})
	if err != nil {
		return totals, 0, nil, fmt.Errorf("read totals: %w", err)
	}
	c.version = totals.Version
	return totals, lag, waiting, nil
}

// update takes over the tallies that have changed, with the scores that follow.
func (c *Collector) update(ctx context.Context, tx probes.Tx, totals probes.Totals) error {
	if err := c.departed.open(ctx, tx, probes.Sample{Edition: c.Edition}, totals.Checkpoints[probes.Drawn]); err != nil {
		return err
	}
	classes := map[string]bool{}
	if totals.Version != c.version || c.version == 0 {
		if err := c.renew(ctx, tx, totals, classes); err != nil {
			return err
		}
	}
	zeroed, err := c.zero(ctx, tx)
	if err != nil {
		return fmt.Errorf("zeros of companies that have left: %w", err)
	}
	maps.Copy(classes, zeroed)
	c.confirm(classes)
	return nil
}

// renew takes over the tallies that have changed and scores their places, and adds
// their classes to those in which something has changed.
func (c *Collector) renew(ctx context.Context, tx probes.Tx, totals probes.Totals, classes map[string]bool) error {
	u, err := c.begin(ctx, tx)
	if err != nil {
		return err
	}
	changed := c.awaiting()
	for _, t := range totals.Tallies {
		if t.Edition == c.Edition.Name {
			at := place{t.Channel, t.Class, t.Company}
			c.tallies[at], changed[at] = t, true
		}
	}
	for at := range changed {
		if err := c.rescore(ctx, tx, at, u); err != nil {
			return fmt.Errorf("score of %s: %w", at.company, err)
		}
	}
	maps.Copy(classes, u.classes)
	return nil
}

// companies shows every company on every channel it has, from the first day on.
// What else the ledger holds of the edition, because a company has left it or
// has changed its class, goes on being shown: it was counted.
func (c *Collector) companies(s scrape) {
	rows := map[place]edition.Company{}
	for at := range c.tallies {
		rows[at] = edition.Company{ID: at.company, Class: at.class}
	}
	for at := range c.cards {
		rows[at] = edition.Company{ID: at.company, Class: at.class}
	}
	for _, co := range c.Edition.Companies {
		paused := 0.0
		if _, ok := c.Edition.Paused(co, s.now); ok || co.Left() && !c.Edition.Day(s.now).Before(co.Withdrawn) {
			paused = 1
		}
		s.gauge("svartid_company_paused", paused, c.Edition.Name, co.Class, co.ID)
		for channel := range co.Reach {
			rows[place{channel, co.Class, co.ID}] = co
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(rows), byLabels) {
		t, ok := c.tallies[at]
		if !ok {
			t = probes.NewTally(probes.Plan{
				Edition: c.Edition.Name, Class: at.class, Company: at.company, Channel: at.channel,
			})
		}
		if n := c.unsent[at]; n > 0 {
			t.Outcomes = maps.Clone(t.Outcomes)
			t.Outcomes[probes.Pending] += n
		}
		s.tally(&t, centres(rows[at], t))
		scored := unscored()
		if card := c.cards[at]; card != nil {
			scored = card.score
		}
		s.score(scored, t)
	}
}

// byLabels is the order in which the registry sorts series. It is quick with
// those that are in order.
func byLabels(a, b place) int {
	return cmp.Or(cmp.Compare(a.channel, b.channel), cmp.Compare(a.class, b.class), cmp.Compare(a.company, b.company))
}

// centres returns who may answer for a company, or has. A centre may be known
// by more than one rule.
func centres(co edition.Company, t probes.Tally) []string {
	all := []string{match.UnknownCentre}
	for _, rule := range co.Centres {
		all = append(all, rule.ID)
	}
	all = slices.AppendSeq(all, maps.Keys(t.Answers))
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *Collector) now() time.Time {
	if c.Clock != nil {
		return c.Clock()
	}
	return time.Now()
}
