package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// A connection is one to the database, with the statements that it has compiled:
// SQLite takes longer to compile most of ours than to run them. It serves one
// transaction at a time.
//
// It begins and ends transactions by statements of its own, and what it runs is
// not cut off by a context that ends: for both, database/sql and the driver would
// start a goroutine for each statement, and SQLite may undo a whole transaction of
// which a statement is interrupted. A [tx] looks at its context instead.
type connection struct {
	sql      *sql.Conn
	compiled map[string]*sql.Stmt
}

// connect opens a connection of its own.
func connect(ctx context.Context, db *sql.DB) (*connection, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{sql: conn, compiled: map[string]*sql.Stmt{}}, nil
}

// mostCompiled bounds the statements that a connection keeps.
const mostCompiled = 256

// statement returns a statement, compiled; nil if it has too many.
func (c *connection) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	stmt := c.compiled[text]
	if stmt != nil || len(c.compiled) == mostCompiled {
		return stmt, nil
	}
	stmt, err := c.sql.PrepareContext(ctx, text)
	if err == nil {
		c.compiled[text] = stmt
	}
	return stmt, err
}

// exec runs a statement that writes.
func (c *connection) exec(ctx context.Context, q query) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	if q.often {
		if stmt, err := c.statement(ctx, q.text); stmt != nil || err != nil {
			if err != nil {
				return nil, err
			}
			return stmt.ExecContext(ctx, q.args...)
		}
	}
	return c.sql.ExecContext(ctx, q.text, q.args...)
}

// query runs a query.
func (c *connection) query(ctx context.Context, q query) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	if q.often {
		if stmt, err := c.statement(ctx, q.text); stmt != nil || err != nil {
			if err != nil {
				return nil, err
			}
			return stmt.QueryContext(ctx, q.args...)
		}
	}
	return c.sql.QueryContext(ctx, q.text, q.args...)
}

// do runs a statement that has no parameters and no result.
func (c *connection) do(ctx context.Context, text string) error {
	_, err := c.exec(ctx, ask(text))
	return err
}

// close lets go of the connection and its statements.
func (c *connection) close() error {
	var errs []error
	for _, stmt := range c.compiled {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.sql.Close())...)
}

// mostIdle is how many connections of views are kept for the next ones.
const mostIdle = 4

// A pool holds the connections of views. Their number has no limit, so that a view
// inside another never waits for it.
type pool struct {
	db *sql.DB

	mu     sync.Mutex
	idle   []*connection
	closed bool
}

// take returns a connection that no other view has.
func (p *pool) take(ctx context.Context) (*connection, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := connect(ctx, p.db)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return c, nil
}

// give takes back a connection that is in no transaction.
func (p *pool) give(c *connection) error {
	p.mu.Lock()
	if len(p.idle) < mostIdle && !p.closed {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
		return nil
	}
	p.mu.Unlock()
	return c.close()
}

// close closes the connections that wait, and those that are given back later.
func (p *pool) close() error {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	var errs []error
	for _, c := range idle {
		errs = append(errs, c.close())
	}
	return errors.Join(append(errs, p.db.Close())...)
}
