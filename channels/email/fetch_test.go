package email

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
)

// hearOnce listens to a script until it has been read to its end once, or
// breaks, and returns what was heard and how it ended.
func hearOnce(t *testing.T, s script, from string) ([]channels.Arrival, channels.Checkpoint, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var heard []channels.Arrival
	mark := channels.Checkpoint{Source: "INBOX", Position: from}
	err := listener(t, imapConfig(s.start(t, greeting))).Listen(ctx, mark, func(_ context.Context, h channels.Batch) error {
		heard = append(heard, h.Arrivals...)
		mark = h.Checkpoint
		if !h.Checkpoint.Until.IsZero() {
			cancel()
		}
		return nil
	})
	return heard, mark, err
}

func TestFetchBearsWithServers(t *testing.T) {
	examine := func(lines string) func(string) string {
		return func(string) string { return lines + "* OK [UIDVALIDITY 7] valid\r\n" }
	}
	fetch := func(responses ...string) func(string) string {
		return func(string) string { return strings.Join(responses, "") }
	}
	for name, tt := range map[string]struct {
		rules script
		from  string
		want  []string // the texts heard
		to    string
		err   string // "" = read to its end
	}{
		"no UIDNEXT": {script{"UID FETCH": fetch(response(4, "four"))}, "7:3", []string{"four"}, "7:4", ""},
		"last message for an empty range": {
			script{"UID FETCH": fetch(response(3, "three"))}, "7:3", nil, "7:3", "",
		},
		"numbers begin anew": {
			script{"EXAMINE": examine("* 1 EXISTS\r\n* OK [UIDNEXT 3] next\r\n"), "UID FETCH": fetch(response(2, "two"))},
			"7:9",
			[]string{"two"},
			"7:2", "",
		},
		"UIDVALIDITY has changed": {script{"UID FETCH": fetch(response(2, "two"))}, "6:9", []string{"two"}, "7:2", ""},
		"mark that nobody wrote":  {script{"UID FETCH": fetch(response(2, "two"))}, "?", []string{"two"}, "7:2", ""},
		"no persistent numbers": {
			script{"EXAMINE": func(string) string { return "* 1 EXISTS\r\n" }, "UID FETCH": fetch(response(2, "two"))},
			"",
			[]string{"two"},
			"0:2", "",
		},
		"flags change meanwhile": {
			script{"UID FETCH": fetch("* 1 FETCH (FLAGS (\\Seen))\r\n", response(4, "four"), "* 1 FETCH (FLAGS ())\r\n")},
			"7:3",
			[]string{"four"},
			"7:4", "",
		},
		"flags take a message's place": {
			script{"UID FETCH": fetch("* 1 FETCH (UID 4 FLAGS (\\Seen))\r\n", response(4, "four"), response(5, "five"))},
			"7:3", nil, "7:3", "fetch INBOX: uid 4 came without its text",
		},
		"text before its number": {
			script{"UID FETCH": fetch("* 1 FETCH (BODY[]<0> {4}\r\nfour UID 4)\r\n", response(5, "five"))},
			"7:3", nil, "7:3", "fetch INBOX: a message came before its UID",
		},
		"out of order":       {script{"UID FETCH": fetch(response(5, "five"), response(4, "four"))}, "7:3", []string{"five", "four"}, "7:5", ""},
		"text is not there":  {script{"UID FETCH": fetch("* 1 FETCH (UID 4 BODY[]<0> NIL)\r\n")}, "7:3", []string{""}, "7:4", ""},
		"quoted text":        {script{"UID FETCH": fetch("* 1 FETCH (UID 4 BODY[]<0> \"four\")\r\n")}, "7:3", []string{"four"}, "7:4", ""},
		"breaks off in text": {script{"UID FETCH": fetch(response(4, "four"), "* 2 FETCH (UID 5 BODY[]<0> {9}\r\nfi")}, "7:3", nil, "7:3", "fetch INBOX: uid 5: unexpected EOF"},
		"refuses":            {script{"UID FETCH": func(string) string { return "\x00NO [EXPUNGEISSUED] gone" }}, "7:3", nil, "7:3", "fetch INBOX: imap: NO"},
		"no folder":          {script{"EXAMINE": func(string) string { return "\x00NO none" }}, "7:3", nil, "7:3", "select INBOX: imap: NO none"},
		"will not list":      {script{"LIST": func(string) string { return "\x00NO no" }}, "7:3", nil, "7:3", ""},
		"drops at list":      {script{"LIST": func(string) string { return "* BYE" }}, "7:3", nil, "7:3", "list INBOX: "},
		"last number":        {script{}, "7:4294967295", nil, "7:4294967295", "fetch INBOX: no UID is left"},
	} {
		t.Run(name, func(t *testing.T) {
			heard, mark, err := hearOnce(t, tt.rules, tt.from)
			var got []string
			for _, a := range heard {
				got = append(got, string(a.Raw))
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("heard %q, want %q", got, tt.want)
			}
			if tt.err == "" && mark.Position != tt.to {
				t.Errorf("position %s, want %s", mark.Position, tt.to)
			}
			if tt.err == "" && mark.Until.IsZero() || tt.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.err)) {
				t.Errorf("Listen: %v (until %v), want %q", err, mark.Until, tt.err)
			}
		})
	}
}

func TestFetchDoesNotMoveTheMarkPastWhatItLacks(t *testing.T) {
	var many strings.Builder
	many.WriteString("* 1 FETCH (BODY[]<0> {4}\r\nfour UID 4)\r\n")
	for uid := 5; uid < 5+2*hearingMessages; uid++ {
		many.WriteString(response(uid, fmt.Sprint(uid)))
	}
	heard, mark, err := hearOnce(t, script{"UID FETCH": func(string) string { return many.String() }}, "7:3")
	if err == nil || len(heard) != 0 || mark.Position != "7:3" {
		t.Errorf("heard %d up to %s, %v; want nothing", len(heard), mark.Position, err)
	}
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
			if len(a.Raw) != largest {
				t.Errorf("arrival of %d bytes, want %d", len(a.Raw), largest)
			}
		}
		if !h.Checkpoint.Until.IsZero() {
			cancel()
		}
		return nil
	}
	cfg := imapConfig(l.Addr().(*net.TCPAddr))
	if err := listener(t, cfg).Listen(ctx, channels.Checkpoint{Source: "INBOX"}, h); ctx.Err() == nil {
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
	var asked atomic.Int64
	s := script{"UID FETCH": func(args string) string {
		if n := int(asked.Add(1)); n%2 == 0 {
			return response(n, "text")
		}
		return ""
	}}
	h := newHearings("INBOX")
	listen(t, listener(t, imapConfig(s.start(t, greeting))), h)
	h.heard(t, 3)
	first := h.readPast(t, time.Time{}).Until
	if later := h.readPast(t, first); !later.Until.After(first) {
		t.Error("until stands still")
	}
}
