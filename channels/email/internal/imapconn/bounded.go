package imapconn

import (
	"fmt"
	"net"
	"sync/atomic"
)

// Largest is how much of a message is kept: the words of a person come first,
// what they attach behind.
const Largest = 2 << 20

const (
	// LongestTalk is the most that an IMAP server may say, in octets, between
	// our commands and the messages that it gives us. The library keeps all of
	// it: a line or a name without an end, and lists without one. The most
	// that is in order is the answer to a search that takes no notice of what
	// was searched for, a million numbers.
	LongestTalk = 8 << 20
	// longestMessage is the most that a message may have, in octets, on a
	// server that sends all of it although a part was asked for. Of these no
	// more than Largest is kept.
	longestMessage = 256 << 20
)

// A boundedConn is an IMAP connection, inside of TLS, that breaks when the server says
// more than it should.
type boundedConn struct {
	net.Conn
	timed    *TimedConn
	received atomic.Int64 // octets that count against LongestTalk
}

// Read breaks the connection once the server has said too much. What a command
// then fails with is timed's to say.
func (c *boundedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.received.Add(int64(n)) > LongestTalk {
		return n, c.timed.fail(fmt.Errorf("server went on for %d MiB without an end", LongestTalk>>20))
	}
	return n, err
}

// Write begins a command, or goes on with one.
func (c *boundedConn) Write(b []byte) (int, error) {
	c.received.Store(0)
	return c.Conn.Write(b)
}

// allow lets the server send a literal of so many octets, of which no more
// than Largest are kept.
func (c *boundedConn) allow(octets int64) {
	if octets > longestMessage {
		_ = c.timed.fail(fmt.Errorf("server sends a message of %d MiB, more than %d", octets>>20, longestMessage>>20))
		return
	}
	c.received.Add(-octets)
	c.timed.allow(octets)
}

// read notes that a message has been read to its end.
func (c *boundedConn) read() { c.received.Store(0) }
