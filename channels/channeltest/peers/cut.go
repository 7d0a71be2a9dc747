package peers

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Cut is a wire to a TCP server that can be silenced and cut. Its methods may
// be called from any goroutine.
type Cut struct {
	// Addr is the host:port to connect to instead of the server's.
	Addr string

	target   string
	listener net.Listener
	running  sync.WaitGroup

	mu     sync.Mutex
	turn   *sync.Cond // something below has changed
	silent bool
	closed bool
	wires  map[*wire]struct{}
}

// wire is one connection through a Cut. The Cut's mutex guards it.
type wire struct {
	client, server net.Conn // server is nil until it is dialled
	lost           bool     // nothing passes any more
	cut            bool     // both ends are closed
}

// Proxy makes a wire to the server at target, host:port. It closes when the
// test ends.
func Proxy(t testing.TB, target string) *Cut {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for %s: %v", target, err)
	}
	c := &Cut{
		Addr:     listener.Addr().String(),
		target:   target,
		listener: listener,
		wires:    make(map[*wire]struct{}),
	}
	c.turn = sync.NewCond(&c.mu)
	c.running.Add(1)
	go c.accept()
	t.Cleanup(c.close)
	return c
}

// Silence lets nothing pass: connections stay open, new ones are taken, and
// all that is sent, even that an end has closed, waits until Heal.
func (c *Cut) Silence() { c.set(func() { c.silent = true }) }

// Heal ends Silence. What waited passes, in order.
func (c *Cut) Heal() { c.set(func() { c.silent = false }) }

// Lose silences the connections that there are, for good: Heal does not help
// them. New ones pass, as after a router has forgotten whom it knew.
func (c *Cut) Lose() {
	c.set(func() {
		for w := range c.wires {
			w.lost = true
		}
	})
}

// Turn has connections that are made from now on reach another server.
func (c *Cut) Turn(target string) { c.set(func() { c.target = target }) }

// Drop resets the connections that there are, at both ends. New ones pass, or
// wait if silenced.
func (c *Cut) Drop() {
	c.set(func() {
		for w := range c.wires {
			w.reset()
		}
	})
}

// set changes the state under the lock and wakes all who wait for a change.
func (c *Cut) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	c.turn.Broadcast()
}

// close ends every connection and waits for all that served them.
func (c *Cut) close() {
	_ = c.listener.Close()
	c.set(func() { c.closed = true })
	c.Drop()
	c.running.Wait()
}

// accept takes connections until the listener closes.
func (c *Cut) accept() {
	defer c.running.Done()
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		w := &wire{client: client}
		c.set(func() {
			c.wires[w] = struct{}{}
			if c.closed {
				w.reset()
			}
		})
		c.running.Add(1)
		go c.serve(w)
	}
}

// serve dials the server once the wire passes, and carries both ways until
// both have ended.
func (c *Cut) serve(w *wire) {
	defer c.running.Done()
	defer c.set(func() { delete(c.wires, w) })
	if !c.await(w) {
		return
	}
	var target string
	c.set(func() { target = c.target })
	server, err := net.DialTimeout("tcp", target, 10*time.Second)
	if err != nil {
		c.set(w.reset)
		return
	}
	c.set(func() {
		w.server = server
		if w.cut {
			abort(server)
		}
	})
	var back sync.WaitGroup
	back.Go(func() { c.carry(w, server, w.client) })
	c.carry(w, w.client, server)
	back.Wait()
	// Not a reset: that would take back what is still on its way.
	_ = w.client.Close()
	_ = server.Close()
}

// carry copies from one end to the other, as long as the wire passes, and then
// passes on the end of it.
func (c *Cut) carry(w *wire, from, to net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if !c.await(w) {
			return
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				c.set(w.reset)
				return
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			if half, ok := to.(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
			return
		case err != nil:
			c.set(w.reset)
			return
		}
	}
}

// await returns true once w passes, or false if it never will.
func (c *Cut) await(w *wire) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !w.cut && (c.silent || w.lost) {
		c.turn.Wait()
	}
	return !w.cut
}

// reset closes both ends with a TCP reset. The caller holds the lock.
func (w *wire) reset() {
	if w.cut {
		return
	}
	w.cut = true
	abort(w.client)
	if w.server != nil {
		abort(w.server)
	}
}

// abort closes conn with a reset instead of an orderly end.
func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
