package email

import (
	"fmt"
	"net"
	"sync/atomic"
)

const (
	// longestTalk is the most that an IMAP server may say, in octets, between
	// our commands and the messages that it gives us. The library keeps all of
	// it: a line or a name without an end, and lists without one. The most
	// that is in order is the answer to a search that takes no notice of what
	// was searched for, a million numbers.
	longestTalk = 8 << 20
	// longestMessage is the most that a message may have, in octets, on a
	// server that sends all of it although a part was asked for. Of these no
	// more than largest is kept.
	longestMessage = 256 << 20
)

// A talk is an IMAP connection, inside of TLS, that breaks when the server says
// more than it should.
type talk struct {
	net.Conn
	line *line
	said atomic.Int64 // octets that count against longestTalk
}

// Read breaks the connection once the server has said too much. What a command
// then fails with is the line's to say.
func (t *talk) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	if t.said.Add(int64(n)) > longestTalk {
		return n, t.line.fail(fmt.Errorf("server went on for %d MiB without an end", longestTalk>>20))
	}
	return n, err
}

// Write begins a command, or goes on with one.
func (t *talk) Write(b []byte) (int, error) {
	t.said.Store(0)
	return t.Conn.Write(b)
}

// allow lets the server send a literal of so many octets, of which no more
// than largest are kept.
func (t *talk) allow(octets int64) {
	if octets > longestMessage {
		_ = t.line.fail(fmt.Errorf("server sends a message of %d MiB, more than %d", octets>>20, longestMessage>>20))
		return
	}
	t.said.Add(-octets)
	t.line.allow(octets)
}

// taken takes note that a message has been read to its end.
func (t *talk) taken() { t.said.Store(0) }
