package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/ledger/internal/commit"
	"github.com/svartid/svartid/probes/ledger/internal/seal"
)

// A rowset is the rows of a table that are of one channel. What no event tells of is held
// by digests: each row has one of its own, and each rowset how many there are and the
// bitwise sum without carry of theirs.
type rowset struct{ table, channel string }

// Two rows of the table of digests are of no rowset: the one that all others are summed up
// in, and the one that names the time at which digests were first made.
func total() rowset { return rowset{table: "digests"} }
func made() rowset  { return rowset{table: "made"} }

// The digest of an arrival says who has read its header: this version, or an earlier one
// that may have decoded it in another way. A row that was found changed as it was written
// anew is spoiled: it never holds again.
const (
	readNow     = "1:"
	readEarlier = "0:"
	spoiled     = "changed"
)

// bare returns a digest without who has read what it is of.
func bare(digest string) string {
	return strings.TrimPrefix(strings.TrimPrefix(digest, readNow), readEarlier)
}

// sealedColumns are what the digest of an arrival is of.
const sealedColumns = `channel, key, source, contact, attempt, rule, kind,
	sender, subject, copied, media, names, times, arrived, flagged, digest,
	company, centre, voice, doubtful, words, platform, unread, verdict, erased`

// A sealedArrival is an arrival as its digest has it.
type sealedArrival struct {
	channel, key, sum string
	columns           []any
}

// scanSealed reads sealedColumns and sum.
func scanSealed(scan scan) (a sealedArrival, err error) {
	a.columns = make([]any, len(strings.Split(sealedColumns, ",")))
	into := make([]any, len(a.columns), len(a.columns)+1)
	for i := range a.columns {
		into[i] = &a.columns[i]
	}
	err = scan(append(into, &a.sum)...)
	a.channel, a.key = fmt.Sprint(a.columns[0]), fmt.Sprint(a.columns[1])
	return a, err
}

// digest returns what the row's digest should be.
func (a sealedArrival) digest() string {
	by := readNow
	if strings.HasPrefix(a.sum, readEarlier) || a.sum == "" {
		by = readEarlier
	}
	return by + seal.Digest(a.columns...)
}

// sealedArrival returns an arrival before it is changed; none if it is not there.
func (t *tx) sealedArrival(ctx context.Context, channel, key string) ([]sealedArrival, error) {
	return collect(ctx, t, ask(`SELECT `+sealedColumns+`, sum FROM arrivals WHERE channel = $1 AND key = $2`, channel, key), scanSealed)
}

// digestArrival gives an arrival that was changed its digest, if it was before as it had
// been written.
func (t *tx) digestArrival(ctx context.Context, before []sealedArrival) error {
	for _, was := range before {
		all, err := t.sealedArrival(ctx, was.channel, was.key)
		if err != nil {
			return err
		}
		for _, is := range all {
			sum := is.digest()
			if was.sum != was.digest() {
				sum = spoiled
			}
			t.digested(rowset{"arrivals", is.channel}, was.sum, -1)
			if err := t.writeDigest(ctx, is, sum); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeDigest gives an arrival a digest.
func (t *tx) writeDigest(ctx context.Context, a sealedArrival, sum string) error {
	t.digested(rowset{"arrivals", a.channel}, sum, 1)
	_, err := t.exec(ctx, ask(`UPDATE arrivals SET sum = $1 WHERE channel = $2 AND key = $3`, sum, a.channel, a.key))
	return err
}

// markDigest is the digest of a mark.
func markDigest(channel string, m channels.Checkpoint) string {
	return seal.Digest(channel, m.Source, m.Position, micros(m.Until))
}

// digested notes that a row was written, or taken out, as rows says: 1 or -1.
func (t *tx) digested(at rowset, row string, rows int64) {
	if t.sums[at] == nil {
		t.sums[at] = &seal.Sum{}
	}
	t.sums[at].Take(bare(row), rows)
}

// A sumRow is a row of the table of digests. Its seal is the digest of its other columns.
type sumRow struct {
	rowset
	rows    int64
	sum     string
	version int64 // at which it was written
	seal    string
}

// sumColumns are those of a sumRow, in the order of scanSum.
const sumColumns = `name, channel, count, sum, version, seal`

func scanSum(scan scan) (r sumRow, err error) {
	err = scan(&r.table, &r.channel, &r.rows, &r.sum, &r.version, &r.seal)
	return r, err
}

// digest returns what the row's seal should be.
func (r sumRow) digest() string {
	return seal.Digest(r.table, r.channel, r.rows, r.sum, r.version)
}

// sumAt returns what the ledger has of a rowset; none if there is no row.
func (t *tx) sumAt(ctx context.Context, at rowset) ([]sumRow, error) {
	return collect(ctx, t, ask(`SELECT `+sumColumns+` FROM digests WHERE name = $1 AND channel = $2`, at.table, at.channel), scanSum)
}

// added writes the row of a rowset, with s added to what was there. A row that was changed
// stays one.
func (t *tx) added(ctx context.Context, was []sumRow, is sumRow, s seal.Sum) (sumRow, error) {
	for _, w := range was {
		s.Rows += w.rows
		s.Take(w.sum, 0)
	}
	is.rows, is.sum = s.Rows, s.String()
	is.seal = is.digest()
	for _, w := range was {
		if w.seal != w.digest() {
			is.seal = spoiled
		}
	}
	return is, t.writeSum(ctx, is)
}

// writeSum writes a row of the table of digests.
func (t *tx) writeSum(ctx context.Context, r sumRow) error {
	_, err := t.exec(ctx, ask(`INSERT INTO digests (`+sumColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (name, channel) DO UPDATE SET count = excluded.count, sum = excluded.sum,
			version = excluded.version, seal = excluded.seal`,
		r.table, r.channel, r.rows, r.sum, r.version, r.seal))
	return err
}

// writeSums adds what was noted to what the ledger has of it. What is missing of that is
// not made again but by the rows that are written: what was there before them stays missed.
func (t *tx) writeSums(ctx context.Context, version int64) error {
	var changed seal.Sum
	for at, s := range t.sums {
		was, err := t.sumAt(ctx, at)
		if err != nil {
			return err
		}
		is, err := t.added(ctx, was, sumRow{rowset: at, version: version}, *s)
		if err != nil {
			return err
		}
		for _, w := range was {
			changed.Take(w.seal, -1)
		}
		changed.Take(is.seal, 1)
		delete(t.sums, at)
	}
	if changed == (seal.Sum{}) {
		return nil
	}
	was, err := t.sumAt(ctx, total())
	if err != nil || len(was) == 0 {
		return err
	}
	_, err = t.added(ctx, was, sumRow{rowset: total(), version: version}, changed)
	return err
}

// digestAll is the migration that gives the rows of an earlier version their digests. It
// makes columns, so that it cannot be run twice.
func (l *Ledger) digestAll(ctx context.Context, kind commit.Kind, within *sql.Tx) error {
	t := newTx(l, commit.Within(within, kind))
	defer t.end()
	for _, column := range []string{`version BIGINT NOT NULL DEFAULT 0`, `seal TEXT NOT NULL DEFAULT ''`} {
		if _, err := t.exec(ctx, once(`ALTER TABLE digests ADD COLUMN `+column)); err != nil {
			return err
		}
	}
	// The migration before it has just made the table, or an earlier run of this program.
	fresh, err := t.exec(ctx, once(`DELETE FROM meta WHERE name = 'undigested'`))
	if err == nil && fresh > 0 {
		_, err = t.exec(ctx, once(`DELETE FROM digests`))
	}
	var version int64
	if err == nil {
		_, err = t.one(ctx, ask(`SELECT count FROM counters WHERE name = $1`, versions), &version)
	}
	if err == nil && fresh > 0 {
		err = errors.Join(t.digestArrivals(ctx), t.digestMarks(ctx), t.digestAccesses(ctx))
	}
	if err == nil {
		err = t.firstSums(ctx, version)
	}
	if err == nil {
		err = t.writeSums(ctx, version)
	}
	return err
}

// firstSums writes the total, of the sums that are there already and of the row that names
// this moment.
func (t *tx) firstSums(ctx context.Context, version int64) error {
	all, err := collect(ctx, t, once(`SELECT `+sumColumns+` FROM digests ORDER BY name, channel`), scanSum)
	if err != nil {
		return err
	}
	var sum seal.Sum
	for _, r := range append(all, sumRow{rowset: made(), rows: int64(t.ledger.digestsMade), sum: t.ledger.opt.Salt()}) {
		r.version = version
		r.seal = r.digest()
		sum.Take(r.seal, 1)
		if err := t.writeSum(ctx, r); err != nil {
			return err
		}
	}
	_, err = t.added(ctx, nil, sumRow{rowset: total(), version: version}, sum)
	return err
}

// digestArrivals gives each arrival its digest, and counts it.
func (t *tx) digestArrivals(ctx context.Context) error {
	const page = 500
	for channel, key := "", ""; ; {
		all, err := collect(ctx, t, ask(`SELECT `+sealedColumns+`, sum FROM arrivals WHERE (channel, key) > ($1, $2)
			ORDER BY channel, key LIMIT $3`, channel, key, page), scanSealed)
		if err != nil {
			return err
		}
		for _, a := range all {
			channel, key = a.channel, a.key
			if err := t.writeDigest(ctx, a, a.digest()); err != nil {
				return err
			}
		}
		t.ledger.digestsMade += len(all)
		if len(all) < page {
			return nil
		}
	}
}

// digestMarks gives each mark its digest.
func (t *tx) digestMarks(ctx context.Context) error {
	all, err := t.allMarks(ctx)
	for channel, marks := range all {
		for _, m := range marks {
			sum := markDigest(channel, m)
			t.digested(rowset{"marks", channel}, sum, 1)
			if _, err := t.exec(ctx, ask(`UPDATE marks SET sum = $1 WHERE channel = $2 AND source = $3`, sum, channel, m.Source)); err != nil {
				return err
			}
		}
		t.ledger.digestsMade += len(marks)
	}
	return err
}

// digestAccesses counts the rows of who has read evidence, which have digests.
func (t *tx) digestAccesses(ctx context.Context) error {
	all, err := collect(ctx, t, ask(`SELECT hash FROM accesses`), scanID)
	for _, hash := range all {
		t.digested(rowset{table: "accesses"}, hash, 1)
	}
	return err
}

// digests holds the rows of arrivals and marks against their digests, and all rows that
// are held so against how many were written.
func (a *audit) digests(ctx context.Context) error {
	sums := map[rowset]*seal.Sum{}
	for _, check := range []func(context.Context, map[rowset]*seal.Sum) error{a.sealedRows, a.markedRows, a.accessedRows} {
		if err := check(ctx, sums); err != nil {
			return err
		}
	}
	return a.sums(ctx, sums)
}

// counted notes a row that is there under its digest.
func counted(sums map[rowset]*seal.Sum, at rowset, digest string) {
	if sums[at] == nil {
		sums[at] = &seal.Sum{}
	}
	sums[at].Take(bare(digest), 1)
}

// sealedRows holds arrivals against their digests.
func (a *audit) sealedRows(ctx context.Context, sums map[rowset]*seal.Sum) error {
	return a.tx.each(ctx, ask(`SELECT `+sealedColumns+`, sum FROM arrivals`), func(scan scan) error {
		row, err := scanSealed(scan)
		if err != nil {
			return a.unread(ctx, "arrivals", row.key, err)
		}
		counted(sums, rowset{"arrivals", row.channel}, row.sum)
		if row.sum != row.digest() {
			return a.note("arrivals", row.key+" on "+row.channel, "is not as it was written")
		}
		return nil
	})
}

// markedRows holds marks against their digests.
func (a *audit) markedRows(ctx context.Context, sums map[rowset]*seal.Sum) error {
	return a.tx.each(ctx, ask(`SELECT source, position, until, channel, sum FROM marks`), func(scan scan) error {
		var channel, sum string
		m, err := scanCheckpoint(func(columns ...any) error { return scan(append(columns, &channel, &sum)...) })
		if err != nil {
			return a.unread(ctx, "marks", m.Source, err)
		}
		counted(sums, rowset{"marks", channel}, sum)
		if sum != markDigest(channel, m) {
			return a.note("marks", channel+" "+m.Source, "is not as it was written")
		}
		return nil
	})
}

// accessedRows counts who has read evidence; the rows are a chain of their own.
func (a *audit) accessedRows(ctx context.Context, sums map[rowset]*seal.Sum) error {
	return a.tx.each(ctx, ask(`SELECT hash FROM accesses`), func(scan scan) error {
		hash, err := scanID(scan)
		counted(sums, rowset{table: "accesses"}, hash)
		return err
	})
}

// summed returns the table of digests, each row of which is held against its seal, and all
// of them against the total.
func (a *audit) summed(ctx context.Context) (all []sumRow, err error) {
	var is seal.Sum
	var whole *sumRow
	err = a.tx.each(ctx, ask(`SELECT `+sumColumns+` FROM digests ORDER BY name, channel`), func(scan scan) error {
		r, err := scanSum(scan)
		if err != nil {
			return a.unread(ctx, "digests", r.table+" "+r.channel, err)
		}
		if r.rowset == total() {
			whole = &r
		} else {
			all = append(all, r)
			is.Take(r.seal, 1)
		}
		if r.seal != r.digest() {
			return a.note("digests", strings.TrimSpace(r.table+" "+r.channel), "is not as it was written")
		}
		return nil
	})
	switch {
	case err != nil:
		return all, err
	case whole == nil:
		return all, a.note("digests", total().table, "is missing: how many rows were written of other tables cannot be known")
	case whole.rows > is.Rows:
		return all, a.note("digests", "", "%d rows were written, and %d are there: %d missing", whole.rows, is.Rows, whole.rows-is.Rows)
	case whole.rows != is.Rows || whole.sum != is.String():
		return all, a.note("digests", "", "its rows are not all those that were written: one was put in another's place")
	}
	return all, nil
}

// sums holds the rows that are there against those that were written.
func (a *audit) sums(ctx context.Context, there map[rowset]*seal.Sum) error {
	written, err := a.summed(ctx)
	if err != nil {
		return fmt.Errorf("read digests: %w", err)
	}
	for _, r := range written {
		is := there[r.rowset]
		delete(there, r.rowset)
		if is == nil {
			is = &seal.Sum{}
		}
		switch {
		case r.rowset == made():
		case is.Rows < r.rows:
			err = a.note(r.table, r.channel, "%d rows were written, and %d are there: %d missing", r.rows, is.Rows, r.rows-is.Rows)
		case is.Rows > r.rows:
			err = a.note(r.table, r.channel, "%d rows were written, and %d are there", r.rows, is.Rows)
		case is.String() != r.sum:
			err = a.note(r.table, r.channel, "its rows are not all those that were written: one was put in another's place")
		}
		if err != nil {
			return err
		}
	}
	for at, is := range there {
		if err := a.note(at.table, at.channel, "no row was written, and %d are there", is.Rows); err != nil {
			return err
		}
	}
	return nil
}
