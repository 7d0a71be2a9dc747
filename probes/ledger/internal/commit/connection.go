package commit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// A Connection is one to the database, with the statements that it has compiled:
// SQLite takes longer to compile most of ours than to run them. It serves one
// transaction at a time.
type Connection struct {
	sql      *sql.Conn
	run      statements // sql, or a transaction of another's
	kind     Kind
	begun    *sql.Tx // on a server
	compiled map[string]*sql.Stmt
}

// statements are what runs them.
type statements interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Within returns a connection of which the one transaction was begun elsewhere, and is
// ended there. It is not closed, and has no SQL.
func Within(tx *sql.Tx, kind Kind) *Connection {
	return &Connection{run: tx, kind: kind, compiled: map[string]*sql.Stmt{}}
}

// A Kind is that of the database.
type Kind string

// The kinds of databases.
const (
	// SQLite begins and ends transactions by statements of its own, and what it runs
	// is not cut off by a context that ends: for both, database/sql and the driver
	// would start a goroutine for each statement, and SQLite may undo a whole
	// transaction of which a statement is interrupted. Who runs statements looks at
	// the context between them.
	SQLite Kind = "sqlite"
	// Server is one that guards its transactions, and whose answers may not come.
	Server Kind = "server"
)

// Connect opens a connection of its own.
func Connect(ctx context.Context, db *sql.DB, kind Kind) (*Connection, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &Connection{sql: conn, run: conn, kind: kind, compiled: map[string]*sql.Stmt{}}, nil
}

// mostCompiled bounds the statements that a connection keeps.
const mostCompiled = 256

// statement returns a statement, compiled; nil if it has too many.
func (c *Connection) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	stmt := c.compiled[text]
	if stmt != nil || len(c.compiled) == mostCompiled {
		return stmt, nil
	}
	stmt, err := c.run.PrepareContext(ctx, text)
	if err == nil {
		c.compiled[text] = stmt
	}
	return stmt, err
}

// whole returns the context that a statement is run by.
func (c *Connection) whole(ctx context.Context) context.Context {
	if c.kind == SQLite {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// Exec runs a statement that writes and will be run again: it is compiled once.
func (c *Connection) Exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	ctx = c.whole(ctx)
	stmt, err := c.statement(ctx, text)
	switch {
	case err != nil:
		return nil, err
	case stmt == nil:
		return c.run.ExecContext(ctx, text, args...)
	}
	return stmt.ExecContext(ctx, args...)
}

// ExecOnce runs a statement that writes and is not kept.
func (c *Connection) ExecOnce(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return c.run.ExecContext(c.whole(ctx), text, args...)
}

// Query runs a query that will be run again: it is compiled once.
func (c *Connection) Query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	ctx = c.whole(ctx)
	stmt, err := c.statement(ctx, text)
	switch {
	case err != nil:
		return nil, err
	case stmt == nil:
		return c.run.QueryContext(ctx, text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// QueryOnce runs a query that is not kept.
func (c *Connection) QueryOnce(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return c.run.QueryContext(c.whole(ctx), text, args...)
}

// SQL returns the connection itself, for statements in the transaction that is under
// way. They end it if their context does.
func (c *Connection) SQL() *sql.Conn { return c.sql }

// begin begins a transaction. How is the statement that begins it in SQLite.
func (c *Connection) begin(ctx context.Context, how string) (err error) {
	if c.kind == Server {
		// Others may share it whose contexts have not ended.
		c.begun, err = c.sql.BeginTx(context.WithoutCancel(ctx), nil)
		return err
	}
	_, err = c.Exec(ctx, how)
	return err
}

// commit ends a transaction.
func (c *Connection) commit() error {
	if c.kind == Server {
		return c.begun.Commit()
	}
	_, err := c.Exec(context.Background(), "COMMIT")
	return err
}

// rollback undoes a transaction.
func (c *Connection) rollback() error {
	if c.kind == Server {
		return c.begun.Rollback()
	}
	_, err := c.Exec(context.Background(), "ROLLBACK")
	return err
}

// discard closes the connection, so that no other is made of it.
func (c *Connection) discard() {
	for _, stmt := range c.compiled {
		_ = stmt.Close() // while there is a connection yet
	}
	_ = c.sql.Raw(func(any) error { return driver.ErrBadConn }) // by which database/sql drops it
}

// Close lets go of the connection and its statements.
func (c *Connection) Close() error {
	var errs []error
	for _, stmt := range c.compiled {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.sql.Close())...)
}
