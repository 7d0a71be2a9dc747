package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/header"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

// arrival says what f is to those who hear it.
func (l *listener) arrival(f fetched) channels.Arrival {
	now := l.clock()
	if f.received.After(now.Add(farthest)) {
		f.received = time.Time{}
	}
	a := channels.Arrival{
		Key:        f.key(),
		Media:      channels.Mail,
		Raw:        f.raw,
		Times:      f.times(l.hops, now),
		Flagged:    l.junk,
		Submission: l.origin.submission(f.raw),
		Unproven:   l.origin.unproven(f.raw),
	}
	if a.Submission {
		a.Relay = l.origin.relay(f.raw)
	}
	if len(f.raw) == imapconn.Largest && !endsHeader(f.raw) {
		a.Responder, a.Because = channels.Unreadable, "the header alone is longer than what is fetched of a message"
	}
	if a.Times.Hop.IsZero() && a.Times.Server.IsZero() {
		a.Times.Precision = l.precision(now)
	}
	return a
}

// endsHeader reports whether a message's header has an end.
func endsHeader(raw []byte) bool {
	return bytes.Contains(raw, []byte("\n\r\n")) || bytes.Contains(raw, []byte("\n\n"))
}

// farthest is how far ahead of our clock a mailbox's time may lie. What lies
// further ahead is no time at all.
const farthest = 24 * time.Hour

// precision returns how long before now a message may have come that is seen
// now: since the folder was last read to its end. 0 = not known.
func (l *listener) precision(now time.Time) time.Duration {
	if l.readUntil.IsZero() || !now.After(l.readUntil) {
		return 0
	}
	return now.Sub(l.readUntil)
}

// key names the message by what it holds, so that it stays the same arrival
// when it is moved to another folder or given another UID. The size tells
// apart messages that differ only behind what was fetched; the server's figure
// is used for those alone, because servers are known to err in it.
func (f fetched) key() string {
	size := int64(len(f.raw))
	if size == imapconn.Largest {
		size = f.size
	}
	sum := sha256.New()
	sum.Write(f.raw)
	fmt.Fprintf(sum, "\x00%d", size)
	return hex.EncodeToString(sum.Sum(nil))
}

// times gathers what every clock says of f. The time that counts is when a
// trusted relay had it, because local delivery behind that may queue; else
// when the mailbox had it; else when we saw it.
func (f fetched) times(hops []string, now time.Time) channels.Times {
	t := channels.Times{Server: f.received, Noticed: now}
	for name, value := range header.Fields(f.raw) {
		switch name {
		case "date":
			if t.Sender.IsZero() {
				t.Sender = header.ParseDate(value)
			}
		case "received":
			if t.Hop.IsZero() && trusted(value, hops) {
				t.Hop = header.ReceivedAt(value)
			}
		}
	}
	for _, at := range []time.Time{t.Hop, t.Server, t.Noticed} {
		if !at.IsZero() {
			t.Arrived = at
			break
		}
	}
	return t
}

// trusted reports whether a Received line was written by one of hops: the name
// that follows "by" (RFC 5321 section 4.4).
func trusted(received string, hops []string) bool {
	words := strings.Fields(header.Uncommented(received))
	for i, word := range words[:max(0, len(words)-1)] {
		if strings.EqualFold(word, "by") {
			host := strings.TrimRight(words[i+1], ".;")
			return slices.ContainsFunc(hops, func(hop string) bool {
				return strings.EqualFold(strings.TrimRight(hop, "."), host)
			})
		}
	}
	return false
}
