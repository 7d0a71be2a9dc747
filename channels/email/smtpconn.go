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
// remembers whether a write did not go through. Replies are read in the form that
// go-smtp knows, which is narrower than what RFC 5321 lets a server say.
type smtpConn struct {
	net.Conn
	limit      time.Duration // for one write
	transcript *transcript
	came       []byte // what is read into
	part       []byte // the beginning of a line
	unread     []byte // whole lines that have come in
	offering   bool   // what comes in is the reply to EHLO
	named      bool   // its first line has come, which says the server's name
	mechanisms bool   // the line with the ways to log in has come
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
	for len(w.unread) == 0 {
		if len(w.part) > longestReplyLine {
			return 0, errors.New("a line has no end")
		}
		if w.received > longestReply {
			return 0, fmt.Errorf("a reply has no end: %d KiB so far", w.received>>10)
		}
		if w.came == nil {
			w.came = make([]byte, 4<<10)
		}
		n, err := w.Conn.Read(w.came)
		w.received += n
		w.transcript.heard(w.came[:n])
		w.part = append(w.part, w.came[:n]...)
		for line := range bytes.Lines(w.part[:bytes.LastIndexByte(w.part, '\n')+1]) {
			w.unread = append(w.unread, w.replyLine(line)...)
			w.part = w.part[len(line):]
		}
		if err != nil && len(w.unread) == 0 {
			return 0, err
		}
	}
	n := copy(p, w.unread)
	w.unread = w.unread[n:]
	return n, nil
}

// replyLine returns a line as go-smtp knows it. Its text may be missing with the space
// before it (RFC 5321 section 4.2). What the server can do may be written in any case
// (section 2.4), and AUTH with a sign between, as old servers have it.
func (w *smtpConn) replyLine(line []byte) []byte {
	text := strings.TrimRight(string(line), "\r\n")
	switch {
	case len(text) == 3 && strings.Trim(text, "0123456789") == "":
		return []byte(text + " \r\n")
	case !w.offering || len(text) < 4 || text[:3] != "250":
		return line
	case !w.named:
		w.named = true
		return line
	}
	words := strings.Fields(text[4:])
	if len(words) == 0 {
		return line
	}
	words[0] = strings.ToUpper(words[0])
	if first, old := strings.CutPrefix(words[0], "AUTH="); old && !w.mechanisms {
		words = append([]string{"AUTH", first}, words[1:]...)
	}
	w.mechanisms = w.mechanisms || words[0] == "AUTH"
	return []byte(text[:4] + strings.Join(words, " ") + "\r\n")
}

// Write bounds the wait, which go-smtp's client does not while it sends a
// message (RFC 5321 section 4.5.3.2.5).
func (w *smtpConn) Write(p []byte) (int, error) {
	if err := w.SetWriteDeadline(time.Now().Add(w.limit)); err != nil {
		w.incomplete = true
		return 0, err
	}
	w.received = 0
	w.offering, w.named, w.mechanisms = len(p) > 4 && strings.EqualFold(string(p[:4]), "EHLO"), false, false
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
