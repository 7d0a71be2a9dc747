package simulated

import (
	"fmt"
	"net"
	"sync"
)

// A gate is a listener that knows its open connections, so that it can shut
// them all and wait for those who serve them. The servers' own Close misses a
// connection that they have accepted and not yet begun to serve.
type gate struct {
	net.Listener

	mu     sync.Mutex
	shut   bool
	guests map[*guest]struct{}
	gone   sync.WaitGroup
}

// openGate listens on a free port of the loopback.
func openGate() (*gate, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &gate{Listener: l, guests: make(map[*guest]struct{})}, nil
}

// port is where the gate listens.
func (g *gate) port() int { return g.Addr().(*net.TCPAddr).Port }

// Accept returns the next connection. After Close its error is net.ErrClosed.
func (g *gate) Accept() (net.Conn, error) {
	conn, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		conn.Close()
		return nil, net.ErrClosed
	}
	entered := &guest{Conn: conn, gate: g}
	g.guests[entered] = struct{}{}
	g.gone.Add(1)
	return entered, nil
}

// Close stops listening, cuts every connection, and waits until each has been
// closed by its server. Closing again does nothing.
func (g *gate) Close() error {
	g.mu.Lock()
	first := !g.shut
	g.shut = true
	for guest := range g.guests {
		guest.Conn.Close()
	}
	g.mu.Unlock()
	var err error
	if first {
		err = g.Listener.Close()
	}
	g.gone.Wait()
	return err
}

// A guest is a connection that tells its gate when it is closed.
type guest struct {
	net.Conn
	gate *gate
	once sync.Once
}

// Close cuts the connection and, the first time, leaves the gate.
func (c *guest) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() {
		c.gate.mu.Lock()
		delete(c.gate.guests, c)
		c.gate.mu.Unlock()
		c.gate.gone.Done()
	})
	return err
}
