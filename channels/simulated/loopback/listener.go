// Package loopback is the listener of every simulated server: a free port of
// 127.0.0.1 whose open connections can be cut, and which knows when the
// last has ended.
package loopback

import (
	"fmt"
	"net"
	"sync"
)

// A Listener knows its open connections, so that it can cut them all and wait
// for those who serve them. The Close of net/http and of the mail servers
// misses a connection that was accepted and is not yet served, and net/http's
// also one that has become a websocket. Its methods are safe for concurrent use.
type Listener struct {
	net.Listener

	mu     sync.Mutex
	closed bool
	open   map[*conn]struct{}
	served sync.WaitGroup
}

// Listen listens on a free port.
func Listen() (*Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &Listener{Listener: l, open: map[*conn]struct{}{}}, nil
}

// Port is the port of 127.0.0.1.
func (l *Listener) Port() int { return l.Addr().(*net.TCPAddr).Port }

// Accept returns the next connection. After Close its error is net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		accepted.Close()
		return nil, net.ErrClosed
	}
	c := &conn{Conn: accepted, listener: l}
	l.open[c] = struct{}{}
	l.served.Add(1)
	return c, nil
}

// Cut breaks every open connection. New ones are accepted.
func (l *Listener) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.Conn.Close()
	}
}

// Close stops listening and cuts every connection. Closing again does nothing.
func (l *Listener) Close() error {
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	l.mu.Unlock()
	if !first {
		return nil
	}
	l.Cut()
	return l.Listener.Close()
}

// Wait waits, once Close was called, until each connection has been closed by
// its server. It is not part of Close because net/http calls that with a lock
// that its connections need to end.
func (l *Listener) Wait() { l.served.Wait() }

// A conn tells its listener when it is closed by its server.
type conn struct {
	net.Conn
	listener *Listener
	once     sync.Once
}

// Close cuts the connection and, the first time, says so.
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() {
		c.listener.mu.Lock()
		delete(c.listener.open, c)
		c.listener.mu.Unlock()
		c.listener.served.Done()
	})
	return err
}
