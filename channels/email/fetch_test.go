package email

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

// hearOnce listens to a script until it has been read to its end once, or
// breaks, and returns what was heard and how it ended.
func hearOnce(t *testing.T, s script, from string) ([]channels.Arrival, channels.Checkpoint, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var heard []channels.Arrival
	mark := channels.Checkpoint{Source: "INBOX", Position: from}
	err := newTestChannel(t, imapConfig(s.start(t, greeting))).Listen(ctx, mark, func(_ context.Context, h channels.Batch) error {
		heard = append(heard, h.Arrivals...)
		mark = h.Checkpoint
		if !h.Checkpoint.Until.IsZero() {
			cancel()
		}
		return nil
	})
	return heard, mark, err
}

// TestFetchBoundsItsMemory hears messages of 30 MB from a server that sends
// them whole although a part was asked for.
func TestFetchBoundsItsMemory(t *testing.T) {
	const size, n = 30_000_000, 6
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go serveLarge(l, size, n)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var peak atomic.Uint64
	var keys []string
	h := func(_ context.Context, h channels.Batch) error {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak.Store(max(peak.Load(), m.HeapAlloc))
		for _, a := range h.Arrivals {
			keys = append(keys, a.Key)
			if len(a.Raw) != imapconn.Largest {
				t.Errorf("arrival of %d bytes, want %d", len(a.Raw), imapconn.Largest)
			}
		}
		if !h.Checkpoint.Until.IsZero() {
			cancel()
		}
		return nil
	}
	cfg := imapConfig(l.Addr().(*net.TCPAddr))
	if err := newTestChannel(t, cfg).Listen(ctx, channels.Checkpoint{Source: "INBOX"}, h); ctx.Err() == nil {
		t.Fatal(err)
	}
	if len(keys) != n {
		t.Errorf("heard %d, want %d", len(keys), n)
	}
	if got := peak.Load(); got > 24<<20 {
		t.Errorf("heap of %d MiB, want at most 24", got>>20)
	}
	if keys[0] == keys[1] {
		t.Error("messages that differ in size alone have the same key")
	}
}

// serveLarge is a server with n messages of about size bytes each, which are
// never in memory.
func serveLarge(l net.Listener, size, n int) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	w := bufio.NewWriter(conn)
	say := func(format string, args ...any) { fmt.Fprintf(w, format, args...); w.Flush() }
	say("%s\r\n", greeting)
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		tag, command, _ := strings.Cut(lines.Text(), " ")
		switch {
		case strings.HasPrefix(command, "CAPABILITY"):
			say("* CAPABILITY IMAP4rev1\r\n")
		case strings.HasPrefix(command, "EXAMINE"):
			say("* %d EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n", n)
		case strings.HasPrefix(command, "UID FETCH"):
			for i := range n {
				say("* %d FETCH (UID %d RFC822.SIZE %d BODY[]<0> {%d}\r\n", i+1, i+1, size+i, size+i)
				_, _ = io.CopyN(w, filler{}, int64(size+i))
				say(")\r\n")
			}
		}
		say("%s OK done\r\n", tag)
	}
}

type filler struct{}

func (filler) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func TestListenPollsWhereNothingIsAnnounced(t *testing.T) {
	q := newQuirkServer()
	q.messages, q.greeting = quirkFolder(), "* OK [CAPABILITY IMAP4rev1] ready\r\n"
	q.start(t)
	h := newRecorder("INBOX")
	listen(t, newTestChannel(t, imapConfig(q.addr)), h)
	h.heard(t, 5)
	first := h.readPast(t, time.Time{}).Until
	q.deliver(10, quirkText(10))
	h.heard(t, 6)
	if later := h.readPast(t, first); !later.Until.After(first) {
		t.Error("until stands still")
	}
}

// TestPoisonedFolder hears a season's mailbox, of which one message in a hundred
// is poisoned in one of ten ways: all others are heard at once, and those are
// kept as unreadable once they have been tried for hours.
func TestPoisonedFolder(t *testing.T) {
	n := uint32(10_000)
	if testing.Short() {
		n = 1000
	}
	q := newQuirkServer()
	poison := poisons()
	for uid := uint32(1); uid <= n; uid++ {
		q.messages[uid] = quirkText(uid)
	}
	q.edit = func(q *quirkServer, c call, answer string) string {
		if c.verb != "UID FETCH" || !strings.Contains(c.args, "BODY") {
			return answer
		}
		for _, uid := range c.set {
			if uid%100 != 50 {
				continue
			}
			if with, cut := poison[uid/100%uint32(len(poison))](c, q.fetch(c, uid)); cut {
				before, _, _ := strings.Cut(answer, q.fetch(c, uid))
				return before + with
			} else {
				answer = strings.Replace(answer, q.fetch(c, uid), with, 1)
			}
		}
		return answer
	}
	q.start(t)
	r := listenOn(t, q)
	began := time.Now()
	poisoned := int(n / 100)
	r.recorder.await(t, "whole folder", func(h *recorder) bool {
		return len(h.arrivals) >= int(n)-poisoned && strings.HasPrefix(h.mark.Position, fmt.Sprintf("7:%d", n))
	})
	t.Logf("%d of %d messages heard after %v", n-n/100, n, time.Since(began).Round(time.Millisecond))
	r.recorder.await(t, "mark", func(h *recorder) bool { return !h.mark.Until.IsZero() })
	t.Logf("the mark passes the %d that are poisoned after %v", poisoned, time.Since(began).Round(time.Millisecond))
	r.mu.Lock()
	defer r.mu.Unlock()
	texts, unreadable := r.texts()
	if len(texts) != int(n)-poisoned || unreadable != poisoned {
		t.Errorf("%d texts and %d unreadable, want %d and %d", len(texts), unreadable, int(n)-poisoned, poisoned)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	// A busy machine may be too slow for the impatient listener of the test.
	if len(q.logins) > 20 {
		t.Errorf("%d logins", len(q.logins))
	}
}

// poisons are ways in which a server does not give a message; cut if it ends the
// command there.
func poisons() []func(c call, r string) (with string, cut bool) {
	text := regexp.MustCompile(`(?s)\{\d+\}\r\n.*\)\r\n$`)
	as := func(with string) func(call, string) (string, bool) {
		return func(_ call, r string) (string, bool) { return text.ReplaceAllLiteralString(r, with+")\r\n"), false }
	}
	return []func(call, string) (string, bool){
		as("NIL"), as(`""`), as("{0}\r\n"), as("()"),
		func(c call, _ string) (string, bool) { return c.tag + " NO [SERVERBUG] no\r\n", true },
		func(c call, _ string) (string, bool) { return c.tag + " BAD no\r\n", true },
		func(c call, _ string) (string, bool) { return c.tag + " OK done\r\n", true },
		func(call, string) (string, bool) { return "", false },
		func(_ call, r string) (string, bool) { return strings.Replace(r, "BODY[", "BODY.GONE[", 1), false },
		func(_ call, r string) (string, bool) { return strings.Replace(r, "FETCH", "FETCHED", 1), false },
	}
}
