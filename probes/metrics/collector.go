package metrics

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/svartid/svartid/probes"
)

// A Collector is a prometheus.Collector over the ledger. Fill the fields and
// register it.
type Collector struct {
	Ledger  probes.Ledger
	Edition *probes.Edition
	Senses  *probes.Senses
	Sources map[string][]string // what each channel listens to
	Clock   func() time.Time
	Build   map[string]string // labels of svartid_build_info
	Loaded  time.Time         // when the configuration was last read well
	Timeout time.Duration     // for reading the ledger. 0 = 10 seconds

	once    sync.Once
	mu      sync.Mutex
	names   map[string]*prometheus.Desc
	tallies map[place]probes.Tally
	version int64
}

// A place is where a tally belongs.
type place struct{ edition, company, channel string }

var _ prometheus.Collector = (*Collector)(nil)

// Describe implements prometheus.Collector. It describes nothing: the
// collector is unchecked, because which series there are depends on the edition.
func (c *Collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector. Trouble with the ledger makes the
// scrape fail: an old figure would pass for a new one.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	c.once.Do(func() {
		c.names = descriptions()
		c.tallies = map[place]probes.Tally{}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Clock()
	totals, lag, err := c.read(now)
	if err != nil {
		out <- prometheus.NewInvalidMetric(c.names["svartid_build_info"], err)
		return
	}
	s := scrape{out: out, names: c.names, now: now}
	for _, co := range c.Edition.Companies {
		c.company(s, co)
	}
	c.senses(s, totals)
	s.gauge("svartid_plan_lag_seconds", lag.Seconds())
	s.gauge("svartid_unsure_attempts", float64(totals.Unsure))
	c.program(s)
}

// read brings the tallies up to date.
func (c *Collector) read(now time.Time) (totals probes.Totals, lag time.Duration, err error) {
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
		lag, err = probes.PlanLag(ctx, tx, c.Edition, now)
		return err
	})
	if err != nil {
		return totals, 0, fmt.Errorf("read totals: %w", err)
	}
	for _, t := range totals.Tallies {
		c.tallies[place{t.Edition, t.Company, t.Channel}] = t
	}
	c.version = totals.Version
	return totals, lag, nil
}

// company shows one company, channel by channel, from the first day on.
func (c *Collector) company(s scrape, co probes.Company) {
	paused := 0.0
	if _, ok := c.Edition.Paused(co, s.now); ok {
		paused = 1
	}
	s.gauge("svartid_company_paused", paused, c.Edition.Name, co.Class, co.ID)
	for channel := range co.Reach {
		t, ok := c.tallies[place{c.Edition.Name, co.ID, channel}]
		if !ok {
			t = probes.NewTally(probes.Plan{
				Edition: c.Edition.Name, Class: co.Class, Company: co.ID, Channel: channel,
			})
		}
		s.tally(&t, centres(co))
	}
}

// centres returns who may answer for a company.
func centres(co probes.Company) []string {
	all := []string{"unknown"}
	for _, rule := range co.Centres {
		all = append(all, rule.ID)
	}
	return all
}
