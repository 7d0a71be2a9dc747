package imapconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// A TimedConn is a connection that breaks when it falls silent while the server
// owes an answer, and when the server keeps talking and does not come to it.
// The IMAP library sets no deadline on a command, so it waits for ever on a
// connection that was dropped without a word.
type TimedConn struct {
	net.Conn
	limit time.Duration // with one write, and with one read of an answer

	mu     sync.Mutex
	owed   bool      // an answer is due: reads have a deadline
	end    time.Time // when it must have come, or a message that is part of it
	silent bool      // a deadline has passed
	failed error     // why we broke it ourselves, if we did
}

// NewTimedConn returns one whose connection is yet to be made. It waits for limit with one
// write, and with one read of an answer.
func NewTimedConn(limit time.Duration) *TimedConn { return &TimedConn{limit: limit} }

// commandLimit is how many times as long as one read a whole command may
// take, or the next message that it asked for.
const commandLimit = 4

// slowest is how many octets of a text must come in a second.
const slowest = 16 << 10

// SetDeadline does nothing: the connection keeps its own deadlines, and the library
// would clear them.
func (c *TimedConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing, as SetDeadline.
func (c *TimedConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing, as SetDeadline.
func (c *TimedConn) SetWriteDeadline(time.Time) error { return nil }

// Await starts the clock: each read must now bring something in time, and all
// of them together the answer.
func (c *TimedConn) Await() { c.set(true) }

// Rest stops the clock: the server may be silent for as long as it likes.
func (c *TimedConn) Rest() { c.set(false) }

func (c *TimedConn) set(owed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owed = owed
	c.end = time.Now().Add(commandLimit * c.limit)
	c.arm()
}

// allow gives the server time for a text of so many octets.
func (c *TimedConn) allow(octets int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end = c.end.Add(time.Duration(octets) * time.Second / slowest)
}

// arm gives the reads that are under way their deadline. The caller holds the
// lock. An error shows in the read itself.
func (c *TimedConn) arm() {
	var deadline time.Time
	if c.owed {
		deadline = time.Now().Add(c.limit)
		if c.end.Before(deadline) {
			deadline = c.end
		}
	}
	_ = c.Conn.SetReadDeadline(deadline)
}

// Read reads under a deadline of its own if an answer is owed.
func (c *TimedConn) Read(b []byte) (int, error) {
	c.mu.Lock()
	c.arm()
	c.mu.Unlock()
	n, err := c.Conn.Read(b)
	return n, c.note(err)
}

// Write always has a deadline.
func (c *TimedConn) Write(b []byte) (int, error) {
	_ = c.Conn.SetWriteDeadline(time.Now().Add(c.limit))
	n, err := c.Conn.Write(b)
	return n, c.note(err)
}

// note closes the connection when a deadline has passed, because the library tries
// again, and remembers it, because the library keeps only the error's text.
func (c *TimedConn) note(err error) error {
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		c.mu.Lock()
		c.silent = true
		c.mu.Unlock()
		_ = c.Close()
	}
	return err
}

// fail breaks the connection, and remembers why.
func (c *TimedConn) fail(why error) error {
	c.mu.Lock()
	c.failed = why
	c.mu.Unlock()
	_ = c.Close()
	return why
}

// Cause returns why err came about: ctx has ended, we broke the connection, or it
// fell silent (the error then wraps os.ErrDeadlineExceeded). Else it is err
// itself.
func (c *TimedConn) Cause(ctx context.Context, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case c.failed != nil:
		return c.failed
	case c.silent && !time.Now().Before(c.end):
		return fmt.Errorf("no end after %v: %w", commandLimit*c.limit, os.ErrDeadlineExceeded)
	case c.silent:
		return fmt.Errorf("silent for %v: %w", c.limit, os.ErrDeadlineExceeded)
	}
	return err
}
