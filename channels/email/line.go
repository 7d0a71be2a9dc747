package email

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// A line is a connection that breaks when it falls silent while the server
// owes an answer, and when the server keeps talking and does not come to it.
// The IMAP library sets no deadline on a command, so it waits for ever on a
// connection that was dropped without a word.
type line struct {
	net.Conn
	patience time.Duration // with one write, and with one read of an answer

	mu     sync.Mutex
	owed   bool      // an answer is due: reads have a deadline
	end    time.Time // when it must have come, or a message that is part of it
	silent bool      // a deadline has passed
	failed error     // why we broke it ourselves, if we did
}

// commandPatience is how many times as long as one read a whole command may
// take, or the next message that it asked for.
const commandPatience = 4

// slowest is how many octets of a text must come in a second.
const slowest = 16 << 10

// SetDeadline, SetReadDeadline and SetWriteDeadline do nothing: the line keeps
// its own deadlines, and the library would clear them.
func (l *line) SetDeadline(time.Time) error      { return nil }
func (l *line) SetReadDeadline(time.Time) error  { return nil }
func (l *line) SetWriteDeadline(time.Time) error { return nil }

// await starts the clock: each read must now bring something in time, and all
// of them together the answer.
func (l *line) await() { l.set(true) }

// rest stops the clock: the server may be silent for as long as it likes.
func (l *line) rest() { l.set(false) }

func (l *line) set(owed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owed = owed
	l.end = time.Now().Add(commandPatience * l.patience)
	l.arm()
}

// allow gives the server time for a text of so many octets.
func (l *line) allow(octets int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = l.end.Add(time.Duration(octets) * time.Second / slowest)
}

// arm gives the reads that are under way their deadline. The caller holds the
// lock. An error shows in the read itself.
func (l *line) arm() {
	var deadline time.Time
	if l.owed {
		deadline = time.Now().Add(l.patience)
		if l.end.Before(deadline) {
			deadline = l.end
		}
	}
	_ = l.Conn.SetReadDeadline(deadline)
}

// Read reads under a deadline of its own if an answer is owed.
func (l *line) Read(b []byte) (int, error) {
	l.mu.Lock()
	l.arm()
	l.mu.Unlock()
	n, err := l.Conn.Read(b)
	return n, l.note(err)
}

// Write always has a deadline.
func (l *line) Write(b []byte) (int, error) {
	_ = l.Conn.SetWriteDeadline(time.Now().Add(l.patience))
	n, err := l.Conn.Write(b)
	return n, l.note(err)
}

// note closes the line when a deadline has passed, because the library tries
// again, and remembers it, because the library keeps only the error's text.
func (l *line) note(err error) error {
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		l.mu.Lock()
		l.silent = true
		l.mu.Unlock()
		_ = l.Close()
	}
	return err
}

// fail breaks the line, and remembers why.
func (l *line) fail(why error) error {
	l.mu.Lock()
	l.failed = why
	l.mu.Unlock()
	_ = l.Close()
	return why
}

// cause returns why err came about: ctx has ended, we broke the line, or it
// fell silent (the error then wraps os.ErrDeadlineExceeded). Else it is err
// itself.
func (l *line) cause(ctx context.Context, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case l.failed != nil:
		return l.failed
	case l.silent && !time.Now().Before(l.end):
		return fmt.Errorf("no end after %v: %w", commandPatience*l.patience, os.ErrDeadlineExceeded)
	case l.silent:
		return fmt.Errorf("silent for %v: %w", l.patience, os.ErrDeadlineExceeded)
	}
	return err
}
