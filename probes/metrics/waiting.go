package metrics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/svartid/svartid/probes"
)

// patience is how long past its deadline a verdict may take: a mailbox is read
// once a minute, and mail that is slow to be put down is waited for.
const patience = 10 * time.Minute

// A verdictKey is where verdicts wait, and for what.
type verdictKey struct {
	channel string
	hold    probes.Hold
}

// undecided counts the contacts whose deadline has passed and that are not
// decided, by channel and by what their verdict waits for. Arrivals that were not
// read yet are not seen here.
func (c *Collector) undecided(ctx context.Context, tx probes.Tx, now time.Time) (map[verdictKey]int, error) {
	found, err := tx.Find(ctx, probes.Query{
		Edition: c.Edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: []probes.State{probes.AttemptSent},
		DeadlineBefore: now,
	})
	if err != nil {
		return nil, fmt.Errorf("verdicts that wait: %w", err)
	}
	waiting := map[verdictKey]int{}
	for _, contact := range found {
		hold := contact.Held
		if hold == "" && !contact.Deadline.Before(now.Add(-patience)) {
			continue
		}
		if hold == "" {
			hold = probes.HoldBlind
		}
		waiting[verdictKey{contact.Plan.Channel, hold}]++
	}
	return waiting, nil
}

// waiting shows what verdicts wait for, on every channel that is asked.
func (c *Collector) waiting(s *scrape, waiting map[verdictKey]int) {
	asked := slices.Collect(maps.Keys(c.Sources))
	for _, p := range c.Edition.Probes {
		asked = append(asked, p.Channel)
	}
	for at := range waiting {
		asked = append(asked, at.channel)
	}
	slices.Sort(asked)
	for _, channel := range slices.Compact(asked) {
		for _, hold := range probes.Holds() {
			s.add("svartid_verdicts_waiting", float64(waiting[verdictKey{channel, hold}]), channel, string(hold))
		}
	}
}
