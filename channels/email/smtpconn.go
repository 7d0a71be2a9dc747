package email

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// A smtpConn is a connection to an SMTP server as the dialogue sees it, inside of
// TLS. It writes the transcript, bounds every write and every reply, and
// remembers whether a write did not go through.
type smtpConn struct {
	net.Conn
	limit      time.Duration // for one write
	transcript *transcript
	unread     []byte // what has come in; it is read a line at a time
	received   int    // octets that have come in since we last wrote
	incomplete bool   // a write has not gone through to its last byte
}

// The most octets that a line from the server may have, and all lines of one
// reply together: more than enough (RFC 5321 section 4.5.3.1.5 allows 512 for a
// line, and no server has a hundred extensions).
const (
	longestReplyLine = 16 << 10
	longestReply     = 64 << 10
)

// Read returns whole lines alone. Of a line that breaks off net/textproto would
// make a whole one, and of half a 250 the proof that a message was taken. It
// would also gather for ever a reply whose lines all announce another.
func (w *smtpConn) Read(p []byte) (int, error) {
	whole := bytes.LastIndexByte(w.unread, '\n') + 1
	for whole == 0 {
		if len(w.unread) > longestReplyLine {
			return 0, errors.New("a line has no end")
		}
		if w.received > longestReply {
			return 0, fmt.Errorf("a reply has no end: %d KiB so far", w.received>>10)
		}
		came := make([]byte, 4<<10)
		n, err := w.Conn.Read(came)
		w.received += n
		w.transcript.heard(came[:n])
		w.unread = append(w.unread, came[:n]...)
		whole = bytes.LastIndexByte(w.unread, '\n') + 1
		if err != nil && whole == 0 {
			return 0, err
		}
	}
	n := copy(p, w.unread[:whole])
	w.unread = w.unread[n:]
	return n, nil
}

// Write bounds the wait, which go-smtp's client does not while it sends a
// message (RFC 5321 section 4.5.3.2.5).
func (w *smtpConn) Write(p []byte) (int, error) {
	if err := w.SetWriteDeadline(time.Now().Add(w.limit)); err != nil {
		w.incomplete = true
		return 0, err
	}
	w.received = 0
	n, err := w.Conn.Write(p)
	w.incomplete = w.incomplete || err != nil
	w.transcript.said(p[:n])
	return n, err
}

// longestTranscript is the most octets that a transcript has, but for its last
// line. A whole dialogue takes some 3 KiB.
const longestTranscript = 64 << 10

// A transcript writes a dialogue down, line by line, with "C:" before ours and
// "S:" before the server's. Of credentials it writes ***. What would make it
// too long is left out.
type transcript struct {
	w       io.Writer         // nil = nothing is written
	mask    *strings.Replacer // what must not be seen wherever it stands; nil = nothing
	ours    []byte            // the beginning of a line
	theirs  []byte
	asked   bool // our next line answers an AUTH challenge
	message bool // our lines are the message
	written int  // octets so far; more than the longest: nothing more is written
}

// said takes what we sent.
func (t *transcript) said(b []byte) { t.ours = t.lines(append(t.ours, b...), t.ourLine) }

// heard takes what the server sent.
func (t *transcript) heard(b []byte) { t.theirs = t.lines(append(t.theirs, b...), t.theirLine) }

// lines hands the whole lines of b to each, and returns what is left.
func (t *transcript) lines(b []byte, each func(line string)) []byte {
	if t.w == nil {
		return nil
	}
	for {
		line, rest, whole := strings.Cut(string(b), "\n")
		if !whole {
			return b
		}
		each(strings.TrimSuffix(line, "\r"))
		b = []byte(rest)
	}
}

func (t *transcript) ourLine(line string) {
	switch words := strings.Fields(line); {
	case t.message:
		t.message = line != "."
	case t.asked:
		line, t.asked = "***", false
	case len(words) > 2 && strings.EqualFold(words[0], "AUTH"):
		line = words[0] + " " + words[1] + " ***"
	}
	t.write("C: ", line)
}

func (t *transcript) theirLine(line string) {
	t.asked = strings.HasPrefix(line, "334")
	t.message = strings.HasPrefix(line, "354")
	t.write("S: ", line)
}

// note writes a remark of our own.
func (t *transcript) note(format string, args ...any) {
	if t.w != nil {
		t.write("-- ", fmt.Sprintf(format, args...))
	}
}

// write leaves a writer that fails alone: a transcript must not stop a message.
func (t *transcript) write(who, line string) {
	if t.written > longestTranscript {
		return
	}
	if t.mask != nil {
		line = t.mask.Replace(line)
	}
	text := who + line + "\n"
	if t.written += len(text); t.written > longestTranscript {
		text = "-- the rest is left out\n"
	}
	_, _ = io.WriteString(t.w, text)
}
