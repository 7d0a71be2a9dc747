package commit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A Committer lets updates that wait for each other share a transaction: making it
// durable costs far more than most updates do. An update runs alone, in the order
// in which they come, between two savepoints; one that fails is undone and leaves
// the others as they are. The last of those that wait commits, and each returns
// once that is done.
type Committer struct {
	DB   *sql.DB
	Kind Kind

	waiting atomic.Int64 // updates that wait for their turn
	turn    sync.Mutex   // held by the update that runs; it guards the rest
	writer  *Connection  // nil: there is none yet, or it was lost
	shared  *shared      // under way; nil: none is
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

// errAlone says that a transaction that was shared was undone, so that each of its
// updates has to be tried by itself.
var errAlone = errors.New("shared transaction was undone")

// Update runs work in a transaction. It returns nil once that is durable. Work runs
// again where what it shared with others was undone.
func (c *Committer) Update(ctx context.Context, work func(*Connection) error) error {
	for _, most := range []int{mostShared, 1} {
		s, err := c.join(ctx, work, most)
		if err != nil {
			return err
		}
		<-s.over
		if !errors.Is(s.err, errAlone) {
			return s.err
		}
	}
	return errAlone
}

// Alone runs work while no update runs, and outside of any transaction. Updates wait
// for it.
func (c *Committer) Alone(work func() error) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	if c.shared != nil {
		c.commit()
	}
	return work()
}

// Close lets go of the connection. It waits for the update that runs.
func (c *Committer) Close() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	if c.writer == nil {
		return nil
	}
	err := c.writer.Close()
	c.writer = nil
	return err
}

// join waits for its turn and runs work in the transaction that is under way or a new
// one, of so many updates at most. It returns that transaction.
func (c *Committer) join(ctx context.Context, work func(*Connection) error, most int) (*shared, error) {
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
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.run(ctx, work); err != nil {
		return nil, err
	}
	return c.shared, nil
}

// run runs work: the first update of a transaction by itself, the others between
// savepoints.
func (c *Committer) run(ctx context.Context, work func(*Connection) error) (err error) {
	first := c.shared == nil
	if first {
		err = c.begin(ctx)
	} else if err = c.do("SAVEPOINT one"); err != nil {
		c.undo(errAlone) // the connection was lost
	}
	if err != nil {
		return fmt.Errorf("begin update: %w", err)
	}
	done := false
	defer func() {
		switch {
		case done && err == nil:
			c.shared.updates++
		case first: // after a panic, too
			c.undo(nil)
		case c.do("ROLLBACK TO SAVEPOINT one") != nil || c.do("RELEASE SAVEPOINT one") != nil:
			c.undo(errAlone) // the database has undone it all
		}
	}()
	if err = work(c.writer); err == nil {
		err = ctx.Err()
	}
	if err == nil && !first {
		err = c.do("RELEASE SAVEPOINT one")
	}
	done = true
	return err
}

// begin begins a transaction, on another connection if that of the last was lost.
func (c *Committer) begin(ctx context.Context) error {
	err := c.try(ctx)
	if err == nil || c.writer == nil || c.Kind == SQLite { // another process writes
		return err
	}
	c.drop()
	if again := c.try(ctx); again != nil {
		return errors.Join(err, again)
	}
	return nil
}

// try begins a transaction on the connection that there is or, if there is none, on
// another, which is not kept if that fails.
func (c *Committer) try(ctx context.Context) error {
	writer := c.writer
	if writer == nil {
		var err error
		if writer, err = Connect(ctx, c.DB, c.Kind); err != nil {
			return err
		}
	}
	if err := writer.begin(ctx, "BEGIN IMMEDIATE"); err != nil {
		if c.writer == nil {
			writer.discard()
		}
		return err
	}
	c.writer, c.shared = writer, &shared{began: time.Now(), over: make(chan struct{})}
	return nil
}

// do runs a statement of the transaction that is under way.
func (c *Committer) do(text string) error {
	_, err := c.writer.Exec(context.Background(), text)
	return err
}

// commit ends the transaction that is under way. What a server says of a commit that
// failed may not be so: nothing of it is tried again here.
func (c *Committer) commit() {
	err := c.writer.commit()
	switch {
	case err == nil:
		close(c.shared.over)
		c.shared = nil
	case c.shared.updates > 1 && c.Kind == SQLite:
		c.undo(errAlone)
	default:
		c.undo(fmt.Errorf("commit: %w", err))
	}
}

// undo undoes the transaction that is under way, and tells its updates why. Where that
// cannot be done, as on a connection that was lost, there is nothing to undo.
func (c *Committer) undo(why error) {
	c.shared.err = why
	close(c.shared.over) // they wait for their turn if they try again
	c.shared = nil
	if c.writer.rollback() != nil {
		c.drop()
	}
}

// drop lets go of a connection that is of no use.
func (c *Committer) drop() {
	c.writer.discard()
	c.writer = nil
}
