package email

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A quirkServer is an IMAP server in this process that does all that we ask for by
// the book, until an edit bends what it says.
type quirkServer struct {
	greeting  string
	greetings []string // said before it, each once
	caps      string
	edit      func(q *quirkServer, c call, answer string) string // nil = by the book
	begin     string                                             // said before each answer
	shut      string                                             // said between the continuation of IDLE and its end
	late      string                                             // said between DONE and its reply
	announce  string                                             // said of a new message to those who are idle; empty = EXISTS
	dialogue  []string                                           // questions of AUTHENTICATE

	mu       sync.Mutex
	messages map[uint32]string
	sorted   []uint32
	logins   []time.Time
	calls    map[string]int
	conns    []net.Conn
	idle     map[net.Conn]bool
	addr     *net.TCPAddr
}

// A call is a command as the server reads it.
type call struct {
	tag, verb, args string
	set             []uint32 // UID FETCH and UID SEARCH: which of the messages
	n               int      // how often the verb was called before, on all connections
}

// What an answer ends in where the server does not go on.
const (
	closes = "\x00close" // the connection ends
	stalls = "\x00stall" // nothing more comes
	drones = "\x00drone" // the line before it is said again and again
)

func newQuirkServer() *quirkServer {
	return &quirkServer{
		greeting: "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n", caps: "IMAP4rev1 IDLE",
		messages: map[uint32]string{}, calls: map[string]int{}, idle: map[net.Conn]bool{},
	}
}

// start serves until t ends.
func (q *quirkServer) start(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	q.addr = l.Addr().(*net.TCPAddr)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			q.mu.Lock()
			q.conns = append(q.conns, conn)
			q.mu.Unlock()
			go q.serve(conn)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		q.mu.Lock()
		defer q.mu.Unlock()
		for _, conn := range q.conns {
			_ = conn.Close()
		}
	})
}

// deliver puts a message into the folder, and tells those who are idle.
func (q *quirkServer) deliver(uid uint32, text string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages[uid] = text
	for conn := range q.idle {
		announce := q.announce
		if announce == "" {
			announce = fmt.Sprintf("* %d EXISTS\r\n", len(q.messages))
		}
		_, _ = io.WriteString(conn, announce)
	}
}

// greet returns what is said to who connects.
func (q *quirkServer) greet() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.greetings) == 0 {
		return q.greeting
	}
	first := q.greetings[0]
	q.greetings = q.greetings[1:]
	return first
}

func (q *quirkServer) serve(conn net.Conn) {
	defer conn.Close()
	if !speak(conn, q.greet()) {
		return
	}
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		c := q.read(strings.TrimRight(line, "\r\n"))
		if q.idle[conn] && c.tag == "DONE" {
			continue
		}
		if c.verb == "IDLE" {
			if !q.idles(conn, lines, c) {
				return
			}
			continue
		}
		if c.verb == "AUTHENTICATE" && !q.asks(q.dialogue,
			func(s string) bool { return speak(conn, s) }, func() (string, error) { return lines.ReadString('\n') }) {
			return
		}
		q.mu.Lock()
		answer := q.begin + q.answer(c)
		if q.edit != nil {
			answer = q.edit(q, c, answer)
		}
		q.mu.Unlock()
		if !speak(conn, answer) {
			return
		}
	}
}

// idles holds an IDLE to its end.
func (q *quirkServer) idles(conn net.Conn, lines *bufio.Reader, c call) bool {
	answer := "+ idling\r\n"
	if q.edit != nil {
		answer = q.edit(q, c, answer)
	}
	if !speak(conn, answer+q.shut) {
		return false
	}
	if !strings.HasPrefix(answer, "+") && !strings.Contains(answer, "+ idling") || strings.Contains(answer, c.tag) {
		return true
	}
	q.mu.Lock()
	q.idle[conn] = true
	q.mu.Unlock()
	line, err := lines.ReadString('\n')
	q.mu.Lock()
	delete(q.idle, conn)
	q.mu.Unlock()
	if err != nil {
		return false
	}
	if !strings.HasPrefix(line, "DONE") {
		return speak(conn, c.tag+" BAD expected DONE\r\n")
	}
	return speak(conn, q.late+c.tag+" OK idle done\r\n")
}

// speak sends an answer, and reports whether the server goes on.
func speak(conn net.Conn, answer string) bool {
	if text, ok := strings.CutSuffix(answer, closes); ok {
		_, _ = io.WriteString(conn, text)
		return false
	}
	if text, ok := strings.CutSuffix(answer, stalls); ok {
		_, _ = io.WriteString(conn, text)
		_, _ = io.Copy(io.Discard, conn)
		return false
	}
	if text, ok := strings.CutSuffix(answer, drones); ok {
		for {
			if _, err := io.WriteString(conn, text); err != nil {
				return false
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	_, err := io.WriteString(conn, answer)
	return err == nil
}

// read reads a command.
func (q *quirkServer) read(line string) call {
	q.mu.Lock()
	defer q.mu.Unlock()
	var c call
	c.tag, line, _ = strings.Cut(line, " ")
	c.verb, c.args, _ = strings.Cut(line, " ")
	c.verb = strings.ToUpper(c.verb)
	if c.verb == "UID" {
		second, rest, _ := strings.Cut(c.args, " ")
		c.verb, c.args = "UID "+strings.ToUpper(second), rest
	}
	switch c.verb {
	case "LOGIN", "AUTHENTICATE":
		q.logins = append(q.logins, time.Now())
	case "UID FETCH":
		set, _, _ := strings.Cut(c.args, " ")
		c.set = q.within(set)
	case "UID SEARCH":
		if set, ok := strings.CutPrefix(c.args, "UID "); ok {
			c.set = q.within(set)
		} else {
			c.set = q.uids()
		}
	}
	c.n = q.calls[c.verb]
	q.calls[c.verb]++
	return c
}

// uids returns the UIDs of all messages in order. They are sorted once, as long as
// there are as many.
func (q *quirkServer) uids() []uint32 {
	if len(q.sorted) == len(q.messages) {
		return q.sorted
	}
	var all []uint32
	for uid := range q.messages {
		all = append(all, uid)
	}
	slices.Sort(all)
	q.sorted = all
	return all
}

// within returns the UIDs of a set; of n:* the last at least.
func (q *quirkServer) within(set string) []uint32 {
	all := q.uids()
	var in []uint32
	for part := range strings.SplitSeq(set, ",") {
		from, to, _ := strings.Cut(part+":"+part, ":")
		to, _, _ = strings.Cut(to, ":")
		first, _ := strconv.ParseUint(from, 10, 32)
		last, err := strconv.ParseUint(to, 10, 32)
		if err != nil && len(all) > 0 {
			last = uint64(max(all[len(all)-1], uint32(first)))
			first = min(first, uint64(all[len(all)-1]))
		}
		for _, uid := range all {
			if uint64(uid) >= first && uint64(uid) <= last {
				in = append(in, uid)
			}
		}
	}
	return in
}

// answer answers by the book.
func (q *quirkServer) answer(c call) string {
	done := c.tag + " OK done\r\n"
	switch c.verb {
	case "CAPABILITY":
		return "* CAPABILITY " + q.caps + "\r\n" + done
	case "LIST":
		return "* LIST (\\HasNoChildren) \"/\" INBOX\r\n" + done
	case "EXAMINE", "SELECT":
		next := uint32(1)
		if all := q.uids(); len(all) > 0 {
			next = all[len(all)-1] + 1
		}
		return fmt.Sprintf("* FLAGS (\\Seen)\r\n* %d EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT %d] next\r\n",
			len(q.messages), next) + c.tag + " OK [READ-ONLY] done\r\n"
	case "UID SEARCH":
		var b strings.Builder
		b.WriteString("* SEARCH")
		for _, uid := range c.set {
			fmt.Fprintf(&b, " %d", uid)
		}
		return b.String() + "\r\n" + done
	case "UID FETCH":
		var b strings.Builder
		for _, uid := range c.set {
			b.WriteString(q.fetch(c, uid))
		}
		return b.String() + done
	}
	return done
}

// fetch returns a FETCH response by the book.
func (q *quirkServer) fetch(c call, uid uint32) string {
	text := q.messages[uid]
	number, _ := slices.BinarySearch(q.uids(), uid)
	number++
	r := fmt.Sprintf("* %d FETCH (UID %d", number, uid)
	if strings.Contains(c.args, "INTERNALDATE") {
		r += ` INTERNALDATE "11-Jan-2021 10:00:00 +0100"`
	}
	if strings.Contains(c.args, "RFC822.SIZE") {
		r += fmt.Sprintf(" RFC822.SIZE %d", len(text))
	}
	switch {
	case strings.Contains(c.args, "BODY.PEEK[HEADER]"):
		header, _, _ := strings.Cut(text, "\r\n\r\n")
		r += fmt.Sprintf(" BODY[HEADER] {%d}\r\n%s\r\n\r\n", len(header)+4, header)
	case strings.Contains(c.args, "BODY.PEEK[]<"):
		r += fmt.Sprintf(" BODY[]<0> {%d}\r\n%s", len(text), text)
	case strings.Contains(c.args, "BODY.PEEK[]"):
		r += fmt.Sprintf(" BODY[] {%d}\r\n%s", len(text), text)
	}
	return r + ")\r\n"
}
