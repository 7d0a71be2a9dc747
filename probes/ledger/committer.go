package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A committer lets updates that wait for each other share a transaction: making it
// durable costs far more than most updates do. An update runs alone, in the order
// in which they come, between two savepoints; one that fails is undone and leaves
// the others as they are. The last of those that wait commits, and each returns
// once that is done.
type committer struct {
	writer *connection

	waiting atomic.Int64 // updates that wait for their turn
	turn    sync.Mutex   // held by the update that runs
	shared  *shared      // under way; nil: none is. The turn guards it
}

// How many updates share a transaction at most, and for how long others may join it:
// the first of them waits for all.
const (
	mostShared    = 64
	longestShared = 10 * time.Millisecond
)

// A shared transaction is one of several updates.
type shared struct {
	updates int
	began   time.Time
	over    chan struct{} // closed once it is committed or undone
	err     error         // of the commit; read once it is over
}

// errAlone says that a transaction that was shared could not be committed, so that
// each of its updates has to be tried by itself.
var errAlone = errors.New("shared transaction was undone")

// update runs work in a transaction. It returns nil once that is durable.
func (c *committer) update(ctx context.Context, work func(*connection) error) error {
	s, err := c.join(ctx, work, mostShared)
	if err != nil || s == nil {
		return err
	}
	<-s.over
	if !errors.Is(s.err, errAlone) {
		return s.err
	}
	s, err = c.join(ctx, work, 1)
	if err != nil || s == nil {
		return err
	}
	<-s.over
	return s.err
}

// join waits for its turn and runs work in the transaction that is under way or a new
// one, of so many updates at most. The transaction is nil if nothing of work is in it.
func (c *committer) join(ctx context.Context, work func(*connection) error, most int) (*shared, error) {
	c.waiting.Add(1)
	c.turn.Lock()
	defer c.turn.Unlock()
	c.waiting.Add(-1)
	if c.shared != nil && c.shared.updates >= most {
		c.commit() // it is not to be shared
	}
	defer func() { // after a panic, too: others may be in it
		if s := c.shared; s != nil && (c.waiting.Load() == 0 || s.updates >= most || time.Since(s.began) > longestShared) {
			c.commit()
		}
	}()
	if err := c.run(ctx, work); err != nil {
		return nil, err
	}
	return c.shared, nil
}

// run runs work between savepoints. An update that comes first has the transaction
// for one, and ends it if it fails.
func (c *committer) run(ctx context.Context, work func(*connection) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	first := c.shared == nil
	if first {
		err = c.writer.do(ctx, "BEGIN IMMEDIATE")
		c.shared = &shared{began: time.Now(), over: make(chan struct{})}
	} else {
		err = c.writer.do(ctx, "SAVEPOINT one")
	}
	if err != nil {
		c.undo(fmt.Errorf("begin update: %w", err))
		return fmt.Errorf("begin update: %w", err)
	}
	done := false
	defer func() {
		switch {
		case done && err == nil:
			c.shared.updates++
		case first: // after a panic, too
			c.undo(nil)
		case c.writer.do(ctx, "ROLLBACK TO one") != nil || c.writer.do(ctx, "RELEASE one") != nil:
			c.undo(errAlone) // SQLite has undone it all
		}
	}()
	if err = work(c.writer); err == nil {
		err = ctx.Err()
	}
	if err == nil && !first {
		err = c.writer.do(ctx, "RELEASE one")
	}
	done = true
	return err
}

// commit ends the transaction that is under way.
func (c *committer) commit() {
	err := c.writer.do(context.Background(), "COMMIT")
	switch {
	case err == nil:
		close(c.shared.over)
		c.shared = nil
	case c.shared.updates > 1:
		c.undo(errAlone)
	default:
		c.undo(fmt.Errorf("commit: %w", err))
	}
}

// undo undoes the transaction that is under way, and tells its updates why.
func (c *committer) undo(why error) {
	// There is none to undo if SQLite has done so.
	_ = c.writer.do(context.Background(), "ROLLBACK")
	c.shared.err = why
	close(c.shared.over)
	c.shared = nil
}
