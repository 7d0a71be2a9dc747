package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/svartid/svartid/probes/ledger/internal/dialect"
)

// A connector makes connections that hold any text, and whose transactions are
// guarded.
type connector struct {
	driver.Connector
	guard *guard // nil: they do not write
}

// Connect opens a connection.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.guard.over() {
		return nil, ErrLost
	}
	base, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	made := &conn{Conn: base.(*stdlib.Conn), guard: c.guard, forget: func() {}}
	if c.guard != nil && c.guard.lease != nil {
		// Whoever waits for an answer that may never come need not wait longer.
		wire := made.Conn.Conn().PgConn().Conn()
		made.forget = c.guard.lease.whenLost(func() { _ = wire.Close() })
	}
	return made, nil
}

// A conn is a connection.
type conn struct {
	*stdlib.Conn
	guard  *guard
	forget func() // that it is to be ended with the lease
}

// Close ends the connection.
func (c *conn) Close() error {
	c.forget()
	return c.Conn.Close()
}

// CheckNamedValue makes a text one that the server can hold. Octets of which there
// are none are that, and not nothing.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	switch value := v.Value.(type) {
	case string:
		v.Value = dialect.Storable(value)
	case []byte:
		if value == nil {
			v.Value = []byte{}
		}
	}
	return nil
}

// QueryContext runs a query.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return restoring(c.Conn.QueryContext(ctx, query, args))
}

// PrepareContext compiles a statement.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.guard.over() {
		return nil, ErrLost
	}
	base, err := c.Conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt{base.(*stdlib.Stmt)}, nil
}

// BeginTx begins a transaction; one that may write only under the lease, and when
// no other does.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.guard.over() {
		return nil, ErrLost
	}
	begun, err := c.Conn.BeginTx(ctx, opts)
	if err != nil || c.guard == nil {
		return begun, err
	}
	id, err := c.guard.enter(ctx, c.Conn.Conn())
	if err != nil {
		return nil, errors.Join(err, begun.Rollback())
	}
	return guarded{begun, c.guard, id}, nil
}

// A stmt is a compiled statement.
type stmt struct{ *stdlib.Stmt }

// QueryContext runs the statement.
func (s stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return restoring(s.Stmt.QueryContext(ctx, args))
}

// A rows reads texts as they were given to be kept.
type rows struct{ *stdlib.Rows }

// restoring wraps what a query returns.
func restoring(found driver.Rows, err error) (driver.Rows, error) {
	if err != nil {
		return nil, err
	}
	return rows{found.(*stdlib.Rows)}, nil
}

// Next reads a row.
func (r rows) Next(dest []driver.Value) error {
	if err := r.Rows.Next(dest); err != nil {
		return err
	}
	for i, v := range dest {
		if text, ok := v.(string); ok {
			dest[i] = dialect.Restored(text)
		}
	}
	return nil
}

// A guard lets transactions begin and commit that may.
type guard struct {
	lease  *Lease                 // nil: a person's, beside the holder's
	warned atomic.Pointer[string] // what the server said since the commit began
}

// over reports whether there was a lease, and it is lost.
func (g *guard) over() bool {
	if g == nil || g.lease == nil || g.lease.Valid() {
		return false
	}
	g.lease.lose()
	return true
}

// inTurn waits until no other transaction writes, however many processes there are,
// and returns by what the server knows this one.
const inTurn = `SELECT pg_current_xact_id()::text FROM counters WHERE name = 'version' AND channel = '' AND kind = '' FOR UPDATE`

// enter asks for the lease, and waits for its turn. Both locks last until the
// transaction ends.
func (g *guard) enter(ctx context.Context, c *pgx.Conn) (id string, err error) {
	batch := &pgx.Batch{}
	held := true
	if g.lease != nil {
		batch.Queue(locked, g.lease.holder, g.lease.token).Exec(func(tag pgconn.CommandTag) error {
			held = tag.RowsAffected() == 1
			return nil
		})
	}
	batch.Queue(inTurn).QueryRow(func(row pgx.Row) error { return row.Scan(&id) })
	err = c.SendBatch(ctx, batch).Close()
	if err == nil && !held {
		g.lease.lose()
		err = ErrLost
	}
	return id, err
}

// notice keeps what the server warns of.
func (g *guard) notice(n *pgconn.Notice) {
	if n.SeverityUnlocalized == "WARNING" {
		g.warned.Store(&n.Message)
	}
}

// guarded is a transaction that writes.
type guarded struct {
	driver.Tx
	guard *guard
	id    string
}

// Commit commits, and returns nil only if what was written will last and nobody
// else may have written since.
func (t guarded) Commit() error {
	t.guard.warned.Store(nil)
	if err := t.Tx.Commit(); err != nil && !t.came(err) {
		return err
	}
	if warned := t.guard.warned.Load(); warned != nil {
		return fmt.Errorf("it is here, and perhaps not on a standby: %s", *warned)
	}
	if l := t.guard.lease; l != nil && !l.Valid() {
		return fmt.Errorf("it is there, and %w", ErrLost)
	}
	return nil
}

// came reports whether a commit has come to pass whose answer did not. The server
// tells by the transaction's number, once it is reached again.
func (t guarded) came(err error) bool {
	var said *pgconn.PgError
	if t.guard.lease == nil || errors.As(err, &said) && !Unreachable(err) {
		return false // it has been refused
	}
	const pause = 50 * time.Millisecond
	for l := t.guard.lease; l.Valid(); time.Sleep(pause) {
		if status, known := l.became(t.id); known {
			return status == "committed"
		}
	}
	return false
}
