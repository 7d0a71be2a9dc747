package email

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/email/internal/imapconn"
)

// A endlessServer is a server that answers as a script does until it is asked for
// something (or, at "", until a client connects), and then begins and never ends.
type endlessServer struct {
	at, begin, on string
	rules         script
	said          atomic.Int64 // octets after the beginning that were taken
}

// start serves on loopback until t ends.
func (b *endlessServer) start(t *testing.T) *net.TCPAddr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			b.serve(conn)
		}
	}()
	return l.Addr().(*net.TCPAddr)
}

func (b *endlessServer) serve(conn net.Conn) {
	defer conn.Close()
	if b.at == "" {
		b.repeat(conn)
		return
	}
	front, back := net.Pipe()
	defer back.Close()
	go b.rules.serve(front, greeting)
	go func() { _, _ = io.Copy(conn, back); conn.Close() }()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if _, command, _ := strings.Cut(lines.Text(), " "); strings.HasPrefix(command, b.at) {
			b.repeat(conn)
			return
		}
		if _, err := fmt.Fprintf(back, "%s\r\n", lines.Text()); err != nil {
			return
		}
	}
}

func (b *endlessServer) repeat(conn net.Conn) {
	_, _ = io.WriteString(conn, b.begin)
	more := []byte(strings.Repeat(b.on, 1+4096/len(b.on)))
	for {
		n, err := conn.Write(more)
		if b.said.Add(int64(n)); err != nil || b.said.Load() > 1<<30 {
			return
		}
	}
}

// TestEndlessResponses: what a server says without an end is not gathered. The
// connection breaks, and the error says why.
func TestEndlessResponses(t *testing.T) {
	const endless = "server went on for 8 MiB without an end"
	const large = "server sends a message of 953 MiB, more than 256"
	for name, tt := range map[string]struct {
		server *endlessServer
		want   string
	}{
		"greeting":           {&endlessServer{begin: "* OK ", on: "x"}, "login: " + endless},
		"line":               {&endlessServer{at: "EXAMINE", begin: "* OK ", on: "x"}, endless},
		"line, by a literal": {&endlessServer{at: "EXAMINE", begin: "* OK {999999999}\r\n* OK ", on: "x"}, endless},
		"lines":              {&endlessServer{at: "LIST", on: "* LIST () \"/\" x\r\n"}, endless},
		"literal":            {&endlessServer{at: "LIST", begin: "* LIST () \"/\" {999999999}\r\n", on: "x"}, large},
		"quoted":             {&endlessServer{at: "LIST", begin: "* LIST () \"/\" \"", on: "x{999999999}\r\n"}, large},
		"capabilities":       {&endlessServer{at: "LIST", begin: "* CAPABILITY", on: " X=Y"}, endless},
		"tagged reply":       {&endlessServer{at: "EXAMINE", begin: "T4 OK ", on: "x"}, endless},
		"quoted text":        {&endlessServer{at: "UID FETCH", begin: "* 1 FETCH (UID 4 BODY[] \"", on: "x"}, endless},
		"behind a text":      {&endlessServer{at: "UID FETCH", begin: fetchResponse(4, "four") + "* OK ", on: "x"}, endless},
		"idle": {
			&endlessServer{at: "IDLE", begin: "* OK ", on: "x", rules: script{
				"CAPABILITY": func(string) string { return "* CAPABILITY IMAP4rev1 IDLE\r\n" },
			}},
			endless,
		},
		"large text": {
			&endlessServer{at: "UID FETCH", begin: "* 1 FETCH (UID 4 BODY[] {314572800}\r\n", on: "x"},
			"server sends a message of 300 MiB, more than 256",
		},
		"large text that was not asked for": {
			&endlessServer{at: "EXAMINE", begin: "* 1 FETCH (UID 4 BODY[] {314572800}\r\n", on: "x"},
			"server sends a message of 300 MiB, more than 256",
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := settled()
			cfg := imapConfig(tt.server.start(t))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			h := newRecorder("INBOX")
			err := newTestChannel(t, cfg).Listen(ctx, channels.Checkpoint{Source: "INBOX"}, h.hear)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Listen: %v, want %s", err, tt.want)
			}
			awaitGoroutines(t, before+2) // the server's own
			// What the sockets hold is on its way beside what was read.
			if got := tt.server.said.Load(); got > 4*imapconn.LongestTalk {
				t.Errorf("the server has said %d MiB", got>>20)
			}
		})
	}
}

// TestReconcileOfEndlessResponses: a search without an end says nothing about a copy.
func TestReconcileOfEndlessResponses(t *testing.T) {
	b := endlessServer{at: "UID SEARCH", begin: "* SEARCH", on: " 1"}
	_, err := newTestChannel(t, imapConfig(b.start(t))).Reconcile(t.Context(), channels.Opening{Attempt: "a1", ID: "x7f3@example.no"})
	if want := "settle a1: server went on for 8 MiB without an end"; err == nil || err.Error() != want {
		t.Errorf("Settle: %v, want %s", err, want)
	}
}

// TestLongResponsesThatAreInOrder: much in all is not much at once. Neither many small
// messages nor flags that change at their leisure count together.
func TestLongResponsesThatAreInOrder(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	text := strings.Repeat("x", 40_000)
	for uid := 4; uid < 404; uid++ {
		many.WriteString(fetchResponse(uid, text))
	}
	for range 200_000 {
		many.WriteString("* 1 FETCH (FLAGS (\\Seen $Forwarded $Important $Answered))\r\n")
	}
	if many.Len() < 2*imapconn.LongestTalk {
		t.Fatalf("%d octets prove nothing", many.Len())
	}
	heard, mark, err := hearOnce(t, script{"UID FETCH": func(string) string { return many.String() }}, "7:3")
	if len(heard) != 400 || mark.Position != "7:403" {
		t.Errorf("heard %d up to %s, %v", len(heard), mark.Position, err)
	}
}
