package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger/internal/commit"
	"github.com/svartid/svartid/probes/ledger/internal/seal"
)

// A tx is one transaction. It keeps what it has read until it is flushed, so
// that a round of contacts does not read and write the same tally over again.
type tx struct {
	ledger     *Ledger
	connection *commit.Connection
	broken     error // the first statement that went wrong, or errOver; nothing works after it

	last    *chain // the contact last appended to
	tallies map[tallyKey]*running
	bases   map[tallyKey]*runningBasis
	sums    map[rowset]*seal.Sum // what was written of them since the last flush
	written bool                 // since the last flush
	version int64
}

var (
	_ probes.Tx   = (*tx)(nil)
	_ probes.Many = (*tx)(nil)
)

// newTx returns a transaction that was just begun on a connection.
func newTx(l *Ledger, c *commit.Connection) *tx {
	return &tx{
		ledger: l, connection: c, tallies: map[tallyKey]*running{}, bases: map[tallyKey]*runningBasis{}, sums: map[rowset]*seal.Sum{},
	}
}

// errOver is what a transaction says that is used after the function that was given
// it has returned.
var errOver = errors.New("transaction is over")

// end makes the transaction one that is over.
func (t *tx) end() { t.broken = errOver }

// A query is a statement with its parameters, $1 first.
type query struct {
	text  string
	args  []any
	often bool // the same text will come again: it is worth compiling
}

// ask is a query whose text is the same each time, or one of a few.
func ask(text string, args ...any) query { return query{text, args, true} }

// once is a query whose text is made up for the occasion.
func once(text string, args ...any) query { return query{text, args, false} }

// A scan reads the columns of a row.
type scan func(columns ...any) error

// exec runs a statement that writes, and returns how many rows it touched.
func (t *tx) exec(ctx context.Context, q query) (int64, error) {
	if err := t.alive(ctx); err != nil {
		return 0, err
	}
	t.written = true
	run := t.connection.ExecOnce
	if q.often {
		run = t.connection.Exec
	}
	result, err := run(ctx, q.text, q.args...)
	if err != nil {
		t.broken = err
		return 0, err
	}
	return result.RowsAffected()
}

// alive returns an error if the transaction, or its context, is of no use any more.
func (t *tx) alive(ctx context.Context) error {
	if t.broken == nil {
		t.broken = ctx.Err()
	}
	return t.broken
}

// each runs a query and calls row for each of its rows. Row must not use t.
func (t *tx) each(ctx context.Context, q query, row func(scan) error) error {
	if err := t.alive(ctx); err != nil {
		return err
	}
	run := t.connection.QueryOnce
	if q.often {
		run = t.connection.Query
	}
	rows, err := run(ctx, q.text, q.args...)
	if err != nil {
		t.broken = err
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
		if err := t.alive(ctx); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		t.broken = err
		return err
	}
	return nil
}

// one runs a query of at most one row and reports whether there was any.
func (t *tx) one(ctx context.Context, q query, columns ...any) (found bool, err error) {
	err = t.each(ctx, q, func(scan scan) error {
		found = true
		return scan(columns...)
	})
	return found, err
}

// collect runs a query and returns what row makes of each of its rows.
func collect[T any](ctx context.Context, t *tx, q query, row func(scan) (T, error)) ([]T, error) {
	var all []T
	err := t.each(ctx, q, func(scan scan) error {
		v, err := row(scan)
		if err == nil {
			all = append(all, v)
		}
		return err
	})
	return all, err
}

// count adds one to a counter and returns where it stands.
func (t *tx) count(ctx context.Context, c counter) (stands int64, err error) {
	t.written = true
	_, err = t.one(ctx, ask(`
		INSERT INTO counters (name, channel, kind, count) VALUES ($1, $2, $3, 1)
		ON CONFLICT (name, channel, kind) DO UPDATE SET count = counters.count + excluded.count
		RETURNING count`, c.name, c.channel, c.kind), &stands)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", c.name, err)
	}
	return stands, nil
}

// A counter is named by what it counts, on which channel, of which kind.
type counter struct{ name, channel, kind string }

// The names of counters.
const (
	versions = "version"
	arrivals = "arrivals"
	failures = "failures"
	faults   = "faults"
	unread   = "unread"
)

// flush writes what is kept back, under the version of this transaction.
func (t *tx) flush(ctx context.Context) error {
	if t.broken != nil {
		return fmt.Errorf("update is undone, as a statement went wrong: %w", t.broken)
	}
	if !t.written {
		return nil
	}
	version, err := t.raised(ctx)
	if err != nil {
		return err
	}
	for _, r := range t.tallies {
		if err := t.writeTally(ctx, r); err != nil {
			return fmt.Errorf("write tally: %w", err)
		}
	}
	for _, r := range t.bases {
		if err := t.writeBasis(ctx, r); err != nil {
			return fmt.Errorf("write what a score follows from: %w", err)
		}
	}
	if err := t.writeSums(ctx, version); err != nil {
		return fmt.Errorf("write digests: %w", err)
	}
	t.written = false
	return nil
}

// micros is t as it is stored.
func micros(t time.Time) int64 { return t.UnixMicro() }

// instant is what was stored as micros.
func instant(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// stored is t as it will be read back.
func stored(t time.Time) time.Time { return instant(micros(t)) }

// Snapshot says which state of the ledger the transaction sees.
func (t *tx) Snapshot(ctx context.Context) (s probes.Snapshot, err error) {
	if err := t.flush(ctx); err != nil {
		return s, fmt.Errorf("snapshot: %w", err)
	}
	_, err = t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'ledger'`), &s.Ledger)
	if err == nil {
		_, err = t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'epoch'`), &s.Epoch)
	}
	if err == nil {
		s.Rules, _, err = t.rules(ctx)
	}
	if err == nil {
		_, err = t.one(ctx, ask(`SELECT count FROM counters WHERE name = $1`, versions), &s.Version)
	}
	if err == nil {
		_, err = t.one(ctx, ask(`SELECT count(*) FROM erasures`), &s.Erased)
	}
	if err != nil {
		return probes.Snapshot{}, fmt.Errorf("snapshot: %w", err)
	}
	return s, nil
}

// raised returns the version of this transaction, under which it writes.
func (t *tx) raised(ctx context.Context) (int64, error) {
	// A transaction that asks for totals half-way is still one version.
	if t.version == 0 {
		version, err := t.count(ctx, counter{name: versions})
		if err != nil {
			return 0, err
		}
		t.version = version
	}
	return t.version, nil
}

// FoldedBy returns the digest of the rules by which the ledger's contacts were
// last folded; false if they never were, or by another version of the fold
// ([probes.FoldVersion]).
func (l *Ledger) FoldedBy(ctx context.Context) (rules string, known bool, err error) {
	err = l.view(ctx, func(t *tx) error {
		rules, known, err = t.rules(ctx)
		return err
	})
	return rules, known, err
}

// Worded returns how many contacts have events that hold words, as an earlier
// version has recorded them. Their chains stay as they are, and what they hold
// cannot be erased.
func (l *Ledger) Worded(ctx context.Context) (contacts int, err error) {
	err = l.view(ctx, func(t *tx) error {
		var count string
		known, err := t.one(ctx, ask(`SELECT value FROM meta WHERE name = 'worded'`), &count)
		if err == nil && known {
			contacts, err = strconv.Atoi(count)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read how many contacts hold words: %w", err)
	}
	return contacts, nil
}
