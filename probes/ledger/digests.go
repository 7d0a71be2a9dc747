package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/svartid/svartid/channels"
)

// A rowset is the rows of a table that are of one channel. What no event tells of is held
// by digests: each row has one of its own, and each rowset how many there are and the
// bitwise sum without carry of theirs.
type rowset struct{ table, channel string }

// A rowsSum is how many rows a rowset has, and their sum.
type rowsSum struct {
	rows int64
	sum  [sha256.Size]byte
}

// take adds the digest of a row, or takes it out again, as rows says: 1 or -1.
func (s *rowsSum) take(row string, rows int64) {
	s.rows += rows
	digest, err := hex.DecodeString(bare(row))
	if err != nil || len(digest) != len(s.sum) {
		other := sha256.Sum256([]byte(row)) // no digest at all, and counts as what it is
		digest = other[:]
	}
	for i, b := range digest {
		s.sum[i] ^= b
	}
}

// The digest of an arrival says who has read its header: this version, or an earlier one
// that may have decoded it in another way.
const (
	readNow     = "1:"
	readEarlier = "0:"
)

// bare returns a digest without who has read what it is of.
func bare(digest string) string {
	return strings.TrimPrefix(strings.TrimPrefix(digest, readNow), readEarlier)
}

// rowDigest is the digest of the columns of a row, in hexadecimal digits.
func rowDigest(columns ...any) string {
	h := sha256.New()
	for _, c := range columns {
		text := fmt.Sprint(c)
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
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
	return by + rowDigest(a.columns...)
}

// digestArrival gives an arrival that was changed its digest.
func (t *tx) digestArrival(ctx context.Context, channel, key string) error {
	all, err := collect(ctx, t, ask(`SELECT `+sealedColumns+`, sum FROM arrivals WHERE channel = $1 AND key = $2`, channel, key), scanSealed)
	if err != nil || len(all) == 0 {
		return err
	}
	return t.writeDigest(ctx, all[0])
}

// writeDigest gives an arrival its digest in place of the one that it has.
func (t *tx) writeDigest(ctx context.Context, a sealedArrival) error {
	at, sum := rowset{"arrivals", a.channel}, a.digest()
	if a.sum != "" {
		t.digested(at, a.sum, -1)
	}
	t.digested(at, sum, 1)
	_, err := t.exec(ctx, ask(`UPDATE arrivals SET sum = $1 WHERE channel = $2 AND key = $3`, sum, a.channel, a.key))
	return err
}

// markDigest is the digest of a mark.
func markDigest(channel string, m channels.Checkpoint) string {
	return rowDigest(channel, m.Source, m.Position, micros(m.Until))
}

// digested notes that a row was written, or taken out, as rows says: 1 or -1.
func (t *tx) digested(at rowset, row string, rows int64) {
	if t.sums[at] == nil {
		t.sums[at] = &rowsSum{}
	}
	t.sums[at].take(row, rows)
}

// writeSums adds what was noted to what the ledger has of it.
func (t *tx) writeSums(ctx context.Context) error {
	for at, s := range t.sums {
		var kept string
		var rows int64
		if _, err := t.one(ctx, ask(`SELECT count, sum FROM digests WHERE name = $1 AND channel = $2`, at.table, at.channel), &rows, &kept); err != nil {
			return err
		}
		s.rows += rows
		if kept != "" {
			s.take(kept, 0)
		}
		_, err := t.exec(ctx, ask(`INSERT INTO digests (name, channel, count, sum) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name, channel) DO UPDATE SET count = excluded.count, sum = excluded.sum`,
			at.table, at.channel, s.rows, hex.EncodeToString(s.sum[:])))
		if err != nil {
			return err
		}
		delete(t.sums, at)
	}
	return nil
}

// undigestedRow is in meta while rows of an earlier version have no digest.
const undigestedRow = "undigested"

// digestAll gives the rows of an earlier version their digests, once.
func (l *Ledger) digestAll(ctx context.Context) error {
	err := l.update(ctx, func(t *tx) error {
		found, err := t.one(ctx, ask(`SELECT 1 FROM meta WHERE name = $1`, undigestedRow), new(int))
		if err != nil || !found {
			return err
		}
		for _, step := range []func(context.Context) error{t.noDigests, t.digestArrivals, t.digestMarks, t.digestAccesses} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return wrapped("digest what an earlier version has kept", err)
}

// noDigests begins anew.
func (t *tx) noDigests(ctx context.Context) error {
	_, err := t.exec(ctx, ask(`DELETE FROM digests`))
	if err == nil {
		_, err = t.exec(ctx, ask(`DELETE FROM meta WHERE name = $1`, undigestedRow))
	}
	return err
}

// digestArrivals gives each arrival its digest, unless it has one.
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
			if a.sum != "" {
				t.digested(rowset{"arrivals", channel}, a.sum, 1)
			} else if err := t.writeDigest(ctx, a); err != nil {
				return err
			}
		}
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
	found, err := a.tx.one(ctx, ask(`SELECT 1 FROM meta WHERE name = $1`, undigestedRow), new(int))
	if err != nil {
		return err
	}
	if found {
		return a.note("meta", undigestedRow, "rows of an earlier version have no digests yet: let serve bring the ledger up to date")
	}
	sums := map[rowset]*rowsSum{}
	for _, check := range []func(context.Context, map[rowset]*rowsSum) error{a.sealedRows, a.markedRows, a.accessedRows} {
		if err := check(ctx, sums); err != nil {
			return err
		}
	}
	return a.sums(ctx, sums)
}

// counted notes a row that is there under its digest.
func counted(sums map[rowset]*rowsSum, at rowset, digest string) {
	if sums[at] == nil {
		sums[at] = &rowsSum{}
	}
	sums[at].take(digest, 1)
}

// sealedRows holds arrivals against their digests.
func (a *audit) sealedRows(ctx context.Context, sums map[rowset]*rowsSum) error {
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
func (a *audit) markedRows(ctx context.Context, sums map[rowset]*rowsSum) error {
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
func (a *audit) accessedRows(ctx context.Context, sums map[rowset]*rowsSum) error {
	return a.tx.each(ctx, ask(`SELECT hash FROM accesses`), func(scan scan) error {
		hash, err := scanID(scan)
		counted(sums, rowset{table: "accesses"}, hash)
		return err
	})
}

// sums holds the rows that are there against those that were written.
func (a *audit) sums(ctx context.Context, there map[rowset]*rowsSum) error {
	err := a.tx.each(ctx, ask(`SELECT name, channel, count, sum FROM digests ORDER BY name, channel`), func(scan scan) error {
		var at rowset
		var rows int64
		var sum string
		if err := scan(&at.table, &at.channel, &rows, &sum); err != nil {
			return a.unread(ctx, "digests", at.table, err)
		}
		is := there[at]
		delete(there, at)
		if is == nil {
			is = &rowsSum{}
		}
		switch {
		case is.rows < rows:
			return a.note(at.table, at.channel, "%d rows were written, and %d are there: %d missing", rows, is.rows, rows-is.rows)
		case is.rows > rows:
			return a.note(at.table, at.channel, "%d rows were written, and %d are there", rows, is.rows)
		case hex.EncodeToString(is.sum[:]) != sum:
			return a.note(at.table, at.channel, "its rows are not all those that were written: one was put in another's place")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read digests: %w", err)
	}
	for at, is := range there {
		if err := a.note(at.table, at.channel, "no row was written, and %d are there", is.rows); err != nil {
			return err
		}
	}
	return nil
}
