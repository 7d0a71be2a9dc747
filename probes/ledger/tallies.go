package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/fairness"
	"github.com/svartid/svartid/probes/fault"
	"github.com/svartid/svartid/probes/reading"
)

// A tallyKey is the place of a tally: one company on one channel.
type tallyKey struct{ edition, class, company, channel string }

// A running tally is one that this transaction has read and may have changed.
type running struct {
	tally  probes.Tally
	stored string // its JSON as the database has it; empty if it has none
}

// tally follows a contact through its steps.
func (t *tx) tally(ctx context.Context, steps []step) error {
	for _, s := range steps {
		r, err := t.running(ctx, s.after.Plan)
		if err != nil {
			return fmt.Errorf("read tally: %w", err)
		}
		r.tally.Take(s.before, s.after, []probes.Event{s.event})
		if err := t.score(ctx, s); err != nil {
			return err
		}
		if fault, failed := probes.FaultIn(s.event); failed {
			if _, err := t.count(ctx, counter{faults, s.after.Plan.Channel, string(fault)}); err != nil {
				return err
			}
		}
		if !slices.Contains(probes.Failures(), s.event.Kind) {
			continue
		}
		if _, err := t.count(ctx, counter{failures, s.after.Plan.Channel, string(s.event.Kind)}); err != nil {
			return err
		}
	}
	return nil
}

// running returns the tally of the place that a plan has.
func (t *tx) running(ctx context.Context, plan probes.Plan) (*running, error) {
	at := tallyKey{plan.Edition, plan.Class, plan.Company, plan.Channel}
	if r := t.tallies[at]; r != nil {
		return r, nil
	}
	r := &running{tally: probes.NewTally(plan)}
	_, err := t.one(ctx, ask(`
		SELECT body FROM tallies WHERE edition = $1 AND class = $2 AND company = $3 AND channel = $4`,
		at.edition, at.class, at.company, at.channel), &r.stored)
	if err == nil && r.stored != "" {
		err = json.Unmarshal([]byte(r.stored), &r.tally)
	}
	if err != nil {
		return nil, err
	}
	t.tallies[at] = r
	return r, nil
}

// writeTally writes a tally that has changed.
func (t *tx) writeTally(ctx context.Context, r *running) error {
	body, err := json.Marshal(r.tally)
	if err != nil || string(body) == r.stored {
		return err
	}
	r.stored = string(body)
	_, err = t.exec(ctx, ask(`
		INSERT INTO tallies (edition, class, company, channel, version, body)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (edition, class, company, channel) DO UPDATE SET
			version = excluded.version, body = excluded.body`,
		r.tally.Edition, r.tally.Class, r.tally.Company, r.tally.Channel, t.version, r.stored))
	return err
}

// A running basis is one that this transaction has read and may have changed.
type runningBasis struct {
	basis       probes.Basis
	ends, apart string // as the database has them; empty if it has none
}

// score follows a contact through a step that changes how scores see it.
func (t *tx) score(ctx context.Context, s step) error {
	if s.before.Apart == s.after.Apart && s.before.End == s.after.End {
		return nil
	}
	plan := s.after.Plan
	at := tallyKey{plan.Edition, plan.Class, plan.Company, plan.Channel}
	r := t.bases[at]
	if r == nil {
		r = &runningBasis{basis: basisAt(at)}
		found, err := collect(ctx, t, ask(`SELECT edition, class, company, channel, ends, apart FROM scores
			WHERE edition = $1 AND class = $2 AND company = $3 AND channel = $4`,
			at.edition, at.class, at.company, at.channel), scanBasis)
		if err != nil {
			return fmt.Errorf("read what the score follows from: %w", err)
		}
		if len(found) > 0 {
			r.basis = found[0]
			if r.ends, r.apart, err = packBasis(r.basis); err != nil {
				return err
			}
		}
		t.bases[at] = r
	}
	r.basis.Take(s.before, s.after)
	return nil
}

// basisAt returns the empty basis of a place.
func basisAt(at tallyKey) probes.Basis {
	return probes.Basis{Edition: at.edition, Class: at.class, Company: at.company, Channel: at.channel}
}

// packBasis returns a basis as the database has it.
func packBasis(b probes.Basis) (ends, apart string, err error) {
	packed, err := b.Ends.MarshalText()
	if err != nil {
		return "", "", err
	}
	if len(b.Apart) == 0 {
		return string(packed), "[]", nil
	}
	ids, err := json.Marshal(b.Apart)
	return string(packed), string(ids), err
}

// writeBasis writes a basis that has changed.
func (t *tx) writeBasis(ctx context.Context, r *runningBasis) error {
	ends, apart, err := packBasis(r.basis)
	if err != nil || ends == r.ends && apart == r.apart {
		return err
	}
	r.ends, r.apart = ends, apart
	_, err = t.exec(ctx, ask(`
		INSERT INTO scores (edition, class, company, channel, version, ends, apart)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (edition, class, company, channel) DO UPDATE SET
			version = excluded.version, ends = excluded.ends, apart = excluded.apart`,
		r.basis.Edition, r.basis.Class, r.basis.Company, r.basis.Channel, t.version, ends, apart))
	return err
}

// scanBasis reads what a score follows from.
func scanBasis(scan scan) (b probes.Basis, err error) {
	var ends sql.RawBytes
	var apart sql.RawBytes
	if err := scan(&b.Edition, &b.Class, &b.Company, &b.Channel, &ends, &apart); err != nil {
		return b, err
	}
	if b.Ends, err = fairness.ParseEnds(ends); err != nil || string(apart) == "[]" {
		return b, err
	}
	return b, json.Unmarshal(apart, &b.Apart)
}

// The order is left to us: asked for it, SQLite reads every tally in the order
// of the primary key, to find the few that have changed.
const talliesSince = `SELECT body FROM tallies WHERE version > $1`

// What scores follow from, of places where that has changed.
const basesSince = `SELECT edition, class, company, channel, ends, apart FROM scores WHERE version > $1`

// Counting what waits for a person reads no more than the index of it.
const unmatchedCounts = `SELECT channel, count(*) FROM arrivals WHERE ` + unmatched + ` GROUP BY channel`

// Totals returns the running totals.
func (t *tx) Totals(ctx context.Context, since int64) (probes.Totals, error) {
	totals, err := t.totals(ctx, since)
	if err != nil {
		return probes.Totals{}, fmt.Errorf("totals: %w", err)
	}
	return totals, nil
}

// totals writes what is kept back first, so that the figures hold what this
// transaction has done.
func (t *tx) totals(ctx context.Context, since int64) (totals probes.Totals, err error) {
	if err := t.flush(ctx); err != nil {
		return totals, err
	}
	totals.Tallies, err = collect(ctx, t, ask(talliesSince, since), scanTally)
	if err != nil {
		return totals, fmt.Errorf("read tallies: %w", err)
	}
	slices.SortFunc(totals.Tallies, func(a, b probes.Tally) int {
		return cmp.Or(cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.Class, b.Class),
			cmp.Compare(a.Company, b.Company), cmp.Compare(a.Channel, b.Channel))
	})
	totals.Bases, err = collect(ctx, t, ask(basesSince, since), scanBasis)
	if err != nil {
		return totals, fmt.Errorf("read what scores follow from: %w", err)
	}
	slices.SortFunc(totals.Bases, func(a, b probes.Basis) int {
		return cmp.Or(cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.Class, b.Class),
			cmp.Compare(a.Company, b.Company), cmp.Compare(a.Channel, b.Channel))
	})
	if err := t.counts(ctx, &totals); err != nil {
		return totals, fmt.Errorf("read counters: %w", err)
	}
	if totals.Unmatched, err = t.unmatched(ctx); err != nil {
		return totals, fmt.Errorf("count unmatched arrivals: %w", err)
	}
	_, err = t.one(ctx, ask(`SELECT count(*) FROM contacts WHERE state = $1`,
		string(probes.AttemptUnsure)), &totals.Unsure)
	if err != nil {
		return totals, fmt.Errorf("count unsure attempts: %w", err)
	}
	if totals.Checkpoints, err = t.allMarks(ctx); err != nil {
		return totals, fmt.Errorf("read marks: %w", err)
	}
	return totals, nil
}

// scanTally reads the body of a tally.
func scanTally(scan scan) (probes.Tally, error) {
	var body string
	var tally probes.Tally
	if err := scan(&body); err != nil {
		return tally, err
	}
	return tally, json.Unmarshal([]byte(body), &tally)
}

// counts reads the version and the counts of arrivals, of failures, and of what could not be read.
func (t *tx) counts(ctx context.Context, totals *probes.Totals) error {
	totals.Unread = map[string]int{}
	return t.each(ctx, ask(`SELECT name, channel, kind, count FROM counters ORDER BY name, channel, kind`),
		func(scan scan) error {
			var c counter
			var count int64
			if err := scan(&c.name, &c.channel, &c.kind, &count); err != nil {
				return err
			}
			switch c.name {
			case versions:
				totals.Version = count
			case arrivals:
				totals.Arrivals = append(totals.Arrivals, arrivalCount(c, count))
			case faults:
				totals.Faults = append(totals.Faults, probes.FaultCount{Channel: c.channel, Fault: fault.Fault(c.kind), Count: int(count)})
			case failures:
				totals.Failures = append(totals.Failures, failureCount(c, count))
			case unread:
				totals.Unread[c.channel] = int(count)
			}
			return nil
		})
}

// unmatched counts the arrivals that wait for a person, by channel.
func (t *tx) unmatched(ctx context.Context) (map[string]int, error) {
	waiting := map[string]int{}
	err := t.each(ctx, ask(unmatchedCounts),
		func(scan scan) error {
			var channel string
			var count int
			err := scan(&channel, &count)
			waiting[channel] = count
			return err
		})
	return waiting, err
}

// allMarks reads the marks of every channel.
func (t *tx) allMarks(ctx context.Context) (map[string][]channels.Checkpoint, error) {
	marks := map[string][]channels.Checkpoint{}
	err := t.each(ctx, ask(`SELECT source, position, until, channel FROM marks ORDER BY channel, source`),
		func(scan scan) error {
			var channel string
			m, err := scanCheckpoint(func(columns ...any) error { return scan(append(columns, &channel)...) })
			marks[channel] = append(marks[channel], m)
			return err
		})
	return marks, err
}

// arrivalCount is a counter as the contract has it.
func arrivalCount(c counter, count int64) probes.ArrivalCount {
	return probes.ArrivalCount{Channel: c.channel, Kind: reading.Kind(c.kind), Count: int(count)}
}

// failureCount is a counter as the contract has it.
func failureCount(c counter, count int64) probes.FailureCount {
	return probes.FailureCount{Channel: c.channel, Reason: probes.EventKind(c.kind), Count: int(count)}
}
