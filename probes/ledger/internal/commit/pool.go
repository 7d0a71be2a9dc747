package commit

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// mostIdle is how many connections of views are kept for the next ones.
const mostIdle = 4

// A Pool holds the connections of views. Their number has no limit, so that a view
// inside another never waits for it.
type Pool struct {
	DB   *sql.DB
	Kind Kind

	mu     sync.Mutex
	idle   []*Connection
	closed bool
}

// Begin returns a connection in a transaction that no other view has.
func (p *Pool) Begin(ctx context.Context) (*Connection, error) {
	for {
		c := p.take()
		fresh := c == nil
		if fresh {
			var err error
			if c, err = Connect(ctx, p.DB, p.Kind); err != nil {
				return nil, err
			}
		}
		err := c.begin(ctx, "BEGIN")
		if err == nil {
			return c, nil
		}
		c.discard() // a server may have ended it meanwhile
		if fresh {
			return nil, err
		}
	}
}

// take returns a connection that waits; nil if none does.
func (p *Pool) take() *Connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c
}

// End ends the transaction of a view, in which nothing was written, and takes its
// connection back.
func (p *Pool) End(c *Connection) error {
	if c.commit() != nil {
		c.discard() // nothing is lost with it
		return nil
	}
	p.mu.Lock()
	if len(p.idle) < mostIdle && !p.closed {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
		return nil
	}
	p.mu.Unlock()
	return c.Close()
}

// Close closes the connections that wait, and those that are given back later.
func (p *Pool) Close() error {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	var errs []error
	for _, c := range idle {
		errs = append(errs, c.Close())
	}
	return errors.Join(append(errs, p.DB.Close())...)
}
