package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/svartid/svartid/channels"
)

// arrival says what f is to those who hear it.
func (e *ear) arrival(f fetched) channels.Arrival {
	now := e.clock()
	if f.received.After(now.Add(farthest)) {
		f.received = time.Time{}
	}
	a := channels.Arrival{
		Key:        f.key(),
		Media:      channels.Mail,
		Raw:        f.raw,
		Times:      f.times(e.hops, now),
		Flagged:    e.aside,
		Submission: e.origin.submission(f.raw),
		Unproven:   e.origin.unproven(f.raw),
	}
	if a.Times.Hop.IsZero() && a.Times.Server.IsZero() {
		a.Times.Precision = e.precision(now)
	}
	return a
}

// farthest is how far ahead of our clock a mailbox's time may lie. What lies
// further ahead is no time at all.
const farthest = 24 * time.Hour

// precision returns how long before now a message may have come that is seen
// now: since the folder was last read to its end. 0 = not known.
func (e *ear) precision(now time.Time) time.Duration {
	if e.looked.IsZero() || !now.After(e.looked) {
		return 0
	}
	return now.Sub(e.looked)
}

// key names the message by what it holds, so that it stays the same arrival
// when it is moved to another folder or given another UID. The size tells
// apart messages that differ only behind what was fetched; the server's figure
// is used for those alone, because servers are known to err in it.
func (f fetched) key() string {
	size := int64(len(f.raw))
	if size == largest {
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
	for name, value := range fields(f.raw) {
		switch name {
		case "date":
			if t.Sender.IsZero() {
				t.Sender = parseDate(value)
			}
		case "received":
			if t.Hop.IsZero() && trusted(value, hops) {
				t.Hop = receivedAt(value)
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
	words := strings.Fields(uncommented(received))
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

// receivedAt returns the time of a Received line, behind its last semicolon.
// It is zero if there is none.
func receivedAt(received string) time.Time {
	return parseDate(received[strings.LastIndexByte(received, ';')+1:])
}

// parseDate reads a date as mail has it, and a little worse. It is zero if
// that is of no use.
func parseDate(s string) time.Time {
	s = strings.Join(strings.Fields(uncommented(s)), " ")
	if t, err := mail.ParseDate(s); err == nil {
		return t
	}
	for _, layout := range []string{
		"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04:05 Z07:00",
		"Mon, 2 Jan 2006 15.04.05 -0700", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 -0700 2006",
		"Mon Jan 2 15:04:05 MST 2006", time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// uncommented returns s without its comments in parentheses, which nest (RFC
// 5322 section 3.2.2).
func uncommented(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '(':
			depth++
			return -1
		case r == ')' && depth > 0:
			depth--
			return -1
		case depth > 0:
			return -1
		}
		return r
	}, s)
}

// fields yields the header fields of raw from the top, names in lower case and
// values unfolded. Lines that are no field are passed over.
func fields(raw []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		var name, value string
		for line := range bytes.Lines(raw) {
			text := strings.TrimRight(string(line), "\r\n")
			if text == "" {
				break
			}
			if text[0] == ' ' || text[0] == '\t' {
				value += " " + strings.TrimSpace(text)
				continue
			}
			if name != "" && !yield(name, value) {
				return
			}
			before, after, _ := strings.Cut(text, ":")
			name, value = strings.ToLower(strings.TrimSpace(before)), strings.TrimSpace(after)
		}
		if name != "" {
			yield(name, value)
		}
	}
}
