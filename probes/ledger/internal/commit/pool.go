package commit

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"
)

// mostIdle is how many connections of views are kept for the next ones, and mostAtOnce how many
// views there are at once before the next waits for one of them: a connection to SQLite takes
// memory that stays taken, and its statements have to be compiled.
const (
	mostIdle   = 4
	mostAtOnce = 4
)

// patience is for how long a view waits for another to end. One inside another would wait for
// ever where all have one inside.
const patience = 10 * time.Millisecond

// A Pool holds the connections of views. Their number has no limit that a view could wait for
// without end.
type Pool struct {
	DB   *sql.DB
	Kind Kind

	mu      sync.Mutex
	idle    []*Connection
	used    int                // views under way
	waiting []chan *Connection // of views that wait for another, the first in front; each has room for one
	closed  bool
}

// Begin returns a connection in a transaction that no other view has.
func (p *Pool) Begin(ctx context.Context) (*Connection, error) {
	for {
		c, err := p.take(ctx)
		if err != nil {
			return nil, err
		}
		fresh := c == nil
		if fresh {
			if c, err = Connect(ctx, p.DB, p.Kind); err != nil {
				p.leave(nil)
				return nil, err
			}
		}
		if err = c.begin(ctx, "BEGIN"); err == nil {
			return c, nil
		}
		c.discard() // a server may have ended it meanwhile
		p.leave(nil)
		if fresh {
			return nil, err
		}
	}
}

// take returns a connection that is idle or that another view leaves; nil if one has to be made.
func (p *Pool) take(ctx context.Context) (*Connection, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.used++
		p.mu.Unlock()
		return c, nil
	}
	if p.used < mostAtOnce {
		p.used++
		p.mu.Unlock()
		return nil, nil
	}
	mine := make(chan *Connection, 1)
	p.waiting = append(p.waiting, mine)
	p.mu.Unlock()
	over := time.NewTimer(patience)
	defer over.Stop()
	select {
	case c := <-mine:
		return c, nil
	case <-over.C:
	case <-ctx.Done():
	}
	return p.giveUp(ctx, mine)
}

// giveUp ends a wait: with what was handed over meanwhile, or with nothing.
func (p *Pool) giveUp(ctx context.Context, mine chan *Connection) (*Connection, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.Index(p.waiting, mine)
	if at < 0 {
		return <-mine, nil
	}
	p.waiting = slices.Delete(p.waiting, at, at+1)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.used++
	return nil, nil
}

// leave notes that a view is over. Its connection, if it is of use, goes to a view that waits,
// or is kept for the next one. It reports whether the pool has taken it.
func (p *Pool) leave(c *Connection) (taken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		p.waiting[0] <- c
		p.waiting = p.waiting[1:]
		return true
	}
	p.used--
	if c == nil || len(p.idle) == mostIdle || p.closed {
		return false
	}
	p.idle = append(p.idle, c)
	return true
}

// End ends the transaction of a view, in which nothing was written, and takes its
// connection back.
func (p *Pool) End(c *Connection) error {
	if c.commit() != nil {
		c.discard() // nothing is lost with it
		p.leave(nil)
		return nil
	}
	if p.leave(c) {
		return nil
	}
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
