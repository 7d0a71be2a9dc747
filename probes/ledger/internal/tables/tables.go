// Package tables carries what a ledger holds from one database to another, and says
// whether it has arrived.
package tables

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/svartid/svartid/probes/progress"
)

// A table is one of a ledger's.
type table struct {
	name string
	kept string // a condition of the rows that are the ledger's, and not the database's own
}

// whole are the tables of a ledger, the first of which nothing else is made without.
func whole() []table {
	var all []table
	for _, name := range []string{
		"events", "arrivals", "evidence", "marks", "erasures", "erased", "accesses",
		"contacts", "names", "tallies", "scores", "counters", "digests",
	} {
		all = append(all, table{name, "1 = 1"})
	}
	// Where a ledger lies, and whether it is in use there, stays.
	return append(all, table{"meta", "name NOT IN ('open', 'branch', 'epoch', 'moved')"})
}

// ErrHeld says that a ledger would be written over.
var ErrHeld = errors.New("there is a ledger already, and it is not empty")

// A Sum is what a table holds, in whatever order its rows are read.
type Sum struct {
	Table string `json:"table"`
	Rows  int    `json:"rows"`
	// SHA256 is the bitwise sum without carry of the digests of the rows as JSON, in
	// hexadecimal digits.
	SHA256 string `json:"sha256"`
}

// Copy writes all that one database's ledger holds into another's, which has the
// tables and nothing in them, and returns what it was. The error wraps [ErrHeld] if
// there is something. It counts as one write to the other: a version more.
func Copy(ctx context.Context, from, to *sql.Conn) ([]Sum, error) {
	for _, name := range []string{"events", "arrivals", "evidence", "marks"} {
		var rows int
		if err := to.QueryRowContext(ctx, `SELECT count(*) FROM `+name).Scan(&rows); err != nil {
			return nil, fmt.Errorf("look at %s: %w", name, err)
		}
		if rows > 0 {
			return nil, ErrHeld
		}
	}
	var sums []Sum
	for _, t := range whole() {
		if _, err := to.ExecContext(ctx, `DELETE FROM `+t.name+` WHERE `+t.kept); err != nil {
			return nil, fmt.Errorf("clear %s: %w", t.name, err)
		}
		out := &writer{tx: to, table: t.name}
		sum, err := t.read(ctx, from, func(columns []string, row []any) error { return out.add(ctx, columns, row) })
		if err == nil {
			err = out.flush(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("copy %s: %w", t.name, err)
		}
		sums = append(sums, sum)
	}
	return sums, nil
}

// Sums says what a database's ledger holds.
func Sums(ctx context.Context, tx *sql.Conn) ([]Sum, error) {
	var sums []Sum
	for _, t := range whole() {
		sum, err := t.read(ctx, tx, func([]string, []any) error { return nil })
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", t.name, err)
		}
		sums = append(sums, sum)
	}
	return sums, nil
}

// count begins to count the rows of the table.
func (t table) count(ctx context.Context, tx *sql.Conn) (*progress.Task, error) {
	return progress.Begin(ctx, "rows of "+t.name, func() (n int, err error) {
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM `+t.name+` WHERE `+t.kept).Scan(&n)
		return n, err
	})
}

// read calls row for each row of the table, and sums them up.
func (t table) read(ctx context.Context, tx *sql.Conn, row func(columns []string, row []any) error) (Sum, error) {
	sum := Sum{Table: t.name}
	task, err := t.count(ctx, tx)
	if err != nil {
		return sum, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT * FROM `+t.name+` WHERE `+t.kept)
	if err != nil {
		return sum, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return sum, err
	}
	var all [sha256.Size]byte
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return sum, err
		}
		fill(values)
		digest, err := digestOf(columns, values)
		if err != nil {
			return sum, err
		}
		for i, b := range digest {
			all[i] ^= b
		}
		sum.Rows++
		task.Add(1)
		if err := row(columns, values); err != nil {
			return sum, err
		}
	}
	sum.SHA256 = hex.EncodeToString(all[:])
	return sum, rows.Err()
}

// fill puts no octets in place of none: SQLite's driver reads them as nil, which others
// take for NULL.
func fill(values []any) {
	for i, v := range values {
		if octets, ok := v.([]byte); ok && octets == nil {
			values[i] = []byte{}
		}
	}
}

// digestOf is of a row's columns by their names, in whatever order they stand.
func digestOf(columns []string, values []any) ([sha256.Size]byte, error) {
	row := make(map[string]any, len(columns))
	for i, name := range columns {
		switch value := values[i].(type) {
		case string:
			row[name] = []byte(value) // JSON would make octets that are no UTF-8 alike
		case []byte:
			row[name] = append([]byte{}, value...) // of which there may be none
		default:
			row[name] = value
		}
	}
	text, err := json.Marshal(row)
	return sha256.Sum256(text), err
}

// A writer inserts rows, some at a time.
type writer struct {
	tx      *sql.Conn
	table   string
	columns []string
	args    []any
	bytes   int
}

// add takes a row, and writes what has been gathered if that is enough.
func (w *writer) add(ctx context.Context, columns []string, row []any) error {
	const mostArgs, mostBytes = 4000, 4 << 20 // SQLite takes 32,766 parameters, PostgreSQL 65,535
	w.columns = columns
	w.args = append(w.args, row...)
	for _, v := range row {
		switch v := v.(type) {
		case string:
			w.bytes += len(v)
		case []byte:
			w.bytes += len(v)
		}
	}
	if len(w.args) < mostArgs && w.bytes < mostBytes {
		return nil
	}
	return w.flush(ctx)
}

// flush writes what has been gathered.
func (w *writer) flush(ctx context.Context) error {
	if len(w.args) == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString(`INSERT INTO ` + w.table + ` (` + strings.Join(w.columns, ", ") + `) VALUES `)
	for i := range w.args {
		switch {
		case i == 0:
			text.WriteString("(")
		case i%len(w.columns) == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		text.WriteString("$" + strconv.Itoa(i+1))
	}
	text.WriteString(")")
	_, err := w.tx.ExecContext(ctx, text.String(), w.args...)
	w.args, w.bytes = w.args[:0], 0
	return err
}
