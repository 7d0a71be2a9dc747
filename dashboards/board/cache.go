package board

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/report"
)

// kept is how many of a company's latest contacts on one channel are drawn.
const kept = 30

// A place is one company on one channel.
type place struct{ company, channel string }

// A mark is what a page draws of one contact.
type mark struct {
	ID       string
	Company  string
	Channel  string
	Outcome  probes.Outcome
	Since    time.Time     // when the customer began to wait; zero: it has not left
	Deadline time.Time     // of the current attempt
	Promise  time.Duration // all attempts together
	Wait     time.Duration // of an answer
	Ended    time.Time     // when the answer came, or the deadline passed; zero while pending
}

// newMark returns what is drawn of a contact.
func newMark(c probes.Contact) mark {
	a := c.Current()
	m := mark{
		ID: c.ID, Company: c.Plan.Company, Channel: c.Plan.Channel, Outcome: c.Outcome,
		Since: a.Sent, Deadline: a.Deadline, Promise: c.Promise, Wait: c.Wait, Ended: c.Answer,
	}
	if m.Since.IsZero() {
		m.Since = a.Intended
	}
	if m.Ended.IsZero() && !c.Live() {
		m.Ended = a.Deadline
		if m.Ended.IsZero() {
			m.Ended = a.Due
		}
	}
	return m
}

// waited is how long the customer has waited by now, or waited in the end;
// report.Forever if the company never answered.
func (m mark) waited(now time.Time) time.Duration {
	switch {
	case m.Outcome == probes.Pending && !m.Since.IsZero():
		return max(now.Sub(m.Since), 0)
	case m.Outcome == probes.Answered, m.Outcome == probes.Late:
		return m.Wait
	}
	return report.Forever
}

// A record is what is known of one place. It does not change: another takes
// its place.
type record struct {
	tally   probes.Tally
	recent  []mark // latest slot first
	trouble trouble
	changed int64 // the ledger's version at which it was read
}

// A snapshot is what the pages are made of. Those who have one may keep it.
type snapshot struct {
	version int64
	totals  probes.Totals // without tallies
	records map[place]record
	waiting int            // prompts and arrivals that wait for a person
	prompts map[string]int // those of them that are prompts, by persona
}

// waitingFor counts what waits for a visitor: for a shopper the prompts of the shopper's
// own personas, and nothing of what waits for others.
func (s snapshot) waitingFor(who Visitor) (n int) {
	if !who.Shopper {
		return s.waiting
	}
	for _, persona := range who.Personas {
		n += s.prompts[persona]
	}
	return n
}

// A cache keeps the newest snapshot. The zero value is ready.
type cache struct {
	mu   sync.Mutex
	last snapshot
}

// look returns what the ledger says by now. While nothing is written that
// costs little; of what has changed, only that is read.
func (b *Board) look(ctx context.Context) (snapshot, error) {
	b.cache.mu.Lock()
	defer b.cache.mu.Unlock()
	fresh := b.cache.last
	err := b.Ledger.View(ctx, func(tx probes.Tx) error {
		totals, err := tx.Totals(ctx, fresh.version)
		if err != nil || fresh.records != nil && totals.Version == fresh.version {
			return err
		}
		fresh.records = maps.Clone(fresh.records)
		if fresh.records == nil {
			fresh.records = map[place]record{}
		}
		for _, t := range totals.Tallies {
			if err := b.reread(ctx, tx, fresh.records, record{tally: t, changed: totals.Version}); err != nil {
				return err
			}
		}
		fresh.version, fresh.totals = totals.Version, totals
		fresh.totals.Tallies = nil
		return b.waiting(ctx, tx, &fresh)
	})
	if err != nil {
		return snapshot{}, fmt.Errorf("read the ledger: %w", err)
	}
	b.cache.last = fresh
	return fresh, nil
}

// reread puts a record in its place, with its latest contacts. A company that
// has changed its class goes by the one it has now.
func (b *Board) reread(ctx context.Context, tx probes.Tx, records map[place]record, r record) error {
	co, known := b.Edition.Company(r.tally.Company)
	if r.tally.Edition != b.Edition.Name || known && co.Class != r.tally.Class {
		return nil
	}
	recent, err := tx.Find(ctx, probes.Query{
		Edition: r.tally.Edition, Company: r.tally.Company, Channel: r.tally.Channel,
		DueBefore: b.now(), Newest: true, Limit: kept,
	})
	if err != nil {
		return err
	}
	slices.SortFunc(recent, probes.ByRecency)
	if r.trouble, err = b.troubleOf(ctx, tx, r.tally, recent); err != nil {
		return err
	}
	for _, c := range recent {
		if !c.Live() || !c.Current().Intended.IsZero() {
			r.recent = append(r.recent, newMark(c))
		}
	}
	records[place{r.tally.Company, r.tally.Channel}] = r
	return nil
}

// waiting counts what waits for a person.
func (b *Board) waiting(ctx context.Context, tx probes.Tx, s *snapshot) error {
	prompts, err := tx.Find(ctx, b.prompting(probes.AttemptPrompt))
	if err != nil {
		return err
	}
	doubtful, err := tx.Arrivals(ctx, probes.ArrivalQuery{Doubtful: true})
	if err != nil {
		return err
	}
	s.prompts = map[string]int{}
	for _, c := range prompts {
		s.prompts[c.Plan.Persona]++
	}
	s.waiting = len(prompts) + len(doubtful) + len(b.tasksIn(*s))
	for _, unmatched := range s.totals.Unmatched {
		s.waiting += unmatched
	}
	return nil
}

// prompting asks for contacts whose opener a person may have to send, or has.
func (b *Board) prompting(states ...probes.State) probes.Query {
	return probes.Query{Edition: b.Edition.Name, Outcomes: []probes.Outcome{probes.Pending}, States: states}
}
